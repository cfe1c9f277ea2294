//! One run by itself, as the daemon starts it: an order on standard input, an account on standard output.

use std::{
    fs,
    io::{Read as _, Write as _},
    process::{Command, Stdio},
    thread,
};

use esc_sync::{
    daemon::{Account, Order, RunKind, account::Verdict, order::WriteBudget},
    sandbox::{Effect, Fault},
};

use super::super::support::{
    program::Ran,
    world::{HEADER, World, status},
};

fn world() -> World {
    let world = World::with_entries("serve-run", &["HERE: s.here", "GONE: s.gone"]);
    world.esc_secrets(&[("here", "value-of-here-1"), ("gone", "value-of-gone-2")]);
    world.org_secret("HERE", "value-of-here-1");
    world
}

fn order(kind: RunKind) -> Order {
    let entries = "entries:\n  HERE: s.here\n  GONE: s.gone\n";
    Order {
        kind,
        run: "20261121T000000Z-abcdef".to_owned(),
        mapping: format!("{HEADER}{entries}"),
        writes: WriteBudget { burst: 10, cap: 10 },
        message: None,
    }
}

/// Runs it with these bytes on its standard input.
fn run_with<'a>(world: &World, args: impl IntoIterator<Item = &'a str>, input: &[u8]) -> Ran {
    let mut child = world.program(["serve"]).args(args).spawn_with_input(Stdio::piped());
    // One that does not want to hear it is told by what it leaves.
    let _ = child.stdin.take().expect("piped").write_all(input);
    let output = child.wait_with_output().expect("it ends");
    Ran {
        code: output.status.code().expect("no signal ended it"),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

fn carry_out(world: &World, order: &Order) -> (Ran, Account) {
    let parent = std::process::id().to_string();
    let args = ["--run", order.kind.as_str(), "--parent", &parent, "--mapping-file", "esc-sync.yaml"];
    let ran = run_with(world, args, &serde_json::to_vec(order).expect("an order"));
    let account = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("an account, not: {}", ran.everything()));
    (ran, account)
}

#[test]
fn a_run_finds_what_its_command_finds() {
    let world = world();
    let report = world.check([]);
    for kind in [RunKind::Check, RunKind::Live] {
        let (ran, account) = carry_out(&world, &order(kind));
        assert_eq!((ran.code, i32::from(account.exit)), (report.code, report.code), "{}", ran.everything());
        assert_eq!((account.kind, account.run.as_str()), (kind, "20261121T000000Z-abcdef"));
        assert_eq!((account.verdict, account.failure), (Verdict::Fail, None));
        assert_eq!(account.entries.len(), 2);
        for entry in &account.entries {
            assert_eq!(entry.status.as_str(), status(&report.json(), &entry.name), "{kind:?} {}", entry.name);
        }
    }
}

#[test]
fn m13_a_run_goes_by_the_text_it_is_given_and_not_by_the_file() {
    let world = world();
    let older = order(RunKind::Check);
    let older = Order { mapping: format!("{HEADER}entries:\n  HERE: s.here\n"), ..older };
    let (ran, account) = carry_out(&world, &older);
    assert_eq!(account.entries.len(), 1, "{}", ran.everything());
    let invalid = Order { mapping: "version: 1\nentries: 5\n".to_owned(), ..older };
    let (ran, account) = carry_out(&world, &invalid);
    assert_eq!((ran.code, account.exit, account.verdict), (2, 2, Verdict::Unknown));
    let said = account.failure.expect("why");
    assert!(said.what.contains("esc-sync.yaml:2"), "{}", said.what);
    assert!(!account.run.is_empty() && account.entries.is_empty());
}

#[test]
fn what_is_no_order_is_not_repeated_and_asks_nobody() {
    let world = world();
    let other = serde_json::to_vec(&order(RunKind::Sync)).expect("an order");
    for input in [&b""[..], &b"canary-4f1c"[..], &b"{\"kind\":\"check\",\"run\":\"canary-4f1c\"}"[..], &other[..]] {
        let ran = run_with(&world, ["--run", "check"], input);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
        assert!(!ran.stderr.contains("canary"), "{}", ran.stderr);
        assert_eq!(world.requests().len(), 0);
    }
}

#[test]
fn a_run_whose_daemon_has_ended_does_nothing() {
    let world = world();
    let told = serde_json::to_vec(&order(RunKind::Sync)).expect("an order");
    let ran = run_with(&world, ["--run", "sync", "--parent", "1"], &told);
    assert_eq!((ran.code, ran.stdout.as_str()), (130, ""), "{}", ran.stderr);
    assert_eq!(world.requests().len(), 0);
}

#[test]
fn c3_a_run_that_is_stopped_says_so_in_its_account() {
    let world = world();
    world.fault(Fault::new(Effect::Hang { applied: false }).forever());
    let args = ["serve", "--run", "check", "--mapping-file", "esc-sync.yaml"];
    let mut child = world.program(args).spawn_with_input(Stdio::piped());
    let told = serde_json::to_vec(&order(RunKind::Check)).expect("an order");
    child.stdin.take().expect("piped").write_all(&told).expect("heard");
    while world.requests().is_empty() {
        thread::yield_now();
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
    let mut stdout = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut stdout).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let account: Account = serde_json::from_str(&stdout).expect("an account");
    assert_eq!((account.exit, account.verdict), (130, Verdict::Unknown));
    assert!(account.failure.is_some_and(|said| said.what.contains("stopped")));
}

#[test]
fn what_a_run_says_is_json_where_the_log_is() {
    let world = world();
    fs::create_dir_all(world.folder.join("state")).expect("a folder");
    fs::write(world.folder.join("state/ledger.json"), "rubbish").expect("a file");
    let order = order(RunKind::Check);
    let args = ["--run", "check", "--log", "json", "-v", "--state", "file:state", "--mapping-file", "esc-sync.yaml"];
    let ran = run_with(&world, args, &serde_json::to_vec(&order).expect("an order"));
    for line in ran.stderr.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("JSON, not: {line}"));
        assert_eq!(line["run"], order.run, "{line}");
    }
    assert!(ran.stderr.contains("nothing is compared with earlier runs"), "{}", ran.stderr);
}

/// A shell stands for the daemon; it is killed and can tell its run nothing.
#[test]
fn c1_a_killed_daemon_leaves_no_run_behind() {
    let world = world();
    world.fault(Fault::new(Effect::Hang { applied: false }).forever());
    fs::write(world.folder.join("order.json"), serde_json::to_vec(&order(RunKind::Check)).expect("an order"))
        .expect("a file");
    let before = world.requests().len();
    let script = "\"$0\" serve --run check --parent $$ --mapping-file esc-sync.yaml < order.json & wait";
    let mut daemon = Command::new("/bin/sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_esc-sync")])
        .env_clear()
        .envs([("PULUMI_BACKEND_URL", &*world.running.url), ("GITHUB_API_URL", &*world.running.url)])
        .envs([("PULUMI_ACCESS_TOKEN", "pul-1"), ("GITHUB_TOKEN", "ghp-1"), ("PATH", "/usr/bin:/bin")])
        .env("HOME", &world.folder)
        .current_dir(&world.folder)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell");
    while world.requests().len() == before {
        thread::yield_now();
    }
    daemon.kill().and_then(|()| daemon.wait()).expect("it is killed");
    // What it wrote to is closed once the run has ended as well.
    let mut stdout = String::new();
    daemon.stdout.take().expect("piped").read_to_string(&mut stdout).expect("text");
    let account: Account = serde_json::from_str(&stdout).expect("an account");
    assert_eq!((account.exit, account.verdict), (130, Verdict::Unknown));
}
