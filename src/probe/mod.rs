//! Does a credential work: what is asked of a service, and how its answers are read.
//!
//! Pure: a check says what to ask next, the engine asks, and the check reads what came. One
//! row for each service in `PROBES`. Nothing here spends, writes, sends or consumes. An `HttpAsk` can
//! only be made for a host that its probe names (failure case X3), and nothing in this room can print a credential.

mod ask;
mod call;
mod check;
mod choice;
mod credential;
mod database_url;
mod databases;
mod derive;
pub mod endpoint;
mod facts;
mod hosts;
mod offline;
mod own;
mod reading;
mod reference;
mod request;
mod table;
mod template;
#[cfg(test)]
mod tests;

pub use ask::{Answer, Ask, Failure, Heard, HttpAsk, PostgresAsk, PostgresHeard, RedisAsk, RedisHeard};
pub use check::{Check, Found, Step};
pub use choice::rows;
pub use credential::Credential;
pub use database_url::DatabaseUrl;
pub use hosts::{AllowedHosts, HostError, host_of};
pub use reference::{offline_reference, reference};
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
    /// How the value must begin, where a service has several kinds of credential; none: anyhow.
    pub starts: &'static [&'static str],
    /// The only hosts it may ask; `*.` in front stands for one or more labels, `{part}` for exactly the host of the
    /// address in that part. None: nobody is asked, or the credential is a URL and says itself whom.
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
    /// At most three calls, each asked only if the answer to the one before says so.
    Calls(&'static [call::Call]),
    /// The same, with parts that are made of the others.
    Derived(Derive, &'static [call::Call]),
    /// Nobody is asked: no safe call is known.
    Offline(offline::Form),
    /// By a function of the credential and what was heard so far.
    Steps(fn(&Credential, &[Heard], Stamp) -> Step),
}

/// Adds parts to a credential, or says why it cannot be used.
pub(crate) type Derive = fn(&Credential, Stamp) -> Result<Credential, Found>;

impl Probe {
    /// Whether it asks nobody.
    pub fn is_offline(&self) -> bool {
        matches!(self.way, Way::Offline(_))
    }

    /// The row with this id.
    pub fn by_id(id: &str) -> Option<&'static Self> {
        PROBES.binary_search_by(|probe| probe.id.cmp(id)).ok().map(|at| &PROBES[at])
    }

    pub(crate) fn calls(&self) -> &'static [call::Call] {
        match self.way {
            Way::Calls(calls) | Way::Derived(_, calls) => calls,
            Way::Offline(_) | Way::Steps(_) => &[],
        }
    }
}

impl std::fmt::Debug for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Way")
    }
}
