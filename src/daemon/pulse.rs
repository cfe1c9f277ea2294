//! Whether the keeper moves: it beats, and whoever asks sees how long ago, by a clock that does not jump.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

#[derive(Clone, Debug)]
pub struct Pulse(Arc<Mutex<Instant>>);

/// How often the keeper beats, and after what silence it counts as stuck.
pub const BEAT: Duration = Duration::from_secs(5);
pub const STUCK: Duration = Duration::from_secs(30);

impl Pulse {
    pub fn beat(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Since the last beat.
    pub fn quiet(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }
}

impl Default for Pulse {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }
}
