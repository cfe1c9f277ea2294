//! What was said already. It is kept in the state, so that neither a restart nor a new leader says it again.
//!
//! Nothing is queued: what is to be said follows from comparing what was said with what is. Bounded: a few numbers
//! for each subject, and the moments of the last hour's messages.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    message::State,
    subject::{SUBJECTS, Sight},
};
use crate::crypto::short_digest;

/// What was said already; kept in the state, so that a new leader does not say it again.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Memory {
    subjects: BTreeMap<String, Spoken>,
    /// When messages went out within the last hour, whatever they were about.
    sent: Vec<i64>,
    /// When it was last said that more is held back.
    noticed: Option<i64>,
    /// Since when health has been unknown without a break.
    unknown_since: Option<i64>,
    suppressed: u64,
}

/// What was said of one subject.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Spoken {
    /// What it fires for, as it was told, each by a number; `None`: it does not fire, as far as anybody was told.
    told: Option<BTreeSet<u32>>,
    /// When each state was last said.
    said: BTreeMap<State, i64>,
    /// What is held back now, so that it is counted once.
    held: Option<State>,
}

/// Of how many things a subject may remember that they were told. Beyond, a new one may go without a message of its
/// own: the subject fires already, with thousands.
const REMEMBERED: usize = 256;

const HOUR_S: i64 = 3600;

impl Memory {
    /// How many messages were held back so far, by cool-down or cap.
    pub fn suppressed(&self) -> u64 {
        self.suppressed
    }

    /// Forgets what is over. After a clock was set back, what lies ahead of it counts as of now (failure case C8):
    /// nothing is silent for longer than its cool-down.
    pub(super) fn wind(&mut self, now: i64) {
        self.subjects.retain(|id, _| SUBJECTS.iter().any(|subject| subject.id == id));
        let said = self.subjects.values_mut().flat_map(|spoken| spoken.said.values_mut());
        for moment in said.chain(&mut self.sent).chain(&mut self.noticed).chain(&mut self.unknown_since) {
            *moment = (*moment).min(now);
        }
        self.sent.retain(|moment| now - moment < HOUR_S);
        self.noticed = self.noticed.filter(|moment| now - moment < HOUR_S);
    }

    /// For how long health has been unknown, as this daemon saw it.
    pub(super) fn unknown_for(&mut self, is_unknown: bool, started: i64, now: i64) -> i64 {
        self.unknown_since = is_unknown.then(|| self.unknown_since.unwrap_or(now).max(started).min(now));
        self.unknown_since.map_or(0, |since| now - since)
    }

    /// What there is to say, whether or not it may be said now.
    pub(super) fn wish(&self, id: &str, sight: &Sight) -> Option<State> {
        let told = self.subjects.get(id).and_then(|spoken| spoken.told.as_ref());
        match (sight, told) {
            (Sight::Trouble(_), None) => Some(State::Firing),
            (Sight::Trouble(trouble), Some(told)) => {
                (!told.is_superset(&certain(&trouble.items, told))).then_some(State::Changed)
            }
            (Sight::Fine(_), Some(_)) => Some(State::Resolved),
            _ => None,
        }
    }

    pub(super) fn is_cooling(&self, id: &str, state: State, now: i64, cooldown_s: i64) -> bool {
        let said = self.subjects.get(id).and_then(|spoken| spoken.said.get(&state));
        said.is_some_and(|moment| now - moment < cooldown_s)
    }

    /// How many messages more this hour has room for, and whether it was said that there is no more.
    pub(super) fn room(&self, cap: u32) -> (usize, bool) {
        (usize::try_from(cap).unwrap_or(usize::MAX).saturating_sub(self.sent.len()), self.noticed.is_some())
    }

    pub(super) fn say(&mut self, id: &str, state: State, sight: &Sight, now: i64) {
        let spoken = self.subjects.entry(id.to_owned()).or_default();
        spoken.told = match sight {
            Sight::Trouble(trouble) => Some(numbers(&trouble.items)),
            _ => None,
        };
        spoken.said.insert(state, now);
        spoken.held = None;
        self.sent.push(now);
    }

    pub(super) fn notice(&mut self, now: i64) {
        self.noticed = Some(now);
        self.sent.push(now);
    }

    /// What is held back is counted when it begins to be.
    pub(super) fn hold(&mut self, id: &str, held: Option<State>) {
        let spoken = self.subjects.entry(id.to_owned()).or_default();
        if held.is_some() && spoken.held != held {
            self.suppressed += 1;
        }
        spoken.held = held;
    }
}

/// The lowest numbers of the items: for as many items as are remembered, all of them.
fn numbers(items: &[String]) -> BTreeSet<u32> {
    items.iter().filter_map(|item| number(item)).collect::<BTreeSet<_>>().into_iter().take(REMEMBERED).collect()
}

/// The numbers of which it is certain whether they were told: where the memory is full, those within its range.
fn certain(items: &[String], told: &BTreeSet<u32>) -> BTreeSet<u32> {
    let last = told.last().copied().filter(|_| told.len() >= REMEMBERED);
    numbers(items).into_iter().filter(|number| last.is_none_or(|last| *number <= last)).collect()
}

fn number(item: &str) -> Option<u32> {
    u32::from_str_radix(short_digest(item.as_bytes()).get(..8)?, 16).ok()
}
