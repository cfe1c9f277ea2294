//! The numbers of the design that concern reading: requests, time on the wire, start-up, memory, loading.
//!
//! `cargo bench` prints one table, each row with its bound and the ratio to it. The program
//! measured is the release binary as a child process against the emulator in this process,
//! with latency added to every answer. Machines are noisy: the median of several runs counts,
//! and `gh secret list` runs in turn with ours on the same emulator.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use esc_sync::{
    crypto::sealed::SealingKey,
    sandbox::{Running, Sandbox, SandboxOptions},
};
use serde_json::{Value, json};
use wait4::Wait4 as _;

const RUNS: usize = 9;
const LATENCY_MS: u64 = 20;

fn main() {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("numbers-{}", std::process::id()));
    fs::create_dir_all(&scratch).expect("a scratch folder");
    let mut table = Table::default();
    start_up(&scratch, &mut table);
    for count in [60, 1_000] {
        wire(&scratch, count, &mut table);
    }
    large(&scratch, &mut table);
    table.print();
    // What is left behind is below the build's own folder.
    let _ = fs::remove_dir_all(&scratch);
}

/// `--version`: the process itself.
fn start_up(scratch: &Path, table: &mut Table) {
    let runs = repeat(|| run(program(scratch).arg("--version")));
    table.row("start-up of --version", millis(median(&runs)), "ms", 10.0);
}

/// A check of `count` secrets with latency, beside `gh secret list` of the same organization.
fn wire(scratch: &Path, count: usize, table: &mut Table) {
    let folder = scratch.join(format!("wire-{count}"));
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("esc-sync.yaml"), mapping(count)).expect("a mapping");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let socket = folder.join("gh.sock");
    let options = SandboxOptions { unix_socket: Some(socket.clone()), ..SandboxOptions::default() };
    let running = runtime.block_on(Sandbox::start(options)).expect("a free port");
    runtime.block_on(fill(&running, count));
    running.latency(LATENCY_MS);

    running.reset_log();
    let first = run(&mut check(&folder, &running.url));
    let requests = running.requests().len();
    assert_eq!(first.code, Some(0), "the bench's world is healthy");
    table.row(&format!("requests, check of {count}"), requests as f64, "", if count == 60 { 3.0 } else { 12.0 });

    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    for _ in 0..RUNS {
        ours.push(run(&mut check(&folder, &running.url)));
        theirs.push(run(&mut gh_list(&folder, &socket)));
    }
    let bound = 1.25 * 2.0 * LATENCY_MS as f64 + 10.0;
    table.row(&format!("whole check of {count} at {LATENCY_MS} ms"), millis(median(&ours)), "ms", bound);
    table.row(
        &format!("  the same in round trips of {LATENCY_MS} ms"),
        millis(median(&ours)) / LATENCY_MS as f64,
        "",
        2.5 + 10.0 / LATENCY_MS as f64,
    );
    if theirs.iter().all(|run| run.code == Some(0)) {
        let other = millis(median(&theirs));
        table.row(
            &format!("  beside gh secret list ({other:.1} ms, names only)"),
            millis(median(&ours)) / other,
            "x",
            f64::NAN,
        );
    } else {
        table.note("gh secret list did not run: install gh to compare");
    }
    table.row(&format!("memory of check at {count}"), megabytes(&ours), "MB", 20.0);
    runtime.block_on(running.shutdown());
}

/// 100,000 entries: loading alone, and a whole check without latency.
fn large(scratch: &Path, table: &mut Table) {
    let count = 100_000;
    let folder = scratch.join("large");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("esc-sync.yaml"), mapping(count)).expect("a mapping");
    let lint: Vec<_> = (0..RUNS).map(|_| run(program(&folder).args(["mapping", "lint"]))).collect();
    assert!(lint.iter().all(|run| run.code == Some(0)), "the bench's mapping is legal");
    table.row("load and validate 100,000 entries", median(&lint).as_secs_f64(), "s", 0.6);
    table.row("  memory of it", megabytes(&lint), "MB", 150.0);
    let offline: Vec<_> =
        (0..3).map(|_| run(program(&folder).args(["check", "--offline", "--format", "gate"]))).collect();
    table.row("check --offline of 100,000 (judge and report)", median(&offline).as_secs_f64(), "s", f64::NAN);
    table.row("  memory of it", megabytes(&offline), "MB", 150.0);
}

fn mapping(count: usize) -> String {
    let mut text =
        "version: 1\nesc: { environment: acme/default/production }\ngithub: { organization: acme }\nentries:\n"
            .to_owned();
    for at in 0..count {
        let line = if at % 2 == 0 {
            format!("  SECRET_{at:06}: group{}.key_{at:06}\n", at / 100)
        } else {
            format!(
                "  SECRET_{at:06}: {{ esc: group{}.key_{at:06}, service: openai, tier: critical, format: {{ pattern: \".*\" }} }}\n",
                at / 100
            )
        };
        text.push_str(&line);
    }
    text
}

