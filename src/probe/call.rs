//! The language of the table: a call, the rules by which its answer is read, and what is learned for free.
//!
//! Data only. What a template means is in `template`, what a rule means is in `reading`.

use crate::model::{ProbeReason, ProbeVerdict};

/// One request and how its answer is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    /// `{part}` stands for a part of the credential, in the headers and the body as well.
    pub(crate) url: &'static str,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    pub(crate) body: Option<&'static str>,
    /// The first that fits decides; none: the answer is not understood.
    pub(crate) rules: &'static [Rule],
    pub(crate) facts: &'static [Fact],
    /// Whether no credential is sent: then a page and a redirect are answers like any other.
    pub(crate) anonymous: bool,
    /// Whether asking twice does no harm.
    pub(crate) repeatable: bool,
}

/// What one kind of answer means.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    /// None: any status.
    pub(crate) statuses: &'static [u16],
    /// All of them must hold.
    pub(crate) when: &'static [When],
    pub(crate) outcome: Outcome,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    /// The next call of the row is to be asked.
    Next,
    Says(Saying),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Saying {
    pub(crate) verdict: ProbeVerdict,
    pub(crate) reason: ProbeReason,
    pub(crate) what: &'static str,
    pub(crate) help: &'static str,
}

/// A condition on an answer. Fields are JSON pointers (RFC 6901).
#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    /// The clock of the service is more than five minutes from ours.
    ClockApart,
    /// The field is there, and is neither null nor an empty text, list or map.
    Filled(&'static str),
    /// The credential has this part.
    Given(&'static str),
    /// The header is there with this value.
    Header(&'static str, &'static str),
    /// The field has one of these values, as text.
    Is(&'static str, &'static [&'static str]),
    /// The document is a map with a key that equals this part of the credential.
    Keyed(&'static str),
    /// The field is a list, empty or not.
    List(&'static str),
    /// The answer has no body.
    NoBody,
    Not(&'static When),
    /// The body has this text, in any case.
    Text(&'static str),
}

/// Something learned for free that is no secret.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fact {
    pub(crate) name: &'static str,
    pub(crate) from: Source,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    Field(&'static str),
    Header(&'static str),
}

/// The fact that is a date as well.
pub(crate) const EXPIRES: &str = "expires";

pub(super) const NEW_ONE: &str = "issue a new one at the service, store it in ESC, and take the old one back";
pub(super) const WIDER: &str = "give it the rights that the deployment needs, or check that it needs no more";

pub(super) const fn get(
    url: &'static str,
    headers: &'static [(&'static str, &'static str)],
    rules: &'static [Rule],
) -> Call {
    Call { method: "GET", url, headers, body: None, rules, facts: &[], anonymous: false, repeatable: true }
}

pub(super) const fn post(
    url: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    rules: &'static [Rule],
) -> Call {
    Call { method: "POST", url, headers, body: Some(body), rules, facts: &[], anonymous: false, repeatable: false }
}

impl Call {
    pub(super) const fn tells(mut self, facts: &'static [Fact]) -> Self {
        self.facts = facts;
        self
    }

    pub(super) const fn anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// For a POST that only asks.
    pub(super) const fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }
}

pub(super) const fn field(name: &'static str, pointer: &'static str) -> Fact {
    Fact { name, from: Source::Field(pointer) }
}

pub(super) const fn header(name: &'static str, header: &'static str) -> Fact {
    Fact { name, from: Source::Header(header) }
}

pub(super) const fn on(statuses: &'static [u16], when: &'static [When], outcome: Outcome) -> Rule {
    Rule { statuses, when, outcome }
}

pub(super) const fn live(when: &'static [When]) -> Rule {
    on(&[200], when, says(ProbeVerdict::Live, ProbeReason::Accepted, "the service accepts it", ""))
}

/// Accepted, and its quota is used up.
pub(super) const fn exhausted(statuses: &'static [u16], when: &'static [When]) -> Rule {
    let help = "raise the limit, or wait until it is renewed";
    on(
        statuses,
        when,
        says(ProbeVerdict::Live, ProbeReason::Exhausted, "the service accepts it, and its quota is used up", help),
    )
}

pub(super) const fn limited(statuses: &'static [u16], when: &'static [When]) -> Rule {
    let what = "the service accepts it, and it has too few rights for the call";
    on(statuses, when, says(ProbeVerdict::Limited, ProbeReason::Scope, what, WIDER))
}

pub(super) const fn rejected(statuses: &'static [u16], when: &'static [When]) -> Rule {
    let what = "the service says that it is not valid";
    on(statuses, when, says(ProbeVerdict::Rejected, ProbeReason::RejectedByService, what, NEW_ONE))
}

pub(super) const fn expired(statuses: &'static [u16], when: &'static [When]) -> Rule {
    let what = "the service says that it has expired";
    on(statuses, when, says(ProbeVerdict::Rejected, ProbeReason::Expired, what, NEW_ONE))
}

pub(super) const fn unknown(
    statuses: &'static [u16],
    when: &'static [When],
    reason: ProbeReason,
    what: &'static str,
    help: &'static str,
) -> Rule {
    on(statuses, when, says(ProbeVerdict::Unknown, reason, what, help))
}

pub(super) const fn next(statuses: &'static [u16], when: &'static [When]) -> Rule {
    on(statuses, when, Outcome::Next)
}

pub(super) const fn says(
    verdict: ProbeVerdict,
    reason: ProbeReason,
    what: &'static str,
    help: &'static str,
) -> Outcome {
    Outcome::Says(Saying { verdict, reason, what, help })
}
