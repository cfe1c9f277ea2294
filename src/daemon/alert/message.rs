//! One alert as it is delivered: names, reasons and times, never a value.

use serde::{Deserialize, Serialize};

use super::super::account::Account;
use crate::{
    crypto::short_digest,
    model::{Stamp, printable},
};

/// One alert as it is delivered: names and reasons, never a value.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Message {
    /// The same for every delivery of this alert.
    pub id: String,
    /// What it is about: the id of a subject, `cap` or `test`.
    pub about: String,
    /// A word of `State`.
    pub state: String,
    pub at: i64,
    /// Words of ours and numbers alone.
    pub title: String,
    /// Sentences, each for itself.
    pub lines: Vec<String>,
    /// The verdict at that time.
    pub verdict: String,
    /// The addresses that do not have it yet, by their words; empty: nobody has it.
    #[serde(default)]
    pub pending: Vec<String>,
}

/// What a message says of its subject.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum State {
    Firing,
    /// It goes on firing, and something was added to it.
    Changed,
    Resolved,
    /// Nothing that begins or ends: a test, or word that more is held back.
    Notice,
}

crate::model::words! {
    State { Firing => "firing", Changed => "changed", Resolved => "resolved", Notice => "notice" }
}

/// The names that are listed one by one.
const LISTED: usize = 10;

/// The longest line; reasons come from elsewhere and may have any length.
const LINE_LIMIT: usize = 300;

impl Message {
    pub(super) fn new(about: &str, state: State, at: i64, title: &str, lines: Vec<String>, verdict: &str) -> Self {
        let title = format!("esc-sync {state}: {title}");
        let id = short_digest(format!("{about}\n{at}\n{title}\n{}", lines.join("\n")).as_bytes());
        let (about, state, verdict) = (about.to_owned(), state.to_string(), verdict.to_owned());
        Self { id, about, state, at, title, lines, verdict, pending: Vec::new() }
    }

    /// One that says nothing but that it arrived.
    pub fn test(at: i64) -> Self {
        let lines = vec!["this is how alerts arrive here; nothing has to be done".to_owned()];
        Self::new("test", State::Notice, at, "a test", lines, "unknown")
    }

    /// The same for those alone that did not get it, by what its delivery told; `None`: all have it.
    pub fn left_of(&self, delivery: &Account) -> Option<Self> {
        let failed = delivery.outcomes.iter().filter(|outcome| outcome.end != "done");
        let pending: Vec<_> = failed.map(|outcome| outcome.name.clone()).collect();
        let nobody_told = delivery.outcomes.is_empty() && delivery.failure.is_some();
        match nobody_told {
            true => Some(self.clone()),
            false => (!pending.is_empty()).then(|| Self { pending, ..self.clone() }),
        }
    }
}

/// A sentence with names and reasons from elsewhere, shown harmlessly.
pub(super) fn line(text: &str) -> String {
    printable(text, LINE_LIMIT)
}

/// The first of many, and how many more there are.
pub(super) fn listed(lines: impl ExactSizeIterator<Item = String>) -> Vec<String> {
    let more = lines.len().saturating_sub(LISTED);
    let mut shown: Vec<_> = lines.take(LISTED).map(|text| line(&text)).collect();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown
}

/// A moment as people read it, in UTC.
pub(super) fn moment(at: i64) -> String {
    Stamp(at).to_string()
}
