//! State that lives as long as its process: for tests and the simulation.
//!
//! Copies share it, as two processes share a folder.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::future::BoxFuture;
use tokio::time::Instant;

use super::{
    backend::{Backend, Exclusion, Expected, PutFault, StateFault, StateFaultKind, Stored, Tag},
    key,
};

#[derive(Clone, Default)]
pub struct MemoryState(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    documents: BTreeMap<String, Stored>,
    logs: BTreeMap<String, Vec<u8>>,
    writes: u64,
    holder: Option<String>,
}

impl MemoryState {
    pub fn new() -> Self {
        Self::default()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_exclude(&self, holder: &str) -> Result<Held, String> {
        let mut kept = self.kept();
        match &kept.holder {
            Some(other) => Err(other.clone()),
            None => {
                kept.holder = Some(holder.to_owned());
                Ok(Held(self.clone()))
            }
        }
    }
}

/// The holder's name stands as long as this does.
struct Held(MemoryState);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.kept().holder = None;
    }
}

impl Backend for MemoryState {
    fn describe(&self) -> String {
        "memory".into()
    }

    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Stored>, StateFault>> {
        Box::pin(async move {
            key::check(key)?;
            Ok(self.kept().documents.get(key).cloned())
        })
    }

    fn put<'a>(&'a self, key: &'a str, bytes: &'a [u8], expected: Expected) -> BoxFuture<'a, Result<Tag, PutFault>> {
        Box::pin(async move {
            key::check(key)?;
            let mut kept = self.kept();
            let there = kept.documents.get(key).map_or(Expected::Absent, |there| Expected::Version(there.tag.clone()));
            if there != expected {
                return Err(PutFault::Changed);
            }
            kept.writes += 1;
            let tag = Tag(kept.writes.to_string().into());
            kept.documents.insert(key.to_owned(), Stored { bytes: bytes.to_vec(), tag: tag.clone() });
            Ok(tag)
        })
    }

    fn append<'a>(&'a self, log: &'a str, lines: &'a [u8]) -> BoxFuture<'a, Result<(), StateFault>> {
        Box::pin(async move {
            key::check(log)?;
            self.kept().logs.entry(log.to_owned()).or_default().extend(lines);
            Ok(())
        })
    }

    fn read_log<'a>(&'a self, log: &'a str) -> BoxFuture<'a, Result<Vec<u8>, StateFault>> {
        Box::pin(async move {
            key::check(log)?;
            Ok(self.kept().logs.get(log).cloned().unwrap_or_default())
        })
    }

    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, StateFault>> {
        Box::pin(async move {
            let kept = self.kept();
            let keys = kept.documents.keys().chain(kept.logs.keys());
            let mut keys: Vec<_> = keys.filter(|key| key.starts_with(prefix)).cloned().collect();
            keys.sort();
            Ok(keys)
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StateFault>> {
        Box::pin(async move {
            key::check(key)?;
            let mut kept = self.kept();
            kept.documents.remove(key);
            kept.logs.remove(key);
            Ok(())
        })
    }

    fn exclude<'a>(&'a self, holder: &'a str, wait: Duration) -> BoxFuture<'a, Result<Exclusion, StateFault>> {
        Box::pin(async move {
            let started = Instant::now();
            loop {
                let other = match self.try_exclude(holder) {
                    Ok(held) => return Ok(Exclusion::held(held)),
                    Err(other) => other,
                };
                let waited = started.elapsed();
                if waited >= wait {
                    let what = format!("{other} is writing to the state in memory");
                    return Err(StateFault::new(StateFaultKind::Busy, what, "wait for it to end"));
                }
                tokio::time::sleep(Duration::from_millis(50).min(wait - waited)).await;
            }
        })
    }

    fn prove_writable(&self) -> BoxFuture<'_, Result<(), StateFault>> {
        Box::pin(async { Ok(()) })
    }
}

impl fmt::Debug for MemoryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryState")
    }
}
