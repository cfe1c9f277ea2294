//! The stamps after the writes: each scope that was written to is listed once more.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::future::join_all;

use super::{Observed, apply::Work, esc_phase, record::ReadBack};
use crate::{
    engine::apply::Ended,
    model::{
        EscKind, EscValue, GithubPlace, GithubScope, Listing, Meta, Place, RepoRef, SecretName, Slot, Variable,
        Visibility,
    },
    plan::{Access, End, Write},
};

/// The listings after the writes.
#[derive(Debug, Default)]
pub(super) struct Listed {
    secrets: BTreeMap<Arc<GithubScope>, Listing<Meta>>,
    variables: BTreeMap<Arc<GithubScope>, Listing<Variable>>,
}

/// How often a write is looked for before its stamp counts as not to be had (failure case G17).
const LOOKS: u32 = 3;
const BETWEEN: Duration = Duration::from_millis(500);

impl Listed {
    /// What is listed of a place now, if its scope was listed.
    pub(super) fn meta(&self, place: &GithubPlace) -> Option<&Meta> {
        match place.slot {
            Slot::Secret => self.secrets.get(&place.scope)?.as_ref().ok()?.get(&place.name),
            Slot::Variable => Some(&self.variables.get(&place.scope)?.as_ref().ok()?.get(&place.name)?.meta),
        }
    }
}

/// Lists what was written to, again for those whose writes do not show yet.
pub(super) async fn run(work: &Work<'_>, ended: &[Option<Ended>]) -> Listed {
    let mut listed = Listed::default();
    let mut open: Vec<usize> = touched(work, ended).collect();
    for look in 0..LOOKS {
        if open.is_empty() {
            break;
        }
        if look > 0 {
            tokio::time::sleep(BETWEEN * look).await;
        }
        list(work, &open, &mut listed).await;
        open.retain(|at| is_late(work, ended, *at, &listed));
    }
    listed
}

/// The actions after which GitHub's own stamp is of interest.
fn touched<'a>(work: &'a Work<'_>, ended: &'a [Option<Ended>]) -> impl Iterator<Item = usize> + 'a {
    let actions = work.plan.actions.iter().enumerate();
    actions
        .filter(|(at, action)| {
            let was_sent =
                ended[*at].as_ref().is_some_and(|ended| matches!(ended.end, End::Done | End::Overtaken | End::Unknown));
            was_sent && matches!(action.write.target(), Place::Github(_))
        })
        .map(|(at, _)| at)
}

async fn list(work: &Work<'_>, actions: &[usize], listed: &mut Listed) {
    let stores = work.task.stores;
    let mut scopes: Vec<(Slot, Arc<GithubScope>)> = Vec::new();
    for at in actions {
        let place = work.plan.actions[*at].write.github();
        scopes.extend(place.map(|place| (place.slot, Arc::clone(&place.scope))));
    }
    scopes.sort();
    scopes.dedup();
    let of = |slot| scopes.iter().filter(move |(listed, _)| *listed == slot).map(|(_, scope)| Arc::clone(scope));
    let secrets = of(Slot::Secret).map(|scope| async move { (stores.secrets(&scope).await, scope) });
    let variables = of(Slot::Variable).map(|scope| async move { (stores.variables(&scope).await, scope) });
    let (secrets, variables) = futures_util::future::join(join_all(secrets), join_all(variables)).await;
    listed.secrets.extend(secrets.into_iter().map(|(listing, scope)| (scope, listing)));
    listed.variables.extend(variables.into_iter().map(|(listing, scope)| (scope, listing)));
}

/// Whether GitHub said yes and the listing does not show it.
fn is_late(work: &Work<'_>, ended: &[Option<Ended>], at: usize, listed: &Listed) -> bool {
    let action = &work.plan.actions[at];
    let Some(Ended { end: End::Done, answered, .. }) = &ended[at] else { return false };
    let after = action.write.github().and_then(|place| listed.meta(place));
    match &action.write {
        Write::Push { .. } => ReadBack::of(action.basis.github, *answered, after) == ReadBack::NotYet,
        Write::Prune { .. } => after.is_some(),
        Write::Pull { .. } | Write::Restrict { .. } | Write::Set { .. } | Write::Unset { .. } => false,
    }
}

