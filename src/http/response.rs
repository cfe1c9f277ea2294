//! One answer of a store, whole.

use std::{fmt, time::Duration, time::SystemTime};

use reqwest::{StatusCode, Url, header::HeaderMap};
use zeroize::Zeroizing;

use super::HttpError;

/// Status, headers and the complete body. Only the status can be printed.
pub struct Response {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Zeroizing<Vec<u8>>,
    pub(super) url: Url,
    pub(super) moved: bool,
    /// By our own clock.
    pub(super) received: SystemTime,
}

impl Response {
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    pub fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// The answer itself if its status is 2xx, else the status as an error.
    pub fn success(self) -> Result<Self, HttpError> {
        if self.is_success() { Ok(self) } else { Err(HttpError::Status { status: self.status() }) }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A header that holds a decimal number.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.header(name)?.trim().parse().ok()
    }

    pub fn body(&self) -> &[u8] {
        &self.body
    }

    pub fn into_body(self) -> Zeroizing<Vec<u8>> {
        self.body
    }

    /// Where the answer came from, as the start of relative references.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Whether a permanent redirect led here: what was asked for has a new name (failure case G9).
    pub fn moved(&self) -> bool {
        self.moved
    }

    /// What `Retry-After` asks for, in seconds or as a date.
    pub fn retry_after(&self) -> Option<Duration> {
        let text = self.header("retry-after")?.trim();
        match text.parse() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => Some(self.until(httpdate::parse_http_date(text).ok()?)),
        }
    }

    /// How long it is until `moment`, by the server's own clock where it tells it:
    /// ours may be a year off (failure case G18).
    pub fn until(&self, moment: SystemTime) -> Duration {
        moment.duration_since(self.server_time().unwrap_or(self.received)).unwrap_or_default()
    }

    /// The `Date` header.
    pub fn server_time(&self) -> Option<SystemTime> {
        httpdate::parse_http_date(self.header("date")?).ok()
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.status()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn response(headers: &[(&'static str, &'static str)]) -> Response {
        Response {
            status: StatusCode::OK,
            headers: headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect(),
            body: Zeroizing::default(),
            url: Url::parse("http://127.0.0.1/").expect("legal"),
            moved: false,
            received: SystemTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn g1_retry_after_is_seconds_or_a_date() {
        assert_eq!(response(&[("retry-after", "17")]).retry_after(), Some(Duration::from_secs(17)));
        assert_eq!(response(&[("retry-after", "soon")]).retry_after(), None);
        assert_eq!(response(&[]).retry_after(), None);
    }

    #[test]
    fn g18_dates_are_measured_by_the_servers_clock() {
        let answer =
            response(&[("date", "Sat, 01 Jan 2000 00:00:00 GMT"), ("retry-after", "Sat, 01 Jan 2000 00:00:42 GMT")]);
        assert_eq!(answer.retry_after(), Some(Duration::from_secs(42)));
    }
}
