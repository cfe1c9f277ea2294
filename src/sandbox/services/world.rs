//! What the emulated services remember: what each value is worth, whose hosts are whose, and which endpoints are there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::SeededProbe;

/// What a service makes of a credential.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Worth {
    /// It is accepted.
    #[default]
    Live,
    /// It is accepted, but its rights do not reach as far as the call.
    Limited,
    /// Come back later.
    RateLimited,
    /// A redirect that nobody with a credential should follow.
    Redirect,
    /// A page with status 200, as proxies answer.
    Html,
    /// The service fails.
    ServerError,
    /// No answer, ever.
    Hang,
    /// Not valid.
    Rejected,
}

/// The services of all hosts.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ServicesWorld {
    /// By value. What is not in here is worth nothing.
    worths: BTreeMap<String, Worth>,
    /// Values by the names of the seeded entries.
    names: BTreeMap<String, String>,
    /// Services by the hosts of tenants.
    tenants: BTreeMap<String, String>,
    /// Health endpoints by their names.
    pub(super) endpoints: BTreeMap<String, SeededEndpoint>,
    /// Probes of the mapping's own by the names of their entries.
    pub(super) probes: BTreeMap<String, SeededProbe>,
}

/// A health endpoint that answers as its declaration wants.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct SeededEndpoint {
    pub host: String,
    pub path: String,
    pub status: u16,
    pub content_type: String,
    pub body: String,
    /// `live`: healthy.
    pub worth: Worth,
}

impl ServicesWorld {
    pub fn save(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("maps with text keys and plain fields")
    }

    /// A state kept before there were services has none.
    pub fn load(value: serde_json::Value) -> Result<Self, String> {
        if value.is_null() {
            return Ok(Self::default());
        }
        // The parser's message could quote a value.
        serde_json::from_value(value).map_err(|_| "the part of the services is not readable".to_owned())
    }

    /// Declares what a value is worth.
    pub fn declare(&mut self, value: &str, worth: Worth) {
        self.worths.insert(value.to_owned(), worth);
    }

    /// Declares a seeded entry's value.
    pub fn name(&mut self, name: &str, value: &str, worth: Worth) {
        self.names.insert(name.to_owned(), value.to_owned());
        self.declare(value, worth);
    }

    /// Declares that a host is a tenant's of a service.
    pub fn lodge(&mut self, host: &str, service: &str) {
        self.tenants.insert(host.to_ascii_lowercase(), service.to_owned());
    }

    pub fn put_endpoint(&mut self, name: &str, endpoint: SeededEndpoint) {
        self.endpoints.insert(name.to_owned(), endpoint);
    }

    pub fn put_probe(&mut self, name: &str, probe: SeededProbe) {
        self.probes.insert(name.to_owned(), probe);
    }

    pub fn worth(&self, value: &str) -> Option<Worth> {
        self.worths.get(value).copied()
    }

    /// The value of a seeded entry.
    pub fn value_of(&self, name: &str) -> Option<&str> {
        self.names.get(name).map(String::as_str)
    }

    /// The seeded entries and what their values are worth.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, Worth)> {
        self.names.iter().map(|(name, value)| (name.as_str(), self.worth(value).unwrap_or(Worth::Rejected)))
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        self.worths.keys().map(String::as_str)
    }

    pub(super) fn tenant(&self, host: &str) -> Option<&str> {
        self.tenants.get(host).map(String::as_str)
    }

    /// Several values are worth what the worst of them is.
    pub(super) fn worth_of_all(&self, presented: &[String]) -> Worth {
        let worths = presented.iter().map(|value| self.worth(value).unwrap_or(Worth::Rejected));
        worths.max().unwrap_or_default()
    }

    /// Whether the host's first labels are a known account. Accounts are told by no case (and `_` is `-` in hosts).
    pub(super) fn knows_account(&self, host: &str) -> bool {
        let hosts_form = |value: &str| value.to_ascii_lowercase().replace('_', "-");
        self.values().any(|value| {
            let account = hosts_form(value);
            !account.is_empty() && host.strip_prefix(&account).is_some_and(|rest| rest.starts_with('.'))
        })
    }
}
