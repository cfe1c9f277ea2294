//! What goes wrong with requests: by chance from a seed, or one mishap at one request.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use tokio::sync::Notify;

use super::rng::Rng;

/// A mishap of one request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    CrashAfter,
    CrashBefore,
    /// It was applied, and the connection was lost before the answer.
    FailAfter,
    FailBefore,
    HangAfter,
    HangBefore,
    /// Refused with this status, and not applied; 403 comes with the wish to be left alone for a while.
    Refuse(u16),
    /// It was applied, and half of the answer's body came.
    Truncate,
}

/// The six ways of the test that tries all of them at every request.
pub(crate) const WAYS: [Fault; 6] =
    [Fault::FailBefore, Fault::FailAfter, Fault::HangAfter, Fault::Truncate, Fault::CrashBefore, Fault::CrashAfter];

const BY_CHANCE: [Fault; 15] = [
    Fault::CrashAfter,
    Fault::CrashBefore,
    Fault::FailAfter,
    Fault::FailBefore,
    Fault::HangAfter,
    Fault::HangBefore,
    Fault::Refuse(403),
    Fault::Refuse(404),
    Fault::Refuse(409),
    Fault::Refuse(429),
    Fault::Refuse(500),
    Fault::Refuse(502),
    Fault::Refuse(503),
    Fault::Refuse(504),
    Fault::Truncate,
];

/// Which requests of a run meet with what.
#[derive(Clone, Debug)]
pub(crate) enum Faults {
    /// Each request, so many times in a thousand.
    ByChance {
        rng: Rng,
        per_mille: usize,
    },
    At(usize, Fault),
    Never,
}

impl Faults {
    pub(crate) fn are_by_chance(&self) -> bool {
        matches!(self, Self::ByChance { .. })
    }

    /// What happens to the request of this number.
    pub(crate) fn draw(&mut self, request: usize) -> Option<Fault> {
        match self {
            Self::ByChance { rng, per_mille } => rng.chance(*per_mille).then(|| *rng.pick(&BY_CHANCE)),
            Self::At(at, fault) => (*at == request).then_some(*fault),
            Self::Never => None,
        }
    }
}

impl Fault {
    /// Whether the request reaches the world.
    pub(crate) fn applies(self) -> bool {
        matches!(self, Self::CrashAfter | Self::FailAfter | Self::HangAfter | Self::Truncate)
    }

    /// How long the refusing server wants to be left alone.
    pub(crate) fn pause(self) -> Option<Duration> {
        matches!(self, Self::Refuse(403 | 429)).then_some(Duration::from_secs(7))
    }
}

/// The machine's power: once cut, nothing of the run reaches network or disk any more.
#[derive(Debug, Default)]
pub(crate) struct Power {
    is_cut: AtomicBool,
    cut: Notify,
}

impl Power {
    pub(crate) fn cut(&self) {
        self.is_cut.store(true, Ordering::Relaxed);
        self.cut.notify_one();
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut.load(Ordering::Relaxed)
    }

    pub(crate) async fn lost(&self) {
        self.cut.notified().await;
    }
}
