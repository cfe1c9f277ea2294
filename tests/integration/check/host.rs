//! What the host does to a run: signals, full disks, odd files and variables.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
};

use esc_sync::sandbox::{Effect, Fault, Sandbox, SandboxOptions};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{
    program::{Program, folder},
    world::World,
};

fn world(name: &str) -> World {
    let world = World::with_entries(name, &["A: s.a"]);
    world.esc_secrets(&[("a", "Zk3v9QxT7mWn2Lp8")]).org_secret("A", "Zk3v9QxT7mWn2Lp8");
    world
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("readable");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("readable").file_name().into_string().expect("text")).collect();
    names.sort();
    names
}

#[test]
fn c3_a_signal_ends_a_read_cleanly_and_leaves_no_half_report() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let world = world("signals");
        world.fault(Fault::new(Effect::Hang { applied: false }).forever());
        let child = world.program(["check", "--report", "json=report.json"]).spawn();
        while world.requests().is_empty() {
            std::thread::yield_now();
        }
        let pid = Pid::from_child(&child);
        kill_process(pid, signal).expect("it runs");
        let output = child.wait_with_output().expect("it ends");
        let said = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(130), "{signal:?}: {said}");
        assert_eq!(said, "esc-sync: interrupted; nothing was written\n");
        assert_eq!(files(&world.folder), ["esc-sync.yaml"]);
    }
}

#[test]
fn c3_a_sandbox_stops_cleanly_as_soon_as_its_address_is_known() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let mut child = Program::new(&folder("stops")).args(["sandbox"]).spawn();
        let mut line = String::new();
        let mut lines = BufReader::new(child.stdout.take().expect("piped"));
        lines.read_line(&mut line).expect("text");
        assert!(line.starts_with("sandbox ready at http://127.0.0.1:"), "{line}");
        kill_process(Pid::from_child(&child), signal).expect("it runs");
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{signal:?}");
        assert!(String::from_utf8_lossy(&output.stderr).ends_with("esc-sync: the sandbox has stopped\n"));
    }
}

#[test]
fn c4_a_report_that_cannot_be_written_is_no_usage_error() {
    let world = world("full");
    let ran = world.program(["check", "--report", "json=/dev/full"]).run();
    assert_eq!(ran.code, 3, "{}", ran.everything());
    assert!(ran.stderr.contains("cannot write the report /dev/full: No space left on device"), "{}", ran.stderr);
    assert!(ran.stdout.contains("verdict: pass"), "the other targets are written: {}", ran.stdout);
}

#[test]
fn a_report_takes_the_place_of_no_other_file() {
    let world = world("taken");
    assert_eq!(world.program(["check"]).run().code, 0);
    let mapping = fs::read_to_string(world.folder.join("esc-sync.yaml")).expect("a mapping");
    for (reports, why) in
        [(["json=a", "text=./a"], "another report goes there"), (["json=b", "text=esc-sync.yaml"], "it is the mapping")]
    {
        let ran = world.program(["check", "--report", reports[0], "--report", reports[1]]).run();
        assert_eq!((ran.code, world.requests().len()), (2, 0), "{}", ran.everything());
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
        assert_eq!(files(&world.folder), ["esc-sync.yaml"]);
    }
    assert_eq!(fs::read_to_string(world.folder.join("esc-sync.yaml")).expect("a mapping"), mapping);
}

#[test]
fn a_report_through_a_link_leaves_the_link() {
    let world = world("link");
    fs::write(world.folder.join("real"), "old").expect("written");
    std::os::unix::fs::symlink("real", world.folder.join("link")).expect("linked");
    assert_eq!(world.program(["check", "--report", "json=link"]).run().code, 0);
    assert_eq!(fs::read_link(world.folder.join("link")).expect("still a link"), Path::new("real"));
    let report = fs::read_to_string(world.folder.join("real")).expect("readable");
    assert!(report.starts_with('{'), "{report}");
}

#[test]
fn a_report_to_the_standard_output_and_the_result_stand_side_by_side() {
    let world = world("stdout");
    let out = fs::File::create(world.folder.join("out")).expect("made");
    let child = world.program(["check", "--report", "gate=/dev/stdout"]).into_file(out).spawn();
    assert_eq!(child.wait_with_output().expect("it ends").status.code(), Some(0));
    let text = fs::read_to_string(world.folder.join("out")).expect("readable");
    assert!(text.starts_with('{') && text.contains("verdict: pass"), "{text}");
}

#[test]
fn x7_arguments_do_not_steer_the_terminal() {
    let world = world("ansi");
    for args in [["--report", "json=/no\u{1b}[31m/x"], ["--only", "\u{1b}[31m["], ["--mapping", "\u{1b}[31m"]] {
        let ran = world.program(["check"]).args(args).run();
        assert_eq!(ran.code, 2);
        assert!(!ran.everything().contains('\u{1b}'), "{:?}", ran.stderr);
    }
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let world = world("empty");
    let ran = world.program(["check"]).env("ESC_SYNC_MAPPING", "").env("ESC_SYNC_PROFILE", "").run();
    assert_eq!(ran.code, 0, "{}", ran.everything());
}

#[test]
fn x14_a_proxy_that_cannot_be_used_is_not_passed_by() {
    for proxy in ["canary://u:canary@h", "http://", "socks5://127.0.0.1:1"] {
        let program = Program::new(&folder("proxy"))
            .mapping("version: 1\nesc: { environment: a/b/c }\ngithub: { organization: a }\nentries: { A: s.a }\n");
        let ran = program.args(["check"]).env("HTTPS_PROXY", proxy).run();
        assert_eq!(ran.code, 2, "{}", ran.everything());
        assert!(ran.stderr.contains("HTTPS_PROXY") && !ran.stderr.contains("canary"), "{}", ran.stderr);
    }
}

#[test]
fn a_key_in_place_of_its_files_name_is_not_repeated() {
    let world = world("pasted");
    let key = "-----BEGIN RSA PRIVATE KEY-----\ncanary4711\n-----END RSA PRIVATE KEY-----";
    let program = world.program(["check", "-vvv", "--format", "json"]).env("GITHUB_TOKEN", "");
    let app = program.env("GITHUB_APP_ID", "1").env("GITHUB_APP_INSTALLATION_ID", "2");
    let ran = app.env("GITHUB_APP_PRIVATE_KEY_FILE", key).run();
    assert_eq!(ran.code, 3, "{}", ran.everything());
    assert!(ran.stdout.contains("not to the key itself") && !ran.everything().contains("canary4711"), "{}", ran.stdout);
}

#[test]
fn a_socket_left_behind_by_a_killed_sandbox_is_taken_over() {
    let folder = folder("stale-socket");
    let path = folder.join("gh.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).expect("a socket"));
    assert!(path.exists(), "closing leaves the file");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let options = || SandboxOptions { unix_socket: Some(path.clone()), ..SandboxOptions::default() };
    let running = runtime.block_on(Sandbox::start(options())).expect("the stale file is nobody's");
    let error = runtime.block_on(Sandbox::start(options())).expect_err("this one is somebody's");
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    runtime.block_on(running.shutdown());
}
