//! The emulator's clock: the machine's, moved or stopped on request.

use std::{
    sync::Mutex,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use super::lock;

#[derive(Debug, Default)]
pub(super) struct Clock(Mutex<ClockSetting>);

/// How the emulator's time differs from the machine's.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub(super) struct ClockSetting {
    offset_ms: i64,
    /// The moment at which time stands still.
    frozen_ms: Option<i64>,
}

/// The last day of the year 9999 in milliseconds since 1970: no date is written beyond it.
const LAST_MS: i64 = 253_402_214_400_000;

impl Clock {
    pub(super) fn new(setting: ClockSetting) -> Self {
        Self(Mutex::new(setting))
    }

    pub(super) fn now_ms(&self) -> i64 {
        lock(&self.0).now_ms()
    }

    pub(super) fn setting(&self) -> ClockSetting {
        *lock(&self.0)
    }

    /// Sets the time, if one is given, then moves it.
    pub(super) fn set(&self, to_ms: Option<i64>, advance_ms: i64) {
        let mut setting = lock(&self.0);
        let target = to_ms.unwrap_or_else(|| setting.now_ms()).saturating_add(advance_ms).clamp(0, LAST_MS);
        match &mut setting.frozen_ms {
            Some(frozen) => *frozen = target,
            None => setting.offset_ms = target - machine_ms(),
        }
    }

    pub(super) fn freeze(&self, frozen: bool) {
        let mut setting = lock(&self.0);
        let now = setting.now_ms();
        if frozen {
            setting.frozen_ms = Some(now);
        } else {
            *setting = ClockSetting { offset_ms: now - machine_ms(), frozen_ms: None };
        }
    }
}

impl ClockSetting {
    fn now_ms(&self) -> i64 {
        self.frozen_ms.unwrap_or_else(|| machine_ms().saturating_add(self.offset_ms)).clamp(0, LAST_MS)
    }
}

fn machine_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_date_is_beyond_the_year_9999() {
        let clock = Clock::default();
        for (to, by) in [(None, i64::MAX), (Some(i64::MAX), i64::MAX), (Some(0), i64::MIN), (None, i64::MIN)] {
            clock.set(to, by);
            assert!((0..=LAST_MS).contains(&clock.now_ms()));
        }
        let kept = Clock::new(ClockSetting { offset_ms: i64::MAX, frozen_ms: None });
        assert_eq!(kept.now_ms(), LAST_MS);
    }

    #[test]
    fn a_stopped_clock_moves_only_when_told() {
        let clock = Clock::default();
        clock.freeze(true);
        clock.set(Some(5_000), 0);
        assert_eq!(clock.now_ms(), 5_000);
        clock.set(None, 1_500);
        assert_eq!(clock.now_ms(), 6_500);
        clock.freeze(false);
        assert!((6_500..60_000).contains(&clock.now_ms()));
    }
}
