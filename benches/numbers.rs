//! The numbers of the design: requests, time, start-up, memory, loading, syncing beside `gh`, and fleets.
//!
//! `cargo bench --bench numbers` prints one table: what was measured, its bound, and the ratio
//! to it. The program measured is the release binary as a child process against the emulator in
//! this process. Machines are noisy: the median of several runs counts, and what runs beside
//! ours runs in turn with it. A missed bound is said in its row and fails nothing. `-- fleet` measures the fleet alone.

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/integration/serve/boards.rs"]
mod boards;
#[path = "numbers/fleet.rs"]
mod fleet;
#[path = "numbers/probing.rs"]
mod probing;
#[path = "numbers/process.rs"]
mod process;
#[path = "numbers/scanning.rs"]
mod scanning;
#[path = "numbers/serving.rs"]
mod serving;
#[path = "numbers/syncing.rs"]
mod syncing;
#[path = "numbers/table.rs"]
mod table;
#[path = "numbers/world.rs"]
mod world;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use esc_sync::{
    engine::{ReadPlan, Selection},
    judge::{JudgeOptions, judge},
    mapping::{LoadOptions, load},
    model::{Evidence, Snapshot, Stamp},
};

use process::{Run, measured, median, megabytes, millis, program, run};
use table::Table;
use world::{Emulator, mapping};

const RUNS: usize = 9;
const LATENCY_MS: u64 = 20;
/// Two round trips and a quarter, and ten milliseconds.
const WIRE_MS: f64 = 2.5 * LATENCY_MS as f64 + 10.0;

fn main() {
    if process::stopwatch().or_else(fleet::worker).is_some() {
        return;
    }
    if std::env::args().any(|word| word == "fleet") {
        let mut table = Table::default();
        fleet::fleet(&mut table);
        return table.print();
    }
    let scratch = Scratch::new();
    let mut table = Table::default();
    start_up(&scratch, &mut table);
    for (count, requests) in [(60, 3), (1_000, 12)] {
        wire(&scratch, count, requests, &mut table);
    }
    syncing::syncing(&scratch, 60, &mut table);
    probing::probing(&scratch, &mut table);
    scanning::scanning(&scratch, &mut table);
    loading(&scratch, 100_000, &mut table);
    several_environments(&scratch, 20_000, 4, &mut table);
    sandbox(&scratch, &mut table);
    fleet::fleet(&mut table);
    serving::page(&mut table);
    table.print();
}

/// `--version`: the process itself.
fn start_up(scratch: &Scratch, table: &mut Table) {
    let runs = repeat(2 * RUNS, || run(program(&scratch.0).arg("--version")));
    table.bound("start-up of --version", millis(median(&runs)), "ms", 10.0);
}

/// A check of `count` secrets with latency, beside `gh secret list` of the same organization.
fn wire(scratch: &Scratch, count: usize, requests: usize, table: &mut Table) {
    let folder = scratch.folder(&format!("wire-{count}"), &mapping(count, 1));
    let ours = Emulator::start(None, count, 1);
    let socket = folder.join("gh.sock");
    let theirs = Emulator::start(Some(&socket), count, 1);
    let first = run(&mut ours.check(&folder));
    assert_eq!(first.code, Some(0), "the bench's world is healthy");
    table.bound(&format!("check of {count}: requests"), ours.requests().len() as f64, "", requests as f64);

    ours.latency(LATENCY_MS);
    theirs.latency(LATENCY_MS);
    let (mut checks, mut lists, mut trips, mut exchanges) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        trips.push(ours.two_round_trips());
        ours.forget();
        checks.push(run(&mut ours.check(&folder)));
        exchanges.push(on_the_wire(&ours));
        lists.push(run(&mut gh_list(&folder, &socket)));
    }
    let whole = millis(median(&checks));
    let bare = millis(middle(trips));
    table.bound(&format!("check of {count} at {LATENCY_MS} ms: on the wire"), millis(middle(exchanges)), "ms", WIRE_MS);
    table.bound(&format!("check of {count} at {LATENCY_MS} ms: whole process"), whole, "ms", WIRE_MS);
    table.free("  beside two bare round trips in turn with it", whole / bare, "x");
    if lists.iter().all(|run| run.code == Some(0)) {
        let name = format!("  beside gh secret list ({:.0} ms, names only)", millis(median(&lists)));
        table.free(&name, whole / millis(median(&lists)), "x");
    } else {
        table.note("gh secret list did not run: install gh to compare");
    }
    let peak = megabytes(&checks);
    match count {
        60 => table.bound(&format!("check of {count}: peak memory"), peak, "MB", 20.0),
        _ => table.free(&format!("check of {count}: peak memory"), peak, "MB"),
    }
}

