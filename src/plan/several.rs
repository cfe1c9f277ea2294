//! One ESC value and several places that would each give it another.
//!
//! The table decides place by place; here the places of one entry, and entries with one
//! ESC path, are brought together, so that at most one value goes to a path and all
//! that is sent in the same run is that value.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Action, Because, HeldBack, Plan, Write,
    decide::{Decision, Hold, Named, Terms, Why},
    value_for, wording,
};
use crate::{
    judge::{GithubKnowledge, PlaceSide},
    mapping::{ConflictPolicy, Mapping},
    model::{Place, SecretValue, Snapshot},
};

/// Brings the places of one entry together; the position of the one whose value wins, if any goes to ESC.
pub(super) fn combine(decisions: &mut [Decision], sides: &[PlaceSide], terms: &Terms) -> Option<usize> {
    let pulls: Vec<usize> = positions(decisions, |decision| matches!(decision, Decision::Pull { .. }));
    let first = *pulls.first()?;
    let winner = if disagree(first, decisions, sides) { newest(&pulls, sides, terms) } else { Some(first) };
    for at in 0..decisions.len() {
        decisions[at] = match winner {
            Some(winner) if at == winner => decisions[at],
            Some(winner) => beside(decisions[at], &sides[at], &sides[winner], terms),
            None if pulls.contains(&at) => Decision::Hold(Hold::PlacesDisagree),
            None => decisions[at],
        };
    }
    winner
}

fn positions(decisions: &[Decision], test: impl Fn(&Decision) -> bool) -> Vec<usize> {
    decisions.iter().enumerate().filter(|(_, decision)| test(decision)).map(|(at, _)| at).collect()
}

/// Whether another place is known to hold something else than this one, whose value ESC has not.
fn disagree(first: usize, decisions: &[Decision], sides: &[PlaceSide]) -> bool {
    let Some(value) = value(&sides[first]) else { return false };
    decisions.iter().zip(sides).any(|(decision, side)| match self::value(side) {
        Some(other) => !other.same_as(value),
        None => *decision == Decision::Equal,
    })
}

/// The place with the strictly newest stamp, if that may decide and its value may go to ESC.
fn newest(pulls: &[usize], sides: &[PlaceSide], terms: &Terms) -> Option<usize> {
    if terms.named != Named::Take && terms.policy != ConflictPolicy::Newest {
        return None;
    }
    let stamp = |side: &PlaceSide| side.known.meta().and_then(|meta| meta.updated_at);
    let readable: Vec<usize> = (0..sides.len()).filter(|at| value(&sides[*at]).is_some()).collect();
    let latest = *readable.iter().max_by_key(|at| stamp(&sides[**at]))?;
    let rivals = readable.iter().filter(|at| stamp(&sides[**at]) >= stamp(&sides[latest])).count();
    (rivals == 1 && pulls.contains(&latest)).then_some(latest)
}

/// What becomes of a place beside the one whose value goes to ESC.
fn beside(decision: Decision, side: &PlaceSide, winner: &PlaceSide, terms: &Terms) -> Decision {
    let follows = matches!((value(side), value(winner)), (Some(own), Some(wins)) if own.same_as(wins));
    let create = matches!(side.known, GithubKnowledge::Absent);
    match decision {
        Decision::Pull { .. } | Decision::Equal if follows => Decision::Follows,
        Decision::Hold(Hold::GithubLacks) | Decision::Push { .. } | Decision::Pull { .. } | Decision::Equal
            if terms.pushes =>
        {
            if create || side.known.meta().is_some() {
                Decision::Push { create, why: Why::Spread }
            } else {
                Decision::Hold(Hold::UnreadGithub)
            }
        }
        Decision::Push { .. } | Decision::Pull { .. } | Decision::Equal => Decision::Hold(Hold::PlacesDisagree),
        Decision::Follows | Decision::Hold(_) => decision,
    }
}

fn value<'s>(side: &PlaceSide<'s>) -> Option<&'s SecretValue> {
    match side.known {
        GithubKnowledge::Value { value, .. } => Some(value),
        _ => None,
    }
}

/// Entries that share an ESC path: where one would write it, all must agree, and none may
/// send on what is about to be replaced. A mapping allows that only for what goes from ESC
/// to GitHub; the direction may have been turned for one run.
pub(super) fn reconcile(plan: &mut Plan, mapping: &Mapping, snapshot: &Snapshot) {
    let mut writers: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
    for (at, action) in plan.actions.iter().enumerate() {
        if let Write::Pull { to, .. } = &action.write {
            writers.entry(to.clone()).or_default().push(at);
        }
    }
    let mut refused: BTreeSet<usize> = BTreeSet::new();
    let mut repeated: BTreeSet<usize> = BTreeSet::new();
    for rivals in writers.values().filter(|rivals| rivals.len() > 1) {
        if agree(rivals, &plan.actions, mapping, snapshot) {
            repeated.extend(&rivals[1..]);
        } else {
            refused.extend(rivals);
        }
    }
    for (at, action) in plan.actions.iter().enumerate() {
        if matches!(&action.write, Write::Push { from, .. } if writers.contains_key(from)) {
            refused.insert(at);
        }
    }
    plan.held_back.extend(refused.iter().filter_map(|at| disagreement(&plan.actions[*at])));
    let mut at = 0..;
    plan.actions.retain(|_| at.next().is_some_and(|at| !refused.contains(&at) && !repeated.contains(&at)));
}

fn agree(rivals: &[usize], actions: &[Action], mapping: &Mapping, snapshot: &Snapshot) -> bool {
    let values: Option<Vec<SecretValue>> = rivals
        .iter()
        .map(|at| value_for(&actions[*at].write, &mapping.entries[actions[*at].entry?], snapshot))
        .collect();
    values.is_some_and(|values| values.windows(2).all(|pair| pair[0].same_as(&pair[1])))
}

fn disagreement(action: &Action) -> Option<HeldBack> {
    Some(HeldBack {
        entry: action.entry,
        name: action.name.clone(),
        place: action.write.target(),
        because: Because::Conflict,
        reason: wording::reason(Hold::PlacesDisagree).into(),
        remedy: wording::remedy(Hold::PlacesDisagree, &action.name, action.write.github()?, None),
    })
}
