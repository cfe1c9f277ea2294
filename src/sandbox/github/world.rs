//! What the emulated GitHub remembers: accounts, repositories, and vaults.
//!
//! A vault is one set of secrets with one key pair, and one set of variables. Names in
//! a vault are in upper case; organizations and repositories are found without regard
//! to case, and keep the spelling they were made with.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{apps::AppRegistration, limits::Limits, rights::TokenRule, vault::Vault};

/// The emulated GitHub.
#[derive(Debug, Deserialize, Serialize)]
pub struct GithubWorld {
    next_id: u64,
    pub(super) user: Account,
    /// By login in lower case.
    pub(super) organizations: BTreeMap<String, Account>,
    pub(super) repositories: BTreeMap<u64, Repository>,
    /// Former full names, in lower case.
    pub(super) moved: BTreeMap<String, u64>,
    pub(super) vaults: BTreeMap<VaultKey, Vault>,
    pub(super) limits: Limits,
    /// Configured tokens; while there are none, any token may do everything.
    pub(super) tokens: BTreeMap<String, TokenRule>,
    /// Tokens handed out to installations.
    pub(super) issued: BTreeMap<String, TokenRule>,
    pub(super) app: AppRegistration,
    pub(super) lag: Lag,
    /// Declared runs of workflows, by their ids.
    #[serde(default)]
    pub(super) runs: BTreeMap<u64, Run>,
}

/// A run of a workflow: nothing runs here, it is only said that it did.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Run {
    pub(super) repository: u64,
    pub(super) created_at: i64,
    pub(super) started_at: i64,
}

/// A user or an organization.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Account {
    pub(super) id: u64,
    pub(super) login: String,
    pub(super) organization: bool,
    pub(super) plan: Plan,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    Free,
    #[default]
    Team,
    Enterprise,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RepositoryVisibility {
    Internal,
    #[default]
    Private,
    Public,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Repository {
    pub(super) id: u64,
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) visibility: RepositoryVisibility,
    pub(super) archived: bool,
    pub(super) created_at: i64,
    /// By name in lower case.
    pub(super) environments: BTreeMap<String, Environment>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Environment {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
}

/// The consumers that have secrets of their own.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Consumer {
    Actions,
    Agents,
    Codespaces,
    Dependabot,
}

/// Whose vault it is. Written `org:acme:actions`, `repo:7:dependabot`, `env:7:production`, `user`.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(super) enum VaultKey {
    Environment(u64, String),
    Organization(String, Consumer),
    Repository(u64, Consumer),
    User,
}

/// How long a write stays hidden from reads.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub(super) struct Lag {
    pub(super) reads: u32,
    pub(super) ms: i64,
}

impl Default for GithubWorld {
    /// The organization `acme` with a private `acme/app` and a public `acme/site`.
    fn default() -> Self {
        let mut world = Self::empty();
        world.put_organization("acme", Plan::Team);
        world.put_repository("acme", "app", RepositoryVisibility::Private, 0);
        world.put_repository("acme", "site", RepositoryVisibility::Public, 0);
        world
    }
}

impl GithubWorld {
    /// A world without organizations and repositories.
    pub fn empty() -> Self {
        Self {
            next_id: 1_000,
            user: Account { id: 999, login: "operator".into(), organization: false, plan: Plan::Team },
            organizations: BTreeMap::new(),
            repositories: BTreeMap::new(),
            moved: BTreeMap::new(),
            vaults: BTreeMap::new(),
            limits: Limits::default(),
            tokens: BTreeMap::new(),
            issued: BTreeMap::new(),
            app: AppRegistration::default(),
            lag: Lag::default(),
            runs: BTreeMap::new(),
        }
    }

    /// Everything, values included, for the file the sandbox keeps.
    pub fn save(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("maps with text keys and plain fields")
    }

    pub fn load(value: serde_json::Value) -> Result<Self, String> {
        // The parser's message could quote a value.
        serde_json::from_value(value).map_err(|_| "the GitHub part is not readable".to_owned())
    }

    pub(super) fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Makes the organization, or gives it the plan.
    pub fn put_organization(&mut self, login: &str, plan: Plan) {
        let id = self.fresh_id();
        self.organizations
            .entry(login.to_ascii_lowercase())
            .or_insert_with(|| Account { id, login: login.to_owned(), organization: true, plan })
            .plan = plan;
    }

    /// Makes the repository, or gives it the visibility; returns its id.
    pub fn put_repository(&mut self, owner: &str, name: &str, visibility: RepositoryVisibility, now: i64) -> u64 {
        if let Some(id) = self.repository_id(owner, name) {
            if let Some(repository) = self.repositories.get_mut(&id) {
                repository.visibility = visibility;
            }
            return id;
        }
        let id = self.fresh_id();
        let (owner, name) = (owner.to_owned(), name.to_owned());
        let environments = BTreeMap::new();
        self.moved.remove(&full_name(&owner, &name));
        let repository = Repository { id, owner, name, visibility, archived: false, created_at: now, environments };
        self.repositories.insert(id, repository);
        id
    }

    /// Says that a run of a workflow was created and that its latest attempt started at these seconds.
    pub fn put_run(&mut self, repository: u64, run: u64, created_at: i64, started_at: i64) {
        self.runs.insert(run, Run { repository, created_at, started_at });
    }

