//! Through which door a question goes: over HTTP, by a protocol of its own, or, in the sandbox, by the detour.
//!
//! The host of a credential was checked when the question was made; the detour only changes who answers.

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{
    http::{BaseUrl, ConnectFailure, HttpError, StrangerAnswer, StrangerRequest, Url},
    model::SecretValue,
    probe::{Answer, Ask, Failure, Heard, HttpAsk, PostgresHeard, RedisHeard},
};

pub(super) enum Door<'a> {
    Http { host: String, request: Sent<'a>, repeatable: bool, read: fn(StrangerAnswer) -> Heard },
    Own { host: String },
}

/// An HTTP request, wherever it goes.
pub(super) struct Sent<'a> {
    method: &'a str,
    url: Zeroizing<String>,
    headers: Vec<(&'a str, &'a str)>,
    body: Option<&'a [u8]>,
    private: bool,
}

impl<'a> Door<'a> {
    /// `None` if the question cannot be sent as it is.
    pub(super) fn of(ask: &'a Ask, detour: Option<&BaseUrl>) -> Option<Self> {
        let (url, word, read): (_, _, fn(StrangerAnswer) -> Heard) = match ask {
            Ask::Http(ask) => return Self::http(ask, detour),
            Ask::Redis(ask) => (&ask.url, "_redis", emulated),
            Ask::Postgres(ask) => (&ask.url, "_postgres", emulated),
        };
        let host = host(url).unwrap_or_default();
        let Some(detour) = detour else { return Some(Self::Own { host }) };
        let request = Sent {
            method: "POST",
            url: Zeroizing::new(format!("{detour}/_services/{host}/{word}")),
            headers: Vec::new(),
            // The emulated service looks at the password as the real one would.
            body: Some(url.expose()),
            private: true,
        };
        Some(Self::Http { host, request, repeatable: false, read })
    }

    fn http(ask: &'a HttpAsk, detour: Option<&BaseUrl>) -> Option<Self> {
        let headers = ask.headers().collect();
        let (url, private) = match detour {
            None => (Zeroizing::new(ask.url().to_owned()), ask.may_be_private()),
            Some(detour) => (detoured(detour, ask.host(), ask.url())?, true),
        };
        let request = Sent { method: ask.method(), url, headers, body: ask.sent_body(), private };
        let host = authority(ask.host(), ask.url());
        Some(Self::Http { host, request, repeatable: ask.is_repeatable(), read: |answer| Heard::Http(heard(answer)) })
    }
}

impl Sent<'_> {
    pub(super) fn as_sent(&self) -> StrangerRequest<'_> {
        let Self { method, url, headers, body, private } = self;
        StrangerRequest { method, url, headers: headers.clone(), body: *body, private: *private }
    }
}

/// The host with its port: two servers on one machine have nothing to do with each other.
pub(super) fn authority(host: &str, url: &str) -> String {
    let port = Url::parse(url).ok().and_then(|url| url.port());
    port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The same path and query below the sandbox's folder of that host.
pub(super) fn detoured(detour: &BaseUrl, host: &str, url: &str) -> Option<Zeroizing<String>> {
    let url = Url::parse(url).ok()?;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(Zeroizing::new(format!("{detour}/_services/{host}{}{query}", url.path())))
}

/// The host of a URL that holds a password, for people and for the caps. A password with a slash, or with
/// a sign of its own that parts users from hosts, could be read as one; then nothing is told.
pub(super) fn host(url: &SecretValue) -> Option<String> {
    // What is between user and port is no secret, and all else is dropped.
    let text = url.expose_text()?;
    let url = Url::parse(text).ok()?;
    let host = url.host_str()?;
    let plain = |character: char| character.is_ascii_alphanumeric() || ".-_:[]".contains(character);
    let behind = text.split_once("://")?.1;
    let whole = match behind.rsplit_once('@') {
        Some((user, behind)) => !user.contains(['@', '/', '?', '#', '\\']) && behind.starts_with(host),
        None => url.password().is_none() && behind.starts_with(host),
    };
    (whole && host.chars().all(plain)).then(|| host.to_ascii_lowercase())
}

pub(super) fn heard(answer: StrangerAnswer) -> Answer {
    let StrangerAnswer { status, headers, body, took } = answer;
    Answer { status, headers, body, took }
}

pub(super) fn failure(error: &HttpError) -> Failure {
    match error {
        HttpError::BlockedAddress => Failure::BlockedAddress,
        HttpError::Connect(ConnectFailure::Name) => Failure::NameUnknown,
        HttpError::Connect(ConnectFailure::Timeout) | HttpError::Timeout { .. } => Failure::Timeout,
        HttpError::Connect(_) | HttpError::Interrupted | HttpError::Paused { .. } => Failure::Connect,
        HttpError::Tls(_) => Failure::Tls,
        HttpError::IllegalPath
        | HttpError::OtherOrigin
        | HttpError::Redirected { .. }
        | HttpError::Status { .. }
        | HttpError::TooLarge { .. } => Failure::BadAnswer,
    }
}

/// What the sandbox says in the place of Redis or PostgreSQL.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
enum Emulated {
    Failed(Box<str>),
    Heard(Box<str>),
    Ready(bool),
    Refused(Box<str>),
    Sqlstate(Box<str>),
}

fn emulated(answer: StrangerAnswer) -> Heard {
    let read = serde_json::from_slice(&answer.body);
    match read {
        Ok(Emulated::Heard(word)) if *word == *"pong" => Heard::Redis(RedisHeard::Pong),
        Ok(Emulated::Refused(word)) => Heard::Redis(RedisHeard::Refused { word: word.into() }),
        Ok(Emulated::Ready(true)) => Heard::Postgres(PostgresHeard::Ready),
        Ok(Emulated::Sqlstate(state)) => Heard::Postgres(PostgresHeard::Refused { sqlstate: state.into() }),
        Ok(Emulated::Failed(word)) => Heard::Failed(match &*word {
            "blocked" => Failure::BlockedAddress,
            "name" => Failure::NameUnknown,
            "timeout" => Failure::Timeout,
            "tls" => Failure::Tls,
            _ => Failure::Connect,
        }),
        Ok(Emulated::Heard(_) | Emulated::Ready(false)) | Err(_) => Heard::Failed(Failure::BadAnswer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_url_is_never_a_part_of_its_password() {
        let of = |text: &str| host(&SecretValue::from(text));
        assert_eq!(of("redis://default:pw@Cache.example.com:6379/0").as_deref(), Some("cache.example.com"));
        assert_eq!(of("postgres://u:p@db.example.com/app?sslmode=require").as_deref(), Some("db.example.com"));
        assert_eq!(of("rediss://cache.example.com").as_deref(), Some("cache.example.com"));
        assert_eq!(of("redis://:pw@[::1]:6379").as_deref(), Some("[::1]"));
        for text in
            ["redis://u:hun@ter2@h", "redis://u:hunter/2@h", "redis://hunter2/@h", "redis://u:a#b@h", "nonsense"]
        {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
