//! Everything a run writes to ESC: one revision of each environment, a new fingerprint key among it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures_util::future::join_all;

use super::{Observed, Unwritable, apply::Work, diary::Diary, given};
use crate::{
    engine::apply::{Ended, EscChange, EscWritten, write_environment},
    mapping::EscPlace,
    model::{EnvironmentRef, Kind, Place, SecretValue},
    plan::{End, Write},
};

type Changes<'a> = BTreeMap<Arc<EnvironmentRef>, Vec<EscChange<'a>>>;

/// Fails only if a new key could not be kept; nothing may be written to GitHub then.
pub(super) async fn run(
    work: &Work<'_>,
    observed: &mut Observed,
    diary: &mut Diary,
    ended: &mut [Option<Ended>],
) -> Result<(), Unwritable> {
    let new_key = work.key.as_ref().and_then(|key| Some((key.keep_at.as_ref()?, key.key.to_text())));
    let mut changes = changes(work, observed);
    if let Some((place, text)) = &new_key {
        let change = EscChange {
            action: work.plan.actions.len(),
            path: &place.path,
            value: Some(text),
            secret: true,
            only_if_absent: true,
        };
        changes.entry(Arc::clone(&place.environment)).or_default().push(change);
    }
    let definitions = &observed.definitions;
    let writes = changes.iter().map(|(environment, changes)| async move {
        let store = work.task.stores.esc();
        let read = definitions.get(environment).cloned();
        match store {
            Ok(store) => (environment, write_environment(store, environment, read, changes).await),
            // It was read a moment ago, so that the login is there; else nothing is begun.
            Err(_) => (environment, EscWritten::default()),
        }
    });
    let mut key_end = None;
    for (environment, written) in join_all(writes).await {
        diary.esc_written(environment, &written);
        for end in written.ends {
            match ended.get_mut(end.action) {
                Some(slot) => *slot = Some(end),
                None => key_end = Some(end),
            }
        }
    }
    given::read_back(work, ended).await;
    diary.note(work, ended).await;
    match new_key {
        Some((place, _)) => kept(place, key_end),
        None => Ok(()),
    }
}

fn changes<'a>(work: &'a Work<'_>, observed: &Observed) -> Changes<'a> {
    let mut changes = Changes::new();
    if work.applying.stop.asked() {
        return changes;
    }
    for (at, action) in work.plan.actions.iter().enumerate() {
        let secret = match (&action.write, &work.values[at]) {
            (Write::Pull { to, .. }, Some(_)) => is_secret(work, observed, action.entry, to),
            (Write::Set { secret, .. }, Some(_)) => *secret,
            (Write::Unset { .. }, None) => false,
            _ => continue,
        };
        let (Some(Place::Esc { environment, path }), value) = (action.write.in_esc(), work.values[at].as_ref()) else {
            continue;
        };
        let change = EscChange { action: at, path, value, secret, only_if_absent: false };
        changes.entry(Arc::clone(environment)).or_default().push(change);
    }
    changes
}

/// What ESC keeps as a secret stays one.
fn is_secret(work: &Work<'_>, observed: &Observed, entry: Option<usize>, to: &Place) -> bool {
    let declared = entry.is_none_or(|at| work.task.mapping.entries[at].kind == Kind::Secret);
    let is_kept = matches!(observed.snapshot.reading(to), crate::model::Reading::Value { secret: true, .. });
    declared || is_kept
}

fn kept(place: &EscPlace, end: Option<Ended>) -> Result<(), Unwritable> {
    let described = || format!("{} {}", place.environment, place.path);
    match end {
        Some(Ended { end: End::Done, .. }) => Ok(()),
        Some(Ended { end: End::Overtaken, .. }) => Err(Unwritable::KeyNotKept {
            place: described(),
            why: "another run made one at the same moment".to_owned(),
            help: "run again".to_owned(),
        }),
        Some(Ended { reason, help, .. }) => Err(Unwritable::KeyNotKept { place: described(), why: reason, help }),
        None => Err(Unwritable::KeyNotKept {
            place: described(),
            why: "it was not written".to_owned(),
            help: "run again".to_owned(),
        }),
    }
}

/// Reads once more what nobody can say of: environments in which a write has no known end, or somebody
/// else was faster. One that cannot be read now is unknown, and not as it was before.
pub(super) async fn look_again(work: &Work<'_>, observed: &mut Observed, ended: &[Option<Ended>]) {
    let unclear =
        |at: usize| ended[at].as_ref().is_some_and(|ended| matches!(ended.end, End::Overtaken | End::Unknown));
    let actions = work.plan.actions.iter().enumerate().filter(|(at, _)| unclear(*at));
    let environments: BTreeSet<Arc<EnvironmentRef>> = actions
        .filter_map(|(_, action)| match action.write.target() {
            Place::Esc { environment, .. } => Some(environment),
            Place::Github(_) | Place::Job { .. } => None,
        })
        .collect();
    let reads = environments.into_iter().map(|environment| async move {
        let read = work.task.stores.environment(&environment).await;
        (environment, read)
    });
    observed.snapshot.esc.extend(join_all(reads).await);
}

/// The values that were put into ESC, for what is judged afterwards.
pub(super) fn written<'a>(
    work: &'a Work<'_>,
    ended: &'a [Option<Ended>],
) -> impl Iterator<Item = (&'a Place, &'a SecretValue)> {
    let done = move |at: usize| ended[at].as_ref().is_some_and(|ended| ended.end == End::Done);
    work.plan.actions.iter().enumerate().filter(move |(at, _)| done(*at)).filter_map(|(at, action)| {
        match (&action.write, &work.values[at]) {
            (Write::Pull { to, .. } | Write::Set { to, .. }, Some(value)) => Some((to, value)),
            _ => None,
        }
    })
}
