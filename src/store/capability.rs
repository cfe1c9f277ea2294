//! What each store can tell, known before anybody is asked.

/// The closed set of stores.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum StoreKind {
    Esc,
    GithubSecrets,
    GithubVariables,
    Job,
}

/// What can be read from a store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Capability {
    pub store: StoreKind,
    /// Whether it lists all its names.
    pub lists: bool,
    pub shows_values: bool,
    /// Whether it tells when a value was last written.
    pub shows_stamps: bool,
    /// Whether it tells which repositories see a value.
    pub shows_visibility: bool,
}

/// One line a store. GitHub's secrets are write-only; a job sees values without
/// their scope or age (docs, contexts reference).
pub const CAPABILITIES: &[Capability] = &[
    Capability { store: StoreKind::Esc, lists: true, shows_values: true, shows_stamps: false, shows_visibility: false },
    Capability {
        store: StoreKind::GithubSecrets,
        lists: true,
        shows_values: false,
        shows_stamps: true,
        shows_visibility: true,
    },
    Capability {
        store: StoreKind::GithubVariables,
        lists: true,
        shows_values: true,
        shows_stamps: true,
        shows_visibility: true,
    },
    Capability { store: StoreKind::Job, lists: true, shows_values: true, shows_stamps: false, shows_visibility: false },
];

impl StoreKind {
    pub fn capability(self) -> &'static Capability {
        CAPABILITIES.iter().find(|line| line.store == self).expect("every store has a line")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_github_are_write_only() {
        assert!(!StoreKind::GithubSecrets.capability().shows_values);
        for store in [StoreKind::Esc, StoreKind::GithubVariables, StoreKind::Job] {
            assert!(store.capability().shows_values, "{store:?}");
        }
    }
}
