//! The one table that decides: what is known of one entry at one GitHub place, and
//! who may win, to what is done.
//!
//! No names, no values, no texts: every cell can be tested, and is. Invariants: an
//! unread side is never written and never read from; a value that is not fit never
//! travels; a place that somebody else changed is written only if it was named, or if
//! a winner was declared and both sides moved (or nothing was ever known of it).

use crate::mapping::ConflictPolicy;

/// What is known of ESC's side.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Esc {
    Absent,
    Unread,
    /// ESC answered with something that is no value (E11).
    Undetermined,
    Value {
        fitness: Fitness,
        /// Since both sides last agreed; `None` if nobody knows when that was.
        moved: Option<bool>,
    },
}

/// What is known of GitHub's side.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Github {
    Absent,
    Unread,
    /// What it holds is known: read now, or recorded for exactly its stamps.
    Known {
        same: bool,
        moved: Option<bool>,
        readable: Option<Readable>,
    },
    /// Changed since it was recorded, and hidden.
    MovedHidden,
    /// Hidden, and nothing is recorded of what it holds.
    Unrecorded,
    /// Hidden, and the last who wrote it was a run of ours whose end was not seen.
    Ours,
    /// Hidden, and a write of ours has no known end; somebody else may have written since.
    Unsettled,
}

/// A value on GitHub that can be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Readable {
    pub(super) fitness: Fitness,
    /// Whether the place itself was listed; else only the job vouches for the value.
    pub(super) listed: bool,
    /// GitHub's stamp is later than the recorded one.
    pub(super) newer: bool,
}

/// Whether a value may travel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fitness {
    Fit,
    /// A placeholder, empty, or denied by the mapping: nothing is lost with it.
    Worthless,
    /// Not what it must be, and maybe somebody's only copy all the same.
    Unfit,
}

/// Who may write what, and who wins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Terms {
    /// The entry's direction, or the one asked for.
    pub(super) pushes: bool,
    pub(super) pulls: bool,
    pub(super) policy: ConflictPolicy,
    pub(super) named: Named,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Named {
    No,
    Overwrite,
    Take,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Decision {
    /// Both sides are known to hold the same.
    Equal,
    /// ESC is about to get the value that this place has already.
    Follows,
    Push {
        create: bool,
        why: Why,
    },
    Pull {
        create: bool,
        why: Why,
    },
    Hold(Hold),
}

/// Why something is written.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Why {
    /// The target has nothing.
    Lacking,
    EscMoved,
    GithubMoved,
    Named,
    DeclaredWinner,
    Newest,
    /// The target holds a placeholder, nothing, or a denied value.
    ReplacesWorthless,
    /// The end of an earlier write was not seen; it is repeated.
    Repeated,
    /// The value is right; who sees it is not.
    Visibility,
    /// Another place of the entry has the value that won.
    Spread,
}

/// Why nothing is written although the sides are not known to agree.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Hold {
    BothMoved,
    NeverAgreed,
    /// Several places of one entry, or of entries with one ESC path, hold different values.
    PlacesDisagree,
    DriftedGithub,
    DriftedEsc,
    GuardedEsc,
    GuardedGithub,
    UnreadEsc,
    UnreadGithub,
    Unrecorded,
    /// GitHub's value should go to ESC and cannot be read here.
    HiddenSource,
    Unsettled,
    EscLacks,
    GithubLacks,
    BothLack,
    /// ESC has nothing, and what GitHub has cannot be read here.
    EscLacksHidden,
}

impl Terms {
    pub(super) fn may_push(&self) -> bool {
        match self.named {
            Named::No => self.pushes,
            Named::Overwrite => true,
            Named::Take => false,
        }
    }

    pub(super) fn may_pull(&self) -> bool {
        match self.named {
            Named::No => self.pulls,
            Named::Overwrite => false,
            Named::Take => true,
        }
    }
}

/// What is to be done at one place.
pub(super) fn decide(esc: Esc, github: Github, terms: &Terms) -> Decision {
    guarded(esc, github, wished(esc, github, terms))
}

/// Whatever was wished: what must not travel does not, and what was not listed is not written.
fn guarded(esc: Esc, github: Github, wish: Decision) -> Decision {
    match (wish, esc, github) {
        (Decision::Push { .. }, _, Github::Known { readable: Some(Readable { listed: false, .. }), .. }) => {
            Decision::Hold(Hold::UnreadGithub)
        }
        (Decision::Push { .. }, Esc::Value { fitness: Fitness::Fit, .. }, _) => wish,
        (Decision::Push { .. }, ..) => Decision::Hold(Hold::GuardedEsc),
        (Decision::Pull { .. }, _, Github::Known { readable: Some(Readable { fitness: Fitness::Fit, .. }), .. }) => {
            wish
        }
        (Decision::Pull { .. }, ..) => Decision::Hold(Hold::GuardedGithub),
        (Decision::Equal | Decision::Follows | Decision::Hold(_), ..) => wish,
    }
}

