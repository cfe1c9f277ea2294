//! What a run is told: which, over which mapping, and how much it may write.

use serde::{Deserialize, Serialize};

use super::alert::Message;

/// The kinds of runs there are.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum RunKind {
    /// Looks at everything, asks no service.
    Check,
    /// The same, and asks the services whether the credentials work.
    Live,
    /// Applies what may be applied without a person, proposes the rest, and looks at everything afterwards.
    Sync,
    /// Sends an alert. Its addresses are secrets, so that is no work for the daemon itself.
    Deliver,
}

crate::model::words! { RunKind { Check => "check", Live => "live", Sync => "sync", Deliver => "deliver" } }

/// One order. It holds no secret: logins come to a run by another way.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Order {
    pub kind: RunKind,
    /// The run's id, chosen by the daemon.
    pub run: String,
    /// The text of the mapping that is in force, which may be older than its file (failure case M13).
    pub mapping: String,
    /// Writes to GitHub that are left of the budget all runs of this daemon share.
    pub writes: WriteBudget,
    /// What to send, for `Deliver`.
    pub message: Option<Message>,
}

/// How many writes a run may make: at once, and in all.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct WriteBudget {
    pub burst: u32,
    pub cap: u32,
}
