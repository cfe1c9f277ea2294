//! What is asked of the state: that it can be written, what it remembers, and to remember.
//!
//! One thing at a time, each with a deadline, and beside everything else: a state that hangs stops no clock. After a
//! fault it is tried again with growing pauses, and what was to be kept stays to be kept.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, timeout};

use super::{
    super::kept::{self, Kept},
    lane::Lane,
};
use crate::ledger::{Backend, StateFault, StateFaultKind};

pub(super) struct Memory {
    backend: Option<Arc<dyn Backend>>,
    pub(super) lane: Lane<Done>,
    /// What is to be done, and what is being done.
    wanted: Wanted,
    loading: bool,
    /// After a fault.
    pause: Duration,
    not_before: Option<Instant>,
    /// Whether faults still lead to another try.
    closing: bool,
}

#[derive(Default)]
struct Wanted {
    load: bool,
    prove: bool,
    keep: bool,
}

/// What was done, and whether it could be.
pub(super) enum Done {
    Loaded(Result<Option<Kept>, StateFault>),
    Proved(Result<(), StateFault>),
    Kept(Result<(), StateFault>),
}

const LIMIT: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_secs(5);
const PAUSE_MOST: Duration = Duration::from_secs(15);

impl Memory {
    /// Before anything else it is shown to be writable.
    pub(super) fn new(backend: Option<Arc<dyn Backend>>) -> Self {
        let wanted = Wanted { prove: backend.is_some(), ..Wanted::default() };
        Self { backend, lane: Lane::default(), wanted, loading: false, pause: PAUSE, not_before: None, closing: false }
    }

    pub(super) fn want_load(&mut self) {
        self.wanted.load = self.backend.is_some();
    }

    pub(super) fn want_keep(&mut self) {
        self.wanted.keep = self.backend.is_some();
    }

    /// Another replica remembers now.
    pub(super) fn forget(&mut self) {
        self.wanted.keep = false;
    }

    /// What it remembers is not known yet.
    pub(super) fn is_loading(&self) -> bool {
        self.loading || self.wanted.load
    }

    /// Whether nothing is left to be done.
    pub(super) fn is_idle(&self) -> bool {
        self.lane.is_free() && !self.wanted.keep
    }

    /// One last time: what is to be kept is tried once more and at once.
    pub(super) fn close(&mut self) {
        self.closing = true;
        self.not_before = None;
        self.wanted.load = false;
        self.wanted.prove = false;
    }

    pub(super) fn wake(&self, now: Instant) -> Option<Instant> {
        let Wanted { load, prove, keep } = self.wanted;
        let waits = self.lane.is_free() && (load || prove || keep);
        waits.then(|| if load { now } else { self.not_before.unwrap_or(now) })
    }

    /// Begins what is wanted; `board`: what would be kept.
    pub(super) fn begin(&mut self, board: impl FnOnce() -> Kept, now: Instant) {
        let Some(backend) = self.backend.clone().filter(|_| self.lane.is_free()) else { return };
        if std::mem::take(&mut self.wanted.load) {
            self.loading = true;
            self.lane.begin(async move { Done::Loaded(within(kept::load(&*backend)).await) });
            return;
        }
        if self.not_before.is_some_and(|moment| moment > now) {
            return;
        }
        if std::mem::take(&mut self.wanted.prove) {
            self.lane.begin(async move { Done::Proved(within(backend.prove_writable()).await) });
        } else if std::mem::take(&mut self.wanted.keep) {
            let kept = board();
            self.lane.begin(async move { Done::Kept(within(kept::keep(&*backend, &kept)).await) });
        }
    }

    /// Takes note of what was done. Returns what is to be said of the state now: that it was shown to be
    /// writable, or why it cannot be used; `None` if nothing new is known.
    pub(super) fn ended(&mut self, done: &Done, now: Instant) -> Option<Result<(), StateFault>> {
        let is_keeping = matches!(done, Done::Kept(_));
        let fault = match done {
            Done::Loaded(Ok(_)) => {
                self.loading = false;
                return None;
            }
            // What could be proved may still not be kept: then the last word is that of the keeping.
            Done::Proved(Ok(())) if self.wanted.keep && self.pause > PAUSE => return None,
            Done::Proved(Ok(())) | Done::Kept(Ok(())) => {
                (self.pause, self.not_before) = (PAUSE, None);
                return Some(Ok(()));
            }
            Done::Loaded(Err(fault)) | Done::Proved(Err(fault)) | Done::Kept(Err(fault)) => fault.clone(),
        };
        self.loading = false;
        if !self.closing {
            self.wanted.prove = true;
            self.wanted.keep |= is_keeping;
            self.not_before = Some(now + self.pause);
            self.pause = (self.pause * 2).min(PAUSE_MOST);
        }
        Some(Err(fault))
    }
}

async fn within<T>(work: impl Future<Output = Result<T, StateFault>>) -> Result<T, StateFault> {
    timeout(LIMIT, work).await.unwrap_or_else(|_| {
        Err(StateFault {
            kind: StateFaultKind::Unavailable,
            what: format!("the state did not answer within {} s", LIMIT.as_secs()),
            help: "see whether it can be reached from here".to_owned(),
        })
    })
}
