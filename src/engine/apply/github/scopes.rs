//! What the writes of a run learn for each other: keys, repositories' numbers, refusals.
//!
//! Each thing is asked for once, by whoever needs it first; the others wait for that answer.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use tokio::sync::OnceCell;

use super::Keys;
use crate::{
    model::{Cause, GithubPlace, GithubScope, RepoRef, Slot, Unread},
    plan::End,
    store::{GithubStore, github::ScopeKey},
};

/// Why a change is not carried out.
#[derive(Clone, Debug)]
pub(super) struct Halt {
    pub(super) end: End,
    pub(super) reason: String,
    pub(super) help: String,
}

/// The key a secret was sealed with, and whether it is the one read after a rotation.
#[derive(Clone, Debug)]
pub(super) struct CurrentKey {
    pub(super) key: Arc<ScopeKey>,
    pub(super) is_second: bool,
}

pub(super) struct Scopes<'a> {
    store: &'a GithubStore,
    prefetched: &'a Keys,
    keys: Mutex<BTreeMap<Arc<GithubScope>, Arc<TwoKeys>>>,
    repositories: Mutex<BTreeMap<RepoRef, Arc<OnceCell<Asked<u64>>>>>,
    refusals: Mutex<BTreeMap<(Refuser, Cause), Refused>>,
    /// Why no more is written in this run at all.
    closed: OnceLock<Halt>,
    /// Why no more is begun; whoever has its turn already goes on.
    spent: OnceLock<Halt>,
}

/// What was asked once, or why it is not known.
type Asked<T> = Result<T, Arc<Unread>>;

/// A scope's key, and the one that took its place.
#[derive(Debug, Default)]
struct TwoKeys {
    first: OnceCell<Asked<Arc<ScopeKey>>>,
    second: OnceCell<Asked<Arc<ScopeKey>>>,
}

/// Whose refusals are counted together; `None`: all of GitHub, which a login is good for or not.
type Refuser = Option<(Arc<GithubScope>, Slot)>;

struct Refused {
    times: u32,
    unread: Arc<Unread>,
}

/// So many refusals of one kind, and nobody of the scope is asked any more.
const REFUSALS: u32 = 3;

impl Halt {
    /// Nothing was sent; a limit means that it may be another time.
    pub(super) fn unsent(unread: &Unread) -> Self {
        let end = if unread.cause == Cause::RateLimit { End::NotBegun } else { End::Failed };
        Self { end, reason: unread.what.clone(), help: unread.help.clone() }
    }

    pub(super) fn overtaken(place: &GithubPlace) -> Self {
        let reason = format!("somebody else changed {place} since it was looked at");
        Self { end: End::Overtaken, reason, help: "run `esc-sync plan` and decide anew".to_owned() }
    }

    pub(super) fn stopped() -> Self {
        let reason = "the run was asked to stop before it came to this".to_owned();
        Self { end: End::NotBegun, reason, help: "run again".to_owned() }
    }

    pub(super) fn failed(reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { end: End::Failed, reason: reason.into(), help: help.into() }
    }
}

impl<'a> Scopes<'a> {
    pub(super) fn new(store: &'a GithubStore, prefetched: &'a Keys) -> Self {
        Self {
            store,
            prefetched,
            keys: Mutex::default(),
            repositories: Mutex::default(),
            refusals: Mutex::default(),
            closed: OnceLock::new(),
            spent: OnceLock::new(),
        }
    }

    /// The key to seal with now: the newest that was read.
    pub(super) async fn key(&self, scope: &Arc<GithubScope>) -> Asked<CurrentKey> {
        let keys = self.keys_of(scope);
        if let Some(second) = keys.second.get() {
            return second.clone().map(|key| CurrentKey { key, is_second: true });
        }
        let first = keys.first.get_or_init(|| async {
            match self.prefetched.of(scope) {
                Some(key) => Ok(key),
                None => self.read_key(scope).await,
            }
        });
        first.await.clone().map(|key| CurrentKey { key, is_second: false })
    }

    /// The key after a rotation, read once for the whole scope (failure case G6).
    pub(super) async fn key_after_rotation(&self, scope: &Arc<GithubScope>) -> Asked<Arc<ScopeKey>> {
        self.keys_of(scope).second.get_or_init(|| self.read_key(scope)).await.clone()
    }

    async fn read_key(&self, scope: &Arc<GithubScope>) -> Asked<Arc<ScopeKey>> {
        self.store.public_key(scope).await.map(Arc::new).map_err(Arc::new)
    }

    fn keys_of(&self, scope: &Arc<GithubScope>) -> Arc<TwoKeys> {
        Arc::clone(lock(&self.keys).entry(Arc::clone(scope)).or_default())
    }

    pub(super) async fn repository_id(&self, repository: &RepoRef) -> Asked<u64> {
        let cell = Arc::clone(lock(&self.repositories).entry(repository.clone()).or_default());
        cell.get_or_init(|| async { self.store.repository_id(repository).await.map_err(Arc::new) }).await.clone()
    }

    /// Ends the run for all that is not under way.
    pub(super) fn close(&self, halt: Halt) -> Halt {
        self.closed.get_or_init(|| halt).clone()
    }

    /// Lets nothing begin any more. Those that were let pass are within the budget and are sent.
    pub(super) fn spend(&self, halt: Halt) -> Halt {
        self.spent.get_or_init(|| halt).clone()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.get().is_some() || self.spent.get().is_some()
    }

    /// Remembers what a refusal says of the others: three of a kind speak for the whole
    /// scope, or for the login; a limit speaks for the whole run.
    pub(super) fn note(&self, place: &GithubPlace, unread: &Arc<Unread>) -> Halt {
        let refuser = match unread.cause {
            Cause::RateLimit => return self.close(Halt::unsent(unread)),
            Cause::Login => None,
            Cause::NotFound | Cause::Rights => Some((Arc::clone(&place.scope), place.slot)),
            _ => return Halt::unsent(unread),
        };
        let mut refusals = lock(&self.refusals);
        let fresh = || Refused { times: 0, unread: Arc::clone(unread) };
        refusals.entry((refuser, unread.cause)).or_insert_with(fresh).times += 1;
        Halt::unsent(unread)
    }

    /// Fails where asking would only hear the same again.
    pub(super) fn check(&self, place: &GithubPlace) -> Result<(), Halt> {
        if let Some(halt) = self.closed.get() {
            return Err(halt.clone());
        }
        let refusals = lock(&self.refusals);
        let scope = || Some((Arc::clone(&place.scope), place.slot));
        let kinds = [(None, Cause::Login), (scope(), Cause::NotFound), (scope(), Cause::Rights)];
        let refused = kinds.iter().filter_map(|kind| refusals.get(kind)).find(|refused| refused.times >= REFUSALS);
        match refused {
            Some(Refused { times, unread }) => Err(Halt::failed(
                format!("not tried, since {times} others were refused alike: {}", unread.what),
                unread.help.clone(),
            )),
            None => Ok(()),
        }
    }
}

/// A panic elsewhere leaves these tables whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
