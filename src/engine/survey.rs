//! Looks at what is there without a mapping that says where: whole environments and whole scopes.

use std::{collections::BTreeMap, sync::Arc};

use futures_util::future::{try_join, try_join_all};

use crate::{
    model::{
        App, EnvironmentRef, EscSnapshot, GithubScope, Meta, RepoRef, SecretName, Slot, Unread, Variable, Visibility,
    },
    store::Stores,
};

/// An environment and what it holds.
pub type Surveyed = (Arc<EnvironmentRef>, EscSnapshot);

/// A scope of GitHub and what it holds.
#[derive(Debug)]
pub struct SurveyedScope {
    pub scope: Arc<GithubScope>,
    /// With the lists of those that only some repositories see.
    pub secrets: BTreeMap<SecretName, Meta>,
    pub variables: BTreeMap<SecretName, Variable>,
}

/// Opens all the environments at once; one that cannot be opened is the end of it.
pub async fn survey_environments(
    environments: &[Arc<EnvironmentRef>],
    stores: &Stores,
) -> Result<Vec<Surveyed>, Arc<Unread>> {
    let reads = environments
        .iter()
        .map(|environment| async { Ok((Arc::clone(environment), stores.environment(environment).await?)) });
    try_join_all(reads).await
}

/// Lists the scopes; of a repository its deployment environments too.
pub async fn survey_scopes(scopes: &[Arc<GithubScope>], stores: &Stores) -> Result<Vec<SurveyedScope>, Arc<Unread>> {
    let found = try_join_all(scopes.iter().map(|scope| one(scope, stores))).await?;
    Ok(found.into_iter().flatten().collect())
}

async fn one(scope: &Arc<GithubScope>, stores: &Stores) -> Result<Vec<SurveyedScope>, Arc<Unread>> {
    let GithubScope::Repository { repository, .. } = &**scope else { return Ok(vec![listed(scope, stores).await?]) };
    let names = stores.github()?.deployments(repository).await.map_err(Arc::new)?;
    let inner =
        names.into_iter().map(|environment| GithubScope::Environment { repository: repository.clone(), environment });
    let all: Vec<Arc<GithubScope>> = std::iter::once(Arc::clone(scope)).chain(inner.map(Arc::new)).collect();
    try_join_all(all.iter().map(|scope| listed(scope, stores))).await
}

async fn listed(scope: &Arc<GithubScope>, stores: &Stores) -> Result<SurveyedScope, Arc<Unread>> {
    let (mut secrets, variables) = try_join(stores.secrets(scope), stores.variables(scope)).await?;
    if let GithubScope::Organization { organization, .. } = &**scope {
        let selected = secrets.iter_mut().filter(|(_, meta)| matches!(meta.visibility, Some(Visibility::Selected(_))));
        let fills = selected.map(|(name, meta)| async move {
            let list = audience(organization, name, stores).await?;
            meta.visibility = Some(Visibility::Selected(Some(list)));
            Ok::<_, Arc<Unread>>(())
        });
        try_join_all(fills).await?;
    }
    Ok(SurveyedScope { scope: Arc::clone(scope), secrets, variables })
}

async fn audience(organization: &str, name: &SecretName, stores: &Stores) -> Result<Arc<[RepoRef]>, Arc<Unread>> {
    stores.selected_repositories(organization, App::Actions, Slot::Secret, name).await
}
