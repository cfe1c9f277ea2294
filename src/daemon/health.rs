//! Whether all is well, as far as anybody looked: a pure function of the board and of the time.

use serde::Serialize;

use super::board::Board;

/// What is true of health.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum HealthVerdict {
    Unhealthy,
    /// Nobody looked lately, or what was looked at could not be found out.
    Unknown,
    Healthy,
}

crate::model::words! {
    HealthVerdict { Unhealthy => "unhealthy", Unknown => "unknown", Healthy => "healthy" }
}

/// The verdict with what it rests on.
#[derive(Clone, Debug, Serialize)]
pub struct Health {
    pub verdict: HealthVerdict,
    /// Why it is not `healthy`, worst first; empty where it is.
    pub reasons: Vec<String>,
    /// When the look that it rests on ended.
    pub checked_at: Option<i64>,
    pub age_s: Option<i64>,
    pub run: Option<String>,
    /// Entries by status and by evidence, in the order of the contract.
    pub statuses: Vec<(String, usize)>,
    pub evidence: Vec<(String, usize)>,
    pub live_age_s: Option<i64>,
}

/// `now`: seconds since 1970. `quiet_s`: since the keeper last moved, by a clock that does not jump.
pub fn health(board: &Board, now: i64) -> Health {
    let _ = (board, now);
    Health {
        verdict: HealthVerdict::Unknown,
        reasons: vec!["nobody looked yet".to_owned()],
        checked_at: None,
        age_s: None,
        run: None,
        statuses: Vec::new(),
        evidence: Vec::new(),
        live_age_s: None,
    }
}

/// Why it is not ready to be relied on; empty: it is.
pub fn unready(board: &Board, now: i64) -> Vec<String> {
    let _ = (board, now);
    vec!["nobody looked yet".to_owned()]
}
