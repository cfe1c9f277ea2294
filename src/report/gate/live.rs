//! Live checks in the words of the older gate: what was asked, and whether it is healthy.

use serde::Serialize;

use super::super::{EndpointReport, EntryReport, ProbeReport, Report};
use crate::model::{ProbeVerdict, Status};

/// One thing that was asked itself, beside the rows that sum up a service's entries.
#[derive(Serialize)]
pub(super) struct LiveCheck<'a> {
    service: &'a str,
    status: &'static str,
    /// `credential` or `endpoint`.
    check: &'static str,
    name: &'a str,
    reason: &'a str,
}

pub(super) fn checks(report: &Report) -> impl Iterator<Item = LiveCheck<'_>> {
    let endpoints = report.endpoints.iter().map(of_endpoint);
    endpoints.chain(report.probes.iter().map(|probe| of_probe(report, probe)))
}

/// Endpoints that a deployment waits for, as far as they are not healthy.
pub(super) fn failed(report: &Report) -> impl Iterator<Item = String> + '_ {
    let waited_for = report.endpoints.iter().filter(|endpoint| endpoint.blocking);
    waited_for.filter_map(|endpoint| match endpoint.verdict {
        ProbeVerdict::Live => None,
        ProbeVerdict::Unknown => Some(format!("{}: could not be asked", service(endpoint))),
        ProbeVerdict::Limited | ProbeVerdict::Rejected => Some(service(endpoint).to_owned()),
    })
}

/// The worst of a service's credentials; `unverified` where nobody could be asked of any.
pub(super) fn health_of_all(report: &Report, entries: &[&EntryReport]) -> &'static str {
    let probes: Vec<_> = entries.iter().map(|entry| report.probe_of(entry)).collect();
    if probes.iter().any(Option::is_none) {
        return health(ProbeVerdict::Unknown);
    }
    let asked = probes.into_iter().flatten().filter(|probe| !probe.is_of_form());
    asked.map(|probe| probe.verdict).min().map_or(Status::Unverified.as_str(), health)
}

fn health(verdict: ProbeVerdict) -> &'static str {
    match verdict {
        ProbeVerdict::Live => "healthy",
        ProbeVerdict::Limited => "limited",
        ProbeVerdict::Rejected => "unhealthy",
        ProbeVerdict::Unknown => "unknown",
    }
}

fn service(endpoint: &EndpointReport) -> &str {
    endpoint.service.as_deref().unwrap_or(&endpoint.name)
}

fn of_endpoint(endpoint: &EndpointReport) -> LiveCheck<'_> {
    LiveCheck {
        service: service(endpoint),
        status: endpoint.health(),
        check: "endpoint",
        name: &endpoint.name,
        reason: &endpoint.what,
    }
}

fn of_probe<'a>(report: &'a Report, probe: &'a ProbeReport) -> LiveCheck<'a> {
    let entry = report.entries.iter().find(|entry| entry.name == probe.entry);
    LiveCheck {
        service: entry.and_then(|entry| entry.service.as_deref()).unwrap_or(super::NO_SERVICE),
        status: health(probe.verdict),
        check: "credential",
        name: &probe.entry,
        reason: probe.reason.as_str(),
    }
}
