//! Live checks in the words of the older gate: what was asked, and whether it is healthy.

use serde::Serialize;

use super::super::{EndpointReport, ProbeReport, Report};
use crate::model::ProbeVerdict;

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
        status: match probe.verdict {
            ProbeVerdict::Live => "healthy",
            ProbeVerdict::Limited => "limited",
            ProbeVerdict::Rejected => "unhealthy",
            ProbeVerdict::Unknown => "unknown",
        },
        check: "credential",
        name: &probe.entry,
        reason: probe.reason.as_str(),
    }
}
