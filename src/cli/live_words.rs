//! What live checks came to, in the report's words.

use crate::{
    judge::endpoint_finding,
    mapping::Mapping,
    model::{EndpointResult, LiveKnowledge, ProbeResult, ProbeVerdict, SecretName},
    report::{EndpointReport, ProbeReport},
};

/// In the mapping's order.
pub(crate) fn probes(mapping: &Mapping, live: &LiveKnowledge) -> Vec<ProbeReport> {
    let probed = mapping.entries.iter().filter_map(|entry| Some((&entry.name, live.probes.get(&entry.name)?)));
    probed.map(|(name, result)| probe(name, result)).collect()
}

pub(crate) fn endpoints(mapping: &Mapping, live: &LiveKnowledge) -> Vec<EndpointReport> {
    live.endpoints.iter().map(|result| endpoint(mapping, result)).collect()
}

/// Whether an endpoint that a deployment waits for could not be asked.
pub(crate) fn is_incomplete(live: &LiveKnowledge) -> bool {
    live.endpoints.iter().any(|endpoint| endpoint.blocking && endpoint.verdict == ProbeVerdict::Unknown)
}

fn probe(name: &SecretName, result: &ProbeResult) -> ProbeReport {
    ProbeReport {
        entry: name.to_string(),
        probe: result.probe.to_string(),
        verdict: result.verdict,
        reason: result.reason,
        evidence: result.evidence,
        what: result.what.clone(),
        help: result.help.clone(),
        host: result.host.as_deref().map(str::to_owned),
        status: result.status,
        latency_ms: millis(result.latency),
        checked_at: result.checked_at.to_string(),
        expires_at: result.expires_at.map(|at| at.to_string()),
        facts: result.facts.clone(),
    }
}

fn endpoint(mapping: &Mapping, result: &EndpointResult) -> EndpointReport {
    let declared = mapping.endpoints.iter().find(|spec| spec.name == result.name);
    EndpointReport {
        name: result.name.to_string(),
        service: result.service.as_deref().map(str::to_owned),
        blocking: result.blocking,
        verdict: result.verdict,
        what: result.what.clone(),
        help: result.help.clone(),
        host: result.host.to_string(),
        status: result.status,
        latency_ms: millis(result.latency),
        checked_at: result.checked_at.to_string(),
        finding: endpoint_finding(result),
        at: declared.map(|spec| spec.at).unwrap_or_default(),
    }
}

fn millis(latency: std::time::Duration) -> u64 {
    u64::try_from(latency.as_millis()).unwrap_or(u64::MAX)
}
