//! Carrying out a plan's actions, store by store: the only place where anything remote is written.
//!
//! Each action ends by itself; a failure stops none of the others.

mod esc;

pub use esc::{EscChange, EscWritten, write_environment};

use crate::plan::End;

/// How one action ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ended {
    /// Position in the plan's actions.
    pub action: usize,
    pub end: End,
    /// Why it did not succeed; empty where it did. Safe to print.
    pub reason: String,
    /// What a person can do about it; empty where nothing is to be done.
    pub help: String,
}
