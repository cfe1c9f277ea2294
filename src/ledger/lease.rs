//! Being the only writer of shared state: a document that says who and until when.
//!
//! It is written only if unchanged, renewed while it is held, and taken over only after it ran out: by the store's own
//! clock where it tells it, else by ours with a margin, or because we watched it stand still for its whole term.
//! Invariant: no promise rests on it alone. A holder that was stopped for longer than its term can wake up beside
//! another; what keeps the state whole then is that every write is conditional.

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};
use tracing::warn;

use super::{
    backend::{Exclusion, Expected, PutFault, StateFault, Stored, Tag},
    fault::busy,
};
use crate::crypto;

/// How long a lease is good for, and how often it is renewed and asked for.
#[derive(Clone, Copy, Debug)]
pub struct LeaseTerms {
    pub lasts: Duration,
    pub renew: Duration,
    pub poll: Duration,
    /// By how much the clocks of two machines may differ.
    pub margin: Duration,
}

impl Default for LeaseTerms {
    fn default() -> Self {
        Self {
            lasts: Duration::from_secs(60),
            renew: Duration::from_secs(20),
            poll: Duration::from_secs(1),
            margin: Duration::from_secs(30),
        }
    }
}

/// The one document that is the lease.
pub(crate) trait LeaseStore: Send + Sync {
    /// For messages: the state it belongs to.
    fn describe(&self) -> String;
    fn read(&self) -> BoxFuture<'_, Result<Option<Stored>, StateFault>>;
    fn write<'a>(&'a self, bytes: &'a [u8], expected: Expected) -> BoxFuture<'a, Result<Tag, PutFault>>;
    /// How long ago it was last written, by the store's own clock; `None` where that is not told.
    fn age(&self) -> BoxFuture<'_, Result<Option<Duration>, StateFault>>;
}

#[derive(Default, Deserialize, Serialize)]
struct Lease {
    /// Nobody: it was given back.
    holder: Option<String>,
    /// Tells our own write from another's where the answer to it was lost.
    id: String,
    /// RFC 3339, by the holder's clock.
    until: Option<String>,
}

/// Waits for the lease at most so long, and keeps it until the guard is given back or dropped.
pub(crate) async fn take(
    store: Arc<dyn LeaseStore>,
    holder: &str,
    wait: Duration,
    terms: LeaseTerms,
) -> Result<Exclusion, StateFault> {
    let claim = Claim { store, holder: holder.to_owned(), id: crypto::random_id(12), terms };
    let end = Instant::now() + wait;
    let mut watched: Option<(Tag, Instant)> = None;
    loop {
        let now = Instant::now();
        let seen = claim.store.read().await?;
        let lease = seen.as_ref().map(|stored| parse(&stored.bytes));
        if let Some(stored) = &seen
            && watched.as_ref().is_none_or(|(tag, _)| *tag != stored.tag)
        {
            watched = Some((stored.tag.clone(), now));
        }
        let still = watched.as_ref().map_or(Duration::ZERO, |(_, since)| now - *since);
        if let Some(tag) = claim.attempt(seen, lease.as_ref(), still).await? {
            return Ok(claim.keep(tag));
        }
        if now >= end {
            let by = lease.and_then(|lease| lease.holder).unwrap_or_else(|| "somebody else".to_owned());
            return Err(busy(format!("{} is being written to by {}", claim.store.describe(), plain(&by))));
        }
        sleep(claim.terms.poll.min(end - now)).await;
    }
}

struct Claim {
    store: Arc<dyn LeaseStore>,
    holder: String,
    id: String,
    terms: LeaseTerms,
}