fn value(at: usize) -> String {
    format!("v{:016x}", (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// Both stores hold every entry, with equal values.
async fn fill(running: &Running, count: usize) {
    let mut definition = "values:\n".to_owned();
    for at in 0..count {
        if at % 100 == 0 {
            let _ = writeln!(definition, "  group{}:", at / 100);
        }
        let _ = writeln!(definition, "    key_{at:06}: {{ \"fn::secret\": \"{}\" }}", value(at));
    }
    let now = running.now();
    running
        .world(|world| world.esc.put_environment("acme", "default", "production", &definition, now))
        .expect("a legal definition");
    // Whoever installs a provider first wins; all of ours are ring.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::new();
    let ask = |method: reqwest::Method, path: String, body: Value| {
        let request = client.request(method, format!("{}/orgs/acme/actions/secrets/{path}", running.url));
        request.header("authorization", "token bench").header("user-agent", "bench").body(body.to_string()).send()
    };
    let key =
        ask(reqwest::Method::GET, "public-key".into(), Value::Null).await.expect("a key").text().await.expect("a body");
    let key: Value = serde_json::from_str(&key).expect("JSON");
    let sealing = SealingKey::from_base64(key["key"].as_str().expect("a key")).expect("a key");
    for at in 0..count {
        let sealed = sealing.seal(&value(at).into()).expect("sealed");
        let body = json!({ "encrypted_value": sealed, "key_id": key["key_id"], "visibility": "all" });
        let answer = ask(reqwest::Method::PUT, format!("SECRET_{at:06}"), body).await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
    }
}

fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_esc-sync"));
    command.env_clear().env("HOME", folder).current_dir(folder);
    command
}

fn check(folder: &Path, url: &str) -> Command {
    let mut command = program(folder);
    command.args(["check", "--format", "json"]);
    command
        .env("PULUMI_BACKEND_URL", url)
        .env("PULUMI_ACCESS_TOKEN", "bench")
        .env("GITHUB_API_URL", url)
        .env("GITHUB_TOKEN", "bench");
    command
}

/// Debian's `gh` reaches plain http only through a socket in the file system.
fn gh_list(folder: &Path, socket: &Path) -> Command {
    let config: PathBuf = folder.join("gh-config");
    fs::create_dir_all(&config).expect("a folder");
    fs::write(config.join("config.yml"), format!("http_unix_socket: {}\n", socket.display())).expect("written");
    let mut command = Command::new("gh");
    command.env("GH_CONFIG_DIR", config).env("GH_TOKEN", "bench").args(["secret", "list", "--org", "acme"]);
    command
}

struct Run {
    wall: Duration,
    peak_kb: u64,
    code: Option<i32>,
}

fn run(command: &mut Command) -> Run {
    let started = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let Ok(mut child) = child else { return Run { wall: Duration::ZERO, peak_kb: 0, code: None } };
    let ended = child.wait4().expect("the child ends");
    Run { wall: started.elapsed(), peak_kb: ended.rusage.maxrss / 1024, code: ended.status.code() }
}

fn repeat(mut once: impl FnMut() -> Run) -> Vec<Run> {
    once();
    (0..RUNS).map(|_| once()).collect()
}

fn median(runs: &[Run]) -> Duration {
    let mut walls: Vec<_> = runs.iter().map(|run| run.wall).collect();
    walls.sort();
    walls[walls.len() / 2]
}

fn megabytes(runs: &[Run]) -> f64 {
    runs.iter().map(|run| run.peak_kb).max().unwrap_or(0) as f64 / 1024.0
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[derive(Default)]
struct Table {
    rows: Vec<(String, f64, &'static str, f64)>,
    notes: Vec<String>,
}

impl Table {
    fn row(&mut self, what: &str, measured: f64, unit: &'static str, bound: f64) {
        self.rows.push((what.to_owned(), measured, unit, bound));
    }

    fn note(&mut self, text: &str) {
        self.notes.push(text.to_owned());
    }

    #[expect(clippy::print_stdout, reason = "the table is what a bench is for")]
    fn print(&self) {
        println!("{:<52} {:>12} {:>10} {:>7}", "measure", "measured", "bound", "ratio");
        for (what, measured, unit, bound) in &self.rows {
            let (bound, ratio) = if bound.is_nan() {
                ("–".to_owned(), "–".to_owned())
            } else {
                (format!("{bound:.1}"), format!("{:.2}", measured / bound))
            };
            println!("{what:<52} {measured:>9.2} {unit:<2} {bound:>10} {ratio:>7}");
        }
        for note in &self.notes {
            println!("note: {note}");
        }
    }
}
