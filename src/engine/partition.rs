//! A fleet divided: each worker looks after the target scopes that fall to it.
//!
//! A scope falls to a worker by its text alone (SHA-256, its first eight bytes as a number, modulo N), so that it is
//! the same on every machine and in every version. Invariant: of every entry each place on GitHub is exactly one
//! worker's. An entry that may flow from GitHub to ESC has one place there (the mapping sees to it), so that it is whole
//! with one worker: two that each see half of its places would not agree on its value.

use std::{fmt, mem, num::NonZeroU32, str::FromStr};

use crate::{
    crypto,
    mapping::{Elsewhere, Entry, Mapping},
    model::GithubScope,
};

/// Worker `index` (from 1) of `of`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Partition {
    pub index: NonZeroU32,
    pub of: NonZeroU32,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected K/N with K from 1 to N, as 3/8, N at most {MOST}")]
pub struct NotAPartition;

/// Of more workers each would have less than one request in flight, and the limits no share for all.
const MOST: u32 = 64;

impl FromStr for Partition {
    type Err = NotAPartition;

    fn from_str(text: &str) -> Result<Self, NotAPartition> {
        let (index, of) = text.split_once('/').ok_or(NotAPartition)?;
        Self::new(number(index)?, number(of)?)
    }
}

fn number(text: &str) -> Result<u32, NotAPartition> {
    text.parse().map_err(|_| NotAPartition)
}

impl Partition {
    fn new(index: u32, of: u32) -> Result<Self, NotAPartition> {
        let (Some(index), Some(of)) = (NonZeroU32::new(index), NonZeroU32::new(of)) else { return Err(NotAPartition) };
        if index > of || of.get() > MOST { Err(NotAPartition) } else { Ok(Self { index, of }) }
    }

    /// A pod of an indexed job of Kubernetes: its index counts from 0.
    pub fn of_job(index: &str, of: &str) -> Result<Self, NotAPartition> {
        Self::new(number(index)?.checked_add(1).ok_or(NotAPartition)?, number(of)?)
    }

    /// By which its state is kept apart from that of the other workers.
    pub fn folder(self) -> String {
        format!("partition-{}-of-{}", self.index, self.of)
    }

    /// Leaves in a mapping what this worker looks after, and moves the rest where it is only known.
    ///
    /// The machines' key is nobody's: it is rotated and looked after without a partition.
    pub fn narrow(self, mapping: &mut Mapping) {
        let mut elsewhere = Elsewhere { first: mapping.first_environment().cloned(), ..Elsewhere::default() };
        for entry in mem::take(&mut mapping.entries) {
            match self.share(entry, &mut elsewhere) {
                Ok(ours) => mapping.entries.push(ours),
                Err(others) => elsewhere.entries.push(others),
            }
        }
        let endpoints = mem::take(&mut mapping.endpoints).into_iter();
        mapping.endpoints = endpoints.filter(|endpoint| self.has(&format!("endpoint {}", endpoint.url))).collect();
        mapping.ssh = None;
        mapping.elsewhere = elsewhere;
    }

    /// The entry as far as it is ours, or all of it if nothing is.
    fn share(self, mut entry: Entry, elsewhere: &mut Elsewhere) -> Result<Entry, Entry> {
        if entry.github.is_empty() {
            let ours = entry.esc.as_ref().is_some_and(|esc| self.has(&format!("esc {}", esc.environment)));
            return if ours { Ok(entry) } else { Err(entry) };
        }
        if !entry.github.iter().any(|place| self.has_scope(&place.scope)) {
            return Err(entry);
        }
        let (ours, others): (Vec<_>, Vec<_>) =
            mem::take(&mut entry.github).into_iter().partition(|place| self.has_scope(&place.scope));
        entry.github = ours.into();
        if !others.is_empty() {
            elsewhere.cut.insert(entry.name.clone());
            elsewhere.places.extend(others);
        }
        Ok(entry)
    }

    fn has_scope(self, scope: &GithubScope) -> bool {
        // GitHub does not tell owners and repositories apart by case.
        self.has(&format!("github {}", scope.to_string().to_ascii_lowercase()))
    }

    fn has(self, text: &str) -> bool {
        let number = u64::from_str_radix(&crypto::short_digest(text.as_bytes()), 16)
            .expect("a short digest is sixteen hexadecimal digits");
        number % u64::from(self.of.get()) == u64::from(self.index.get() - 1)
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

#[cfg(test)]
mod tests;
