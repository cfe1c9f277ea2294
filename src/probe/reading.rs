//! What an answer means: the rules that hold for every service, then those of its row.
//!
//! A status alone never makes a credential live. What no rule knows is unknown, and says so.

use std::borrow::Cow;

use serde_json::Value;

use super::{
    Answer, Credential, Failure, Found,
    call::{Call, Outcome, Rule, Saying, When},
    facts,
};
use crate::model::{ProbeEvidence, ProbeReason, ProbeVerdict, Stamp};

/// How far two clocks may be apart before a signed request fails for it (AWS: five minutes).
const CLOCK: i64 = 300;

/// What came of an answer.
pub(super) enum Read {
    Done(Found),
    Next,
}

/// An answer as the rules look at it.
pub(super) struct Page<'a> {
    pub(super) answer: &'a Answer,
    pub(super) json: Option<Value>,
    text: String,
}

impl<'a> Page<'a> {
    pub(super) fn of(answer: &'a Answer) -> Self {
        let text = String::from_utf8_lossy(&answer.body).to_lowercase();
        Self { answer, json: serde_json::from_slice(&answer.body).ok(), text }
    }

    pub(super) fn is_html(&self) -> bool {
        let said = self.answer.header("content-type").unwrap_or_default().to_ascii_lowercase();
        let start = self.text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        said.contains("text/html") || start.starts_with("<!doctype html") || start.starts_with("<html")
    }

    pub(super) fn field(&self, pointer: &str) -> Option<&Value> {
        self.json.as_ref()?.pointer(pointer)
    }

    pub(super) fn says(&self, text: &str) -> bool {
        self.text.contains(&text.to_lowercase())
    }

    fn holds(&self, when: &When, credential: &Credential, now: Stamp) -> bool {
        match when {
            When::ClockApart => self.clock().is_some_and(|theirs| (theirs - now.0).abs() > CLOCK),
            When::Filled(pointer) => self.field(pointer).is_some_and(is_filled),
            When::Given(part) => credential.has(part),
            When::Header(name, value) => self.answer.header(name).is_some_and(|found| found.trim() == *value),
            When::Is(pointer, values) => {
                self.field(pointer).and_then(as_text).is_some_and(|found| values.contains(&&*found))
            }
            // The part is an id that was read out of the credential, and no secret.
            When::Keyed(part) => credential.text(part).is_some_and(|key| {
                self.json.as_ref().and_then(Value::as_object).is_some_and(|map| map.contains_key(key))
            }),
            When::List(pointer) => self.field(pointer).is_some_and(Value::is_array),
            When::NoBody => self.text.trim().is_empty(),
            When::Not(when) => !self.holds(when, credential, now),
            When::Text(text) => self.says(text),
        }
    }

    /// The time of the service, in seconds since 1970.
    fn clock(&self) -> Option<i64> {
        let moment = httpdate::parse_http_date(self.answer.header("date")?).ok()?;
        let since = moment.duration_since(std::time::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_secs()).ok()
    }
}

pub(super) fn read(call: &Call, answer: &Answer, credential: &Credential, now: Stamp) -> Read {
    let page = Page::of(answer);
    let mut found = match general(&page, call.anonymous) {
        Some(found) => found,
        None => match call.rules.iter().find(|rule| fits(rule, &page, credential, now)) {
            Some(Rule { outcome: Outcome::Next, .. }) => return Read::Next,
            Some(Rule { outcome: Outcome::Says(saying), .. }) => Found::from(*saying),
            None => not_understood(&page),
        },
    };
    if found.verdict != ProbeVerdict::Unknown {
        facts::learn(call.facts, &page, credential, &mut found);
    }
    Read::Done(found)
}

