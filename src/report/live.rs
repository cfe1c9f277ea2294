//! What live checks came to, as it is told: verdicts, reasons, and facts that are no secrets.

use super::{EntryReport, Report};
use crate::{
    judge::Finding,
    model::{ProbeEvidence, ProbeReason, ProbeVerdict, Severity},
    yaml::Position,
};

/// One credential that was checked.
#[derive(Clone, Debug)]
pub struct ProbeReport {
    /// The entry whose value was checked.
    pub entry: String,
    pub probe: String,
    pub verdict: ProbeVerdict,
    pub reason: ProbeReason,
    pub evidence: ProbeEvidence,
    pub what: String,
    pub help: String,
    pub host: Option<String>,
    pub status: Option<u16>,
    pub latency_ms: u64,
    pub checked_at: String,
    pub expires_at: Option<String>,
    pub facts: Vec<(&'static str, String)>,
}

/// One health endpoint that was asked.
#[derive(Clone, Debug)]
pub struct EndpointReport {
    pub name: String,
    pub service: Option<String>,
    pub blocking: bool,
    pub verdict: ProbeVerdict,
    pub what: String,
    pub help: String,
    pub host: String,
    pub status: Option<u16>,
    pub latency_ms: u64,
    pub checked_at: String,
    /// What it makes of the verdict of the report, if anything.
    pub finding: Option<Finding>,
    /// Where the mapping declares it.
    pub at: Position,
}

impl ProbeReport {
    /// Whom it asked, by which probe.
    pub(super) fn asked(&self) -> String {
        match &self.host {
            Some(host) => format!("{} at {host}", self.probe),
            None => self.probe.clone(),
        }
    }

    /// How the verdict is known, in one line.
    pub(super) fn known(&self) -> String {
        if self.reason == ProbeReason::NotAsked {
            return "not asked".to_owned();
        }
        let mut text = format!("{}, {}", self.reason, self.evidence);
        if let Some(status) = self.status {
            text.push_str(&format!(", status {status}"));
        }
        if self.host.is_some() {
            text.push_str(&format!(", {} ms", self.latency_ms));
        }
        text
    }

    /// Whether nobody could be asked, so that its form is all that was looked at.
    pub(super) fn is_of_form(&self) -> bool {
        self.verdict == ProbeVerdict::Unknown && self.reason == ProbeReason::OfflineOnly
    }

    /// What was learned for free, one line.
    pub(super) fn learned(&self) -> String {
        let expiry = self.expires_at.iter().map(|at| format!("expires: {at}"));
        let facts = self.facts.iter().map(|(name, fact)| format!("{name}: {fact}"));
        expiry.chain(facts).collect::<Vec<_>>().join("; ")
    }
}

impl EndpointReport {
    /// An endpoint is no credential: it is healthy or not.
    pub(super) fn health(&self) -> &'static str {
        match self.verdict {
            ProbeVerdict::Live => "healthy",
            ProbeVerdict::Limited | ProbeVerdict::Rejected => "unhealthy",
            ProbeVerdict::Unknown => "unknown",
        }
    }

    pub(super) fn known(&self) -> String {
        let status = self.status.map(|status| format!("status {status}, ")).unwrap_or_default();
        let waits = if self.blocking { "blocking" } else { "not blocking" };
        format!("{status}{} ms, {waits}", self.latency_ms)
    }
}

impl Report {
    /// Whether it is a report of live checks alone.
    pub(super) fn is_of_live_checks(&self) -> bool {
        self.command == "probe"
    }

    pub(super) fn probe_of(&self, entry: &EntryReport) -> Option<&ProbeReport> {
        self.probes.iter().find(|probe| probe.entry == entry.name)
    }

    /// Whether the line of its live check says all there is to say of an entry.
    pub(super) fn is_told_by_live_check(&self, entry: &EntryReport) -> bool {
        let is_said = |probe: &ProbeReport| {
            entry.findings.is_empty()
                || probe.is_of_form() && entry.findings.iter().all(|finding| finding.severity == Severity::Note)
        };
        self.is_of_live_checks() && self.probe_of(entry).is_some_and(is_said)
    }

    /// The endpoint that a finding of no entry is about.
    pub(super) fn endpoint_of(&self, finding: &Finding) -> Option<&EndpointReport> {
        let is_its = |own: &Finding| own.rule == finding.rule && own.reason == finding.reason;
        self.endpoints.iter().find(|endpoint| endpoint.finding.as_ref().is_some_and(is_its))
    }
}
