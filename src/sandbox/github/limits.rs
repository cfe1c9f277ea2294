//! GitHub's two limits: so many requests an hour, and not too many writes at a time.
//!
//! Both are exact: what is refused, from when to when, follows from the clock alone.

use serde::{Deserialize, Serialize};

use super::failure::failure_at;
use crate::sandbox::message::{SandboxRequest, SandboxResponse};

const HOUR: i64 = 3_600;
/// What an account of an enterprise has (docs, rate limits for the REST API): enough for any trial.
const HOURLY: u64 = 15_000;
const PRIMARY_DOCS: &str = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api";
const SECONDARY_DOCS: &str =
    "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits";

/// The state of both limits.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Limits {
    limit: u64,
    used: u64,
    /// In seconds.
    reset: i64,
    secondary: Option<Secondary>,
}

/// After `writes` writes, a pause of `seconds`; again after each pause unless `once`.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct SecondaryRule {
    pub writes: u64,
    pub seconds: i64,
    /// 403 or 429.
    pub status: u16,
    /// Whether the pause is told.
    pub retry_after: bool,
    pub once: bool,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Secondary {
    rule: SecondaryRule,
    /// Writes since the last pause.
    done: u64,
    closed_until_ms: Option<i64>,
    /// Requests that came during a pause.
    premature: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { limit: HOURLY, used: 0, reset: 0, secondary: None }
    }
}

impl Limits {
    /// Sets the hour's limit, what remains of it, and when it starts anew.
    pub fn set_primary(&mut self, limit: u64, remaining: u64, reset: i64) {
        *self = Self { limit, used: limit.saturating_sub(remaining), reset, secondary: self.secondary.take() };
    }

    pub fn set_secondary(&mut self, rule: Option<SecondaryRule>) {
        self.secondary = rule.map(|rule| Secondary { rule, done: 0, closed_until_ms: None, premature: 0 });
    }

    /// Requests that came while a secondary limit was in force.
    pub fn premature(&self) -> u64 {
        self.secondary.as_ref().map_or(0, |secondary| secondary.premature)
    }

    /// Counts a request, or refuses it.
    pub(super) fn admit(&mut self, request: &SandboxRequest, now_ms: i64) -> Result<(), SandboxResponse> {
        self.turn(now_ms / 1000);
        if self.used >= self.limit {
            return Err(failure_at(403, "API rate limit exceeded for user ID 999.", PRIMARY_DOCS));
        }
        self.used += 1;
        let writes = !matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS");
        match &mut self.secondary {
            Some(secondary) => secondary.admit(writes, now_ms),
            None => Ok(()),
        }
    }

    fn turn(&mut self, now: i64) {
        if now >= self.reset {
            self.used = 0;
            self.reset = now + HOUR;
        }
    }

    pub(super) fn decorate(&mut self, response: SandboxResponse, now_ms: i64) -> SandboxResponse {
        self.turn(now_ms / 1000);
        response
            .with_header("x-ratelimit-limit", self.limit.to_string())
            .with_header("x-ratelimit-remaining", self.remaining().to_string())
            .with_header("x-ratelimit-used", self.used.to_string())
            .with_header("x-ratelimit-reset", self.reset.to_string())
            .with_header("x-ratelimit-resource", "core")
    }

    pub(super) fn describe(&mut self, now_ms: i64) -> serde_json::Value {
        self.turn(now_ms / 1000);
        let core = serde_json::json!({
            "limit": self.limit, "remaining": self.remaining(), "reset": self.reset, "used": self.used,
        });
        let search = serde_json::json!({ "limit": 30, "remaining": 30, "reset": self.reset, "used": 0 });
        serde_json::json!({ "resources": { "core": core, "search": search }, "rate": core })
    }

    fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }
}

impl Secondary {
    fn admit(&mut self, writes: bool, now_ms: i64) -> Result<(), SandboxResponse> {
        if let Some(until) = self.closed_until_ms {
            if now_ms < until {
                self.premature += 1;
                return Err(self.refusal(until, now_ms));
            }
            self.closed_until_ms = None;
            self.done = 0;
            if self.rule.once {
                self.rule.writes = u64::MAX;
            }
        }
        if !writes {
            return Ok(());
        }
        if self.done >= self.rule.writes {
            let until = now_ms + self.rule.seconds * 1000;
            self.closed_until_ms = Some(until);
            return Err(self.refusal(until, now_ms));
        }
        self.done += 1;
        Ok(())
    }

    fn refusal(&self, until_ms: i64, now_ms: i64) -> SandboxResponse {
        let message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
        let response = failure_at(self.rule.status, message, SECONDARY_DOCS);
        if !self.rule.retry_after {
            return response;
        }
        // Rounded up: whoever waits as long as he is told is never early.
        response.with_header("retry-after", ((until_ms - now_ms + 999) / 1000).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write() -> SandboxRequest {
        SandboxRequest { method: "PUT".into(), ..SandboxRequest::default() }
    }

    fn header<'a>(response: &'a SandboxResponse, name: &str) -> Option<&'a str> {
        response.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn g1_a_secondary_limit_closes_and_opens_to_the_millisecond() {
        let mut limits = Limits::default();
        limits.set_secondary(Some(SecondaryRule {
            writes: 2,
            seconds: 3,
            status: 429,
            retry_after: true,
            ..SecondaryRule::default()
        }));
        assert!(limits.admit(&write(), 1_000).is_ok() && limits.admit(&write(), 1_000).is_ok());
        let refused = limits.admit(&write(), 1_500).expect_err("limited");
        assert_eq!((refused.status, header(&refused, "retry-after")), (429, Some("3")));
        let read = SandboxRequest { method: "GET".into(), ..SandboxRequest::default() };
        let early = limits.admit(&read, 4_499).expect_err("early");
        assert_eq!((header(&early, "retry-after"), limits.premature()), (Some("1"), 1));
        assert!(limits.admit(&write(), 4_500).is_ok() && limits.admit(&write(), 4_500).is_ok());
        assert!(limits.admit(&write(), 4_500).is_err());
    }

    #[test]
    fn g2_a_used_up_hour_is_refused_until_its_reset() {
        let mut limits = Limits::default();
        limits.set_primary(60, 1, 100);
        assert!(limits.admit(&write(), 50_000).is_ok());
        let refused = limits.admit(&write(), 99_999).expect_err("used up");
        let answer = limits.decorate(refused, 99_999);
        assert_eq!(
            (header(&answer, "x-ratelimit-remaining"), header(&answer, "x-ratelimit-reset")),
            (Some("0"), Some("100"))
        );
        assert!(limits.admit(&write(), 100_000).is_ok());
    }

    #[test]
    fn g3_a_secondary_limit_may_keep_its_length_to_itself() {
        let mut limits = Limits::default();
        let secondary = SecondaryRule { seconds: 60, status: 403, once: true, ..SecondaryRule::default() };
        limits.set_secondary(Some(secondary));
        let refused = limits.admit(&write(), 0).expect_err("limited");
        assert_eq!((refused.status, header(&refused, "retry-after")), (403, None));
        assert!(limits.admit(&write(), 60_000).is_ok() && limits.admit(&write(), 60_000).is_ok());
    }
}
