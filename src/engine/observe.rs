//! Asks everything a read plan names, all at once, and puts the answers together.

use std::{collections::BTreeMap, sync::Arc};

use futures_util::future::{join, join_all, join3};

use crate::{
    model::{
        EnvironmentRef, EscSnapshot, GithubPlace, GithubScope, GithubSnapshot, JobSnapshot, Listing, RepoRef, Snapshot,
        Unread, Visibility,
    },
    store::Stores,
};

use super::ReadPlan;

/// Runs all reads of `plan` concurrently. One that fails is kept as the reason why; the others go on.
pub async fn observe(plan: &ReadPlan, stores: &Stores, job: Option<JobSnapshot>) -> Snapshot {
    let (esc, github) = join(read_esc(plan, stores), read_github(plan, stores)).await;
    Snapshot { esc, github, job }
}

type EscReads = BTreeMap<Arc<EnvironmentRef>, Result<EscSnapshot, Arc<Unread>>>;

async fn read_esc(plan: &ReadPlan, stores: &Stores) -> EscReads {
    let reads = plan.environments.iter().map(|environment| async {
        let read = read_environment(environment, plan.revisions.contains(environment), stores).await;
        (Arc::clone(environment), read)
    });
    join_all(reads).await.into_iter().collect()
}

async fn read_environment(
    environment: &EnvironmentRef,
    with_revision: bool,
    stores: &Stores,
) -> Result<EscSnapshot, Arc<Unread>> {
    if !with_revision {
        return stores.environment(environment).await;
    }
    let (snapshot, revised_at) = join(stores.environment(environment), stores.revised_at(environment)).await;
    Ok(EscSnapshot { revised_at: revised_at?, ..snapshot? })
}

async fn read_github(plan: &ReadPlan, stores: &Stores) -> GithubSnapshot {
    let secrets = each(plan.secrets.iter().chain(&plan.shadowing), |scope: Arc<GithubScope>| async move {
        stores.secrets(&scope).await
    });
    let variables =
        each(plan.variables.iter(), |scope: Arc<GithubScope>| async move { stores.variables(&scope).await });
    let seen =
        join_all(plan.seen.iter().map(|repository| async { (repository.clone(), stores.seen(repository).await) }));
    let (secrets, variables, seen) = join3(secrets, variables, seen).await;
    let mut snapshot =
        GithubSnapshot { secrets, variables, seen: seen.into_iter().collect(), ..GithubSnapshot::default() };
    fill_selected(plan, stores, &mut snapshot).await;
    snapshot.moved = stores.moved_repositories();
    snapshot
}

/// Runs one read for each scope, all at once.
async fn each<'a, T, F>(
    scopes: impl Iterator<Item = &'a Arc<GithubScope>>,
    read: impl Fn(Arc<GithubScope>) -> F,
) -> BTreeMap<Arc<GithubScope>, Listing<T>>
where
    F: Future<Output = Listing<T>>,
{
    let reads = scopes.map(|scope| {
        let answer = read(Arc::clone(scope));
        async { (Arc::clone(scope), answer.await) }
    });
    join_all(reads).await.into_iter().collect()
}

/// Reads the list of repositories of each secret for which the mapping declares one.
/// One that cannot be read is kept as the reason why.
async fn fill_selected(plan: &ReadPlan, stores: &Stores, snapshot: &mut GithubSnapshot) {
    let is_selected = |place: &&GithubPlace| {
        let listed = snapshot.secrets.get(&place.scope).and_then(|listing| listing.as_ref().ok()?.get(&place.name));
        listed.is_some_and(|meta| matches!(meta.visibility, Some(Visibility::Selected(_))))
    };
    let wanted: Vec<_> = plan.selected.iter().filter(is_selected).collect();
    let lists = join_all(wanted.iter().map(|place| selected_list(stores, place))).await;
    for (place, list) in wanted.into_iter().zip(lists) {
        let meta =
            snapshot.secrets.get_mut(&place.scope).and_then(|listing| listing.as_mut().ok()?.get_mut(&place.name));
        match (meta, list) {
            (Some(meta), Some(Ok(list))) => meta.visibility = Some(Visibility::Selected(Some(list))),
            (_, Some(Err(unread))) => drop(snapshot.unread_lists.insert(place.clone(), unread)),
            (None, _) | (_, None) => {}
        }
    }
}

async fn selected_list(stores: &Stores, place: &GithubPlace) -> Option<Result<Arc<[RepoRef]>, Arc<Unread>>> {
    let GithubScope::Organization { app, organization } = &*place.scope else { return None };
    Some(stores.selected_repositories(organization, *app, place.slot, &place.name).await)
}
