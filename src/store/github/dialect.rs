//! How GitHub says "not now" (docs, rate limits and best practices for the REST API).

use std::time::{Duration, SystemTime};

use serde::Deserialize;

use crate::{
    http::{Dialect, Pause, Response},
    store::answer,
};

pub(super) const DIALECT: Dialect = Dialect { pause, repeat: |_| None };

/// The parts of an error's body that are looked at; nothing of them is ever shown.
#[derive(Default, Deserialize)]
pub(super) struct Complaint {
    #[serde(default)]
    pub(super) message: Option<String>,
    #[serde(default)]
    documentation_url: Option<String>,
}

/// The primary limit shows in headers, the secondary in `Retry-After` or, without
/// any header, in the text of the answer alone.
fn pause(response: &Response) -> Option<Pause> {
    let spent = response.number("x-ratelimit-remaining") == Some(0);
    match response.status() {
        200..=299 => spent.then(|| until_reset(response)).flatten(),
        status @ (403 | 429) => response
            .retry_after()
            .map(Pause::For)
            .or_else(|| spent.then(|| until_reset(response).unwrap_or(Pause::Unstated)))
            .or_else(|| (status == 429 || is_secondary(response)).then_some(Pause::Unstated)),
        503 => response.retry_after().map(Pause::For),
        _ => None,
    }
}

fn until_reset(response: &Response) -> Option<Pause> {
    let reset = response.number("x-ratelimit-reset")?;
    let moment = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(reset))?;
    Some(Pause::For(response.until(moment)))
}

fn is_secondary(response: &Response) -> bool {
    let complaint: Complaint = answer::parse(response.body()).unwrap_or_default();
    let (message, link) = (complaint.message.unwrap_or_default(), complaint.documentation_url.unwrap_or_default());
    let message = message.to_ascii_lowercase();
    message.contains("secondary rate limit")
        || message.contains("abuse detection")
        || link.ends_with("secondary-rate-limits")
        || link.ends_with("#abuse-rate-limits")
}
