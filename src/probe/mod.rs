//! Does a credential work: what is asked of a service, and how its answers are read.
//!
//! Pure: a check says what to ask next, the engine asks, and the check reads what came. One
//! row for each service in `PROBES`. Nothing here spends, writes, sends or consumes. An `HttpAsk` can
//! only be made for a host that its probe names (failure case X3), and nothing in this room can print a credential.

mod ask;
mod check;
mod credential;
mod database_url;
mod databases;
pub mod endpoint;
mod hosts;
mod table;

pub use ask::{Answer, Ask, Failure, Heard, HttpAsk, PostgresAsk, PostgresHeard, RedisAsk, RedisHeard};
pub use check::{Check, Found, Step};
pub use credential::Credential;
pub use database_url::DatabaseUrl;
pub use hosts::{AllowedHosts, HostError, host_of};
pub use table::PROBES;

use crate::model::Stamp;

/// One service's live check: a row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    /// Stable, kebab-case; the anchor in `docs/probes.md`.
    pub id: &'static str,
    /// The service of the catalogue it belongs to.
    pub service: &'static str,
    /// What the credential is made of; the first part is the value of the checked entry.
    pub parts: &'static [Part],
    /// The only hosts it may ask; `*.` in front stands for one or more labels.
    pub hosts: &'static [&'static str],
    pub(crate) way: Way,
    /// Where the call and its answers were read, and when.
    pub source: &'static str,
}

/// One value of a credential, and by which names it is found in a mapping.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// As templates write it: `{value}` is the checked entry's own.
    pub name: &'static str,
    /// Exact names, or suffixes that start with `_`, of entries of the same service; in this order.
    pub names: &'static [&'static str],
    /// Whether the check can be made without it.
    pub optional: bool,
}

/// How a row is carried out.
#[derive(Clone, Copy)]
pub(crate) enum Way {
    /// By a function of the credential and what was heard so far.
    Steps(fn(&Credential, &[Heard], Stamp) -> Step),
}

impl std::fmt::Debug for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Way")
    }
}
