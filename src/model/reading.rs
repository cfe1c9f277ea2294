//! What a store said of one place.

use std::{fmt, sync::Arc};

use super::{RepoRef, SecretValue, Stamp};

/// The answer of a store for one place. What it will not tell is a reading, not an error.
#[derive(Clone, Debug)]
pub enum Reading<'a> {
    /// The store was asked and does not have it.
    Absent,
    /// It exists; the store does not show values.
    Hidden(&'a Meta),
    /// It exists and this is its value.
    Value {
        value: &'a SecretValue,
        /// Whether the store keeps it as a secret (ESC `fn::secret`, a GitHub secret) or in the open.
        secret: bool,
        /// What the store tells beside the value, where it tells anything.
        meta: Option<&'a Meta>,
    },
    /// It could not be found out, and why.
    Unknown(Arc<Unread>),
}

/// What GitHub tells of a secret or variable beside its value.
#[derive(Clone, Debug, Default)]
pub struct Meta {
    pub created_at: Option<Stamp>,
    pub updated_at: Option<Stamp>,
    /// Of organization secrets and variables only.
    pub visibility: Option<Visibility>,
}

/// Which repositories of an organization see a secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Visibility {
    All,
    /// Private and internal repositories.
    Private,
    /// A list of repositories; `None` as long as the list was not asked for.
    Selected(Option<Arc<[RepoRef]>>),
}

/// Why something could not be read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unread {
    pub cause: Cause,
    /// What was asked, of whom and what came of it; safe to print, no URL, no body.
    pub what: String,
    /// What a person can do about it.
    pub help: String,
}

/// The kinds of not finding out; each has its own remedy.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Cause {
    /// Nobody is logged in, or the login is not accepted.
    Login,
    /// Logged in, but not allowed to see this.
    Rights,
    /// The environment, organization or repository itself is not there (or hidden from us).
    NotFound,
    RateLimit,
    Network,
    Timeout,
    /// The service failed (5xx).
    Server,
    /// The answer was cut, malformed, too large or contradicted itself.
    BadAnswer,
    /// The environment's own definition has errors, so that nothing in it was evaluated.
    Definition,
    /// The store evaluated its own definition and could not give this value.
    Undetermined,
    /// `--offline`: nobody was asked.
    NotAsked,
}

impl Cause {
    /// Whether the store failed us, as opposed to answering that it has no value to give.
    pub fn is_failure(self) -> bool {
        self != Self::Undetermined
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Rights => "rights",
            Self::NotFound => "not-found",
            Self::RateLimit => "rate-limit",
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::Server => "server",
            Self::BadAnswer => "bad-answer",
            Self::Definition => "definition",
            Self::Undetermined => "undetermined",
            Self::NotAsked => "not-asked",
        }
    }
}

impl<'a> Reading<'a> {
    pub fn value(&self) -> Option<&'a SecretValue> {
        match self {
            Self::Value { value, .. } => Some(value),
            _ => None,
        }
    }

    pub fn meta(&self) -> Option<&'a Meta> {
        match self {
            Self::Hidden(meta) => Some(meta),
            Self::Value { meta, .. } => *meta,
            Self::Absent | Self::Unknown(_) => None,
        }
    }

    /// Whether the place certainly holds something.
    pub fn exists(&self) -> bool {
        matches!(self, Self::Hidden(_) | Self::Value { .. })
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Unread {}
