//! What services said, for a case.

use std::{sync::Arc, time::Duration};

use super::{Case, NOW, name};
use crate::model::{EndpointResult, ProbeEvidence, ProbeReason, ProbeResult, ProbeVerdict, Stamp};

impl Case {
    pub(in crate::judge) fn probed(mut self, entry: &str, verdict: ProbeVerdict, reason: ProbeReason) -> Self {
        let result = ProbeResult {
            probe: "example".into(),
            verdict,
            reason,
            evidence: ProbeEvidence::Network,
            what: "as it was told".to_owned(),
            help: String::new(),
            host: Some("api.example.com".into()),
            status: None,
            latency: Duration::ZERO,
            checked_at: NOW,
            expires_at: None,
            facts: vec![("scopes", "read".to_owned())],
            entries: vec![name(entry)],
        };
        self.snapshot.live.probes.insert(name(entry), Arc::new(result));
        self
    }

    pub(in crate::judge) fn expiring(mut self, entry: &str, at: Stamp) -> Self {
        let result = self.snapshot.live.probes.get_mut(&name(entry)).expect("it was probed");
        Arc::make_mut(result).expires_at = Some(at);
        self
    }

    pub(in crate::judge) fn endpoint(mut self, name: &str, blocking: bool, verdict: ProbeVerdict) -> Self {
        self.snapshot.live.endpoints.push(EndpointResult {
            name: name.into(),
            service: None,
            blocking,
            verdict,
            what: "as it was told".to_owned(),
            help: String::new(),
            host: "www.example.com".into(),
            status: None,
            latency: Duration::ZERO,
            checked_at: NOW,
        });
        self
    }
}
