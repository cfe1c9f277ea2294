//! How the cost of a fleet grows: 100, 1,000 and 10,000 repositories over eight workers, in virtual time.
//!
//! All of them write at once to one emulator, through the real client and the real pace. The memory of a worker is
//! that of a process of its own, without the emulator that is in it.

use std::{
    fs,
    process::Command,
    time::{Duration, Instant},
};

#[path = "../../tests/integration/serve/fleet/simulated.rs"]
mod simulated;

use simulated::{Fleet, Worked};

use crate::table::Table;

const WORKERS: u32 = 8;
const WORKER: &str = "--fleet-worker";
const SIZES: [usize; 3] = [100, 1_000, 10_000];

pub(crate) fn fleet(table: &mut Table) {
    let mut each = Vec::new();
    for repositories in SIZES {
        let name = format!("fleet of {repositories}");
        planned(&name, repositories, table);
        each.push(synced(&name, repositories, table));
        table.bound(&format!("{name}: peak memory of one worker"), peak_of_one(repositories), "MB", 60.0);
    }
    table.bound("fleet: processor time for a repository, 10,000 beside 1,000", each[2] / each[1], "x", 2.0);
}

fn planned(name: &str, repositories: usize, table: &mut Table) {
    let (started, worked) = (
        Instant::now(),
        in_virtual_time(async {
            let fleet = Fleet::new(repositories);
            fleet.work(1, WORKERS, false).await
        }),
    );
    table.free(&format!("{name}: plan of one worker, requests"), worked.requests as f64, "");
    table.free(
        &format!("{name}: plan of one worker, real time with the emulator"),
        started.elapsed().as_secs_f64(),
        "s",
    );
}

/// Seconds of processor time for each repository.
fn synced(name: &str, repositories: usize, table: &mut Table) -> f64 {
    let started = Instant::now();
    let (fleet, worked) = in_virtual_time(async {
        let fleet = Fleet::new(repositories);
        let worked = fleet.sync(WORKERS).await;
        (fleet, worked)
    });
    let real = started.elapsed().as_secs_f64();
    assert!(fleet.is_whole(repositories), "every repository has its secret");
    let seen = fleet.seen();
    let most = |part: fn(&Worked) -> f64| worked.iter().map(part).fold(0.0, f64::max);
    let wrong = |one: &Worked| (one.foretold.as_secs_f64() / one.took.as_secs_f64() - 1.0).abs();
    table.bound(&format!("{name}: writes"), seen.writes as f64, "", repositories as f64);
    table.free(&format!("{name}: requests of a worker at most"), most(|one| one.requests as f64), "");
    table.free(&format!("{name}: virtual time of the slowest"), most(|one| hours(one.took)), "h");
    table.free(&format!("{name}: foretold for the slowest"), most(|one| hours(one.foretold)), "h");
    table.bound("  foretold beside virtual, the most it is wrong", 100.0 * most(wrong), "%", 10.0);
    table.bound("  writes within an hour, all workers", seen.most_writes_an_hour as f64, "", 500.0);
    table.bound("  points within a minute, all workers", f64::from(seen.most_points_a_minute), "", 900.0);
    table.bound("  requests in flight, all workers", seen.most_in_flight as f64, "", 100.0);
    table.bound("  requests that were refused", seen.refused as f64, "", 0.0);
    table.free("  real time, all workers and the emulator", real, "s");
    real / repositories as f64
}

/// What `fleet` starts for a worker alone; `None` in any other process.
#[expect(clippy::print_stdout, reason = "what was measured goes to the bench")]
pub(crate) fn worker() -> Option<()> {
    let mut arguments = std::env::args().skip(1);
    arguments.next().filter(|first| first == WORKER)?;
    let repositories: usize = arguments.next()?.parse().ok()?;
    let bare = kilobytes("VmRSS");
    let peak = in_virtual_time(async {
        let fleet = Fleet::new(repositories);
        // From here on the peak is counted anew.
        fs::write("/proc/self/clear_refs", "5").expect("our own process");
        let before = kilobytes("VmRSS");
        fleet.work(1, WORKERS, true).await;
        kilobytes("VmHWM").saturating_sub(before)
    });
    println!("{}", bare + peak);
    Some(())
}

fn peak_of_one(repositories: usize) -> f64 {
    let mut command = Command::new(std::env::current_exe().expect("a running program"));
    let output = command.arg(WORKER).arg(repositories.to_string()).output().expect("it starts");
    let told = String::from_utf8_lossy(&output.stdout);
    told.trim().parse::<f64>().expect("a number") / 1024.0
}

fn kilobytes(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("our own process");
    let line = status.lines().find_map(|line| line.strip_prefix(field)).expect("the kernel tells");
    line.trim_matches([':', ' ', '\t', 'k', 'B']).trim().parse().expect("a number")
}

fn hours(time: Duration) -> f64 {
    time.as_secs_f64() / 3_600.0
}

/// A runtime on which waiting costs nothing.
fn in_virtual_time<T>(play: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(play)
}
