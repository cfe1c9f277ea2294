//! One check under way: from what was heard so far to the next question, or to what was found.

use std::sync::Arc;

use super::{AllowedHosts, Credential, Heard, PROBES, Probe, Way, ask::Ask};
use crate::{
    mapping::{Entry, Mapping, ProbeSpec},
    model::{ProbeEvidence, ProbeReason, ProbeVerdict, SecretName, SecretValue, Stamp},
};

/// One probe and the credential it is to check.
#[derive(Debug)]
pub struct Check<'m> {
    way: CheckWay<'m>,
    credential: Credential,
    /// The entries whose values it is made of, the checked one first.
    pub entries: Vec<SecretName>,
}

#[derive(Debug)]
enum CheckWay<'m> {
    Own(&'m ProbeSpec),
    Table(&'static Probe),
}

/// What to do next.
#[derive(Debug)]
pub enum Step {
    Ask(Ask),
    Done(Found),
}

/// What a check came to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Found {
    pub verdict: ProbeVerdict,
    pub reason: ProbeReason,
    pub evidence: ProbeEvidence,
    /// In a sentence; never any part of the credential.
    pub what: String,
    pub help: String,
    pub expires_at: Option<Stamp>,
    /// What was learned for free and is no secret, in a fixed order.
    pub facts: Vec<(&'static str, String)>,
}

impl<'m> Check<'m> {
    /// The check of one entry's value; `None` if neither the mapping nor the table has a probe for it.
    ///
    /// `value` gives the plain value of an entry as far as it was read and is no placeholder.
    pub fn of(
        _mapping: &'m Mapping,
        entry: &'m Entry,
        value: &dyn Fn(&Entry) -> Option<SecretValue>,
    ) -> Option<Result<Self, Found>> {
        let own = value(entry)?;
        let spec = entry.detail().probe.as_deref();
        if let Some(spec) = spec.filter(|spec| !spec.is_allowance()) {
            let hosts =
                AllowedHosts::new(spec.hosts.iter().map(|host| &**host), spec.allow_private.iter().map(|host| &**host));
            let credential = Credential::new(vec![("value", own)], hosts);
            return Some(Ok(Self { way: CheckWay::Own(spec), credential, entries: vec![entry.name.clone()] }));
        }
        let probe = PROBES.iter().find(|probe| entry.service.as_deref() == Some(probe.service))?;
        let private = spec.iter().flat_map(|spec| spec.allow_private.iter().map(|host| &**host));
        let hosts = AllowedHosts::new(probe.hosts.iter().copied(), private);
        Some(Ok(Self {
            way: CheckWay::Table(probe),
            credential: Credential::new(vec![("value", own)], hosts),
            entries: vec![entry.name.clone()],
        }))
    }

    pub fn id(&self) -> Arc<str> {
        match self.way {
            CheckWay::Own(_) => "own".into(),
            CheckWay::Table(probe) => probe.id.into(),
        }
    }

    /// Whether one answer serves both: the same probe of the same credential.
    pub fn same_as(&self, other: &Self) -> bool {
        let probe = match (&self.way, &other.way) {
            (CheckWay::Table(one), CheckWay::Table(other)) => one.id == other.id,
            (CheckWay::Own(one), CheckWay::Own(other)) => std::ptr::eq(*one, *other),
            _ => false,
        };
        probe && self.credential.same_as(&other.credential)
    }

    /// What to do next, given what was heard so far. It ends after a few questions, whatever is heard.
    pub fn step(&self, heard: &[Heard], now: Stamp) -> Step {
        match self.way {
            CheckWay::Table(Probe { way: Way::Steps(step), .. }) => step(&self.credential, heard, now),
            CheckWay::Own(_) => Step::Done(Found::unknown(ProbeReason::NotAsked, "a probe of one's own")),
        }
    }
}

impl Found {
    pub fn unknown(reason: ProbeReason, what: impl Into<String>) -> Self {
        Self {
            verdict: ProbeVerdict::Unknown,
            reason,
            evidence: ProbeEvidence::Network,
            what: what.into(),
            help: String::new(),
            expires_at: None,
            facts: Vec::new(),
        }
    }
}
