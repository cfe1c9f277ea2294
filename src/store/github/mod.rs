//! GitHub: names and stamps of secrets, variables with their values, who sees what.
//!
//! Reading is a GET, but for the exchange of an App's login; what changes something is
//! in `write` and `policy` alone. Values of secrets are never told by GitHub. Sources of the protocol: GitHub's
//! OpenAPI description and docs (see `docs/architecture.md`).

mod app;
mod around;
mod delivery;
mod dialect;
mod identity;
mod keys;
mod limit;
mod listing;
mod login;
mod paging;
mod policy;
mod refusal;
mod runs;
mod scope;
mod write;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError, atomic::AtomicI64},
};

use serde::{Deserialize, de::DeserializeOwned};

pub use identity::{GithubIdentity, Granted, right_to_write};
pub use keys::ScopeKey;
pub use limit::RateLimit;
pub use login::{GithubLogin, address};
pub use policy::SentAccess;
pub use scope::describe;
pub use write::{GithubWriteFault, LARGEST_VALUE};

use self::{
    listing::{Named, RawRepository, RawSecret, RawVariable},
    paging::{Listed, PageError, Pages},
    refusal::{Owner, Right},
};
use super::{Env, answer};
use crate::{
    http::{Asked, BaseUrl, Client, Endpoint, Path, Request, Response},
    model::{App, Cause, GithubScope, Listing, Meta, RepoRef, SecretName, Slot, Unread, Variable},
};

/// GitHub with a login.
#[derive(Debug)]
pub struct GithubStore {
    endpoint: Endpoint,
    login: GithubLogin,
    /// Repositories that answered under another name.
    moved: Mutex<BTreeSet<RepoRef>>,
    /// GitHub's own time by its latest answer, in seconds; `i64::MIN` before the first.
    latest_date: AtomicI64,
    /// What its answers said of the hourly limit.
    latest_limit: Mutex<Option<RateLimit>>,
}

#[derive(Deserialize)]
struct RawLimits {
    resources: RawResources,
}

#[derive(Deserialize)]
struct RawResources {
    core: RateLimit,
}

#[derive(Deserialize)]
struct RawUser {
    login: Box<str>,
}

const SERVICE: &str = "GitHub";
const PER_PAGE: u32 = 100;
const VARIABLES_PER_PAGE: u32 = 30;

impl GithubStore {
    pub fn new(client: &Client, base: BaseUrl, login: GithubLogin) -> Self {
        Self {
            endpoint: Endpoint::new(client, base, dialect::DIALECT).metered(),
            login,
            moved: Mutex::default(),
            latest_date: AtomicI64::new(i64::MIN),
            latest_limit: Mutex::default(),
        }
    }

    /// GitHub as the environment gives it.
    pub fn find(client: &Client, env: Env<'_>) -> Result<Self, Unread> {
        Ok(Self::new(client, login::address(env)?, GithubLogin::find(env)?))
    }

    pub fn base(&self) -> &BaseUrl {
        self.endpoint.base()
    }

    pub fn requests(&self) -> u64 {
        self.endpoint.requests()
    }

    /// Waits while GitHub wants to be left alone, so that what is begun next is sent at once.
    pub async fn ready(&self) -> Result<(), Unread> {
        self.endpoint.ready().await.map_err(|error| error.into_unread(&self.asked("go on")))
    }

