//! What a person could approve: the writes that policy leaves, ESC's value over what was changed or never agreed,
//! and the deletion of what we wrote and no entry speaks of any more.
//!
//! The proposal is a plan by options of its own, so that whoever applies it decides anew and finds the same. It
//! selects only the entries that wait: what comes up in others meanwhile does not make it stale.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::{Action, Because, HeldBack, Plan, PlanError, PlanOptions, Policy, Write, WriteKind, plan, prune};
use crate::{
    judge::Judgement,
    mapping::Mapping,
    model::{Place, SecretName, Snapshot},
};

/// A plan that waits for a person.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    pub plan: Plan,
    /// By which it is made anew.
    pub options: PlanOptions,
    /// By action.
    pub waiting: Vec<Waiting>,
}

/// Why an action waits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Waiting {
    /// Writes of this kind need a person.
    Policy(WriteKind),
    /// It was held back: somebody else changed the place, or nothing says which side is right.
    Held(Because),
    /// Nothing is deleted by itself.
    Prune,
    /// It would be made by itself, and did not succeed; it belongs to an entry that waits.
    Beside,
}

/// All that a person could approve now. `options` are those of what is done by itself.
pub fn propose(
    mapping: &Mapping,
    snapshot: &Snapshot,
    judgement: &Judgement,
    options: &PlanOptions,
    policy: &Policy,
) -> Result<Proposal, PlanError> {
    let planned = |options: &PlanOptions| plan(mapping, snapshot, judgement, options);
    let base = planned(options)?;
    let overwrite = approvable(&base, |names| {
        planned(&PlanOptions { overwrite: names.clone(), prune: BTreeSet::new(), ..options.clone() })
    })?;
    let waits = |action: &&Action| !policy.allows(action);
    let mut selected = vec![false; mapping.entries.len()];
    for at in base.actions.iter().filter(waits).filter_map(|action| action.entry) {
        selected[at] = true;
    }
    for (at, entry) in mapping.entries.iter().enumerate() {
        selected[at] |= overwrite.contains(&entry.name) && options.selects(at);
    }
    // A name of no entry belongs to nobody's selection.
    let prune = if options.selected.is_none() { prune::prunable(mapping, snapshot) } else { BTreeSet::new() };
    let options = PlanOptions { overwrite, prune, selected: Some(selected), ..options.clone() };
    let plan = planned(&options)?;
    let held = held(&base.held_back);
    let waiting = plan.actions.iter().map(|action| waiting(action, policy, &held)).collect();
    Ok(Proposal { plan, options, waiting })
}

/// The entries in which ESC may win if a person says so: all that is held back of them was drifted or is in conflict
/// on GitHub, nothing goes to ESC, and with ESC as the winner nothing is held back any more.
fn approvable(
    base: &Plan,
    planned: impl Fn(&BTreeSet<SecretName>) -> Result<Plan, PlanError>,
) -> Result<BTreeSet<SecretName>, PlanError> {
    let mut names: BTreeSet<SecretName> = base.held_back.iter().map(|held| held.name.clone()).collect();
    for held in base.held_back.iter().filter(|held| !is_approvable(held)) {
        names.remove(&held.name);
    }
    for action in base.actions.iter().filter(|action| matches!(action.write, Write::Pull { .. })) {
        names.remove(&action.name);
    }
    if names.is_empty() {
        return Ok(names);
    }
    let won = planned(&names)?;
    let held_still: BTreeSet<&SecretName> = won.held_back.iter().map(|held| &held.name).collect();
    names.retain(|name| !held_still.contains(name));
    Ok(names)
}

/// The held back places of GitHub that ESC's value may go to if a person says so.
fn held(held_back: &[HeldBack]) -> BTreeMap<&Place, Because> {
    held_back.iter().filter(|held| is_approvable(held)).map(|held| (&held.place, held.because)).collect()
}

fn is_approvable(held: &HeldBack) -> bool {
    matches!(held.because, Because::Conflict | Because::Drifted) && matches!(held.place, Place::Github(_))
}

fn waiting(action: &Action, policy: &Policy, held: &BTreeMap<&Place, Because>) -> Waiting {
    match (&action.write, held.get(&action.write.target())) {
        (Write::Prune { .. }, _) => Waiting::Prune,
        (Write::Push { .. }, Some(because)) => Waiting::Held(*because),
        _ if policy.allows(action) => Waiting::Beside,
        _ => Waiting::Policy(action.kind()),
    }
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy(kind) => write!(f, "policy: {kind}"),
            Self::Held(because) => f.write_str(because.as_str()),
            Self::Prune => f.write_str("prune"),
            Self::Beside => f.write_str("with the rest of its entry"),
        }
    }
}