/// From the arrival of the first request to the answer of the last, as the emulator saw it.
fn on_the_wire(emulator: &Emulator) -> Duration {
    let arrivals: Vec<u64> = emulator.requests().iter().map(|request| request.arrived_us).collect();
    let (first, last) = (arrivals.iter().min().expect("requests"), arrivals.iter().max().expect("requests"));
    Duration::from_micros(last - first) + Duration::from_millis(LATENCY_MS)
}

/// A large mapping: loaded, planned over, judged without any store, and reported.
fn loading(scratch: &Scratch, count: usize, table: &mut Table) {
    let text = mapping(count, 1);
    let folder = scratch.folder("loading", &text);
    let lint = repeat(RUNS, || run(program(&folder).args(["mapping", "lint"])));
    assert!(lint.iter().all(|run| run.code == Some(0)), "the bench's mapping is legal");
    table.bound(&format!("mapping of {count}: load and validate"), median(&lint).as_secs_f64(), "s", 0.6);
    table.bound("  peak memory", megabytes(&lint), "MB", 150.0);
    table.bound(&format!("mapping of {count}: read plan and judgement"), judging(&text).as_secs_f64(), "s", 0.3);
    for format in ["gate", "text", "json"] {
        let offline = repeat(3, || run(program(&folder).args(["check", "--offline", "--format", format])));
        assert!(offline.iter().all(|run| run.code == Some(3)), "nothing was asked, so nothing is known");
        let name = format!("check --offline of {count}, as {format}");
        table.free(&name, median(&offline).as_secs_f64(), "s");
        table.bound("  peak memory", megabytes(&offline), "MB", 150.0);
    }
}

/// The pure part between loading and reporting, in this process.
fn judging(text: &str) -> Duration {
    let loaded = load("bench.yaml", text.as_bytes(), &LoadOptions::default()).expect("a legal mapping");
    let options = JudgeOptions { now: Stamp(0), require_evidence: Evidence::None };
    let snapshot = Snapshot::default();
    let once = || {
        let started = Instant::now();
        let plan = ReadPlan::new(&loaded.mapping, &Selection::default());
        let judgement = judge(&loaded.mapping, &snapshot, options);
        let took = started.elapsed();
        assert_eq!((plan.environments.len(), judgement.entries.len()), (1, loaded.mapping.entries.len()));
        took
    };
    middle((0..RUNS).map(|_| once()).collect())
}

/// A real check over several environments; the emulator's own work is most of its time.
fn several_environments(scratch: &Scratch, count: usize, environments: usize, table: &mut Table) {
    let folder = scratch.folder("several", &mapping(count, environments));
    let emulator = Emulator::start(None, count, environments);
    let runs = repeat(2, || {
        emulator.forget();
        run(&mut emulator.check(&folder))
    });
    let name = format!("check of {count} in {environments} environments");
    let requests = 2 * environments + count.div_ceil(100);
    table.bound(&format!("{name}: requests"), emulator.requests().len() as f64, "", requests as f64);
    table.free(&format!("{name}: whole process"), median(&runs).as_secs_f64(), "s");
    table.bound("  peak memory (the bound is that of 100,000)", megabytes(&runs), "MB", 150.0);
}

/// The first command of the README: the emulator is started, seeded, checked.
fn sandbox(scratch: &Scratch, table: &mut Table) {
    let mapping = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings/sophia.yaml");
    let mut fresh = 0;
    let runs = repeat(RUNS, || {
        fresh += 1;
        let folder = scratch.folder(&format!("sandbox-{fresh}"), "");
        run(program(&folder).args(["check", "--sandbox=state", "--mapping"]).arg(&mapping))
    });
    assert!(runs.iter().all(|run| run.code == Some(1)), "the seeded world has one of every fault");
    table.bound("check --sandbox of mappings/sophia.yaml", median(&runs).as_secs_f64(), "s", 1.0);
}

fn gh_list(folder: &Path, socket: &Path) -> Command {
    let mut command = gh(folder, socket);
    command.args(["secret", "list", "--org", "acme"]);
    command
}

/// Debian's `gh` reaches plain http only through a socket in the file system.
fn gh(folder: &Path, socket: &Path) -> Command {
    let config = folder.join("gh-config");
    fs::create_dir_all(&config).expect("a folder");
    fs::write(config.join("config.yml"), format!("http_unix_socket: {}\n", socket.display())).expect("written");
    let mut command = measured("gh", folder);
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("GH_CONFIG_DIR", config).env("GH_TOKEN", "bench");
    command
}

/// Runs once to warm up, then `times` for the table.
fn repeat(times: usize, mut once: impl FnMut() -> Run) -> Vec<Run> {
    once();
    (0..times).map(|_| once()).collect()
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// A folder below the build's own, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("numbers-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a scratch folder");
        Self(folder)
    }

    /// A working directory with that mapping in it.
    fn folder(&self, name: &str, mapping: &str) -> PathBuf {
        let folder = self.0.join(name);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("esc-sync.yaml"), mapping).expect("a mapping");
        folder
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left behind is below the build's own folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}
