//! The stores: Pulumi ESC, GitHub, Lambda's registry of keys, and the job in which we run. A closed set.
//!
//! A store reports what it saw and judges nothing. A reading is complete or it is
//! an `Unread` with its cause and remedy; there is no smaller set in between.

mod answer;
mod capability;
mod env;
pub mod esc;
pub mod github;
pub mod job;
pub mod lambda;
mod lease;

use std::{collections::BTreeSet, path::Path, sync::Arc};

pub use capability::{CAPABILITIES, Capability, StoreKind};
pub use env::Env;
pub use esc::EscStore;
pub use github::{GithubStore, RateLimit};
pub use lambda::LambdaStore;

use crate::{
    http::Client,
    model::{
        App, EnvironmentRef, EscSnapshot, GithubScope, JobSnapshot, Listing, Meta, RepoRef, SecretName, Slot, Stamp,
        Unread, Variable,
    },
};

/// Every store of a run, each with its login or with the reason why it has none.
///
/// All reads may run at the same time.
#[derive(Debug)]
pub struct Stores {
    esc: Result<Arc<EscStore>, Arc<Unread>>,
    github: Result<GithubStore, Arc<Unread>>,
    lambda: Result<LambdaStore, Arc<Unread>>,
    job: Result<Option<JobSnapshot>, Arc<Unread>>,
}

/// Requests sent so far, every attempt counted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Requests {
    pub esc: u64,
    pub github: u64,
    pub lambda: u64,
}

impl Stores {
    /// Finds logins and addresses; asks nobody yet. `names` are those a single
    /// variable may hold for the job (see [`job`]).
    pub fn find<'a>(
        client: &Client,
        env: Env<'_>,
        home: Option<&Path>,
        names: impl Iterator<Item = &'a SecretName>,
    ) -> Self {
        Self {
            esc: EscStore::find(client, env, home).map(Arc::new).map_err(Arc::new),
            github: GithubStore::find(client, env).map_err(Arc::new),
            lambda: LambdaStore::find(client, env).map_err(Arc::new),
            job: job::read(env, names).map_err(Arc::new),
        }
    }

    pub fn new(
        esc: Result<EscStore, Unread>,
        github: Result<GithubStore, Unread>,
        job: Result<Option<JobSnapshot>, Unread>,
    ) -> Self {
        Self {
            esc: esc.map(Arc::new).map_err(Arc::new),
            github: github.map_err(Arc::new),
            lambda: Err(Arc::new(lambda::not_asked())),
            job: job.map_err(Arc::new),
        }
    }

    /// The same with Lambda, which only the rotation of machines' keys asks.
    #[must_use]
    pub fn with_lambda(self, lambda: Result<LambdaStore, Unread>) -> Self {
        Self { lambda: lambda.map_err(Arc::new), ..self }
    }

    pub fn esc(&self) -> Result<&EscStore, Arc<Unread>> {
        self.esc.as_deref().map_err(Arc::clone)
    }

    /// ESC for a state that lives in it.
    pub fn shared_esc(&self) -> Result<Arc<EscStore>, Arc<Unread>> {
        self.esc.clone()
    }

    pub fn github(&self) -> Result<&GithubStore, Arc<Unread>> {
        self.github.as_ref().map_err(Arc::clone)
    }

    pub fn lambda(&self) -> Result<&LambdaStore, Arc<Unread>> {
        self.lambda.as_ref().map_err(Arc::clone)
    }

    /// The job's own secrets, taken out: they are read once. `None` outside a job.
    pub fn take_job(&mut self) -> Result<Option<JobSnapshot>, Arc<Unread>> {
        std::mem::replace(&mut self.job, Ok(None))
    }

    /// GitHub's time when the job's run was queued; `None` if it does not tell.
    pub async fn queued(&self, job: &JobSnapshot) -> Option<Stamp> {
        let started = self.github().ok()?.run_started(job.repository.as_ref()?, job.run?).await;
        started.ok().flatten()
    }

    pub async fn environment(&self, environment: &EnvironmentRef) -> Result<EscSnapshot, Arc<Unread>> {
        self.esc()?.read_environment(environment).await.map_err(Arc::new)
    }

    /// When the newest revision of an environment was made.
    pub async fn revised_at(&self, environment: &EnvironmentRef) -> Result<Option<Stamp>, Arc<Unread>> {
        let newest = self.esc()?.revisions(environment, None, 1).await.map_err(Arc::new)?;
        Ok(newest.first().and_then(|revision| revision.created))
    }

    pub async fn secrets(&self, scope: &GithubScope) -> Listing<Meta> {
        self.github()?.list_secrets(scope).await
    }

    pub async fn variables(&self, scope: &GithubScope) -> Listing<Variable> {
        self.github()?.list_variables(scope).await
    }

    /// The organization secrets that Actions of `repository` really see.
    pub async fn seen(&self, repository: &RepoRef) -> Listing<()> {
        self.github()?.list_seen_organization_secrets(repository).await
    }

    /// The organization variables that workflows of `repository` really see.
    pub async fn seen_variables(&self, repository: &RepoRef) -> Listing<()> {
        self.github()?.list_seen_organization_variables(repository).await
    }

    /// The repositories on the list of a `selected` organization secret or variable.
    pub async fn selected_repositories(
        &self,
        organization: &str,
        app: App,
        slot: Slot,
        name: &SecretName,
    ) -> Result<Arc<[RepoRef]>, Arc<Unread>> {
        self.github()?.selected_repositories(organization, app, slot, name).await.map_err(Arc::new)
    }

    /// Repositories that were found under another name than the one asked for (failure case G9).
    pub fn moved_repositories(&self) -> BTreeSet<RepoRef> {
        self.github.iter().flat_map(GithubStore::moved_repositories).collect()
    }

    /// What each store's answers said of its limit on requests, where it tells any.
    pub fn budgets(&self) -> Vec<(&'static str, RateLimit)> {
        let github = self.github.as_ref().ok().and_then(GithubStore::told_limit);
        github.map(|limit| ("github", limit)).into_iter().collect()
    }

    pub fn requests(&self) -> Requests {
        Requests {
            esc: self.esc.as_deref().map_or(0, EscStore::requests),
            github: self.github.as_ref().map_or(0, GithubStore::requests),
            lambda: self.lambda.as_ref().map_or(0, LambdaStore::requests),
        }
    }
}
