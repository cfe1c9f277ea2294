//! What a client takes from outside the program beside the network: the time of day, and chance.
//!
//! No decision about a secret rests on either; a simulation puts in its own, so that
//! the same seed makes the same run.

use std::{
    fmt,
    hash::{BuildHasher, Hasher, RandomState},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

/// The time of day. What is waited for is measured apart, by the runtime's own clock.
#[derive(Clone, Default)]
pub enum Clock {
    Simulated(Arc<dyn Fn() -> SystemTime + Send + Sync>),
    #[default]
    System,
}

/// Spreads the waits between attempts, so that many clients do not come back at once.
#[derive(Clone, Debug, Default)]
pub enum Jitter {
    Seeded(Arc<AtomicU64>),
    #[default]
    System,
}

impl Clock {
    pub fn now(&self) -> SystemTime {
        match self {
            Self::Simulated(now) => now(),
            Self::System => SystemTime::now(),
        }
    }
}

impl Jitter {
    /// The same row of fractions for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(AtomicU64::new(seed)))
    }

    /// A number between 0 and 1 that differs from call to call.
    pub(super) fn fraction(&self) -> f64 {
        let random = match self {
            Self::Seeded(state) => scrambled(state.fetch_add(STEP, Ordering::Relaxed)),
            Self::System => RandomState::new().build_hasher().finish(),
        };
        f64::from(random as u32) / f64::from(u32::MAX)
    }
}

/// The step and the finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

fn scrambled(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Simulated(_) => "Simulated",
            Self::System => "System",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_the_same_fractions_and_they_are_spread() {
        let row = |seed| {
            let jitter = Jitter::seeded(seed);
            (0..100).map(|_| jitter.fraction()).collect::<Vec<_>>()
        };
        assert_eq!(row(7), row(7));
        assert_ne!(row(7), row(8));
        let mean = row(7).iter().sum::<f64>() / 100.0;
        assert!((0.35..0.65).contains(&mean), "{mean}");
        assert!((0.0..=1.0).contains(&Jitter::System.fraction()));
    }
}
