//! What came of a command about a rotation.

use crate::ssh::rotation::{Blocked, Rotation, Step};

/// How far it came, and why not further.
#[derive(Clone, Debug)]
pub struct Course {
    pub rotation: Rotation,
    /// In the order in which they were done.
    pub steps: Vec<StepOutcome>,
    pub ending: Ending,
    /// Sentences a person should read: what was left, what was found.
    pub remarks: Vec<String>,
}

/// One step, as far as it went.
#[derive(Clone, Debug)]
pub struct StepOutcome {
    pub step: Step,
    pub end: StepEnding,
    /// What was done, or what is in the way.
    pub what: String,
    /// What a person can do about it; empty where nothing is to be done.
    pub help: String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StepEnding {
    Done,
    /// Something is in the way.
    Open,
    /// The mapping leaves nothing to be done.
    Skipped,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ending {
    Done,
    Cancelled,
    /// The new key is in force, and the old one still good.
    Overlap,
    /// Both keys are good where they were; to be gone on with.
    Incomplete,
    /// A gate is shut.
    Blocked(Blocked),
    Interrupted,
}

impl Ending {
    /// Whether everything that was asked for is done.
    pub fn is_complete(&self) -> bool {
        matches!(self, Self::Cancelled | Self::Done | Self::Overlap)
    }
}

impl StepOutcome {
    pub(super) fn done(step: Step, what: impl Into<String>) -> Self {
        Self { step, end: StepEnding::Done, what: what.into(), help: String::new() }
    }

    pub(super) fn skipped(step: Step, what: &str) -> Self {
        Self { end: StepEnding::Skipped, ..Self::done(step, what) }
    }

    pub(super) fn open(step: Step, what: &str, help: &str) -> Self {
        Self { step, end: StepEnding::Open, what: what.to_owned(), help: help.to_owned() }
    }

    /// A run that lost its files between two steps.
    pub(super) fn without_files(step: Step) -> Self {
        Self::open(
            step,
            "the private files are not where they were a moment ago",
            "put them back, and `esc-sync ssh resume`",
        )
    }
}
