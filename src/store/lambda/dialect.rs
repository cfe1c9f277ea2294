//! How Lambda says "not now", and how often it may be asked.
//!
//! Its description allows about one request a second and declares no 429; clients meet it
//! all the same, without a header, and wait ten seconds and more (skypilot, `lambda_utils.py`).

use std::time::Duration;

use crate::http::{Dialect, Pause, Response};

pub(super) const DIALECT: Dialect = Dialect { pause, repeat: |_| None };

/// Between the beginnings of two requests. A little more than a second: what is sent a second
/// apart may arrive closer.
pub(super) const INTERVAL: Duration = Duration::from_millis(1_050);
/// The first pause where none is stated; it doubles.
pub(super) const UNSTATED_PAUSE: Duration = Duration::from_secs(10);

fn pause(response: &Response) -> Option<Pause> {
    match response.status() {
        429 => Some(response.retry_after().map_or(Pause::Unstated, Pause::For)),
        503 => response.retry_after().map(Pause::For),
        _ => None,
    }
}
