//! Which entries of a mapping a command is about.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::{
    mapping::{Entry, Mapping},
    model::Tier,
};

/// The entries that match every kind of demand made; none made: all entries.
#[derive(Debug, Default)]
pub struct Selection {
    names: Option<GlobSet>,
    services: Vec<String>,
    tiers: Vec<Tier>,
}

#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub enum SelectionError {
    #[error("--only {pattern}: not a pattern")]
    BadPattern { pattern: String },
    #[error("no entry of the mapping matches --only, --service and --tier together")]
    Nothing,
}

impl Selection {
    pub fn new(only: &[String], services: &[String], tiers: &[Tier]) -> Result<Self, SelectionError> {
        let names = if only.is_empty() { None } else { Some(patterns(only)?) };
        Ok(Self { names, services: services.to_vec(), tiers: tiers.to_vec() })
    }

    pub fn contains(&self, entry: &Entry) -> bool {
        self.names.as_ref().is_none_or(|names| {
            let mut all = std::iter::once(&entry.name).chain(&entry.detail().aliases);
            all.any(|name| names.is_match(name.as_str()))
        }) && (self.services.is_empty()
            || entry.service.as_ref().is_some_and(|id| self.services.iter().any(|asked| **asked == **id)))
            && (self.tiers.is_empty() || self.tiers.contains(&entry.tier))
    }

    /// Refuses a selection that selects nothing: a typing error must not pass for health.
    pub fn check(&self, mapping: &Mapping) -> Result<(), SelectionError> {
        if mapping.entries.iter().any(|entry| self.contains(entry)) { Ok(()) } else { Err(SelectionError::Nothing) }
    }
}

fn patterns(only: &[String]) -> Result<GlobSet, SelectionError> {
    let mut set = GlobSetBuilder::new();
    for pattern in only {
        let glob = GlobBuilder::new(pattern).case_insensitive(true).build();
        set.add(glob.map_err(|_| SelectionError::BadPattern { pattern: pattern.clone() })?);
    }
    set.build().map_err(|_| SelectionError::BadPattern { pattern: only.join(" ") })
}
