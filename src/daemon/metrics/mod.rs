//! What Prometheus is told: counts, ages and durations; names of secrets only if that was asked for.
//!
//! `seen` has what is known of the entries, `service` what the daemon did, `family` the form. Pure. Invariants: what
//! was not found out has no sample, so nothing that nobody looked at shows as zero; label values come from our
//! own words except for stores and, if asked for, entries (failure case X12); never a value or a digest.

mod family;
mod seen;
mod service;

use super::{board::Board, combined};

/// What the process takes up; what could not be read is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Process {
    pub resident_bytes: Option<u64>,
    pub open_descriptors: Option<u64>,
}

/// The board as OpenMetrics text. `names`: whether entries are told by name.
pub fn render(board: &Board, now: i64, names: bool) -> String {
    render_with(board, now, names, Process::default())
}

/// The same with what the process takes up.
pub fn render_with(board: &Board, now: i64, names: bool, process: Process) -> String {
    let mut families = service::health(board, now);
    families
        .extend(combined::account(board).as_deref().map(|seen| seen::families(seen, now, names)).unwrap_or_default());
    families.extend(seen::ages(board, now));
    families.extend(service::families(board, now, process));
    family::text_of(families)
}
