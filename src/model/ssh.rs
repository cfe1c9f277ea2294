//! What the state tells of the machines' key: since when it is in force, and a rotation that was begun.

use std::sync::Arc;

use super::{Stamp, Unread};

/// Empty where no rotation was ever recorded.
#[derive(Clone, Debug, Default)]
pub struct SshKnowledge {
    /// The last rotation that was begun.
    pub rotation: Option<RotationKnowledge>,
    /// When the last switch put the key in force.
    pub in_force_since: Option<Stamp>,
    /// Why the state could not be asked.
    pub unread: Option<Arc<Unread>>,
}

/// One rotation, as far as judging needs it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RotationKnowledge {
    pub id: Box<str>,
    /// The step it is at, in the protocol's word.
    pub step: Box<str>,
    pub begun: Stamp,
    /// Machines that are not proved to open with the new key.
    pub unproved: Vec<Box<str>>,
    /// Machines that are not proved to refuse the old key.
    pub still_open: Vec<Box<str>>,
    pub overlap_until: Option<Stamp>,
    pub switched: Option<Stamp>,
    pub ended: Option<Stamp>,
}

impl RotationKnowledge {
    /// Whether something is left to do.
    pub fn is_open(&self) -> bool {
        self.ended.is_none() && !matches!(&*self.step, "done" | "cancelled")
    }
}
