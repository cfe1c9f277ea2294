//! Live checks in the two sentences: how many of which verdict, and what was not found out.

use super::super::{Report, summary::counted};
use crate::model::ProbeVerdict;

/// `37 live, 1 limited, 1 rejected, 30 checked offline only, 2 unknown`, for a report of nothing else; `None` if any
/// other command made it, or there is no credential to speak of.
pub(super) fn looked_at(report: &Report) -> Option<String> {
    if !report.is_of_live_checks() || report.entries.is_empty() {
        return None;
    }
    let told: Vec<_> = verdicts(report)
        .into_iter()
        .filter(|(_, number)| *number > 0)
        .map(|(word, number)| format!("{number} {word}"))
        .collect();
    let valueless = report.entries.iter().filter(|entry| report.probe_of(entry).is_none()).count();
    let valueless = (valueless > 0).then(|| format!("{valueless} without a value to check"));
    Some(told.into_iter().chain(valueless).collect::<Vec<_>>().join(", "))
}

/// Best first; what nobody can be asked about is apart from what could not be found out.
fn verdicts(report: &Report) -> [(&'static str, usize); 5] {
    let number = |verdict| report.probes.iter().filter(|probe| probe.verdict == verdict && !probe.is_of_form()).count();
    [
        ("live", number(ProbeVerdict::Live)),
        ("limited", number(ProbeVerdict::Limited)),
        ("rejected", number(ProbeVerdict::Rejected)),
        ("checked offline only", report.probes.iter().filter(|probe| probe.is_of_form()).count()),
        ("unknown", number(ProbeVerdict::Unknown)),
    ]
}

/// `2 live checks: 1 rejected, 1 live`, and the endpoints likewise; empty where none was made.
pub(super) fn sentence(report: &Report) -> String {
    let words = ["unhealthy", "unknown", "healthy"];
    let endpoints =
        words.map(|word| (word, report.endpoints.iter().filter(|endpoint| endpoint.health() == word).count()));
    let probes = if report.is_of_live_checks() { 0 } else { report.probes.len() };
    let [live, limited, rejected, of_form, unknown] = verdicts(report);
    let worst_first = [rejected, unknown, of_form, limited, live];
    part(probes, "live check", worst_first.into_iter())
        + &part(report.endpoints.len(), "endpoint", endpoints.into_iter())
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
