//! The GitHub side of a plan: sealed, paced, each write with its own end.
//!
//! Invariants: one failure does not stop the rest; a key is read once for each scope, and
//! once more when it was rotated; a policy that could not be read is never guessed, its
//! secret stays as it is (failure case G16); in a long run nothing is written over what
//! somebody else changed since it was listed (G22).

mod one;
mod scopes;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::future::join_all;
use tokio::time::Instant;

use self::scopes::{Halt, Scopes};
use super::{Ended, pace::Pace, stop::Stop};
use crate::{
    model::{GithubPlace, GithubScope, Listing, Meta, SecretName, SecretValue, Slot, Visibility},
    plan::{Access, End, GithubBasis},
    store::{GithubStore, github::ScopeKey},
};

/// One change of one place on GitHub.
#[derive(Clone, Copy, Debug)]
pub struct GithubChange<'a> {
    /// Position in the plan's actions.
    pub action: usize,
    /// Its slot says whether a secret or a variable is meant.
    pub place: &'a GithubPlace,
    pub op: GithubOp<'a>,
    /// What was there when the plan was made.
    pub before: GithubBasis,
    /// Who saw it then, as listed; `None` is asked for where it is to be carried over.
    pub visibility: Option<&'a Visibility>,
}

#[derive(Clone, Copy, Debug)]
pub enum GithubOp<'a> {
    Put { value: &'a SecretValue, access: &'a Access },
    Restrict { access: &'a Access },
    Delete,
}

/// All that the writes of a run share.
pub struct GithubRun<'a> {
    pub store: &'a GithubStore,
    pub pace: &'a Pace,
    pub stop: &'a Stop,
    /// Keys that were read already; others are asked for when they are needed.
    pub keys: Keys,
    /// Whether somebody was waited for since the places were listed: what is there is looked at once more.
    pub waited: bool,
    /// Told of every write before it is sent, and of every end.
    pub on_event: &'a (dyn Fn(GithubEvent<'_>) + Sync),
}

/// Public keys by the scope each belongs to.
#[derive(Clone, Debug, Default)]
pub struct Keys(BTreeMap<Arc<GithubScope>, Arc<ScopeKey>>);

#[derive(Clone, Copy, Debug)]
pub enum GithubEvent<'a> {
    /// The next thing that happens to this action is that it is sent.
    Started {
        action: usize,
    },
    Ended(&'a Ended),
}

/// What a scope listed before a batch: by scope and slot.
type Fresh = BTreeMap<(Arc<GithubScope>, Slot), Listing<Meta>>;

/// The most writes between two looks at what is there, and the longest time.
const BATCH: usize = 60;
const FRESH: Duration = Duration::from_secs(60);

impl Keys {
    pub fn insert(&mut self, key: ScopeKey) {
        self.0.insert(Arc::clone(key.scope()), Arc::new(key));
    }

    fn of(&self, scope: &GithubScope) -> Option<Arc<ScopeKey>> {
        self.0.get(scope).cloned()
    }
}

impl FromIterator<ScopeKey> for Keys {
    fn from_iter<I: IntoIterator<Item = ScopeKey>>(keys: I) -> Self {
        let mut all = Self::default();
        keys.into_iter().for_each(|key| all.insert(key));
        all
    }
}

/// Carries out the changes and tells the end of each, in their order.
pub async fn write_all(run: &GithubRun<'_>, changes: &[GithubChange<'_>]) -> Vec<Ended> {
    let scopes = Scopes::new(run.store, &run.keys);
    // What goes out at once was listed a moment ago; what has to wait is looked at again.
    let at_once = if run.waited { 0 } else { run.pace.free(Instant::now()).min(changes.len()) };
    let (burst, rest) = changes.split_at(at_once);
    let mut ended = write_batch(run, &scopes, burst, &Fresh::new()).await;
    let mut rest = rest;
    while !rest.is_empty() {
        tokio::select! {
            biased;
            () = run.stop.wait() => {}
            () = run.pace.open() => {}
        }
        // What cannot begin at all is told so with the next.
        let (batch, later) = rest.split_at(run.pace.within(FRESH, rest.len().min(BATCH)).max(1));
        rest = later;
        let goes_on = !run.stop.asked() && !scopes.is_closed();
        let fresh = if goes_on { list_again(run.store, batch).await } else { Fresh::new() };
        ended.extend(write_batch(run, &scopes, batch, &fresh).await);
    }
    ended
}

