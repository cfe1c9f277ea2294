//! What is worth waking somebody for: decided from the board, delivered by a run of its own.

use serde::{Deserialize, Serialize};

/// One alert as it is delivered: names and reasons, never a value.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Message {
    /// The same for every delivery of this alert.
    pub id: String,
    /// What it is about: `health`, `drift`, `failures`, `keys`, `test`.
    pub about: String,
    /// `firing` or `resolved`.
    pub state: String,
    pub at: i64,
    pub title: String,
    /// Sentences, each for itself.
    pub lines: Vec<String>,
    /// The verdict at that time.
    pub verdict: String,
}

/// When an alert is worth sending.
#[derive(Clone, Copy, Debug)]
pub struct AlertOptions {
    /// How many addresses there are; with none nothing is considered.
    pub targets: usize,
    pub drift_percent: u8,
    pub failures: u32,
    pub expiry_s: i64,
    pub cooldown_s: i64,
    pub cap_per_hour: u32,
}

/// What was said already; kept in the state, so that a new leader does not say it again.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Memory {}

/// Decides what is to be said now, and remembers it. Pure.
pub fn consider(board: &super::Board, now: i64, options: &AlertOptions, memory: &mut Memory) -> Vec<Message> {
    let _ = (board, now, options, memory);
    Vec::new()
}
