//! How often Lambda may be asked: about once a second, and one launch in twelve.
//!
//! Switched on by the control endpoint, exact by the sandbox's clock. Lambda's description
//! declares no answer for who asks too often; 429 was met by clients, its code is made up here.

use serde::{Deserialize, Serialize};

use super::failure::failure;
use crate::sandbox::message::SandboxResponse;

/// The least time between two requests, and between two launches.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    #[serde(default = "second")]
    pub interval_ms: i64,
    #[serde(default = "twelve_seconds")]
    pub launch_interval_ms: i64,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct LambdaLimits {
    pace: Option<Pace>,
    last_ms: Option<i64>,
    last_launch_ms: Option<i64>,
    /// Requests that came too soon.
    premature: u64,
}

fn second() -> i64 {
    1_000
}

fn twelve_seconds() -> i64 {
    12_000
}

impl Default for Pace {
    fn default() -> Self {
        Self { interval_ms: second(), launch_interval_ms: twelve_seconds() }
    }
}

impl LambdaLimits {
    /// Begins to count anew.
    pub fn set(&mut self, pace: Option<Pace>) {
        *self = Self { pace, ..Self::default() };
    }

    pub fn premature(&self) -> u64 {
        self.premature
    }

    pub(super) fn admit(&mut self, launches: bool, now_ms: i64) -> Result<(), SandboxResponse> {
        let Some(pace) = self.pace else { return Ok(()) };
        let is_early = |last: Option<i64>, interval| last.is_some_and(|last| now_ms - last < interval);
        if is_early(self.last_ms, pace.interval_ms)
            || launches && is_early(self.last_launch_ms, pace.launch_interval_ms)
        {
            self.premature += 1;
            return Err(failure(429, "global/rate-limited", "Too many requests."));
        }
        self.last_ms = Some(now_ms);
        if launches {
            self.last_launch_ms = Some(now_ms);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_a_second_apart_and_launches_twelve() {
        let mut limits = LambdaLimits::default();
        assert!((0..9).all(|_| limits.admit(true, 0).is_ok()));
        limits.set(Some(Pace::default()));
        assert!(limits.admit(false, 5_000).is_ok());
        let refused = limits.admit(false, 5_999).expect_err("too soon");
        assert_eq!((refused.status, refused.headers.len(), limits.premature()), (429, 1, 1));
        assert!(limits.admit(true, 6_000).is_ok() && limits.admit(false, 7_000).is_ok());
        assert!(limits.admit(true, 17_999).is_err() && limits.admit(true, 18_000).is_ok());
    }
}
