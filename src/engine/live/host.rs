//! The hosts that are asked, each with its few places, and whether it has fallen silent.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::{Semaphore, SemaphorePermit};

#[derive(Debug)]
pub(super) struct Hosts {
    places: usize,
    known: Mutex<HashMap<Box<str>, Arc<Host>>>,
}

#[derive(Debug)]
pub(super) struct Host {
    places: Semaphore,
    /// Whether a request ran out of time and none was answered since.
    silent: AtomicBool,
}

impl Hosts {
    pub(super) fn new(places: usize) -> Self {
        Self { places, known: Mutex::default() }
    }

    pub(super) fn of(&self, name: &str) -> Arc<Host> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Host { places: Semaphore::new(self.places), silent: AtomicBool::new(false) });
        Arc::clone(known.entry(name.into()).or_insert_with(new))
    }
}

impl Host {
    /// A place among the requests in flight to it; `None` if it fell silent while this waited.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        if let Ok(place) = self.places.try_acquire() {
            return Some(place);
        }
        let place = self.places.acquire().await.expect("the semaphore is never closed");
        (!self.silent.load(Ordering::Relaxed)).then_some(place)
    }

    /// What came of a request.
    pub(super) fn heard(&self, silent: bool) {
        self.silent.store(silent, Ordering::Relaxed);
    }
}
