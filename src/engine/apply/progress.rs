//! How far a run's writes to GitHub are, for the line on the terminal.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

/// Counts ends; whoever shows it looks when it likes.
#[derive(Debug, Default)]
pub struct Progress {
    total: AtomicUsize,
    ended: AtomicUsize,
    due: Mutex<Option<Instant>>,
}

impl Progress {
    /// So many writes begin now, and take so long by the pace alone.
    pub fn expect(&self, total: usize, duration: Duration) {
        self.total.store(total, Ordering::Relaxed);
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + duration);
    }

    pub fn ended(&self) {
        self.ended.fetch_add(1, Ordering::Relaxed);
    }

    /// Writes that ended, and all of them; `None` before the first.
    pub fn counts(&self) -> Option<(usize, usize)> {
        let total = self.total.load(Ordering::Relaxed);
        (total > 0).then(|| (self.ended.load(Ordering::Relaxed), total))
    }

    /// How long it takes yet, by the pace alone.
    pub fn left(&self) -> Option<Duration> {
        let due = *self.due.lock().unwrap_or_else(PoisonError::into_inner);
        due.map(|due| due.saturating_duration_since(Instant::now()))
    }
}
