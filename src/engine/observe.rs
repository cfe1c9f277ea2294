//! Asks everything a read plan names, all at once, and puts the answers together.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures_util::future::{join, join_all};

use crate::{
    model::{
        EnvironmentRef, EscSnapshot, GithubPlace, GithubScope, GithubSnapshot, JobSnapshot, Listing, RepoRef, Slot,
        Snapshot, Unread, Visibility,
    },
    store::Stores,
};

use super::ReadPlan;

/// Runs all reads of `plan` concurrently. One that fails is kept as the reason why; the others go on.
pub async fn observe(plan: &ReadPlan, stores: &Stores, job: Option<JobSnapshot>) -> Snapshot {
    let queued = async {
        match &job {
            Some(job) => stores.queued(job).await,
            None => None,
        }
    };
    let (queued, (esc, github)) = join(queued, join(read_esc(plan, stores), read_github(plan, stores))).await;
    let job = job.map(|job| JobSnapshot { queued, ..job });
    Snapshot { esc, github, job, ..Snapshot::default() }
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
    // That the environment cannot be opened is what a person must hear first.
    let snapshot = snapshot?;
    Ok(EscSnapshot { revised_at: revised_at?, ..snapshot })
}

async fn read_github(plan: &ReadPlan, stores: &Stores) -> GithubSnapshot {
    let secrets = each(plan.secrets.iter().chain(&plan.shadowing), |scope: Arc<GithubScope>| async move {
        stores.secrets(&scope).await
    });
    let variables =
        each(plan.variables.iter(), |scope: Arc<GithubScope>| async move { stores.variables(&scope).await });
    let seen = views(&plan.seen, |repository| stores.seen(repository));
    let seen_variables = views(&plan.seen_variables, |repository| stores.seen_variables(repository));
    let ((secrets, variables), (seen, seen_variables)) =
        join(join(secrets, variables), join(seen, seen_variables)).await;
    let mut snapshot = GithubSnapshot { secrets, variables, seen, seen_variables, ..GithubSnapshot::default() };
    fill_selected(plan, stores, &mut snapshot).await;
    snapshot.moved = stores.moved_repositories();
    snapshot
}

/// What each repository sees, all asked at once.
async fn views<'a, F: Future<Output = Listing<()>>>(
    repositories: &'a BTreeSet<RepoRef>,
    read: impl Fn(&'a RepoRef) -> F,
) -> BTreeMap<RepoRef, Listing<()>> {
    let reads = repositories.iter().map(|repository| {
        let answer = read(repository);
        async { (repository.clone(), answer.await) }
    });
    join_all(reads).await.into_iter().collect()
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

/// Reads the list of repositories of each secret and variable for which the mapping declares one.
/// One that cannot be read is kept as the reason why.
async fn fill_selected(plan: &ReadPlan, stores: &Stores, snapshot: &mut GithubSnapshot) {
    let mut wanted = Vec::new();
    for place in &plan.selected {
        if policy(snapshot, place).is_some_and(|found| matches!(found, Visibility::Selected(_))) {
            wanted.push(place);
        }
    }
    let lists = join_all(wanted.iter().map(|place| selected_list(stores, place))).await;
    for (place, list) in wanted.into_iter().zip(lists) {
        match (policy(snapshot, place), list) {
            (Some(found), Some(Ok(list))) => *found = Visibility::Selected(Some(list)),
            (_, Some(Err(unread))) => drop(snapshot.unread_lists.insert(place.clone(), unread)),
            (None, _) | (_, None) => {}
        }
    }
}

/// The policy that was listed for a place.
fn policy<'s>(snapshot: &'s mut GithubSnapshot, place: &GithubPlace) -> Option<&'s mut Visibility> {
    let meta = match place.slot {
        Slot::Secret => snapshot.secrets.get_mut(&place.scope)?.as_mut().ok()?.get_mut(&place.name)?,
        Slot::Variable => &mut snapshot.variables.get_mut(&place.scope)?.as_mut().ok()?.get_mut(&place.name)?.meta,
    };
    meta.visibility.as_mut()
}

async fn selected_list(stores: &Stores, place: &GithubPlace) -> Option<Result<Arc<[RepoRef]>, Arc<Unread>>> {
    let GithubScope::Organization { app, organization } = &*place.scope else { return None };
    Some(stores.selected_repositories(organization, *app, place.slot, &place.name).await)
}
