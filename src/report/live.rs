//! What live checks came to, as it is told: verdicts, reasons, and facts that are no secrets.

use crate::{
    judge::Finding,
    model::{ProbeEvidence, ProbeReason, ProbeVerdict},
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
}
