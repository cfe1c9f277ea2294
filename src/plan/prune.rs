//! Deletions: on request, by name, of what the ledger says we wrote and nobody touched since.
//!
//! One name that may not go stops the whole plan: who asks for a deletion is not
//! served by half of it.

use std::collections::BTreeSet;

use super::{Action, Basis, GithubBasis, PlanError, Write};
use crate::{
    mapping::Mapping,
    model::{GithubPlace, Reading, Record, SecretName, Snapshot},
};

/// The deletions of the names asked for.
pub(super) fn prune<'n>(
    names: impl IntoIterator<Item = &'n SecretName>,
    mapping: &Mapping,
    snapshot: &Snapshot,
) -> Result<Vec<Action>, PlanError> {
    let mut actions = Vec::new();
    for name in names {
        prune_name(name, mapping, snapshot, &mut actions)?;
    }
    Ok(actions)
}

/// Names that we wrote at one of these places, and that no entry speaks of any more.
pub fn left_over<'p>(mapping: &Mapping, written: impl IntoIterator<Item = &'p GithubPlace>) -> BTreeSet<SecretName> {
    let mapped = mapping.names();
    let names = written.into_iter().map(|place| &place.name);
    names.filter(|name| !mapped.contains(name)).cloned().collect()
}

/// The names whose deletion could be asked for now, and would do something.
pub(super) fn prunable(mapping: &Mapping, snapshot: &Snapshot) -> BTreeSet<SecretName> {
    let written = snapshot.memory.records.iter().filter(|(_, record)| record.written).map(|(place, _)| place);
    let would_do = |name: &SecretName| prune([name], mapping, snapshot).is_ok_and(|actions| !actions.is_empty());
    left_over(mapping, written).into_iter().filter(would_do).collect()
}

fn prune_name(
    name: &SecretName,
    mapping: &Mapping,
    snapshot: &Snapshot,
    actions: &mut Vec<Action>,
) -> Result<(), PlanError> {
    if mapping.speaks_of(name) {
        return Err(PlanError::StillMapped { name: name.clone() });
    }
    let records = snapshot.memory.records.iter();
    let mut ours = records.filter(|(place, record)| place.name == *name && record.written).peekable();
    if ours.peek().is_none() {
        return Err(PlanError::NeverWritten { name: name.clone() });
    }
    for (place, record) in ours {
        actions.extend(prune_place(place, record, snapshot)?);
    }
    Ok(())
}

fn prune_place(place: &GithubPlace, record: &Record, snapshot: &Snapshot) -> Result<Option<Action>, PlanError> {
    let refused = |reason| Err(PlanError::NotPrunable { place: place.clone(), reason });
    let reading = snapshot.github_reading(place);
    let meta = match &reading {
        Reading::Absent => return Ok(None),
        Reading::Unknown(_) => return refused("its scope could not be listed, so nobody knows what is there"),
        reading => reading.meta(),
    };
    let Some(held) = &record.held else { return refused("it is not recorded what GitHub held when we last wrote it") };
    if record.pending.is_some() {
        return refused("a write to it has no known end");
    }
    let now = meta.and_then(|meta| meta.updated_at);
    let created = meta.and_then(|meta| meta.created_at);
    let recreated = matches!((held.created_at, created), (Some(then), Some(now)) if then != now);
    if now != Some(held.updated_at) || recreated {
        return refused("somebody changed it since we wrote it");
    }
    Ok(Some(Action {
        entry: None,
        name: place.name.clone(),
        write: Write::Prune { at: place.clone() },
        why: "we wrote it, no entry speaks of it any more, and its deletion was asked for".into(),
        repeats: false,
        basis: Basis { esc: None, revision: None, github: GithubBasis::Present(now) },
    }))
}
