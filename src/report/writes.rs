//! What a command that writes would do, leaves alone, and did: a plan and its outcomes, ready to be shown.
//!
//! Trouble with writes (refused, failed, without a known end) is also put into the
//! words of findings, so that every format that shows findings shows it by the same way.

use std::collections::HashMap;

use super::{EntryReport, Report};
use crate::{
    judge::Finding,
    model::{Place, Severity},
    plan::{Action, Because, End, HeldBack, Outcome, Plan, Write},
};

/// One write of a plan.
#[derive(Clone, Debug)]
pub struct ActionReport {
    /// Position in the plan; outcomes refer to it.
    pub id: usize,
    pub name: String,
    /// `create`, `update`, `restrict` or `delete`.
    pub verb: &'static str,
    /// Where the value comes from, if a value is written.
    pub from: Option<Place>,
    /// The place that changes.
    pub to: Place,
    pub reason: String,
}

/// A place that is left as it is.
#[derive(Clone, Debug)]
pub struct HeldBackReport {
    pub name: String,
    pub place: Place,
    pub because: Because,
    pub reason: String,
    pub remedy: String,
}

/// What became of one action.
#[derive(Clone, Debug)]
pub struct OutcomeReport {
    /// The action's `id`.
    pub action: usize,
    pub name: String,
    pub verb: &'static str,
    pub place: Place,
    pub end: End,
    pub reason: String,
    pub help: String,
}

impl ActionReport {
    pub fn all(plan: &Plan) -> Vec<Self> {
        plan.actions.iter().enumerate().map(|(id, action)| Self::new(id, action)).collect()
    }

    fn new(id: usize, action: &Action) -> Self {
        let from = match &action.write {
            Write::Push { from, .. } | Write::Pull { from, .. } => Some(from.clone()),
            Write::Restrict { .. } | Write::Prune { .. } | Write::Set { .. } | Write::Unset { .. } => None,
        };
        let (verb, to) = (action.write.verb(), action.write.target());
        Self { id, name: action.name.to_string(), verb, from, to, reason: action.why.clone() }
    }

    /// Whether the place had nothing before; of writes of values alone.
    pub fn creates(&self) -> Option<bool> {
        self.from.as_ref().map(|_| self.verb == "create")
    }
}

impl HeldBackReport {
    pub fn all(plan: &Plan) -> Vec<Self> {
        plan.held_back.iter().map(Self::from).collect()
    }
}

impl From<&HeldBack> for HeldBackReport {
    fn from(held: &HeldBack) -> Self {
        let HeldBack { name, place, because, reason, remedy, .. } = held;
        let (reason, remedy) = (reason.clone(), remedy.clone());
        Self { name: name.to_string(), place: place.clone(), because: *because, reason, remedy }
    }
}

impl OutcomeReport {
    /// What became of the actions of `plan`; an outcome of no action of it is none.
    pub fn all(plan: &Plan, outcomes: &[Outcome]) -> Vec<Self> {
        outcomes.iter().filter_map(|outcome| Some(Self::new(plan.actions.get(outcome.action)?, outcome))).collect()
    }

    fn new(action: &Action, outcome: &Outcome) -> Self {
        let Outcome { action: id, end, reason, help } = outcome.clone();
        let (verb, place) = (action.write.verb(), action.write.target());
        Self { action: id, name: action.name.to_string(), verb, place, end, reason, help }
    }
}

/// Ids of what can be wrong with a write, beside the rules.
pub(super) const FAILED: &str = "write-failed";
pub(super) const REFUSED: &str = "write-refused";
pub(super) const UNKNOWN: &str = "write-unknown";

/// In a few words, as a heading, and what to do; `None` for the id of a rule.
pub(super) fn about(id: &str) -> Option<(&'static str, &'static str)> {
    match id {
        FAILED => Some((
            "a write was not done",
            "The store said no, was not reached, or somebody else changed the place meanwhile. Run the same command again: it writes only what is still missing.",
        )),
        REFUSED => Some((
            "a write was refused",
            "Writing could have destroyed a value, or spread one that must not travel. The place was left as it is; the result says how to decide it.",
        )),
        UNKNOWN => Some((
            "a write has no known end",
            "It was sent, and its answer never came. The next run settles it; do not take it for done or for failed.",
        )),
        _ => None,
    }
}

/// What is wrong with writes, each with its entry as far as it has one.
pub(super) fn troubles(report: &Report) -> Vec<(Option<&EntryReport>, Finding)> {
    let refused = report.held_back.iter().filter(|held| held.because.is_refusal());
    let undone = report.outcomes.iter().filter(|outcome| outcome.end != End::Done);
    let mut found: Vec<(&str, Finding)> = refused.map(|held| (held.name.as_str(), refusal(held))).collect();
    found.extend(undone.map(|outcome| (outcome.name.as_str(), failure(outcome))));
    if found.is_empty() {
        return Vec::new();
    }
    let entries: HashMap<&str, &EntryReport> =
        report.entries.iter().map(|entry| (entry.name.as_str(), entry)).collect();
    found.into_iter().map(|(name, finding)| (entries.get(name).copied(), finding)).collect()
}

fn refusal(held: &HeldBackReport) -> Finding {
    let reason = format!("left as it is ({}): {}", held.because.as_str(), held.reason);
    let (place, remedy) = (Some(held.place.clone()), held.remedy.clone());
    Finding { rule: REFUSED, severity: Severity::Error, status: None, place, reason, remedy }
}

fn failure(outcome: &OutcomeReport) -> Finding {
    let rule = if outcome.end == End::Unknown { UNKNOWN } else { FAILED };
    let reason = format!("{} {}: {}", outcome.verb, end_word(outcome.end), outcome.reason);
    let (place, remedy) = (Some(outcome.place.clone()), outcome.help.clone());
    Finding { rule, severity: Severity::Error, status: None, place, reason, remedy }
}

pub(super) fn end_word(end: End) -> &'static str {
    match end {
        End::NotBegun => "not begun",
        End::Done | End::Failed | End::Overtaken | End::Unknown => end.as_str(),
    }
}

/// The scope or environment a place is in, and the place's own part of its address.
pub(super) fn split(place: &Place) -> (String, String) {
    match place {
        Place::Esc { environment, path } => (format!("esc {environment}"), path.to_string()),
        Place::Github(place) => (format!("github {}", place.scope), format!("{} {}", place.slot.as_str(), place.name)),
        Place::Job { name } => ("job".into(), format!("secret {name}")),
    }
}
