//! The values that together open one door.

use std::fmt;

use super::AllowedHosts;
use crate::model::SecretValue;

/// The checked entry's value and its companions', by the names of the probe's parts, and where they may go.
pub struct Credential {
    pub(super) parts: Vec<(&'static str, SecretValue)>,
    hosts: AllowedHosts,
}

impl Credential {
    pub fn new(parts: Vec<(&'static str, SecretValue)>, hosts: AllowedHosts) -> Self {
        Self { parts, hosts }
    }

    /// One part as text, if it is there and is text. What asks for it says why it must see it.
    pub fn text(&self, part: &str) -> Option<&str> {
        self.parts.iter().find(|(name, _)| *name == part).and_then(|(_, value)| value.expose_text())
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
