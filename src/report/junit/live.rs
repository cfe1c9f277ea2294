//! Test cases of live checks: one for each credential and each endpoint that was asked.

use std::collections::HashMap;

use super::{
    super::{EndpointReport, EntryReport, ProbeReport, Report},
    Outcome,
    writes::Case,
};
use crate::model::{ProbeVerdict, Severity, Status};

pub(super) fn cases(report: &Report) -> Vec<Case> {
    if report.probes.is_empty() && report.endpoints.is_empty() {
        return Vec::new();
    }
    let entries: HashMap<&str, &EntryReport> =
        report.entries.iter().map(|entry| (entry.name.as_str(), entry)).collect();
    let probes = report.probes.iter().map(|probe| of_probe(report, probe, entries.get(&*probe.entry).copied()));
    probes.chain(report.endpoints.iter().map(|endpoint| of_endpoint(report, endpoint))).collect()
}

/// As the entry is: a case is never greener, nor redder, than the verdict.
fn of_probe(report: &Report, probe: &ProbeReport, entry: Option<&EntryReport>) -> Case {
    let is_unknown = entry.is_some_and(|entry| entry.status == Status::Unknown);
    let counts = entry.is_some_and(|entry| entry.findings.iter().any(|finding| report.counts(finding)));
    let outcome = match probe.verdict {
        ProbeVerdict::Live | ProbeVerdict::Limited => Outcome::Passed,
        ProbeVerdict::Rejected if counts => Outcome::Failure,
        ProbeVerdict::Rejected => Outcome::Skipped,
        ProbeVerdict::Unknown if is_unknown => Outcome::Error,
        ProbeVerdict::Unknown => Outcome::Skipped,
    };
    Case {
        name: format!("live check of {} by {}: {}", probe.entry, probe.asked(), probe.verdict),
        outcome,
        kind: probe.reason.as_str(),
        message: probe.what.clone(),
        help: probe.help.clone(),
    }
}

fn of_endpoint(report: &Report, endpoint: &EndpointReport) -> Case {
    let counts = endpoint.finding.as_ref().is_some_and(|finding| report.counts(finding));
    let outcome = match endpoint.verdict {
        ProbeVerdict::Live => Outcome::Passed,
        ProbeVerdict::Unknown if endpoint.blocking => Outcome::Error,
        ProbeVerdict::Limited | ProbeVerdict::Rejected if counts => Outcome::Failure,
        _ => Outcome::Skipped,
    };
    let is_error = endpoint.finding.as_ref().is_some_and(|finding| finding.severity == Severity::Error);
    Case {
        name: format!("endpoint {} at {}: {}", endpoint.name, endpoint.host, endpoint.health()),
        outcome,
        kind: if is_error { "blocking" } else { "endpoint" },
        message: endpoint.what.clone(),
        help: endpoint.help.clone(),
    }
}
