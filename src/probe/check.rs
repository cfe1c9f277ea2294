//! One check under way: from what was heard so far to the next question, or to what was found.

use std::sync::Arc;

use super::{
    Ask, Credential, Heard, Probe, Way,
    call::Call,
    choice, offline, own,
    reading::{self, Read},
    request,
};
use crate::{
    mapping::{Entry, Mapping},
    model::{ProbeEvidence, ProbeReason, ProbeVerdict, SecretName, SecretValue, Stamp},
};

/// One probe and the credential it is to check.
#[derive(Debug)]
pub struct Check<'m> {
    pub(super) way: CheckWay<'m>,
    pub(super) credential: Credential,
    /// The entries whose values it is made of, the checked one first.
    pub entries: Vec<SecretName>,
}

#[derive(Debug)]
pub(super) enum CheckWay<'m> {
    Own(own::OwnProbe<'m>),
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
    /// `value` gives the plain value of an entry as far as it was read and is no placeholder. An `Err` is a check that
    /// cannot be made: another part of the credential is not there, or an address cannot be one.
    pub fn of(
        mapping: &'m Mapping,
        entry: &'m Entry,
        value: &dyn Fn(&Entry) -> Option<SecretValue>,
    ) -> Option<Result<Self, Found>> {
        let value_of_entry = value(entry)?;
        match entry.detail().probe.as_deref() {
            Some(spec) if !spec.is_allowance() => Some(own::check(mapping, entry, spec, value_of_entry, value)),
            allowances => choice::check(mapping, entry, allowances, value_of_entry, value),
        }
    }

    /// The id of the table's row; for a probe of the mapping's own, the name of its entry.
    pub fn id(&self) -> Arc<str> {
        match self.way {
            CheckWay::Own(_) => self.entries[0].as_str().into(),
            CheckWay::Table(probe) => probe.id.into(),
        }
    }

    /// Whether it asks nobody, so that it can be made without a network.
    pub fn is_offline(&self) -> bool {
        matches!(self.way, CheckWay::Table(probe) if probe.is_offline())
    }

    /// Whether one answer serves both: the same probe of the same credential.
    pub fn same_as(&self, other: &Self) -> bool {
        let probe = match (&self.way, &other.way) {
            (CheckWay::Table(one), CheckWay::Table(other)) => one.id == other.id,
            (CheckWay::Own(one), CheckWay::Own(other)) => own::same(one.spec, other.spec),
            _ => false,
        };
        probe && self.credential.same_as(&other.credential)
    }

    /// What to do next, given what was heard so far. It ends after a few questions, whatever is heard.
    pub fn step(&self, heard: &[Heard], now: Stamp) -> Step {
        let credential = &self.credential;
        match self.way {
            CheckWay::Own(own) => own::step(own, credential, heard),
            CheckWay::Table(probe) => match probe.way {
                Way::Calls(calls) => walk(calls, credential, heard, now),
                Way::Derived(derive, calls) => match derive(credential, now) {
                    Ok(credential) => walk(calls, &credential, heard, now),
                    Err(found) => Step::Done(found),
                },
                Way::Offline(form) => Step::Done(offline::read(form, credential, now)),
                Way::Steps(step) => step(credential, heard, now),
            },
        }
    }
}

/// The calls of a row in their order, until an answer decides.
fn walk(calls: &[Call], credential: &Credential, heard: &[Heard], now: Stamp) -> Step {
    for (call, heard) in calls.iter().zip(heard) {
        match heard {
            Heard::Failed(failure) => return Step::Done((*failure).into()),
            Heard::Http(answer) => match reading::read(call, answer, credential, now) {
                Read::Done(found) => return Step::Done(found),
                Read::Next => {}
            },
            Heard::Postgres(_) | Heard::Redis(_) => return Step::Done(no_http()),
        }
    }
    match calls.get(heard.len()) {
        Some(call) => request::step(call, credential),
        None => Step::Done(Found::unknown(ProbeReason::BadAnswer, "the answers of the service prove nothing")),
    }
}

fn no_http() -> Found {
    Found::unknown(ProbeReason::BadAnswer, "the answer was no HTTP")
}
