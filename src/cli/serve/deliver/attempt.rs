//! One message to one address: asked a few times within half a minute, never longer.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use super::{body::body, target::Target};
use crate::{
    crypto::signature::sign,
    daemon::alert::Message,
    http::{ConnectFailure, HttpError, StrangerAnswer, StrangerRequest, Strangers},
};

/// How long is waited, and how often asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    pub(crate) deadline: Duration,
    pub(crate) whole: Duration,
    pub(crate) backoff: Duration,
    pub(crate) tries: u32,
}

impl Default for Patience {
    fn default() -> Self {
        let (deadline, whole) = (Duration::from_secs(10), Duration::from_secs(30));
        Self { deadline, whole, backoff: Duration::from_secs(1), tries: 3 }
    }
}

/// What one attempt came to.
enum Attempt {
    Delivered,
    Refused(String),
    /// It may succeed later; the address may have said when.
    Later(String, Option<Duration>),
}

/// `Err`: why it does not have the message, in words of ours alone.
pub(super) async fn deliver(
    strangers: &Strangers,
    target: &Target,
    message: &Message,
    patience: Patience,
) -> Result<(), String> {
    let (until, body) = (Instant::now() + patience.whole, body(target.kind, message));
    for attempt in 1..=patience.tries {
        let deadline = patience.deadline.min(until.saturating_duration_since(Instant::now()));
        match once(strangers, target, message, &body, deadline).await {
            Attempt::Delivered => return Ok(()),
            Attempt::Refused(why) => return Err(why),
            Attempt::Later(why, asked) => {
                let wait = asked.unwrap_or(patience.backoff * attempt);
                if attempt == patience.tries || Instant::now() + wait >= until {
                    return Err(format!("{why}; asked {attempt} times"));
                }
                tokio::time::sleep(wait).await;
            }
        }
    }
    Err("it was not asked".to_owned())
}

async fn once(strangers: &Strangers, target: &Target, message: &Message, body: &[u8], deadline: Duration) -> Attempt {
    let timestamp = seconds(strangers.now()).to_string();
    let signature = target
        .secret
        .as_ref()
        .map(|secret| format!("v1={}", sign(secret, &[b"v1:", timestamp.as_bytes(), b":", body])));
    let mut headers = vec![
        ("content-type", "application/json"),
        ("x-esc-sync-timestamp", timestamp.as_str()),
        ("x-esc-sync-delivery", message.id.as_str()),
    ];
    headers.extend(signature.iter().map(|signature| ("x-esc-sync-signature", signature.as_str())));
    // The address is what is connected to.
    let url = target.url.expose_text().unwrap_or_default();
    let request = StrangerRequest { method: "POST", url, headers, body: Some(body), private: true };
    match strangers.ask(&request, deadline).await {
        Ok(answer) => judged(&answer, strangers.now()),
        Err(error) if is_passing(error) => Attempt::Later(error.to_string(), None),
        Err(error) => Attempt::Refused(error.to_string()),
    }
}

/// By the status alone: a body may repeat what it was sent to.
fn judged(answer: &StrangerAnswer, now: SystemTime) -> Attempt {
    match answer.status {
        200..=299 => Attempt::Delivered,
        status @ 300..=399 => Attempt::Refused(format!("status {status}, a redirect, which is not followed")),
        status @ (429 | 500..) => Attempt::Later(format!("status {status}"), retry_after(answer, now)),
        status => Attempt::Refused(format!("status {status}")),
    }
}

/// It may have arrived in spite of all but a refused connection; its id tells whoever gets it twice.
fn is_passing(error: HttpError) -> bool {
    match error {
        HttpError::Connect(why) => why != ConnectFailure::Name,
        error => matches!(error, HttpError::Interrupted | HttpError::Timeout { .. }),
    }
}

/// In seconds, or as a moment.
fn retry_after(answer: &StrangerAnswer, now: SystemTime) -> Option<Duration> {
    let (_, text) = answer.headers.iter().find(|(name, _)| name == "retry-after")?;
    match text.trim().parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Some(httpdate::parse_http_date(text).ok()?.duration_since(now).unwrap_or_default()),
    }
}

pub(super) fn seconds(moment: SystemTime) -> i64 {
    moment.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
