//! The order in which people read a report: errors before warnings, worst status first, then tier, then name.
//!
//! The machine formats keep the mapping's order instead. Both are deterministic.

use super::{EntryReport, LocatedFinding, Report};
use crate::{
    judge::Finding,
    model::{Severity, Status},
};

/// The entries of each status that has any: those with errors before those without, then worst status first.
pub(super) fn by_status(entries: &[EntryReport]) -> Vec<(Status, Vec<&EntryReport>)> {
    let mut sorted: Vec<&EntryReport> = entries.iter().collect();
    let key = |entry: &EntryReport| (entry.status, calm(&entry.findings), entry.tier);
    sorted.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name)));
    let mut groups: Vec<(Status, Vec<&EntryReport>)> = Vec::new();
    for entry in sorted {
        match groups.last_mut() {
            Some((status, group)) if *status == entry.status => group.push(entry),
            _ => groups.push((entry.status, vec![entry])),
        }
    }
    groups.sort_by_key(|(status, group)| (group.iter().all(|entry| calm(&entry.findings)), *status));
    groups
}

/// Whether nothing here is an error.
fn calm(findings: &[Finding]) -> bool {
    worst(findings) != Some(Severity::Error)
}

/// Every finding with the entry it belongs to, worst severity first; within one
/// severity what is wrong with writes, those of no entry, then by the entry's status
/// and tier in the mapping's order.
pub(super) fn findings<'a>(
    report: &'a Report,
    troubles: &'a [(Option<&'a EntryReport>, Finding)],
) -> Vec<(Option<&'a EntryReport>, &'a Finding)> {
    let general = report.findings.iter().map(|finding| (None, finding));
    let own = report.entries.iter().flat_map(|entry| entry.findings.iter().map(move |finding| (Some(entry), finding)));
    let mut all: Vec<_> = general.chain(own).collect();
    all.sort_by_key(|(entry, finding)| (finding.severity, entry.map(|entry| (entry.status, entry.tier))));
    all.splice(0..0, troubles.iter().map(|(entry, finding)| (*entry, finding)));
    all
}

/// Findings of one entry, or of none, worst severity first.
pub(super) fn worst_first(findings: &[Finding]) -> Vec<&Finding> {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| finding.severity);
    sorted
}

/// Findings of files, worst severity first; within one in the order of the places.
pub(super) fn located(findings: &[LocatedFinding]) -> Vec<&LocatedFinding> {
    let mut sorted: Vec<&LocatedFinding> = findings.iter().collect();
    sorted.sort_by_key(|finding| finding.severity);
    sorted
}

/// The worst severity among `findings`.
pub(super) fn worst<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Option<Severity> {
    findings.into_iter().map(|finding| finding.severity).min()
}
