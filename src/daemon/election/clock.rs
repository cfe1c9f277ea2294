//! The clock an election goes by: it only runs forward, and it runs on while the machine sleeps.
//!
//! `std::time::Instant` stands still in a suspended Linux machine, so that a leader who slept for an hour would believe
//! that it renewed a moment ago. Clocks of two machines are never compared.

use std::{fmt, time::Duration};

/// Time since a moment that stays the same while the process lives.
pub trait Clock: fmt::Debug + Send + Sync {
    fn now(&self) -> Duration;
}

/// The time since the machine was started, its sleep included.
#[derive(Clone, Copy, Debug, Default)]
pub struct SinceBoot;

impl Clock for SinceBoot {
    fn now(&self) -> Duration {
        let now = rustix::time::clock_gettime(CLOCK);
        Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or_default())
    }
}

#[cfg(target_os = "linux")]
const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Monotonic;
