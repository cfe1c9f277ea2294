//! Looking into the emulated GitHub, and arranging it, from outside the protocol.
//!
//! Scopes are written as people write them: `org:acme`, `org:acme:dependabot`,
//! `repo:acme/app`, `repo:acme/app:codespaces`, `env:acme/app:production`, `user`.

use std::collections::BTreeSet;

use super::{
    names::checked_name,
    vault::{Access, Item, ItemVisibility},
    world::{Consumer, GithubWorld, Lag, VaultKey},
};
use crate::model::{App, GithubScope, SecretValue, Slot, Stamp};

/// What the emulator knows of one secret or variable, its value included.
#[derive(Clone, Debug)]
pub struct SecretView {
    pub value: SecretValue,
    pub created_at: Stamp,
    pub updated_at: Stamp,
    pub visibility: Option<ItemVisibility>,
    /// Full names, in order of the repositories' ids.
    pub repositories: Vec<String>,
}

/// Why the world cannot be arranged so.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WorldError {
    #[error("no such organization, repository or environment")]
    NoSuchScope,
    #[error("no such secret or variable")]
    NoSuchName,
    #[error("GitHub would refuse this name")]
    BadName,
    #[error("a scope is written org:ORG[:APP], repo:OWNER/NAME[:APP], env:OWNER/NAME:ENVIRONMENT or user")]
    BadScope,
}

impl GithubWorld {
    /// The scope's text form, for the methods below.
    pub fn scope_text(scope: &GithubScope) -> String {
        let suffix = match scope.app() {
            App::Actions => String::new(),
            app => format!(":{}", app.as_str()),
        };
        match scope {
            GithubScope::Environment { repository, environment } => format!("env:{repository}:{environment}"),
            GithubScope::Organization { organization, .. } => format!("org:{organization}{suffix}"),
            GithubScope::Repository { repository, .. } => format!("repo:{repository}{suffix}"),
        }
    }

    /// Sets a secret or variable without the protocol. `now` stamps it; an organization's item starts as `private`.
    pub fn set(&mut self, scope: &str, slot: Slot, name: &str, value: SecretValue, now: i64) -> Result<(), WorldError> {
        let key = self.vault_key(scope)?;
        let name = checked_name(slot, name).map_err(|_| WorldError::BadName)?;
        let start = match key {
            VaultKey::Organization(..) => Some(ItemVisibility::Private),
            VaultKey::User => Some(ItemVisibility::Selected),
            VaultKey::Environment(..) | VaultKey::Repository(..) => None,
        };
        let shelf = self.vault(&key).shelf_mut(slot);
        let before = shelf.item(&name).cloned();
        let access = before.as_ref().map_or_else(
            || start.map(|visibility| Access { visibility, repositories: BTreeSet::new() }),
            |item| item.access.clone(),
        );
        let created_at = before.map_or(now, |item| item.created_at);
        shelf.write(&name, Some(Item { value, created_at, updated_at: now, access }), Lag::default(), now * 1000);
        Ok(())
    }

    /// Says who sees an organization's item; `repositories` are full names and count for `selected`.
    pub fn set_visibility(
        &mut self,
        scope: &str,
        slot: Slot,
        name: &str,
        visibility: ItemVisibility,
        repositories: &[&str],
    ) -> Result<(), WorldError> {
        let ids: Option<BTreeSet<u64>> = repositories
            .iter()
            .map(|full| full.split_once('/').and_then(|(owner, name)| self.repository_id(owner, name)))
            .collect();
        let access = Access { visibility, repositories: ids.ok_or(WorldError::NoSuchScope)? };
        self.edit(scope, slot, name, |item| item.access = Some(access))
    }

    /// Sets both stamps of an item.
    pub fn set_stamps(
        &mut self,
        scope: &str,
        slot: Slot,
        name: &str,
        created_at: i64,
        updated_at: i64,
    ) -> Result<(), WorldError> {
        self.edit(scope, slot, name, |item| (item.created_at, item.updated_at) = (created_at, updated_at))
    }

    pub fn remove(&mut self, scope: &str, slot: Slot, name: &str) -> Result<(), WorldError> {
        let key = self.vault_key(scope)?;
        let shelf = self.vault(&key).shelf_mut(slot);
        let name = name.to_ascii_uppercase();
        shelf.item(&name).ok_or(WorldError::NoSuchName)?;
        shelf.write(&name, None, Lag::default(), 0);
        Ok(())
    }

