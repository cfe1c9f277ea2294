//! Carrying out a plan's actions, store by store: the only place where anything remote is written.
//!
//! Each action ends by itself; a failure stops none of the others.

mod esc;
mod forecast;
pub mod github;
pub mod pace;
mod progress;
pub mod stop;

pub use esc::{EscChange, EscWritten, write_environment};
pub use forecast::{Forecast, Traffic};
pub use github::{GithubChange, GithubEvent, GithubOp, GithubRun, Keys, write_all};
pub use pace::{Pace, PaceOptions};
pub use progress::Progress;
pub use stop::Stop;

use crate::{model::Stamp, plan::End};

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
    /// GitHub's own time when it answered.
    pub answered: Option<Stamp>,
}
