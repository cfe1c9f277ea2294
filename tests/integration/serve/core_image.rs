//! X15: nothing of a value or of a login is in the daemon: not in its memory, its environment, its arguments, its
//! log, nor in what it keeps. Its memory is read as a debugger would; that takes root.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, Read as _},
    os::unix::fs::FileExt as _,
    path::Path,
    process::{Child, Stdio},
    thread::{self, JoinHandle},
};

use serde_json::Value;

use super::super::support::{
    marks::{MARK, leak_of, marked, renderings},
    program::Program,
    world::{HEADER, World},
};

/// Each in one place of the daemon's surroundings; none is part of another.
const LOGINS: [(&str, &str); 6] = [
    ("PULUMI_ACCESS_TOKEN", "pulJ8wQz4TtLx2"),
    ("GITHUB_TOKEN", "ghpY5nRk7VbMd9"),
    ("PGPASSWORD", "pgwH3sXc6FqZj1"),
    ("ESC_SYNC_SERVE_TOKEN", "srvT9gPm2KwBv8"),
    ("ESC_SYNC_SLACK_WEBHOOK", "slkN4dYh7RxCz5"),
    ("SOME_OTHER_SECRET", "othL6fVq3JsGk2"),
];

/// A process that does not outlive the test.
struct Kept(Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A daemon with its log.
struct Daemon {
    child: Kept,
    url: String,
    log: JoinHandle<String>,
}

impl Daemon {
    /// Waits for the line that says where it serves.
    fn start(program: Program) -> Self {
        let mut child = Kept(program.spawn_with_input(Stdio::null()));
        let mut stderr = child.0.stderr.take().expect("caught");
        let log = thread::spawn(move || {
            let mut log = String::new();
            let _ = stderr.read_to_string(&mut log);
            log
        });
        let mut line = String::new();
        BufReader::new(child.0.stdout.take().expect("caught")).read_line(&mut line).expect("a line");
        let url = line.trim().strip_prefix("serving at ").map(str::to_owned);
        let Some(url) = url else {
            drop(child);
            panic!("it does not serve: {line}{}", log.join().unwrap_or_default())
        };
        Self { child, url, log }
    }

    /// Asks it to end, and gives its exit code and its log.
    fn end(mut self) -> (Option<i32>, String) {
        let pid = rustix::process::Pid::from_child(&self.child.0);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
        let status = self.child.0.wait().expect("it ends");
        (status.code(), self.log.join().expect("no panic"))
    }
}

fn login(name: &str) -> &'static str {
    LOGINS.iter().find(|(known, _)| *known == name).map(|(_, mark)| *mark).expect("one of them")
}

/// All forms of all marks.
fn forms() -> Vec<Vec<u8>> {
    LOGINS.iter().map(|(_, mark)| *mark).chain([MARK]).flat_map(renderings).collect()
}

fn world() -> World {
    let mapping = format!("{HEADER}entries:\n  PLAIN_SECRET: s.plain\n  ANOTHER_SECRET: s.another\n");
    let world = World::with_mapping("core-image", &mapping);
    world.esc_secrets(&[("plain", &marked("sk-{}-plain")), ("another", &marked("x{}y"))]);
    world.org_secret("PLAIN_SECRET", &marked("sk-{}-plain"));
    world
}

fn serve(world: &World) -> Daemon {
    let state = format!("file:{}", world.folder.join("state").display());
    let mut program = world.program(["serve", "--listen", "127.0.0.1:0", "--log", "json", "--jitter", "1ms"]);
    program = program.args(["--check-every", "1s", "--live-every", "1s", "--sync-every", "1s", "--state", &state]);
    for (name, mark) in LOGINS {
        program = program.env(name, &environment_text(name, mark));
    }
    Daemon::start(program)
}

/// A webhook's address is an address; a token is as long as one must be.
fn environment_text(name: &str, mark: &str) -> String {
    match name {
        "ESC_SYNC_SLACK_WEBHOOK" => format!("https://127.0.0.1:9/services/{mark}"),
        _ => format!("{mark}-{mark}"),
    }
}