/// One batch, all of it at once as far as the pace lets it.
async fn write_batch(
    run: &GithubRun<'_>,
    scopes: &Scopes<'_>,
    batch: &[GithubChange<'_>],
    fresh: &Fresh,
) -> Vec<Ended> {
    join_all(batch.iter().map(|change| async {
        let result = match listed_now(change, fresh) {
            Ok(listed) => one::carry_out(run, scopes, change, listed.or(change.visibility)).await,
            Err(halt) => Err(halt),
        };
        let (end, reason, help) = match result {
            Ok(()) => (End::Done, String::new(), String::new()),
            Err(Halt { end, reason, help }) => (end, reason, help),
        };
        let ended = Ended { action: change.action, end, reason, help, answered: run.store.server_time() };
        (run.on_event)(GithubEvent::Ended(&ended));
        ended
    }))
    .await
}

async fn list_again(store: &GithubStore, batch: &[GithubChange<'_>]) -> Fresh {
    let scopes: BTreeMap<(Arc<GithubScope>, Slot), ()> =
        batch.iter().map(|change| ((Arc::clone(&change.place.scope), change.place.slot), ())).collect();
    let lists = scopes.into_keys().map(|(scope, slot)| async move {
        let listing = match slot {
            Slot::Secret => store.list_secrets(&scope).await,
            Slot::Variable => store.list_variables(&scope).await.map(metas),
        };
        ((scope, slot), listing)
    });
    join_all(lists).await.into_iter().collect()
}

fn metas(variables: BTreeMap<SecretName, crate::model::Variable>) -> BTreeMap<SecretName, Meta> {
    variables.into_iter().map(|(name, variable)| (name, variable.meta)).collect()
}

/// Who sees the place by the new listing, if there is one and the place is as it was (failure case G22).
fn listed_now<'f>(change: &GithubChange<'_>, fresh: &'f Fresh) -> Result<Option<&'f Visibility>, Halt> {
    let GithubPlace { scope, slot, name } = change.place;
    let names = match fresh.get(&(Arc::clone(scope), *slot)) {
        None => return Ok(None),
        Some(Err(unread)) => return Err(Halt::unsent(unread)),
        Some(Ok(names)) => names,
    };
    let now = names.get(name);
    let is_deleted = matches!(change.op, GithubOp::Delete) && now.is_none();
    if !is_deleted && now.map_or(GithubBasis::Absent, |meta| GithubBasis::Present(meta.updated_at)) != change.before {
        return Err(Halt::overtaken(change.place));
    }
    Ok(now.and_then(|meta| meta.visibility.as_ref()))
}

impl std::fmt::Debug for GithubRun<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GithubRun").field("store", self.store).field("pace", self.pace).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Cause, Stamp, Unread};

    fn place() -> GithubPlace {
        let scope = GithubScope::Organization { app: crate::model::App::Actions, organization: "acme".into() };
        GithubPlace { scope: Arc::new(scope), slot: Slot::Secret, name: SecretName::parse("A").expect("legal") }
    }

    fn end(op: GithubOp<'_>, before: GithubBasis, now: Listing<Meta>) -> Option<End> {
        let place = place();
        let fresh = Fresh::from([((Arc::clone(&place.scope), Slot::Secret), now)]);
        let change = GithubChange { action: 0, place: &place, op, before, visibility: None };
        listed_now(&change, &fresh).err().map(|halt| halt.end)
    }

    fn there(stamp: Option<i64>) -> Listing<Meta> {
        let meta = Meta { updated_at: stamp.map(Stamp), ..Meta::default() };
        Ok(BTreeMap::from([(place().name, meta)]))
    }

    #[test]
    fn g22_only_what_is_as_it_was_is_written() {
        let value = SecretValue::from("v");
        let put = GithubOp::Put { value: &value, access: &Access::All };
        let at = |stamp: i64| GithubBasis::Present(Some(Stamp(stamp)));
        let nothing = || Ok(BTreeMap::new());
        assert_eq!(end(put, at(5), there(Some(5))), None);
        assert_eq!(end(put, GithubBasis::Absent, nothing()), None);
        for (before, now) in [
            (at(5), there(Some(6))),
            (at(5), there(Some(4))),
            (at(5), there(None)),
            (at(5), nothing()),
            (GithubBasis::Absent, there(Some(5))),
        ] {
            assert_eq!(end(put, before, now), Some(End::Overtaken), "{before:?}");
        }
        assert_eq!(end(GithubOp::Delete, at(5), nothing()), None);
        assert_eq!(end(GithubOp::Delete, at(5), there(Some(6))), Some(End::Overtaken));
        let unread = |cause| Err(Arc::new(Unread { cause, what: "no".into(), help: "do".into() }));
        assert_eq!(end(put, at(5), unread(Cause::Server)), Some(End::Failed));
        assert_eq!(end(put, at(5), unread(Cause::RateLimit)), Some(End::NotBegun));
    }
}
