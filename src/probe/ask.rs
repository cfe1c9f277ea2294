//! What a check wants asked, and what was heard.
//!
//! Values of the credential are in here, so nothing of it can be printed.

use std::{fmt, time::Duration};

use zeroize::Zeroizing;

use super::{AllowedHosts, HostError};
use crate::model::SecretValue;

/// One question.
#[derive(Debug)]
pub enum Ask {
    Http(HttpAsk),
    Postgres(PostgresAsk),
    Redis(RedisAsk),
}

/// An HTTP request, bound to a host that its probe names. Redirects are never followed.
pub struct HttpAsk {
    method: &'static str,
    url: Zeroizing<String>,
    host: String,
    headers: Vec<(String, Zeroizing<String>)>,
    body: Option<Zeroizing<Vec<u8>>>,
    private: bool,
    repeatable: bool,
}

/// A login to PostgreSQL and nothing else.
#[derive(Debug)]
pub struct PostgresAsk {
    /// The URL; its password is in it.
    pub url: SecretValue,
    /// Whether the host may have a private address.
    pub private: bool,
}

/// A login to Redis and a `PING`.
#[derive(Debug)]
pub struct RedisAsk {
    pub url: SecretValue,
    pub private: bool,
}

/// What came of a question.
#[derive(Debug)]
pub enum Heard {
    Failed(Failure),
    Http(Answer),
    Postgres(PostgresHeard),
    Redis(RedisHeard),
}

/// Why nothing was heard.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failure {
    /// The connected address is private and was not allowed by name; nothing was sent.
    BlockedAddress,
    /// The answer was too large, cut, or no HTTP.
    BadAnswer,
    Connect,
    NameUnknown,
    Timeout,
    Tls,
}

/// An HTTP answer, whole.
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Zeroizing<Vec<u8>>,
    pub took: Duration,
}

/// What PostgreSQL said to a login.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PostgresHeard {
    /// Logged in.
    Ready,
    /// An error with this SQLSTATE.
    Refused { sqlstate: String },
    /// The server has no TLS, and the URL asks for it.
    NoTls,
}

/// What Redis said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RedisHeard {
    Pong,
    /// The first word of the error: `WRONGPASS`, `NOAUTH`, `NOPERM`, `LOADING` …
    Refused {
        word: String,
    },
}

impl HttpAsk {
    /// A request to one of `hosts`; any other host, a user in the URL, or plain http to another machine is refused.
    pub fn new(method: &'static str, url: String, hosts: &AllowedHosts) -> Result<Self, HostError> {
        let url = Zeroizing::new(url);
        let bound = hosts.bind(&url)?;
        Ok(Self {
            method,
            host: bound.host,
            private: bound.private,
            url,
            headers: Vec::new(),
            body: None,
            repeatable: method != "POST",
        })
    }

    pub fn header(mut self, name: &str, value: String) -> Self {
        self.headers.push((name.to_owned(), Zeroizing::new(value)));
        self
    }

    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.body = Some(Zeroizing::new(body));
        self
    }

    /// Says that asking twice does no harm (a wrong password counts, a GET does not).
    pub fn repeatable(mut self, repeatable: bool) -> Self {
        self.repeatable = repeatable;
        self
    }

    pub fn method(&self) -> &'static str {
        self.method
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    /// Only what sends it may look: the credential may be in it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Only what sends it may look: the credential may be in it.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Only what sends it may look: the credential may be in it.
    pub fn sent_body(&self) -> Option<&[u8]> {
        self.body.as_ref().map(|body| body.as_slice())
    }

    /// Whether the host may have a private address.
    pub fn may_be_private(&self) -> bool {
        self.private
    }

    pub fn is_repeatable(&self) -> bool {
        self.repeatable
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for HttpAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpAsk").field("method", &self.method).field("host", &self.host).finish_non_exhaustive()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}