/// Asks until each kind of run was made, as `/report.json` tells.
fn wait_for_runs(daemon: &Daemon) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let token = environment_text("ESC_SYNC_SERVE_TOKEN", login("ESC_SYNC_SERVE_TOKEN"));
    let done = async {
        let client = reqwest::Client::new();
        loop {
            let asked = client.get(format!("{}/metrics", daemon.url)).bearer_auth(&token).send().await;
            let text = asked.expect("an answer").text().await.expect("a text");
            let ran = |kind: &str| {
                let label = format!("kind=\"{kind}\"");
                text.lines().any(|line| {
                    line.starts_with("esc_sync_runs_total{") && line.contains(&label) && !line.ends_with(" 0")
                })
            };
            if ["check", "live", "sync"].into_iter().all(ran) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let limit = std::time::Duration::from_secs(60);
    runtime.block_on(async { tokio::time::timeout(limit, done).await }).expect("a check, a live check and a sync");
}

/// The first mark in what a process can read of itself, and where.
fn leak_in_memory(pid: u32, forms: &[Vec<u8>]) -> Option<String> {
    let needs_root = "the memory of another process cannot be read: this test needs root (or CAP_SYS_PTRACE)";
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).expect(needs_root);
    let memory = File::open(format!("/proc/{pid}/mem")).expect(needs_root);
    let matcher = aho_corasick::AhoCorasick::new(forms).expect("a few hundred short texts");
    let mut read = 0_u64;
    for line in maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|rights| rights.starts_with('r'))) {
        let Some((from, to)) = range(line) else { continue };
        let mut bytes = vec![0; usize::try_from(to - from).expect("it fits")];
        // Pages of the kernel's own ([vvar]) are listed and cannot be read; others may be gone by now.
        if memory.read_exact_at(&mut bytes, from).is_err() {
            let now = fs::read_to_string(format!("/proc/{pid}/maps")).expect(needs_root);
            let is_there = now.lines().any(|other| other == line);
            assert!(line.contains("[v") || !is_there, "{needs_root}: {line}");
            continue;
        }
        read += to - from;
        if let Some(found) = matcher.find(&bytes) {
            let at = found.start();
            let around = String::from_utf8_lossy(&bytes[at.saturating_sub(60)..bytes.len().min(at + 60)]).into_owned();
            return Some(format!("{line}\n{around}"));
        }
    }
    assert!(read > 1 << 20, "only {read} bytes of memory were read");
    None
}

fn range(line: &str) -> Option<(u64, u64)> {
    let (from, to) = line.split(' ').next()?.split_once('-')?;
    Some((u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?))
}

fn leak_below(folder: &Path, forms: &[Vec<u8>]) -> Option<String> {
    fs::read_dir(folder).ok()?.flatten().find_map(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return leak_below(&path, forms);
        }
        leak_of(forms, &fs::read(&path).ok()?).map(|form| format!("{form} in {}", path.display()))
    })
}

#[test]
fn x15_no_value_and_no_login_is_in_the_daemon() {
    let world = world();
    let daemon = serve(&world);
    wait_for_runs(&daemon);
    let (pid, all) = (daemon.child.0.id(), forms());
    // Whoever visits says the token, and its bytes stay in what was read from the connection.
    let visitor = renderings(login("ESC_SYNC_SERVE_TOKEN"));
    let kept: Vec<_> = all.iter().filter(|form| !visitor.contains(form)).cloned().collect();
    let read = |name: &str| fs::read(format!("/proc/{pid}/{name}")).expect("it runs");
    for name in ["environ", "cmdline"] {
        assert_eq!(leak_of(&all, &read(name)), None, "/proc/PID/{name}");
    }
    assert_eq!(leak_in_memory(pid, &kept), None);
    assert_eq!(leak_below(&world.folder.join("state"), &all), None);
    let (code, log) = daemon.end();
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(leak_of(&all, log.as_bytes()), None, "{log}");
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("one object a line, not: {line}"));
        assert!(line["time"].is_string() && line["level"].is_string() && line["message"].is_string(), "{line}");
    }
}

/// The search itself must find what is there.
#[test]
fn the_memory_of_a_process_that_holds_a_mark_gives_it_away() {
    let mut command = std::process::Command::new("sleep");
    let holder = Kept(command.arg("60").env_clear().env("HELD", MARK).spawn().expect("it starts"));
    // Its environment lies in its memory from when it is itself.
    while !fs::read(format!("/proc/{}/cmdline", holder.0.id())).is_ok_and(|text| text.starts_with(b"sleep")) {
        thread::yield_now();
    }
    let found = leak_in_memory(holder.0.id(), &forms());
    assert!(found.is_some_and(|found| found.contains(MARK)));
}
