//! One change from its turn to its end: made ready, announced, sent, told.
//!
//! What is read for it (key, policy) is read before it is announced, so that an announced
//! write is one that is sent.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use futures_util::future::{join, try_join_all};
use tokio::time::Instant;

use super::{
    GithubChange, GithubEvent, GithubOp, GithubRun,
    scopes::{CurrentKey, Halt, Scopes},
};
use crate::{
    engine::apply::pace::HourSpent,
    model::{GithubPlace, GithubScope, SecretValue, Slot, Stamp, Unread, Visibility},
    plan::{Access, End, GithubBasis},
    store::{
        GithubStore,
        github::{GithubWriteFault, SentAccess},
    },
};

/// A change with all that its request needs.
enum Ready<'a> {
    Secret { value: &'a SecretValue, key: CurrentKey, access: SentAccess },
    Variable { value: &'a SecretValue, access: SentAccess, exists: bool },
    Restrict(SentAccess),
    Delete,
}

/// Waits for its turn and carries the change out. `listed` is who sees the place now.
pub(super) async fn carry_out(
    run: &GithubRun<'_>,
    scopes: &Scopes<'_>,
    change: &GithubChange<'_>,
    listed: Option<&Visibility>,
) -> Result<(), Halt> {
    scopes.check(change.place)?;
    let passage = tokio::select! {
        biased;
        () = run.stop.wait() => return Err(Halt::stopped()),
        passage = run.pace.pass() => passage,
    };
    let _passage = passage.map_err(|spent| scopes.spend(hour_spent(run.store, spent)))?;
    scopes.check(change.place)?;
    let ready = make_ready(run.store, scopes, change, listed).await?;
    let open = tokio::select! {
        biased;
        () = run.stop.wait() => return Err(Halt::stopped()),
        open = run.store.ready() => open,
    };
    open.map_err(|unread| scopes.note(change.place, &Arc::new(unread)))?;
    // Others may have been refused while this one was made ready.
    scopes.check(change.place)?;
    (run.on_event)(GithubEvent::Started { action: change.action });
    send(run.store, scopes, change.place, ready).await
}

async fn make_ready<'a>(
    store: &GithubStore,
    scopes: &Scopes<'_>,
    change: &GithubChange<'a>,
    listed: Option<&Visibility>,
) -> Result<Ready<'a>, Halt> {
    let place = change.place;
    match change.op {
        GithubOp::Delete => Ok(Ready::Delete),
        GithubOp::Restrict { access } => Ok(Ready::Restrict(sent_access(store, scopes, place, access, listed).await?)),
        GithubOp::Put { value, access } => {
            let access = sent_access(store, scopes, place, access, listed);
            if place.slot == Slot::Variable {
                let exists = change.before != GithubBasis::Absent;
                return Ok(Ready::Variable { value, access: access.await?, exists });
            }
            let (key, access) = join(scopes.key(&place.scope), access).await;
            let key = key.map_err(|unread| scopes.note(place, &unread))?;
            Ok(Ready::Secret { value, key, access: access? })
        }
    }
}

/// The whole policy that goes with the write; without knowing it nothing is sent (failure case G16).
async fn sent_access(
    store: &GithubStore,
    scopes: &Scopes<'_>,
    place: &GithubPlace,
    access: &Access,
    listed: Option<&Visibility>,
) -> Result<SentAccess, Halt> {
    if !matches!(*place.scope, GithubScope::Organization { .. }) {
        return Ok(SentAccess::NotApplicable);
    }
    match access {
        Access::All => Ok(SentAccess::All),
        Access::Private => Ok(SentAccess::Private),
        Access::Selected(repositories) => {
            let ids = repositories.iter().map(|repository| scopes.repository_id(repository));
            let ids = try_join_all(ids).await.map_err(|unread| Halt::unsent(&unread))?;
            Ok(SentAccess::Selected(ids))
        }
        Access::CarryOver | Access::NotApplicable => carried_over(store, scopes, place, listed).await,
    }
}

async fn carried_over(
    store: &GithubStore,
    scopes: &Scopes<'_>,
    place: &GithubPlace,
    listed: Option<&Visibility>,
) -> Result<SentAccess, Halt> {
    let note = |unread: Unread| scopes.note(place, &Arc::new(unread));
    let asked = match listed {
        Some(listed) => Some(listed.clone()),
        None => store.visibility(place).await.map_err(note)?,
    };
    match asked {
        Some(Visibility::All) => Ok(SentAccess::All),
        Some(Visibility::Private) => Ok(SentAccess::Private),
        Some(Visibility::Selected(_)) => {
            let ids = store.selected_ids(place).await.map_err(note)?;
            Ok(SentAccess::Selected(ids.into_values().collect()))
        }
        None => Err(Halt::failed(
            format!("nothing says who is to see {place}: it is not there, so that nothing can be kept"),
            "say visible-to for it in the mapping",
        )),
    }
}

async fn send(store: &GithubStore, scopes: &Scopes<'_>, place: &GithubPlace, ready: Ready<'_>) -> Result<(), Halt> {
    let result = match ready {
        Ready::Delete => store.delete(place).await,
        Ready::Restrict(access) => store.restrict(place, &access).await,
        Ready::Variable { value, access, exists } => store.put_variable(place, value, &access, exists).await,
        Ready::Secret { value, key, access } => match store.put_secret(place, &key.key, value, &access).await {
            Err(GithubWriteFault::KeyRotated) if !key.is_second => {
                let newer = scopes.key_after_rotation(&place.scope).await;
                let newer = newer.map_err(|unread| scopes.note(place, &unread))?;
                store.put_secret(place, &newer, value, &access).await
            }
            result => result,
        },
    };
    result.map_err(|fault| told(scopes, place, fault))
}

fn told(scopes: &Scopes<'_>, place: &GithubPlace, fault: GithubWriteFault) -> Halt {
    match fault {
        GithubWriteFault::KeyRotated => Halt::failed(
            format!("GitHub does not take {place} as it was sealed, also with the key it gave last"),
            "run again; the key may have been rotated twice",
        ),
        GithubWriteFault::Busy => {
            Halt::failed(format!("{place} was not written: {}", GithubWriteFault::Busy), "run again in a moment")
        }
        GithubWriteFault::Overtaken => Halt::overtaken(place),
        GithubWriteFault::Refused(unread) => scopes.note(place, &unread),
        GithubWriteFault::Unknown(unread) => {
            Halt { end: End::Unknown, reason: unread.what.clone(), help: unread.help.clone() }
        }
    }
}

fn hour_spent(store: &GithubStore, spent: HourSpent) -> Halt {
    let wait = spent.until.saturating_duration_since(Instant::now()).as_secs();
    // A moment for a person: by GitHub's clock where it is known, since ours may be wrong (failure case G18).
    let ours = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed());
    let now = store.server_time().map_or_else(ours, |stamp| stamp.0);
    let until = Stamp(now.saturating_add_unsigned(wait).saturating_add(1));
    Halt {
        end: End::NotBegun,
        reason: format!("the writes of this hour are used up; there are more from {until} on"),
        help: format!("run again after {until}; what was written is not written again"),
    }
}