    pub fn put_environment(&mut self, repository: u64, name: &str, now: i64) {
        let id = self.fresh_id();
        let Some(repository) = self.repositories.get_mut(&repository) else { return };
        repository
            .environments
            .entry(name.to_lowercase())
            .or_insert_with(|| Environment { id, name: name.to_owned(), created_at: now, updated_at: now })
            .updated_at = now;
    }

    /// Gives a repository another name; the old one leads to the new one from then on.
    pub fn rename_repository(&mut self, id: u64, owner: &str, name: &str) {
        let Some(repository) = self.repositories.get_mut(&id) else { return };
        let former = full_name(&repository.owner, &repository.name);
        owner.clone_into(&mut repository.owner);
        name.clone_into(&mut repository.name);
        self.moved.insert(former, id);
        self.moved.remove(&full_name(owner, name));
    }

    pub fn archive_repository(&mut self, id: u64, archived: bool) {
        if let Some(repository) = self.repositories.get_mut(&id) {
            repository.archived = archived;
        }
    }

    pub fn delete_repository(&mut self, id: u64) {
        self.repositories.remove(&id);
        self.vaults.retain(|key, _| key.repository() != Some(id));
        self.moved.retain(|_, target| *target != id);
        self.runs.retain(|_, run| run.repository != id);
        for vault in self.vaults.values_mut() {
            vault.forget_repository(id);
        }
    }

    pub fn repository_id(&self, owner: &str, name: &str) -> Option<u64> {
        let wanted = full_name(owner, name);
        self.repositories
            .values()
            .find(|repository| full_name(&repository.owner, &repository.name) == wanted)
            .map(|repository| repository.id)
    }

    pub(super) fn organization(&self, login: &str) -> Option<&Account> {
        self.organizations.get(&login.to_ascii_lowercase())
    }

    /// The account a repository belongs to; an owner nobody made is a user.
    pub(super) fn owner_of(&self, repository: &Repository) -> Account {
        self.organization(&repository.owner).cloned().unwrap_or_else(|| Account {
            id: self.user.id,
            login: repository.owner.clone(),
            organization: false,
            plan: self.user.plan,
        })
    }

    pub(super) fn vault(&mut self, key: &VaultKey) -> &mut Vault {
        self.vaults.entry(key.clone()).or_default()
    }

    /// Whether an organization's vault reaches a repository at all. On the plan Free it does
    /// not reach private ones (docs, security/secrets).
    pub(super) fn reaches(&self, repository: &Repository) -> bool {
        self.owner_of(repository).plan != Plan::Free || repository.visibility == RepositoryVisibility::Public
    }

    /// Ids among `wanted` that belong to no repository of the organization.
    pub(super) fn strangers(&self, login: &str, wanted: &BTreeSet<u64>) -> bool {
        wanted
            .iter()
            .any(|id| self.repositories.get(id).is_none_or(|repository| !repository.owner.eq_ignore_ascii_case(login)))
    }
}

pub(super) fn full_name(owner: &str, name: &str) -> String {
    format!("{owner}/{name}").to_ascii_lowercase()
}

impl Consumer {
    pub(super) const ALL: [Self; 4] = [Self::Actions, Self::Agents, Self::Codespaces, Self::Dependabot];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Actions => "actions",
            Self::Agents => "agents",
            Self::Codespaces => "codespaces",
            Self::Dependabot => "dependabot",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|consumer| consumer.as_str() == word)
    }

    /// Only these two have variables (oas).
    pub(super) fn has_variables(self) -> bool {
        matches!(self, Self::Actions | Self::Agents)
    }
}

impl VaultKey {
    pub(super) fn repository(&self) -> Option<u64> {
        match self {
            Self::Environment(id, _) | Self::Repository(id, _) => Some(*id),
            Self::Organization(..) | Self::User => None,
        }
    }

    /// Whether each of its items says who may see it.
    pub(super) fn has_access(&self) -> bool {
        matches!(self, Self::Organization(..) | Self::User)
    }
}

impl From<VaultKey> for String {
    fn from(key: VaultKey) -> Self {
        match key {
            VaultKey::Environment(id, name) => format!("env:{id}:{name}"),
            VaultKey::Organization(login, consumer) => format!("org:{login}:{}", consumer.as_str()),
            VaultKey::Repository(id, consumer) => format!("repo:{id}:{}", consumer.as_str()),
            VaultKey::User => "user".to_owned(),
        }
    }
}

impl TryFrom<String> for VaultKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let parts: Vec<&str> = text.splitn(3, ':').collect();
        let id = |text: &str| text.parse().map_err(|_| "a vault's repository is no number");
        let consumer = |word: &str| Consumer::from_word(word).ok_or("a vault's consumer is not known");
        match parts.as_slice() {
            ["env", repository, name] => Ok(Self::Environment(id(repository)?, (*name).to_owned())),
            ["org", login, word] => Ok(Self::Organization((*login).to_owned(), consumer(word)?)),
            ["repo", repository, word] => Ok(Self::Repository(id(repository)?, consumer(word)?)),
            ["user"] => Ok(Self::User),
            _ => Err("a vault's name is not understood"),
        }
    }
}
