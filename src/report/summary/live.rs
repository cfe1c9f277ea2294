//! Live checks in the two sentences: how many of which verdict, and what was not found out.

use super::super::{Report, summary::counted};
use crate::model::ProbeVerdict;

/// `2 live checks: 1 rejected, 1 live`, and the endpoints likewise; empty where none was made.
pub(super) fn sentence(report: &Report) -> String {
    let worst_first = || ProbeVerdict::ALL.iter().copied();
    let probes = worst_first()
        .map(|verdict| (verdict.as_str(), report.probes.iter().filter(|probe| probe.verdict == verdict).count()));
    let words = ["unhealthy", "unknown", "healthy"];
    let endpoints =
        words.map(|word| (word, report.endpoints.iter().filter(|endpoint| endpoint.health() == word).count()));
    part(report.probes.len(), "live check", probes) + &part(report.endpoints.len(), "endpoint", endpoints.into_iter())
}

fn part(all: usize, noun: &str, counts: impl Iterator<Item = (&'static str, usize)>) -> String {
    if all == 0 {
        return String::new();
    }
    let told: Vec<_> =
        counts.filter(|(_, number)| *number > 0).map(|(word, number)| format!("{number} {word}")).collect();
    format!("; {}: {}", counted(all, noun), told.join(", "))
}

/// Why nothing final can be said although every entry has a status.
pub(super) fn unknown(report: &Report) -> Option<&'static str> {
    let is_unknown = |verdict| verdict == ProbeVerdict::Unknown;
    if report.endpoints.iter().any(|endpoint| endpoint.blocking && is_unknown(endpoint.verdict)) {
        Some("an endpoint that a deployment waits for could not be asked")
    } else if report.command == "probe" && report.probes.iter().all(|probe| is_unknown(probe.verdict)) {
        Some("of no credential it could be found out whether it works")
    } else {
        None
    }
}