/// What every service means by the same answer.
pub(super) fn general(page: &Page<'_>, anonymous: bool) -> Option<Found> {
    Some(match page.answer.status {
        429 => Found::unknown(ProbeReason::RateLimited, later(page)).help("try again later"),
        300..=399 if !anonymous => {
            Found::unknown(ProbeReason::Redirected, "the service sends elsewhere, and a credential follows no redirect")
                .help("find out where the service has moved")
        }
        500.. => Found::unknown(ProbeReason::Server, "the service failed").help("try again later"),
        _ if !anonymous && page.is_html() => html(),
        _ => return None,
    })
}

pub(super) fn html() -> Found {
    Found::unknown(ProbeReason::BadAnswer, "a page for people came instead of an answer of the interface")
        .help("a proxy or a login page may stand in between")
}

fn not_understood(page: &Page<'_>) -> Found {
    let status = page.answer.status;
    Found::unknown(ProbeReason::BadAnswer, format!("the service answered {status} in a way that proves nothing"))
}

fn later(page: &Page<'_>) -> Cow<'static, str> {
    match page.answer.header("retry-after").and_then(|text| text.trim().parse::<u32>().ok()) {
        Some(1) => "the service asks to come back in 1 second".into(),
        Some(seconds) => format!("the service asks to come back in {seconds} seconds").into(),
        None => "the service asks to come back later".into(),
    }
}

fn fits(rule: &Rule, page: &Page<'_>, credential: &Credential, now: Stamp) -> bool {
    (rule.statuses.is_empty() || rule.statuses.contains(&page.answer.status))
        && rule.when.iter().all(|when| page.holds(when, credential, now))
}

/// A scalar as it reads.
pub(super) fn as_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Bool(is) => Some(if *is { "true" } else { "false" }.into()),
        Value::Number(number) => Some(number.to_string().into()),
        Value::String(text) => Some(text.into()),
        Value::Array(_) | Value::Null | Value::Object(_) => None,
    }
}

pub(super) fn is_filled(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty(),
        Value::Null => false,
        Value::Object(fields) => !fields.is_empty(),
        Value::String(text) => !text.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

impl From<Saying> for Found {
    fn from(saying: Saying) -> Self {
        let Saying { verdict, reason, what, help } = saying;
        Self { verdict, reason, help: help.to_owned(), ..Self::unknown(reason, what) }
    }
}

impl From<Failure> for Found {
    fn from(failure: Failure) -> Self {
        let (reason, what, help) = match failure {
            Failure::BlockedAddress => (
                ProbeReason::BlockedAddress,
                "the host has a private address, and nothing was sent",
                "name the host under `allow-private` if it is meant to be reached there",
            ),
            Failure::BadAnswer => (ProbeReason::BadAnswer, "the answer was too large, cut, or no HTTP", ""),
            Failure::Connect => (ProbeReason::Network, "the service could not be reached", "check the network"),
            Failure::NameUnknown => {
                (ProbeReason::NameUnknown, "the host's name could not be resolved", "check the address and the network")
            }
            Failure::Timeout => (ProbeReason::Timeout, "no answer came in time", "try again later, or raise --timeout"),
            Failure::Tls => (
                ProbeReason::Tls,
                "no trusted connection could be made, and nothing was sent",
                "check the host's certificate, and whether a proxy stands in between",
            ),
        };
        Self::unknown(reason, what).help(help)
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

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: help.into(), ..self }
    }

    /// Known without asking anybody.
    pub(super) fn offline(verdict: ProbeVerdict, reason: ProbeReason, what: impl Into<String>) -> Self {
        Self { verdict, evidence: ProbeEvidence::Offline, ..Self::unknown(reason, what) }
    }

    pub(super) fn malformed(what: impl Into<String>) -> Self {
        Self::offline(ProbeVerdict::Rejected, ProbeReason::Malformed, what)
            .help("store the value again, as the service gave it")
    }

    pub(super) fn incomplete(what: impl Into<String>) -> Self {
        Self::offline(ProbeVerdict::Unknown, ProbeReason::Incomplete, what)
    }
}