    /// Repositories of the mapping that GitHub knows under another name by now (failure case G9).
    pub fn moved_repositories(&self) -> Vec<RepoRef> {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub async fn list_secrets(&self, scope: &GithubScope) -> Listing<Meta> {
        self.list::<RawSecret>(scope, Slot::Secret, scope::collection(scope, Slot::Secret), PER_PAGE).await
    }

    pub async fn list_variables(&self, scope: &GithubScope) -> Listing<Variable> {
        if scope.app() != App::Actions {
            let operation = scope::list_operation(scope, Slot::Variable);
            let (reason, help) = ("GitHub keeps variables for Actions only", "map it to a variable of Actions");
            return Err(Arc::new(self.asked(&operation).unread(Cause::NotFound, reason, help)));
        }
        self.list::<RawVariable>(scope, Slot::Variable, scope::collection(scope, Slot::Variable), VARIABLES_PER_PAGE)
            .await
    }

    /// The organization secrets that Actions of this repository see, whatever policies say.
    pub async fn list_seen_organization_secrets(&self, repository: &RepoRef) -> Listing<()> {
        self.list_seen::<RawSecret>(repository, Slot::Secret, "/actions/organization-secrets", PER_PAGE).await
    }

    /// The same for variables.
    pub async fn list_seen_organization_variables(&self, repository: &RepoRef) -> Listing<()> {
        let path = "/actions/organization-variables";
        self.list_seen::<RawVariable>(repository, Slot::Variable, path, VARIABLES_PER_PAGE).await
    }

    async fn list_seen<N: Named<Key = SecretName> + DeserializeOwned>(
        &self,
        repository: &RepoRef,
        slot: Slot,
        path: &'static str,
        per_page: u32,
    ) -> Listing<()> {
        let scope = GithubScope::Repository { app: App::Actions, repository: repository.clone() };
        let operation = format!("list the organization {}s that repository {repository} sees", slot.as_str());
        let pages = Pages { operation: &operation, path: scope::repository(repository).then(path), per_page };
        let names = self.consistent::<N>(&pages, &scope, slot).await.map_err(Arc::new)?;
        Ok(names.into_keys().map(|name| (name, ())).collect())
    }

    /// The repositories on the list of a `selected` organization secret or variable.
    pub async fn selected_repositories(
        &self,
        organization: &str,
        app: App,
        slot: Slot,
        name: &SecretName,
    ) -> Result<Arc<[RepoRef]>, Unread> {
        let scope = GithubScope::Organization { app, organization: organization.into() };
        let operation =
            format!("list the repositories that see the {} {name} of {}", slot.as_str(), scope::describe(&scope));
        let path = scope::collection(&scope, slot).segment(name.as_str()).then("/repositories");
        let pages = Pages { operation: &operation, path, per_page: PER_PAGE };
        let repositories = self.consistent::<RawRepository>(&pages, &scope, slot).await?;
        Ok(repositories.into_keys().collect())
    }

    /// Whether the scope has a public key for us, so that a 404 of one secret means that it is absent.
    pub async fn public_key_exists(&self, scope: &GithubScope) -> Result<bool, Unread> {
        let operation = format!("ask for the public key of {}", scope::describe(scope));
        let response = self.send(Request::get(&operation, scope::public_key(scope)).follow_same_origin()).await?;
        match response.status() {
            404 => Ok(false),
            _ if response.is_success() => Ok(true),
            _ => Err(refusal::unread(&response, &self.asked(&operation), scope, Slot::Secret, Right::Read)),
        }
    }

    pub async fn whoami(&self) -> Result<Box<str>, Unread> {
        let user: RawUser = self.json("ask who is logged in", Path::fixed("/user")).await?;
        Ok(user.login)
    }

    pub async fn rate_limit(&self) -> Result<RateLimit, Unread> {
        let limits: RawLimits = self.json("ask for the rate limit", Path::fixed("/rate_limit")).await?;
        Ok(limits.resources.core)
    }

    async fn list<N: Named<Key = SecretName> + DeserializeOwned>(
        &self,
        scope: &GithubScope,
        slot: Slot,
        path: Path,
        per_page: u32,
    ) -> Listing<N::Told> {
        let operation = scope::list_operation(scope, slot);
        let pages = Pages { operation: &operation, path, per_page };
        self.consistent::<N>(&pages, scope, slot).await.map_err(Arc::new)
    }

    /// Lists until the pages fit together, at most twice; a listing that never does is
    /// unknown, never a smaller one (failure cases G11, G12).
    async fn consistent<N: Named + DeserializeOwned>(
        &self,
        pages: &Pages<'_>,
        scope: &GithubScope,
        slot: Slot,
    ) -> Result<BTreeMap<N::Key, N::Told>, Unread> {
        let asked = self.asked(pages.operation);
        for _ in 0..2 {
            let (items, moved) = match paging::list::<N>(self, pages).await {
                Ok(Listed::Whole { items, moved }) => (items, moved),
                Ok(Listed::Inconsistent) => continue,
                Err(PageError::Unread(unread)) => return Err(unread),
                Err(PageError::Answer(response)) => {
                    return Err(self.refused(&response, &asked, scope, slot, Right::Read).await);
                }
            };
            if let Some(repository) = scope.repository().filter(|_| moved) {
                self.note_moved(repository);
            }
            if let Some(all) = listing::by_name(items).map_err(|reason| answer::bad_answer(&asked, reason))? {
                return Ok(all);
            }
        }
        Err(answer::bad_answer(&asked, "its pages contradict each other, as they do while somebody changes the list"))
    }

    async fn refused(
        &self,
        response: &Response,
        asked: &Asked<'_>,
        scope: &GithubScope,
        slot: Slot,
        right: Right,
    ) -> Unread {
        if response.status() != 404 {
            return refusal::unread(response, asked, scope, slot, right);
        }
        let request = Request::get(format!("look for {}", scope::describe(scope)), scope::owner(scope));
        let owner = match self.send(request.follow_same_origin()).await.map(|response| response.status()) {
            Ok(200..=299) => Owner::Seen,
            Ok(404) => Owner::NotSeen,
            _ => Owner::Unclear,
        };
        refusal::not_found(asked, scope, slot, owner, right)
    }

    fn note_moved(&self, repository: &RepoRef) {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner).insert(repository.clone());
    }

    async fn json<T: DeserializeOwned>(&self, operation: &str, path: Path) -> Result<T, Unread> {
        let asked = self.asked(operation);
        let response = self.send(Request::get(operation, path)).await?;
        let response = response.success().map_err(|error| error.into_unread(&asked))?;
        answer::parse(response.body()).map_err(|fault| answer::bad_answer(&asked, &fault.to_string()))
    }

    fn asked<'a>(&'a self, operation: &'a str) -> Asked<'a> {
        Asked { service: SERVICE, operation, login: self.login.described() }
    }
}
