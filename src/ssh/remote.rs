//! What can be asked of a machine, and what may come of it: the seam below a rotation.
//!
//! In earnest that is the system's `ssh`. Each call is one fresh connection with exactly
//! one key: no agent, no second key, no shared connection, a host key that was known before.

use std::{fmt, path::PathBuf};

use futures_util::future::BoxFuture;

use crate::{
    keys::{KeyFingerprint, PublicKey},
    model::SecretValue,
};

/// Reaches machines with one key at a time.
pub trait Remote: fmt::Debug + Send + Sync {
    /// Logs in with this key alone, runs a command, and reads back what only this proof knows.
    fn prove<'a>(&'a self, machine: &'a Machine, key: &'a Identity) -> BoxFuture<'a, Result<Proved, LoginFault>>;

    /// Logs in with `key` and adds `public` to the user's authorized keys, unless it is there.
    fn install<'a>(
        &'a self,
        machine: &'a Machine,
        key: &'a Identity,
        public: &'a PublicKey,
    ) -> BoxFuture<'a, Result<Installed, LoginFault>>;

    /// Logs in with `key` and removes `public` from the user's authorized keys. The key that
    /// opened the door stays, whatever is asked.
    fn remove<'a>(
        &'a self,
        machine: &'a Machine,
        key: &'a Identity,
        public: &'a PublicKey,
    ) -> BoxFuture<'a, Result<Removed, LoginFault>>;
}

/// A host and the user on it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Machine {
    /// How reports call it.
    pub name: Box<str>,
    pub host: Box<str>,
    pub port: u16,
    pub user: Box<str>,
}

/// A private key file, as `ssh` is told of it.
#[derive(Clone, Debug)]
pub struct Identity {
    pub file: PathBuf,
    pub fingerprint: KeyFingerprint,
    /// The public half: what the far side knows it by, and must not lose.
    pub public: PublicKey,
    /// What unlocks the file, if it is locked.
    pub passphrase: Option<SecretValue>,
}

/// The key opened the door and a command ran.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Proved {
    /// A digest of what the machine calls itself, to tell two machines behind one address apart.
    pub machine_id: Option<Box<str>>,
}

/// The key is among the authorized ones now.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Installed {
    /// Whether it was there before.
    pub was_there: bool,
    pub machine_id: Option<Box<str>>,
}

/// The key is not among the authorized ones any more.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Removed {
    /// Whether it was there before.
    pub was_there: bool,
    pub machine_id: Option<Box<str>>,
}

/// Why a login or what was to be done by it failed. Safe to print.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what}")]
pub struct LoginFault {
    pub cause: LoginCause,
    pub what: String,
    pub help: String,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum LoginCause {
    /// Something of this machine: no `ssh`, a key file it would not take, no file of known hosts.
    Client,
    /// The login succeeded and the command did not: read-only, full, immutable, no home.
    Edit,
    HostKeyChanged,
    HostKeyUnknown,
    /// The server does not take this key: the one proof that a key is gone.
    KeyRefused,
    NameUnknown,
    /// The login succeeded, and something else than our command ran: a forced command, no shell.
    NoCommand,
    NotReached,
    TimedOut,
    /// The server gave up before it came to this key, or has too many logins under way.
    TooManyAttempts,
    Unknown,
}

impl LoginCause {
    /// Whether the machine may well answer later, so that asking again makes sense.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::NameUnknown | Self::NotReached | Self::TimedOut | Self::TooManyAttempts | Self::Unknown)
    }
}

impl Machine {
    /// `user@host`, with the port where it is not the usual one.
    pub fn address(&self) -> String {
        match self.port {
            22 => format!("{}@{}", self.user, self.host),
            port => format!("{}@{}:{port}", self.user, self.host),
        }
    }
}