fn wished(esc: Esc, github: Github, terms: &Terms) -> Decision {
    match (esc, github) {
        (Esc::Unread, _) => Decision::Hold(Hold::UnreadEsc),
        (_, Github::Unread) => Decision::Hold(Hold::UnreadGithub),
        (Esc::Undetermined, _) if terms.may_push() => Decision::Hold(Hold::GuardedEsc),
        (Esc::Undetermined, _) => Decision::Hold(Hold::UnreadEsc),
        (Esc::Absent, _) => into_nothing(github, terms),
        (Esc::Value { .. }, Github::Absent) if terms.may_push() => push(true, Why::Lacking),
        (Esc::Value { .. }, Github::Absent) => Decision::Hold(Hold::GithubLacks),
        (Esc::Value { .. }, Github::Known { same: true, .. }) => Decision::Equal,
        (Esc::Value { fitness, moved }, _) => differing(fitness, moved, github, terms),
    }
}

fn into_nothing(github: Github, terms: &Terms) -> Decision {
    match github {
        Github::Absent => Decision::Hold(Hold::BothLack),
        Github::Known { readable: Some(_), .. } if terms.may_pull() => pull(true, Why::Lacking),
        _ if terms.may_pull() => Decision::Hold(Hold::EscLacksHidden),
        _ => Decision::Hold(Hold::EscLacks),
    }
}

fn differing(fitness: Fitness, esc_moved: Option<bool>, github: Github, terms: &Terms) -> Decision {
    match (terms.named, github) {
        (Named::Overwrite, _) => push(false, Why::Named),
        (Named::Take, Github::Known { readable: Some(_), .. }) => pull(false, Why::Named),
        (Named::Take, _) => Decision::Hold(Hold::HiddenSource),
        (Named::No, Github::Known { moved, readable, .. }) => known(fitness, esc_moved, moved, readable, terms),
        (Named::No, Github::MovedHidden) if esc_moved == Some(true) => conflict(Hold::BothMoved, None, terms),
        (Named::No, Github::MovedHidden) if terms.pushes => Decision::Hold(Hold::DriftedGithub),
        (Named::No, Github::Ours) if terms.pushes => push(false, Why::Repeated),
        (Named::No, Github::Ours | Github::Unsettled) => Decision::Hold(Hold::Unsettled),
        (Named::No, Github::Unrecorded) if terms.pushes && terms.policy == ConflictPolicy::EscWins => {
            push(false, Why::DeclaredWinner)
        }
        (Named::No, Github::Unrecorded) if terms.pushes => Decision::Hold(Hold::Unrecorded),
        (Named::No, _) => Decision::Hold(Hold::HiddenSource),
    }
}

/// Both values are known, and they differ.
fn known(
    fitness: Fitness,
    esc_moved: Option<bool>,
    github_moved: Option<bool>,
    readable: Option<Readable>,
    terms: &Terms,
) -> Decision {
    match (esc_moved, github_moved) {
        (Some(true), Some(false)) if terms.pushes => push(false, Why::EscMoved),
        (Some(true), Some(false)) => Decision::Hold(Hold::DriftedEsc),
        (Some(false), Some(true)) if terms.pulls && readable.is_some() => pull(false, Why::GithubMoved),
        (Some(false), Some(true)) if terms.pushes => Decision::Hold(Hold::DriftedGithub),
        (Some(false), Some(true)) => Decision::Hold(Hold::HiddenSource),
        (Some(true), Some(true)) => conflict(Hold::BothMoved, readable, terms),
        _ => never_agreed(fitness, readable, terms),
    }
}

fn never_agreed(fitness: Fitness, readable: Option<Readable>, terms: &Terms) -> Decision {
    match (fitness, readable.map(|readable| readable.fitness)) {
        (Fitness::Fit, Some(Fitness::Worthless)) if terms.pushes => push(false, Why::ReplacesWorthless),
        (Fitness::Worthless, Some(Fitness::Fit)) if terms.pulls => pull(false, Why::ReplacesWorthless),
        _ => conflict(Hold::NeverAgreed, readable, terms),
    }
}

fn conflict(hold: Hold, readable: Option<Readable>, terms: &Terms) -> Decision {
    match (terms.policy, readable) {
        (ConflictPolicy::EscWins, _) if terms.pushes => push(false, Why::DeclaredWinner),
        (ConflictPolicy::GithubWins, Some(_)) if terms.pulls => pull(false, Why::DeclaredWinner),
        (ConflictPolicy::Newest, Some(Readable { newer: true, .. })) if terms.pulls && hold == Hold::BothMoved => {
            pull(false, Why::Newest)
        }
        _ => Decision::Hold(hold),
    }
}

fn push(create: bool, why: Why) -> Decision {
    Decision::Push { create, why }
}

fn pull(create: bool, why: Why) -> Decision {
    Decision::Pull { create, why }
}

#[cfg(test)]
mod tests;
