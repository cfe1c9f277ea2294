//! What would be done, and why: pure decisions over a mapping, what was read, and what is remembered.
//!
//! A plan holds names, places and reasons, never a value. What is shown is what is
//! applied: `engine` takes this very value and adds nothing to it. Invariants: no
//! action has a source that is a placeholder, empty, unread or malformed; no place
//! that somebody else changed is written unless it was named or a winner declared.

mod access;
mod build;
mod decide;
mod guard;
mod kept;
mod options;
mod policy;
mod propose;
mod prune;
mod several;
mod value;
mod view;
mod wording;

use std::sync::Arc;

use crate::model::{Fingerprint, GithubPlace, Place, RepoRef, SecretName, Stamp};

pub use build::plan;
pub use kept::{Header, Kept, KeptError, to_json};
pub use options::{PlanError, PlanOptions, Source};
pub use policy::{Policy, WriteKind};
pub use propose::{Proposal, Waiting, propose};
pub use prune::left_over;
pub use value::value_for;

/// All that a run would do.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In the order of the mapping, then of the entry's places; deletions last.
    pub actions: Vec<Action>,
    /// What is not done although the two sides are not known to agree.
    pub held_back: Vec<HeldBack>,
    /// Places that were seen to agree, of which the ledger is to remember that; nothing remote is written.
    pub agreed: Vec<Agreed>,
}

/// One write.
#[derive(Clone, Debug)]
pub struct Action {
    /// Position of the entry in the mapping; `None` for a pruned name, and for one that is no entry's.
    pub entry: Option<usize>,
    pub name: SecretName,
    pub write: Write,
    /// Why, as a sentence part: "ESC changed since the last sync".
    pub why: String,
    /// Whether it repeats a write of ours whose end was not seen.
    pub repeats: bool,
    /// What the decision rests on; a kept plan is refused when this has moved.
    pub basis: Basis,
}

/// What is written where, and from where the value comes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Write {
    /// ESC's value to GitHub.
    Push { from: Place, to: GithubPlace, create: bool, access: Access },
    /// GitHub's value to ESC; `from` is a variable or the job's own secret, `known_as` the GitHub place it is.
    Pull { from: Place, known_as: GithubPlace, to: Place, create: bool },
    /// Only who sees it changes.
    Restrict { at: GithubPlace, access: Access },
    /// A name that we wrote and that no entry speaks of any more.
    Prune { at: GithubPlace },
    /// A value that was made here, or an older one of ESC's own, to ESC.
    Set { to: Place, create: bool, secret: bool },
    /// A name of ESC's that is taken out with its value.
    Unset { at: Place },
}

/// Who is to see an organization secret or variable after the write.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Access {
    /// Repository and environment places have none.
    NotApplicable,
    /// Exactly as it is now, the repository list included.
    CarryOver,
    All,
    Private,
    Selected(Arc<[RepoRef]>),
}

/// What was true of both sides when the plan was made.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Basis {
    /// What ESC held, if a fingerprint key was there to say so.
    pub esc: Option<Fingerprint>,
    /// The revision of the ESC environment, if it was asked for.
    pub revision: Option<u64>,
    /// Whether GitHub had it, and under which stamp.
    pub github: GithubBasis,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum GithubBasis {
    #[default]
    Absent,
    Present(Option<Stamp>),
}

/// What became of one action.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Position in the plan's actions.
    pub action: usize,
    pub end: End,
    /// Why it did not succeed; empty where it did. Safe to print.
    pub reason: String,
    /// What a person can do about it; empty where nothing is to be done.
    pub help: String,
}

/// How a write ended.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum End {
    /// The store said yes.
    Done,
    /// The store said no, or was certainly not reached.
    Failed,
    /// It was not begun: the run was told to stop, or may not write more now.
    NotBegun,
    /// Somebody else changed the target after we looked; it was left as it is.
    Overtaken,
    /// It was sent, and nobody knows what became of it; the next run settles it.
    Unknown,
}

/// A place that is left as it is, and the reason.
#[derive(Clone, Debug)]
pub struct HeldBack {
    /// Position in the mapping, if it is of an entry.
    pub entry: Option<usize>,
    pub name: SecretName,
    /// The place that would have been written.
    pub place: Place,
    pub because: Because,
    pub reason: String,
    /// What a person can do to have it done.
    pub remedy: String,
}

/// Why a place is held back. The order is that of the report.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Because {
    /// Both sides changed, or they differ and nothing says which is right.
    Conflict,
    /// The target changed without us; nobody named it.
    Drifted,
    /// The source's value is one that must not travel.
    Guarded,
    /// The target is something that is never replaced (a function, an import, a list).
    Opaque,
    /// A reading was not to be had.
    Unread,
    /// Nothing is known of a value that cannot be read.
    Unverified,
    /// A write of an earlier run has no known end, and it cannot be settled.
    Unsettled,
    /// The source has no value.
    NoSource,
}

/// A place whose value is proved equal on both sides.
#[derive(Clone, Debug)]
pub struct Agreed {
    pub entry: usize,
    pub place: GithubPlace,
}

impl Because {
    /// Whether the run refused something it was asked to do (exit code 5).
    pub fn is_refusal(self) -> bool {
        matches!(self, Self::Conflict | Self::Drifted | Self::Guarded | Self::Opaque)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Drifted => "drifted",
            Self::Guarded => "guarded",
            Self::NoSource => "no-source",
            Self::Opaque => "opaque",
            Self::Unread => "unread",
            Self::Unsettled => "unsettled",
            Self::Unverified => "unverified",
        }
    }
}

impl End {
    pub const ALL: &'static [Self] = &[Self::Done, Self::Failed, Self::NotBegun, Self::Overtaken, Self::Unknown];

    /// The end written `word`, if there is one.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|end| end.as_str() == word)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::NotBegun => "not-begun",
            Self::Overtaken => "overtaken",
            Self::Unknown => "unknown",
        }
    }
}

impl Write {
    /// Whether a value goes from one side to the other.
    pub fn moves_a_value(&self) -> bool {
        matches!(self, Self::Push { .. } | Self::Pull { .. })
    }

    /// The place that changes.
    pub fn target(&self) -> Place {
        match self {
            Self::Push { to, .. } => Place::Github(to.clone()),
            Self::Pull { to: place, .. } | Self::Set { to: place, .. } | Self::Unset { at: place } => place.clone(),
            Self::Restrict { at, .. } | Self::Prune { at } => Place::Github(at.clone()),
        }
    }

    /// The GitHub place the action is about, whichever side changes; none if it is about ESC alone.
    pub fn github(&self) -> Option<&GithubPlace> {
        match self {
            Self::Push { to: place, .. }
            | Self::Pull { known_as: place, .. }
            | Self::Restrict { at: place, .. }
            | Self::Prune { at: place } => Some(place),
            Self::Set { .. } | Self::Unset { .. } => None,
        }
    }

    /// The place in ESC that changes.
    pub fn in_esc(&self) -> Option<&Place> {
        match self {
            Self::Pull { to: place, .. } | Self::Set { to: place, .. } | Self::Unset { at: place } => Some(place),
            Self::Push { .. } | Self::Restrict { .. } | Self::Prune { .. } => None,
        }
    }

    pub fn verb(&self) -> &'static str {
        match self {
            Self::Push { create, .. } | Self::Pull { create, .. } | Self::Set { create, .. } => {
                if *create {
                    "create"
                } else {
                    "update"
                }
            }
            Self::Restrict { .. } => "restrict",
            Self::Prune { .. } | Self::Unset { .. } => "delete",
        }
    }
}
