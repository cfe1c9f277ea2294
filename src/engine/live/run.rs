//! One check from its first question to what was found.

use std::time::Duration;

use super::{
    Asker, door,
    gather::{Values, not_asked},
    scrub::Scrub,
};
use crate::{
    http::printable,
    model::{ProbeReason, ProbeResult},
    probe::{Ask, Check, Found, Heard, Step},
};

/// No probe asks as often; a row that would never end does.
const MOST_QUESTIONS: usize = 8;

/// What was asked so far.
#[derive(Default)]
struct Course {
    heard: Vec<Heard>,
    host: Option<Box<str>>,
    took: Duration,
}

pub(super) async fn run(check: &Check<'_>, values: &Values<'_>, asker: &Asker) -> ProbeResult {
    let mut course = Course::default();
    let found = course.finish(check, asker).await;
    let status = course.heard.iter().rev().find_map(|heard| match heard {
        Heard::Http(answer) => Some(answer.status),
        _ => None,
    });
    let found = told_when_to_return(found, &course.heard);
    let parts = check.entries.iter().filter_map(|name| values.secret(name));
    let found = Scrub::new(parts).clean(found);
    ProbeResult {
        probe: check.id(),
        verdict: found.verdict,
        reason: found.reason,
        evidence: found.evidence,
        what: found.what,
        help: found.help,
        host: course.host,
        status,
        latency: course.took,
        checked_at: asker.now(),
        expires_at: found.expires_at,
        facts: found.facts,
        entries: check.entries.clone(),
    }
}

impl Course {
    async fn finish(&mut self, check: &Check<'_>, asker: &Asker) -> Found {
        while self.heard.len() < MOST_QUESTIONS {
            let ask = match check.step(&self.heard, asker.now()) {
                Step::Done(found) => return found,
                Step::Ask(ask) => ask,
            };
            if asker.options.offline {
                return not_asked();
            }
            self.host = host_of(&ask);
            let left = asker.deadline().saturating_sub(self.took);
            let (heard, took) = asker.hear(&ask, left).await;
            self.took += took;
            self.heard.push(heard);
        }
        Found::unknown(ProbeReason::BadAnswer, "the service led to no end")
    }
}

fn host_of(ask: &Ask) -> Option<Box<str>> {
    match ask {
        Ask::Http(ask) => Some(ask.host().into()),
        Ask::Redis(ask) => door::host(&ask.url).map(Into::into),
        Ask::Postgres(ask) => door::host(&ask.url).map(Into::into),
    }
}

/// A service that asks to be left alone says for how long; nobody waits for it here.
fn told_when_to_return(mut found: Found, heard: &[Heard]) -> Found {
    let Some(Heard::Http(answer)) = heard.last() else { return found };
    let told = answer.header("retry-after").filter(|_| found.reason == ProbeReason::RateLimited);
    if let Some(after) = told.filter(|_| !found.facts.iter().any(|(name, _)| *name == "retry-after")) {
        found.facts.push(("retry-after", printable(after.trim(), 40)));
    }
    found
}
