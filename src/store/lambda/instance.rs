//! Instances as Lambda tells them, without the tokens that its answers hold.

use std::{fmt, net::IpAddr};

use serde::Deserialize;

/// One machine. `ssh_key_names` is what it was launched with, not what it accepts now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Instance {
    pub id: String,
    pub name: Option<String>,
    /// Absent while it boots and once it is gone.
    pub ip: Option<IpAddr>,
    pub status: InstanceStatus,
    pub ssh_key_names: Vec<String>,
    pub region: String,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum InstanceStatus {
    Active,
    Booting,
    Preempted,
    Terminated,
    Terminating,
    Unhealthy,
    /// A word that the description did not have.
    Other(String),
}

/// `jupyter_token` and `jupyter_url` are among what is skipped, and must stay so.
#[derive(Deserialize)]
pub(super) struct RawInstance {
    id: String,
    name: Option<String>,
    ip: Option<String>,
    status: String,
    #[serde(default)]
    ssh_key_names: Vec<String>,
    region: RawRegion,
}

#[derive(Deserialize)]
struct RawRegion {
    name: String,
}

impl Instance {
    /// `None` if its address is none: that text would go into a command line.
    pub(super) fn from_raw(raw: RawInstance) -> Option<Self> {
        let ip = match raw.ip.as_deref().map(str::trim).filter(|ip| !ip.is_empty()) {
            Some(ip) => Some(ip.parse().ok()?),
            None => None,
        };
        Some(Self {
            id: raw.id,
            name: raw.name.filter(|name| !name.is_empty()),
            ip,
            status: InstanceStatus::from(raw.status),
            ssh_key_names: raw.ssh_key_names,
            region: raw.region.name,
        })
    }
}

impl InstanceStatus {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Active => "active",
            Self::Booting => "booting",
            Self::Preempted => "preempted",
            Self::Terminated => "terminated",
            Self::Terminating => "terminating",
            Self::Unhealthy => "unhealthy",
            Self::Other(word) => word,
        }
    }

    /// Whether the machine is no more, or will not be in a moment: its keys and address mean nothing.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Preempted | Self::Terminated | Self::Terminating)
    }
}

impl From<String> for InstanceStatus {
    fn from(word: String) -> Self {
        match &*word {
            "active" => Self::Active,
            "booting" => Self::Booting,
            "preempted" => Self::Preempted,
            "terminated" => Self::Terminated,
            "terminating" => Self::Terminating,
            "unhealthy" => Self::Unhealthy,
            _ => Self::Other(word),
        }
    }
}

impl fmt::Display for InstanceStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&crate::http::printable(self.as_str(), 40))
    }
}