impl Claim {
    /// The tag under which it is ours now, or `None` if another has it.
    async fn attempt(
        &self,
        seen: Option<Stored>,
        lease: Option<&Lease>,
        still: Duration,
    ) -> Result<Option<Tag>, StateFault> {
        let expected = match (seen, lease) {
            (Some(stored), Some(lease)) if lease.id == self.id => return Ok(Some(stored.tag)),
            (Some(stored), Some(lease)) if lease.holder.is_none() => Expected::Version(stored.tag),
            (Some(stored), Some(lease)) if self.ran_out(lease, still).await? => Expected::Version(stored.tag),
            (Some(_), _) => return Ok(None),
            (None, _) => Expected::Absent,
        };
        match self.store.write(&self.text(), expected).await {
            Ok(tag) => Ok(Some(tag)),
            Err(PutFault::Changed) => Ok(None),
            Err(PutFault::Fault(fault)) => Err(fault),
        }
    }

    async fn ran_out(&self, lease: &Lease, still: Duration) -> Result<bool, StateFault> {
        if still > self.terms.lasts {
            return Ok(true);
        }
        if let Some(age) = self.store.age().await? {
            // The store's stamps may be whole seconds.
            return Ok(age > self.terms.lasts + Duration::from_secs(1));
        }
        let until = lease.until.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
        Ok(until.is_some_and(|until| {
            Duration::try_from(Timestamp::now().duration_since(until)).is_ok_and(|ago| ago > self.terms.margin)
        }))
    }

    fn text(&self) -> Vec<u8> {
        let until = Timestamp::now().checked_add(self.terms.lasts).ok().map(|until| until.to_string());
        written(&Lease { holder: Some(self.holder.clone()), id: self.id.clone(), until })
    }

    fn keep(self, tag: Tag) -> Exclusion {
        let claim = Arc::new(self);
        let renewal = Renewal(tokio::spawn(renew(Arc::clone(&claim), tag)));
        Exclusion::leased(Box::pin(async move {
            drop(renewal);
            claim.give_back().await;
        }))
    }

    /// It is read again, since a renewal may have been under way. What fails here runs out by itself.
    async fn give_back(&self) {
        let Ok(Some(stored)) = self.store.read().await else { return };
        if parse(&stored.bytes).id == self.id {
            drop(self.store.write(&written(&Lease::default()), Expected::Version(stored.tag)).await);
        }
    }

    /// Whether it is ours still, and its tag.
    async fn renewed(&self, tag: &Tag) -> Result<Option<Tag>, StateFault> {
        match self.store.write(&self.text(), Expected::Version(tag.clone())).await {
            Ok(tag) => Ok(Some(tag)),
            Err(PutFault::Fault(fault)) => Err(fault),
            // The answer to our last renewal may have been lost.
            Err(PutFault::Changed) => {
                let stored = self.store.read().await?;
                Ok(stored.filter(|stored| parse(&stored.bytes).id == self.id).map(|stored| stored.tag))
            }
        }
    }
}

/// Stops when it is dropped.
struct Renewal(JoinHandle<()>);

impl Drop for Renewal {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn renew(claim: Arc<Claim>, mut tag: Tag) {
    let mut pause = claim.terms.renew;
    loop {
        sleep(pause).await;
        match claim.renewed(&tag).await {
            Ok(Some(next)) => (tag, pause) = (next, claim.terms.renew),
            Ok(None) => {
                warn!(
                    "another run took over the lease of {}; conditional writes keep the state whole",
                    claim.store.describe()
                );
                return;
            }
            Err(_) => pause = claim.terms.poll,
        }
    }
}

/// What cannot be read is somebody's whom we do not know; it is taken over when it ran out.
fn parse(bytes: &[u8]) -> Lease {
    let unknown = || Lease { holder: Some("somebody else".to_owned()), ..Lease::default() };
    serde_json::from_slice(bytes).unwrap_or_else(|_| unknown())
}

fn written(lease: &Lease) -> Vec<u8> {
    serde_json::to_vec(lease).expect("a lease has only texts in it")
}

/// Another machine wrote the name, and it goes to a terminal.
fn plain(name: &str) -> String {
    name.chars().filter(|character| !character.is_control()).take(80).collect()
}

#[cfg(test)]
mod tests;
