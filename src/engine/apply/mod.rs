//! Carrying out a plan: one write after the other, each with its end.

pub mod github;
pub mod pace;
pub mod stop;

/// What became of one action of a plan.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Position in the plan's actions.
    pub action: usize,
    pub end: crate::plan::End,
    /// Why it did not succeed; empty where it did. Safe to print.
    pub reason: String,
    /// What a person can do about it; empty where nothing is to be done.
    pub help: String,
}
