//! The values that together open one door.

use std::{borrow::Cow, fmt};

use super::AllowedHosts;
use crate::model::SecretValue;

/// The checked entry's value and its companions', by the names of the probe's parts, and where they may go.
pub struct Credential {
    pub(super) parts: Vec<(Cow<'static, str>, SecretValue)>,
    hosts: AllowedHosts,
}

impl Credential {
    pub fn new<N: Into<Cow<'static, str>>>(parts: Vec<(N, SecretValue)>, hosts: AllowedHosts) -> Self {
        Self { parts: parts.into_iter().map(|(name, value)| (name.into(), value)).collect(), hosts }
    }

    /// The same with one more part, made of the others.
    pub(super) fn with(&self, name: &'static str, value: impl Into<SecretValue>) -> Self {
        let mut parts = self.parts.clone();
        parts.push((name.into(), value.into()));
        Self { parts, hosts: self.hosts.clone() }
    }

    pub(super) fn has(&self, part: &str) -> bool {
        self.parts.iter().any(|(name, _)| name == part)
    }

    /// One part as text, if it is there and is text. What asks for it says why it must see it.
    pub fn text(&self, part: &str) -> Option<&str> {
        self.parts.iter().find(|(name, _)| name == part).and_then(|(_, value)| value.expose_text())
    }

    pub fn hosts(&self) -> &AllowedHosts {
        &self.hosts
    }

    /// Whether both are made of the same values, in time that does not depend on them.
    pub fn same_as(&self, other: &Self) -> bool {
        self.parts.len() == other.parts.len()
            && self
                .parts
                .iter()
                .zip(&other.parts)
                .fold(true, |same, ((name, value), (other, theirs))| same & (name == other) & value.same_as(theirs))
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.parts.iter().map(|(name, _)| name)).finish()
    }
}