    /// What is stored, whatever readers see of it yet.
    pub fn view(&self, scope: &str, slot: Slot, name: &str) -> Result<SecretView, WorldError> {
        let key = self.vault_key(scope)?;
        let item = self.vaults.get(&key).and_then(|vault| vault.shelf(slot).item(&name.to_ascii_uppercase()));
        let item = item.ok_or(WorldError::NoSuchName)?;
        let access = item.access.as_ref();
        let named =
            access.into_iter().flat_map(|access| &access.repositories).filter_map(|id| self.repositories.get(id));
        Ok(SecretView {
            value: item.value.clone(),
            created_at: Stamp(item.created_at),
            updated_at: Stamp(item.updated_at),
            visibility: access.map(|access| access.visibility),
            repositories: named.map(|repository| format!("{}/{}", repository.owner, repository.name)).collect(),
        })
    }

    /// The names stored in a scope, in order.
    pub fn names(&self, scope: &str, slot: Slot) -> Result<Vec<String>, WorldError> {
        let key = self.vault_key(scope)?;
        Ok(self.vaults.get(&key).map(|vault| vault.shelf(slot).names()).unwrap_or_default())
    }

    /// Gives the scope another key pair; what is sealed to the old one is refused from then on.
    pub fn rotate_key(&mut self, scope: &str) -> Result<(), WorldError> {
        let key = self.vault_key(scope)?;
        self.vault(&key).rotate_key();
        Ok(())
    }

    /// A write becomes visible once this many reads of its scope have missed it and so much time has passed.
    pub fn set_lag(&mut self, reads: u32, ms: i64) {
        self.lag = Lag { reads, ms };
    }

    pub fn limits(&mut self) -> &mut super::Limits {
        &mut self.limits
    }

    /// From the first configured token on, only configured and issued ones are accepted.
    pub fn put_token(&mut self, token: &str, rule: super::TokenRule) {
        self.tokens.insert(token.to_owned(), rule);
    }

    /// Makes the App known: its id, the key its assertions are checked with, and what it may do.
    pub fn put_app(&mut self, app: super::AppRegistration) -> Result<(), String> {
        app.check()?;
        self.app = app;
        Ok(())
    }

    fn edit(&mut self, scope: &str, slot: Slot, name: &str, edit: impl FnOnce(&mut Item)) -> Result<(), WorldError> {
        let key = self.vault_key(scope)?;
        let shelf = self.vault(&key).shelf_mut(slot);
        let name = name.to_ascii_uppercase();
        let mut item = shelf.item(&name).cloned().ok_or(WorldError::NoSuchName)?;
        edit(&mut item);
        shelf.write(&name, Some(item), Lag::default(), 0);
        Ok(())
    }

    pub(super) fn vault_key(&self, scope: &str) -> Result<VaultKey, WorldError> {
        let parts: Vec<&str> = scope.splitn(3, ':').collect();
        let consumer = |word: Option<&&str>| {
            word.map_or(Ok(Consumer::Actions), |word| Consumer::from_word(word).ok_or(WorldError::BadScope))
        };
        match parts.as_slice() {
            ["org", login, rest @ ..] => {
                let login = self.organization(login).ok_or(WorldError::NoSuchScope)?.login.to_ascii_lowercase();
                Ok(VaultKey::Organization(login, consumer(rest.first())?))
            }
            ["repo", full, rest @ ..] => Ok(VaultKey::Repository(self.id_of(full)?, consumer(rest.first())?)),
            ["env", full, name] => {
                let (id, name) = (self.id_of(full)?, name.to_lowercase());
                let known = self.repositories.get(&id).is_some_and(|one| one.environments.contains_key(&name));
                known.then_some(VaultKey::Environment(id, name)).ok_or(WorldError::NoSuchScope)
            }
            ["user"] => Ok(VaultKey::User),
            _ => Err(WorldError::BadScope),
        }
    }

    pub(super) fn id_of(&self, full_name: &str) -> Result<u64, WorldError> {
        let (owner, name) = full_name.split_once('/').ok_or(WorldError::BadScope)?;
        self.repository_id(owner, name).ok_or(WorldError::NoSuchScope)
    }
}
