//! What is left of the hourly limit, as GitHub's own answers tell it beside what was asked.

use std::sync::PoisonError;

use serde::Deserialize;

use super::GithubStore;
use crate::http::Response;

/// What is left of the hourly limit.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub struct RateLimit {
    pub limit: u64,
    pub remaining: u64,
    /// Seconds since 1970.
    pub reset: u64,
}

impl GithubStore {
    /// The limit as the answers so far told it; `None` where none did, as on a server without limits.
    pub fn told_limit(&self) -> Option<RateLimit> {
        *self.latest_limit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note_limit(&self, response: &Response) {
        // Other resources have limits of their own (docs, rate limits for the REST API).
        if response.header("x-ratelimit-resource").is_some_and(|resource| resource != "core") {
            return;
        }
        let number = |name| response.number(name);
        let told = (number("x-ratelimit-limit"), number("x-ratelimit-remaining"), number("x-ratelimit-reset"));
        if let (Some(limit), Some(remaining), Some(reset)) = told {
            let mut latest = self.latest_limit.lock().unwrap_or_else(PoisonError::into_inner);
            let now = RateLimit { limit, remaining, reset };
            *latest = Some(latest.map_or(now, |before| before.or_later(now)));
        }
    }
}

impl RateLimit {
    /// The later of the two, in whatever order their answers came: within one hour what is left only shrinks.
    fn or_later(self, other: Self) -> Self {
        let order = |limit: Self| (limit.reset, std::cmp::Reverse(limit.remaining));
        if order(other) > order(self) { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_overtook_each_other_tell_the_same() {
        let limit = |remaining, reset| RateLimit { limit: 5_000, remaining, reset };
        for (one, other, later) in [
            (limit(10, 100), limit(9, 100), limit(9, 100)),
            (limit(9, 100), limit(10, 100), limit(9, 100)),
            (limit(0, 100), limit(4_999, 3_700), limit(4_999, 3_700)),
            (limit(4_999, 3_700), limit(0, 100), limit(4_999, 3_700)),
        ] {
            assert_eq!(one.or_later(other), later);
        }
    }
}
