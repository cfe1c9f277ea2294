//! What was asked of the emulator: enough to count and to time, and never a body, a
//! header or a value.

use std::collections::VecDeque;

use serde::Serialize;

/// Beyond this many the oldest are forgotten.
const KEPT: usize = 200_000;

/// One request that came in.
#[derive(Clone, Debug, Serialize)]
pub struct LoggedRequest {
    /// Counts from 1 and goes on after a reset of the log.
    pub number: u64,
    /// `esc`, `github`, `lambda` or `oidc`.
    pub store: &'static str,
    pub method: String,
    pub path: String,
    /// As sent.
    pub query: String,
    /// What was answered; 0 where the connection was broken or left hanging instead.
    pub status: u16,
    /// When it had come in whole, by the emulator's clock, in milliseconds.
    pub at: i64,
    /// The same on a clock that only runs forward, in microseconds since the start.
    pub arrived_us: u64,
    /// Requests that were being answered at that moment, this one included.
    pub in_flight: usize,
}

#[derive(Debug, Default)]
pub(super) struct RequestLog {
    requests: VecDeque<LoggedRequest>,
    count: u64,
}

impl RequestLog {
    /// Takes the request in, before it is answered, and returns its number.
    pub(super) fn arrived(&mut self, mut request: LoggedRequest) -> u64 {
        self.count += 1;
        request.number = self.count;
        self.requests.push_back(request);
        if self.requests.len() > KEPT {
            self.requests.pop_front();
        }
        self.count
    }

    pub(super) fn answered(&mut self, number: u64, status: u16) {
        let Some(first) = self.requests.front().map(|request| request.number) else { return };
        let Some(at) = number.checked_sub(first) else { return };
        if let Some(request) = self.requests.get_mut(at as usize) {
            request.status = status;
        }
    }

    pub(super) fn all(&self) -> Vec<LoggedRequest> {
        self.requests.iter().cloned().collect()
    }

    pub(super) fn clear(&mut self) {
        self.requests.clear();
    }
}
