//! `sync` beside `gh secret set -f`: the same secrets, the same latency, in turn.

use std::{fs, path::Path, process::Command, time::Duration};

use esc_sync::sandbox::LoggedRequest;

use crate::{
    LATENCY_MS, RUNS, Scratch, middle,
    process::{Run, median, megabytes, millis, run},
    table::Table,
    world::{Emulator, mapping},
};

/// What one sync asked.
struct Asked {
    requests: usize,
    writes: usize,
    peak: usize,
    wire: Duration,
}

impl Asked {
    fn of(log: &[LoggedRequest]) -> Self {
        let writes = || log.iter().filter(|request| matches!(request.method.as_str(), "PUT" | "PATCH" | "DELETE"));
        let arrivals = || log.iter().map(|request| request.arrived_us);
        let between = arrivals().max().unwrap_or(0) - arrivals().min().unwrap_or(0);
        Self {
            requests: log.len(),
            writes: writes().count(),
            peak: writes().map(|request| request.in_flight).max().unwrap_or(0),
            wire: Duration::from_micros(between) + Duration::from_millis(LATENCY_MS),
        }
    }
}

/// `count` changed secrets, then none.
pub(crate) fn syncing(scratch: &Scratch, count: usize, table: &mut Table) {
    let folder = scratch.folder(&format!("sync-{count}"), &mapping(count, 1));
    let ours = Emulator::empty(None, count);
    let socket = folder.join("gh.sock");
    let theirs = Emulator::empty(Some(&socket), count);
    let first = run(&mut ours.sync(&folder));
    assert_eq!(first.code, Some(0), "the first sync makes all of them");
    ours.latency(LATENCY_MS);
    theirs.latency(LATENCY_MS);
    let (mut syncs, mut sets, mut asked) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=RUNS {
        ours.change_all(count, round);
        ours.forget();
        syncs.push(run(&mut ours.sync(&folder)));
        asked.push(Asked::of(&ours.requests()));
        sets.push(run(&mut gh_set(&folder, &socket, count, round)));
    }
    assert!(syncs.iter().all(|run| run.code == Some(0)), "every sync ends well");
    let (sync, set) = (millis(median(&syncs)), millis(median(&sets)));
    let last = asked.last().expect("a round");
    let name = format!("sync of {count} changed at {LATENCY_MS} ms");
    table.free(&format!("{name}: whole process"), sync, "ms");
    table.free(&format!("{name}: on the wire"), millis(middle(asked.iter().map(|asked| asked.wire).collect())), "ms");
    table.bound(&format!("{name}: requests"), last.requests as f64, "", (count + 5) as f64);
    table.bound(&format!("{name}: writes"), last.writes as f64, "", count as f64);
    table.bound("  writes in flight at most", last.peak as f64, "", 64.0);
    table.free("  peak memory", megabytes(&syncs), "MB");
    beside(table, "  beside gh secret set -f", sync, set, &sets);
    idle(&ours, &theirs, &folder, &socket, count, table);
}

/// A second run with nothing to do; `gh` has no such thing and sets all again.
fn idle(ours: &Emulator, _theirs: &Emulator, folder: &Path, socket: &Path, count: usize, table: &mut Table) {
    let (mut syncs, mut sets, mut writes) = (Vec::new(), Vec::new(), 0);
    for _ in 0..RUNS {
        ours.forget();
        syncs.push(run(&mut ours.sync(folder)));
        writes += Asked::of(&ours.requests()).writes;
        sets.push(run(&mut gh_set(folder, socket, count, 0)));
    }
    let (sync, set) = (millis(median(&syncs)), millis(median(&sets)));
    table.bound(&format!("sync of {count} with nothing to do: writes"), writes as f64, "", 0.0);
    table.free("  whole process", sync, "ms");
    beside(table, "  beside gh secret set -f", sync, set, &sets);
}

fn beside(table: &mut Table, name: &str, sync: f64, set: f64, sets: &[Run]) {
    if sets.iter().all(|run| run.code == Some(0)) {
        table.bound(&format!("{name} ({set:.0} ms)"), sync / set, "x", 0.7);
    } else {
        table.note("gh secret set -f did not run: install gh to compare");
    }
}

fn gh_set(folder: &Path, socket: &Path, count: usize, round: usize) -> Command {
    let file = folder.join("secrets.env");
    let lines: String = (0..count).map(|at| format!("SECRET_{at:06}=v{round}x{at:06}abcdef0123456789\n")).collect();
    fs::write(&file, lines).expect("written");
    let mut command = crate::gh(folder, socket);
    command.args(["secret", "set", "--org", "acme", "-f"]).arg(file);
    command
}
