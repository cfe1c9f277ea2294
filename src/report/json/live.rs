//! The properties `probes` and `endpoints` of `esc-sync/report/v1`, frozen like the rest.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::report::{EndpointReport, ProbeReport};

#[derive(Serialize)]
pub(super) struct ProbeV1<'a> {
    entry: &'a str,
    probe: &'a str,
    verdict: &'static str,
    reason: &'static str,
    evidence: &'static str,
    what: &'a str,
    help: &'a str,
    host: Option<&'a str>,
    status: Option<u16>,
    latency_ms: u64,
    checked_at: &'a str,
    expires_at: Option<&'a str>,
    facts: BTreeMap<&'static str, &'a str>,
}

#[derive(Serialize)]
pub(super) struct EndpointV1<'a> {
    name: &'a str,
    service: Option<&'a str>,
    blocking: bool,
    health: &'static str,
    what: &'a str,
    help: &'a str,
    host: &'a str,
    status: Option<u16>,
    latency_ms: u64,
    checked_at: &'a str,
    line: u32,
}

impl<'a> From<&'a ProbeReport> for ProbeV1<'a> {
    fn from(probe: &'a ProbeReport) -> Self {
        Self {
            entry: &probe.entry,
            probe: &probe.probe,
            verdict: probe.verdict.as_str(),
            reason: probe.reason.as_str(),
            evidence: probe.evidence.as_str(),
            what: &probe.what,
            help: &probe.help,
            host: probe.host.as_deref(),
            status: probe.status,
            latency_ms: probe.latency_ms,
            checked_at: &probe.checked_at,
            expires_at: probe.expires_at.as_deref(),
            facts: probe.facts.iter().map(|(name, fact)| (*name, fact.as_str())).collect(),
        }
    }
}

impl<'a> From<&'a EndpointReport> for EndpointV1<'a> {
    fn from(endpoint: &'a EndpointReport) -> Self {
        Self {
            name: &endpoint.name,
            service: endpoint.service.as_deref(),
            blocking: endpoint.blocking,
            health: endpoint.health(),
            what: &endpoint.what,
            help: &endpoint.help,
            host: &endpoint.host,
            status: endpoint.status,
            latency_ms: endpoint.latency_ms,
            checked_at: &endpoint.checked_at,
            line: endpoint.at.line,
        }
    }
}