/// Brings the snapshot up to what is there now.
pub(super) fn lay_over(work: &Work<'_>, observed: &mut Observed, ended: &[Option<Ended>], listed: Listed) {
    let Listed { secrets, variables } = listed;
    for (scope, listing) in secrets {
        let before = observed.snapshot.github.secrets.insert(Arc::clone(&scope), listing);
        if let (Some(Ok(before)), Some(Ok(now))) = (before, observed.snapshot.github.secrets.get_mut(&scope)) {
            keep_lists(now.iter_mut(), |name| before.get(name)?.visibility.clone());
        }
    }
    for (scope, listing) in variables {
        let before = observed.snapshot.github.variables.insert(Arc::clone(&scope), listing);
        if let (Some(Ok(before)), Some(Ok(now))) = (before, observed.snapshot.github.variables.get_mut(&scope)) {
            let metas = now.iter_mut().map(|(name, variable)| (name, &mut variable.meta));
            keep_lists(metas, |name| before.get(name)?.meta.visibility.clone());
        }
    }
    for (at, action) in work.plan.actions.iter().enumerate() {
        // What is there now and was not before came with our write, whether that was acknowledged or not.
        let is_new = matches!(action.write, Write::Push { create: true, .. });
        if ended[at].as_ref().is_some_and(|ended| ended.end == End::Done || is_new && ended.end == End::Unknown) {
            show_access(&action.write, observed);
        }
    }
    for (place, value) in esc_phase::written(work, ended) {
        if let Place::Esc { environment, path } = place
            && let Some(Ok(snapshot)) = observed.snapshot.esc.get_mut(environment)
        {
            let kind = EscKind::Text(value.clone());
            snapshot.root.put(path, EscValue { kind, secret: true, unknown: false });
        }
    }
}

/// A listing tells that a list exists, not what is on it; what was read of it before is still true.
fn keep_lists<'m>(
    now: impl Iterator<Item = (&'m SecretName, &'m mut Meta)>,
    before: impl Fn(&SecretName) -> Option<Visibility>,
) {
    for (name, meta) in now {
        if let (Some(Visibility::Selected(list @ None)), Some(Visibility::Selected(known))) =
            (&mut meta.visibility, before(name))
        {
            *list = known;
        }
    }
}

/// Who sees a secret of an organization after it was written, without asking each repository again.
fn show_access(write: &Write, observed: &mut Observed) {
    let (place, access) = match write {
        Write::Push { to, access, .. } => (to, access),
        Write::Restrict { at, access } => (at, access),
        Write::Pull { .. } | Write::Prune { .. } | Write::Set { .. } | Write::Unset { .. } => return,
    };
    if let Access::Selected(list) = access {
        set_list(observed, place, list);
    }
    let github = &mut observed.snapshot.github;
    let views = match place.slot {
        Slot::Secret => &mut github.seen,
        Slot::Variable => &mut github.seen_variables,
    };
    for (repository, names) in views {
        match (sees(access, repository), names) {
            (Some(true), Ok(names)) => drop(names.insert(place.name.clone(), ())),
            (Some(false), Ok(names)) => drop(names.remove(&place.name)),
            (None, _) | (_, Err(_)) => {}
        }
    }
}

/// A private policy shows it to private repositories; whether one is private was not asked, and it is
/// not said to be invisible before somebody looked. `None`: it sees what it saw before.
fn sees(access: &Access, repository: &RepoRef) -> Option<bool> {
    match access {
        Access::All | Access::Private => Some(true),
        Access::Selected(list) => Some(list.contains(repository)),
        Access::CarryOver | Access::NotApplicable => None,
    }
}

fn set_list(observed: &mut Observed, place: &GithubPlace, list: &Arc<[RepoRef]>) {
    let github = &mut observed.snapshot.github;
    let meta = match place.slot {
        Slot::Secret => {
            github.secrets.get_mut(&place.scope).and_then(|names| names.as_mut().ok()?.get_mut(&place.name))
        }
        Slot::Variable => {
            let found = github.variables.get_mut(&place.scope);
            found.and_then(|names| names.as_mut().ok()?.get_mut(&place.name)).map(|variable| &mut variable.meta)
        }
    };
    if let Some(meta) = meta {
        meta.visibility = Some(Visibility::Selected(Some(Arc::clone(list))));
    }
}
