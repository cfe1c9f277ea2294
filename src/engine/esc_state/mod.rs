//! State in an ESC environment of its own: shared by short-lived runners with nothing but the login they have.
//!
//! The whole state is one definition. A change reads it, changes what it is about, and writes it under the tag it was
//! read with; who was overtaken reads again, and gives up only if its own key is another's now. Invariant: every
//! write carries an id of its own, so that one whose answer was lost is known when it is read again.

mod definition;

use std::{fmt, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use tokio::time;

use self::definition::{Contents, Kept};
use crate::{
    crypto,
    ledger::{
        backend::{Backend, Exclusion, Expected, PutFault, StateFault, Stored, Tag},
        fault::{damaged, unavailable},
        key,
        lease::{self, LeaseStore, LeaseTerms},
    },
    model::{Cause, EnvironmentRef, SecretValue, Unread},
    store::{EscStore, esc::EscWriteFault},
};

/// An environment that is ours alone. A clone is the same state.
#[derive(Clone)]
pub struct EscState {
    store: Arc<EscStore>,
    environment: Arc<EnvironmentRef>,
    terms: LeaseTerms,
}

/// Each round one of those who meet is done; more than this do not meet.
const ROUNDS: u32 = 40;

impl EscState {
    pub fn new(store: Arc<EscStore>, environment: EnvironmentRef) -> Self {
        // Each renewal is a revision of the environment, so they are few.
        let seconds = Duration::from_secs;
        let terms = LeaseTerms { lasts: seconds(180), renew: seconds(60), ..LeaseTerms::default() };
        Self { store, environment: Arc::new(environment), terms }
    }

    /// With another term for being the only writer.
    pub fn leased_for(mut self, terms: LeaseTerms) -> Self {
        self.terms = terms;
        self
    }

    /// What is kept and under which tag; `None` if there is no such environment.
    async fn read(&self) -> Result<Option<(Contents, String)>, StateFault> {
        let definition = match self.store.definition(&self.environment).await {
            Ok(definition) => definition,
            Err(unread) if unread.cause == Cause::NotFound => return Ok(None),
            Err(unread) => return Err(self.unread(&unread)),
        };
        // State holds no value; what is in there is read as what we wrote.
        let text = definition.text.expose_text().unwrap_or_default();
        let contents = Contents::read(text).map_err(|_| {
            damaged(
                format!("{} holds something that is not state", self.name()),
                "name an environment of its own in --state; an empty one, or one that does not exist yet",
            )
        })?;
        Ok(Some((contents, definition.etag)))
    }

    async fn contents(&self) -> Result<Contents, StateFault> {
        Ok(self.read().await?.map(|(contents, _)| contents).unwrap_or_default())
    }

    /// Reads, changes and writes until nobody was faster. `change` may refuse, and `done` knows its change again.
    async fn change(
        &self,
        mut change: impl FnMut(&mut Contents) -> Result<(), PutFault> + Send,
        done: impl Fn(&Contents) -> bool + Send,
    ) -> Result<(), PutFault> {
        for round in 0..ROUNDS {
            let Some((mut contents, etag)) = self.read().await? else {
                let created = self.store.create_environment(&self.environment).await;
                created.map_err(|unread| self.unread(&unread))?;
                continue;
            };
            change(&mut contents)?;
            let text = SecretValue::from_bytes(contents.write().into_bytes());
            match self.store.update_definition(&self.environment, &text, &etag).await {
                Ok(_) => return Ok(()),
                Err(EscWriteFault::Conflict) => time::sleep(pause(round)).await,
                Err(EscWriteFault::Refused(unread)) => return Err(PutFault::Fault(self.unread(&unread))),
                Err(EscWriteFault::Unknown(unread)) => {
                    let kept = self.contents().await.is_ok_and(|contents| done(&contents));
                    return if kept { Ok(()) } else { Err(PutFault::Fault(self.unread(&unread))) };
                }
            }
        }
        Err(PutFault::Fault(unavailable(
            format!("{} was changed by others each time it was written", self.name()),
            "run again when fewer write to it at a time",
        )))
    }

    async fn replace(&self, slot: Slot<'_>, bytes: &[u8], expected: Expected) -> Result<Tag, PutFault> {
        let id = crypto::random_id(8);
        let change = |contents: &mut Contents| {
            let there =
                slot.of(contents).map_or(Expected::Absent, |kept| Expected::Version(Tag(kept.id.as_str().into())));
            if there != expected {
                return Err(PutFault::Changed);
            }
            slot.fill(contents, Kept { id: id.clone(), bytes: bytes.to_vec() });
            Ok(())
        };
        self.change(change, |contents| slot.of(contents).is_some_and(|kept| kept.id == id)).await?;
        Ok(Tag(id.into()))
    }

    async fn append_to(&self, log: &str, lines: &[u8]) -> Result<(), StateFault> {
        key::check(log)?;
        let kept = Kept { id: crypto::random_id(8), bytes: lines.to_vec() };
        let change = |contents: &mut Contents| {
            contents.logs.entry(log.to_owned()).or_default().push(kept.clone());
            Ok(())
        };
        self.change(change, |contents| contents.logs.get(log).is_some_and(|chunks| chunks.contains(&kept)))
            .await
            .map_err(|fault| self.plain(fault))
    }

    async fn forget(&self, key: &str) -> Result<(), StateFault> {
        let has = |contents: &Contents| contents.documents.contains_key(key) || contents.logs.contains_key(key);
        if !has(&self.contents().await?) {
            return Ok(());
        }
        let change = |contents: &mut Contents| {
            contents.documents.remove(key);
            contents.logs.remove(key);
            Ok(())
        };
        self.change(change, |contents| !has(contents)).await.map_err(|fault| self.plain(fault))
    }

    async fn prove(&self) -> Result<(), StateFault> {
        let proof = Kept { id: crypto::random_id(8), bytes: Vec::new() };
        let change = |contents: &mut Contents| {
            contents.proof = Some(proof.clone());
            Ok(())
        };
        self.change(change, |contents| contents.proof.as_ref() == Some(&proof)).await.map_err(|fault| self.plain(fault))
    }

    fn name(&self) -> String {
        format!("esc:{}", self.environment)
    }

    fn unread(&self, unread: &Unread) -> StateFault {
        unavailable(format!("state in {}: {}", self.name(), unread.what), unread.help.clone())
    }

    /// Of a change that expects nothing.
    fn plain(&self, fault: PutFault) -> StateFault {
        match fault {
            PutFault::Fault(fault) => fault,
            PutFault::Changed => unavailable(format!("{} was changed meanwhile", self.name()), "run again"),
        }
    }
}

/// Where one document is kept.
#[derive(Clone, Copy)]
enum Slot<'a> {
    Document(&'a str),
    Lease,
}

impl Slot<'_> {
    fn of(self, contents: &Contents) -> Option<&Kept> {
        match self {
            Self::Document(key) => contents.documents.get(key),
            Self::Lease => contents.lease.as_ref(),
        }
    }

    fn fill(self, contents: &mut Contents, kept: Kept) {
        match self {
            Self::Document(key) => drop(contents.documents.insert(key.to_owned(), kept)),
            Self::Lease => contents.lease = Some(kept),
        }
    }
}

