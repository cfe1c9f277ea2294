//! What the daemon did and is, as metrics.

use super::{
    Process,
    family::{Family, Sample},
};
use crate::daemon::{
    account::Verdict,
    board::{Board, Counters, Role},
    health::{self, HealthVerdict},
    order::RunKind,
};

const WRITE_ENDS: [&str; 5] = ["done", "failed", "not-begun", "overtaken", "unknown"];
const ROLES: [&str; 4] = ["undecided", "alone", "leader", "standby"];

/// The verdict, and whether it can be relied on.
pub(super) fn health(board: &Board, now: i64) -> Vec<Family> {
    let verdicts: Vec<_> = HealthVerdict::ALL.iter().map(|verdict| verdict.as_str()).collect();
    let verdict = health::health(board, now).verdict.as_str();
    let ready = health::unready(board, now).is_empty();
    vec![
        Family::states("esc_sync_health", "The verdict: 1 for the one that holds", "verdict", &verdicts, verdict),
        flag("esc_sync_ready", "Whether what is told can be relied on", ready),
    ]
}

pub(super) fn families(board: &Board, now: i64, process: Process) -> Vec<Family> {
    let mut families = vec![
        Family::states(
            "esc_sync_role",
            "The role: 1 for the one that holds",
            "role",
            &ROLES,
            Role::as_str(&board.role),
        ),
        schedule(board, now),
        running(board),
    ];
    families.extend(runs(&board.counters));
    families.extend(writes_and_requests(&board.counters));
    families.extend(alerts(board, now));
    families.extend(mapping_and_state(board, now));
    families.extend(about_itself(board, process));
    families
}

fn flag(name: &'static str, help: &'static str, is_set: bool) -> Family {
    Family::gauge(name, help, [Sample::level(&[], i64::from(is_set))])
}

fn schedule(board: &Board, now: i64) -> Family {
    let due = board
        .schedule
        .iter()
        .filter_map(|due| Some(Sample::level(&[("kind", due.kind.as_str())], due.next?.saturating_sub(now))));
    Family::gauge("esc_sync_next_run_seconds", "Time until the next run; negative when it is overdue", due)
}

fn running(board: &Board) -> Family {
    let kinds: Vec<_> = RunKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let now = board.running.as_ref().map_or("", |run| run.kind.as_str());
    Family::states("esc_sync_running", "The run under way: 1 for its kind", "kind", &kinds, now)
}

fn runs(counters: &Counters) -> [Family; 3] {
    let each = RunKind::ALL.iter().flat_map(|kind| Verdict::ALL.iter().map(|verdict| (*kind, *verdict)));
    let ended = each.map(|(kind, verdict)| {
        let count = counters.runs.get(&(kind, verdict)).copied().unwrap_or(0);
        Sample::count(&[("kind", kind.as_str()), ("verdict", verdict.as_str())], count)
    });
    let skipped = RunKind::ALL
        .iter()
        .map(|kind| Sample::count(&[("kind", kind.as_str())], counters.skipped.get(kind).copied().unwrap_or(0)));
    let durations = counters.durations.iter().map(|(kind, spread)| Sample::spread(&[("kind", kind.as_str())], spread));
    [
        Family::counter("esc_sync_runs", "Runs that ended, by what they came to", ended),
        Family::counter("esc_sync_runs_skipped", "Runs that were due while another was under way", skipped),
        Family::histogram("esc_sync_run_duration_seconds", "How long runs took", durations),
    ]
}

fn writes_and_requests(counters: &Counters) -> [Family; 2] {
    let known =
        WRITE_ENDS.iter().map(|end| Sample::count(&[("end", end)], counters.writes.get(*end).copied().unwrap_or(0)));
    let others: u64 =
        counters.writes.iter().filter(|(end, _)| !WRITE_ENDS.contains(&end.as_str())).map(|(_, n)| n).sum();
    let other = (others > 0).then(|| Sample::count(&[("end", "other")], others));
    let requests = counters.requests.iter().map(|(store, count)| Sample::count(&[("store", store)], *count));
    [
        Family::counter("esc_sync_writes", "Writes by their end", known.chain(other)),
        Family::counter("esc_sync_requests", "Requests that runs sent, by store", requests),
    ]
}

fn alerts(board: &Board, now: i64) -> [Family; 3] {
    let told = &board.deliveries;
    let ends = [("sent", told.sent), ("failed", told.failed), ("suppressed", told.suppressed)];
    let failing = told.failing.as_ref().map_or(0, |(since, _)| now.saturating_sub(*since).max(1));
    [
        Family::counter(
            "esc_sync_alerts",
            "Alerts by what became of them; suppressed is held back by cool-down or cap",
            ends.into_iter().map(|(end, count)| Sample::count(&[("end", end)], count)),
        ),
        Family::gauge("esc_sync_alert_targets", "Addresses that alerts go to", [Sample::number(&[], told.targets)]),
        Family::gauge(
            "esc_sync_alerts_failing_seconds",
            "For how long no alert could be delivered; 0 when they can",
            [Sample::level(&[], failing)],
        ),
    ]
}

fn mapping_and_state(board: &Board, now: i64) -> [Family; 5] {
    let Counters { reloads, reloads_refused, .. } = board.counters;
    let ends = [("loaded", reloads), ("refused", reloads_refused)];
    let proved = board.state.proved.map(|proved| Sample::level(&[], now.saturating_sub(proved)));
    [
        Family::counter(
            "esc_sync_mapping_reloads",
            "Changes of the mapping by whether they came into force",
            ends.into_iter().map(|(end, count)| Sample::count(&[("end", end)], count)),
        ),
        flag(
            "esc_sync_mapping_refused",
            "Whether the mapping as it is now is not in force, but an older one",
            board.mapping.refused.is_some(),
        ),
        Family::gauge(
            "esc_sync_mapping_entries",
            "Entries of the mapping in force",
            [Sample::number(&[], board.mapping.entries)],
        ),
        flag("esc_sync_state_failing", "Whether runs cannot be remembered", board.state.fault.is_some()),
        Family::gauge("esc_sync_state_proved_age_seconds", "Time since the state was shown to be writable", proved),
    ]
}

fn about_itself(board: &Board, process: Process) -> Vec<Family> {
    let level = |value: Option<u64>| value.map(|value| Sample::number(&[], value));
    vec![
        Family::counter(
            "esc_sync_elections",
            "Times this replica became the leader",
            [Sample::count(&[], board.counters.elections)],
        ),
        flag("esc_sync_stopping", "Whether the daemon winds down", board.stopping),
        Family::gauge("esc_sync_build_info", "The program", [Sample::level(&[("version", &board.replica.version)], 1)]),
        Family::gauge("process_resident_memory_bytes", "Memory in use", level(process.resident_bytes)),
        Family::gauge("process_open_fds", "Open file descriptors", level(process.open_descriptors)),
        Family::gauge(
            "process_start_time_seconds",
            "When the daemon started",
            [Sample::level(&[], board.replica.started)],
        ),
    ]
}
