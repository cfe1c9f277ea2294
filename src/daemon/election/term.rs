//! How a lease is divided: when its holder renews, when it steps down, how often the others look. Pure.

use std::time::Duration;

#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) lease: Duration,
    pub(super) renew: Duration,
    /// After a renewal that failed.
    pub(super) again: Duration,
    /// How long a holder goes without a look at the clock.
    pub(super) glance: Duration,
    step_down: Duration,
    look: Duration,
}

impl Terms {
    pub(super) fn of(lease: Duration) -> Self {
        Self {
            lease,
            renew: lease / 3,
            again: lease / 12,
            glance: (lease / 10).min(Duration::from_secs(1)),
            // A third of the lease is left for clocks that do not run alike.
            step_down: lease * 2 / 3,
            look: lease / 5,
        }
    }

    /// How much longer a holder leads after such a silence; `None`: no longer.
    pub(super) fn until_stepping_down(&self, silent: Duration) -> Option<Duration> {
        self.step_down.checked_sub(silent).filter(|left| !left.is_zero())
    }

    /// How long to wait before the next look at a leader that stood still for so long. `chance` (0 to 1) spreads the
    /// looks of many; the last of them comes just when the lease is over.
    pub(super) fn next_look(&self, still: Duration, chance: f64) -> Duration {
        let look = self.look.mul_f64(0.75 + chance / 2.0);
        match self.lease.checked_sub(still) {
            Some(left) if !left.is_zero() => look.min(left),
            _ => look,
        }
    }

    /// What counts at most between two looks.
    pub(super) fn longest_look(&self) -> Duration {
        self.look * 2
    }
}
