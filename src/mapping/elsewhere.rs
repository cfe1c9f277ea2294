//! What the whole mapping says beside what this worker of a fleet looks after.
//!
//! Statements about the mapping as a whole (nobody speaks of this name, that entry holds the other half of a
//! credential, here the fingerprint key is kept) must not change when the work is divided; whoever makes one
//! asks here. Nothing of it is read, judged or written.

use std::{collections::BTreeSet, sync::Arc};

use super::{Entry, Mapping};
use crate::model::{EnvironmentRef, GithubPlace, SecretName};

/// The rest of a mapping that was narrowed to one part; empty for a whole one.
#[derive(Debug, Default)]
pub struct Elsewhere {
    /// Entries that are wholly another worker's.
    pub entries: Vec<Entry>,
    /// Places of our own entries that are another worker's.
    pub places: BTreeSet<GithubPlace>,
    /// Our own entries that have such places.
    pub cut: BTreeSet<SecretName>,
    /// The environment of the whole mapping's first entry in ESC; `None` for a whole mapping.
    pub first: Option<Arc<EnvironmentRef>>,
}

impl Mapping {
    /// All entries of the whole mapping, our own first.
    pub fn known(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().chain(&self.elsewhere.entries)
    }

    /// All places on GitHub that the whole mapping names.
    pub fn known_places(&self) -> impl Iterator<Item = &GithubPlace> {
        self.known().flat_map(|entry| &entry.github).chain(&self.elsewhere.places)
    }

    /// Whether any entry goes by the name, in any scope or as an alias.
    pub fn speaks_of(&self, name: &SecretName) -> bool {
        self.all_names().any(|known| known == name)
    }

    /// All names that entries go by.
    pub fn names(&self) -> BTreeSet<&SecretName> {
        self.all_names().collect()
    }

    fn all_names(&self) -> impl Iterator<Item = &SecretName> {
        let entries = self.known().flat_map(|entry| [&entry.name].into_iter().chain(&entry.detail().aliases));
        entries.chain(self.known_places().map(|place| &place.name))
    }

    /// The environment of the first entry that is in ESC.
    pub fn first_environment(&self) -> Option<&Arc<EnvironmentRef>> {
        let own = || self.entries.iter().find_map(|entry| entry.esc.as_ref()).map(|esc| &esc.environment);
        self.elsewhere.first.as_ref().or_else(own)
    }
}
