//! What a person asked of the planner, and what it refuses to plan at all.

use std::collections::BTreeSet;

use crate::model::{GithubPlace, SecretName};

/// Which way values go, what was named one by one, and how much one run may do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PlanOptions {
    pub source: Source,
    /// Entries in which ESC wins over whatever GitHub holds.
    pub overwrite: BTreeSet<SecretName>,
    /// Entries in which GitHub wins where its value can be read.
    pub take: BTreeSet<SecretName>,
    /// Names to delete on GitHub: such as we wrote and no entry speaks of any more.
    pub prune: BTreeSet<SecretName>,
    /// The most actions one plan may have.
    pub max_changes: usize,
    /// By position in the mapping; `None`: all entries.
    pub selected: Option<Vec<bool>>,
}

/// Which store the values come from.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Source {
    /// Each entry says so itself.
    #[default]
    ByEntry,
    Esc,
    Github,
}

/// Why there is no plan. Nothing was written.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PlanError {
    #[error("{option} {name}: no entry of the mapping has that name")]
    UnknownEntry { option: &'static str, name: SecretName },
    #[error("{name} is named by --overwrite and by --take: only one side can win")]
    BothWin { name: SecretName },
    #[error("--prune {name}: the ledger knows of no such name that we wrote")]
    NeverWritten { name: SecretName },
    #[error("--prune {name}: the mapping still speaks of it")]
    StillMapped { name: SecretName },
    #[error("--prune of {place}: {reason}")]
    NotPrunable { place: GithubPlace, reason: &'static str },
    #[error("the plan has {count} changes, and one run may make {cap}")]
    TooMany { count: usize, cap: usize },
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self {
            source: Source::default(),
            overwrite: BTreeSet::new(),
            take: BTreeSet::new(),
            prune: BTreeSet::new(),
            max_changes: usize::MAX,
            selected: None,
        }
    }
}

impl PlanOptions {
    pub(super) fn selects(&self, at: usize) -> bool {
        self.selected.as_ref().is_none_or(|selected| selected.get(at).copied().unwrap_or(false))
    }
}

impl Source {
    pub const ALL: &'static [Self] = &[Self::ByEntry, Self::Esc, Self::Github];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::ByEntry => "by-entry",
            Self::Esc => "esc",
            Self::Github => "github",
        }
    }

    /// The source written `word`, if there is one.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|source| source.as_str() == word)
    }
}

impl PlanError {
    /// Whether the command was wrong (exit code 2), rather than refused for what was found (5).
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::BothWin { .. } | Self::NeverWritten { .. } | Self::StillMapped { .. } | Self::UnknownEntry { .. }
        )
    }

    /// What a person can do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::UnknownEntry { .. } => "name an entry by its key in the mapping",
            Self::BothWin { .. } => "keep one of the two options",
            Self::NeverWritten { .. } => "delete it by hand if it is to go: this program deletes only what it wrote",
            Self::StillMapped { .. } => "remove the entry or the alias from the mapping first",
            Self::NotPrunable { .. } => "look at it, and delete it by hand if it is to go",
            Self::TooMany { .. } => "look at the plan; raise --max-changes, or narrow it with --only",
        }
    }
}