fn stored(kept: &Kept) -> Stored {
    Stored { bytes: kept.bytes.clone(), tag: Tag(kept.id.as_str().into()) }
}

/// Those who met do not meet again at once.
fn pause(round: u32) -> Duration {
    let spread = u64::from(crypto::random_bytes(1).first().copied().unwrap_or_default());
    Duration::from_millis(spread * u64::from(round.min(4) + 1) / 4)
}

impl Backend for EscState {
    fn describe(&self) -> String {
        self.name()
    }

    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Stored>, StateFault>> {
        Box::pin(async move {
            key::check(key)?;
            Ok(self.contents().await?.documents.get(key).map(stored))
        })
    }

    fn put<'a>(&'a self, key: &'a str, bytes: &'a [u8], expected: Expected) -> BoxFuture<'a, Result<Tag, PutFault>> {
        Box::pin(async move {
            key::check(key)?;
            self.replace(Slot::Document(key), bytes, expected).await
        })
    }

    fn append<'a>(&'a self, log: &'a str, lines: &'a [u8]) -> BoxFuture<'a, Result<(), StateFault>> {
        Box::pin(self.append_to(log, lines))
    }

    fn read_log<'a>(&'a self, log: &'a str) -> BoxFuture<'a, Result<Vec<u8>, StateFault>> {
        Box::pin(async move {
            let chunks = self.contents().await?.logs.remove(log).unwrap_or_default();
            Ok(chunks.into_iter().flat_map(|kept| kept.bytes).collect())
        })
    }

    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, StateFault>> {
        Box::pin(async move {
            let contents = self.contents().await?;
            let names = contents.documents.into_keys().chain(contents.logs.into_keys());
            let mut names: Vec<_> = names.filter(|name| name.starts_with(prefix)).collect();
            names.sort();
            Ok(names)
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StateFault>> {
        Box::pin(self.forget(key))
    }

    fn exclude<'a>(&'a self, holder: &'a str, wait: Duration) -> BoxFuture<'a, Result<Exclusion, StateFault>> {
        Box::pin(lease::take(Arc::new(self.clone()), holder, wait, self.terms))
    }

    fn prove_writable(&self) -> BoxFuture<'_, Result<(), StateFault>> {
        Box::pin(self.prove())
    }
}

impl LeaseStore for EscState {
    fn describe(&self) -> String {
        self.name()
    }

    fn read(&self) -> BoxFuture<'_, Result<Option<Stored>, StateFault>> {
        Box::pin(async move { Ok(self.contents().await?.lease.as_ref().map(stored)) })
    }

    fn write<'a>(&'a self, bytes: &'a [u8], expected: Expected) -> BoxFuture<'a, Result<Tag, PutFault>> {
        Box::pin(self.replace(Slot::Lease, bytes, expected))
    }

    /// ESC tells when a revision was made, but not the time now.
    fn age(&self) -> BoxFuture<'_, Result<Option<Duration>, StateFault>> {
        Box::pin(async { Ok(None) })
    }
}

impl fmt::Debug for EscState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EscState").field(&self.name()).finish()
    }
}
