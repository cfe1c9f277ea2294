//! A rotation as it is remembered, and what may be done next: pure decisions.
//!
//! The record is written before each side effect and holds fingerprints, names and
//! times, never a key. Every step can be done again. Invariants: the old key is not
//! taken from a machine that was not proved to open with the new one; the old private
//! file stays until every machine was proved to refuse it; nothing is switched while a
//! machine that was not excluded by name is unproved.

mod form;
mod gates;

use std::path::PathBuf;

pub use form::FormFault;
pub use gates::{Blocked, Next};

use super::Machine;
use crate::{keys::KeyFingerprint, model::Stamp};

/// One rotation, from its first step to its last.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rotation {
    /// The run that began it.
    pub id: String,
    pub begun: Stamp,
    /// The machine on which the private files lie.
    pub host: String,
    /// The old key is in other hands: no overlap.
    pub compromised: bool,
    pub step: Step,
    pub old: KeyFingerprint,
    pub new: Option<KeyFingerprint>,
    pub files: Files,
    pub registry: Option<Registered>,
    pub machines: Vec<MachineState>,
    /// When the new key came into force.
    pub switched: Option<Stamp>,
    /// Before this, the old key is not retired.
    pub overlap_until: Option<Stamp>,
    pub ended: Option<Stamp>,
}

/// Where the private halves lie.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Files {
    /// The key in force.
    pub current: PathBuf,
    /// The new one until it is.
    pub next: PathBuf,
    /// The old one afterwards.
    pub previous: PathBuf,
}

/// The new key in Lambda's registry, and the entries of the old one.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Registered {
    pub name: String,
    pub id: Option<String>,
    /// By id; deleted at the end.
    pub old: Vec<String>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MachineState {
    pub machine: Machine,
    pub status: MachineStatus,
    /// What stood in the way last; empty where nothing did.
    pub why: String,
    /// When its status was found out.
    pub at: Stamp,
    /// A digest of what it calls itself.
    pub machine_id: Option<Box<str>>,
}

/// How far one machine is. The order is that of the protocol.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum MachineStatus {
    /// Only the old key is known to open it.
    Pending,
    /// The new key was added and not yet proved.
    Installed,
    /// The new key was proved to open it; the old one does as well.
    Proved,
    /// The new key opens it and the old one was refused.
    Retired,
    /// Left out by name.
    Excluded,
}

/// The steps of the protocol, by what is being done. A step is recorded before it begins.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Step {
    /// A new pair is made, in a file of its own.
    Generate,
    /// Its halves are put into ESC under names that nobody uses yet.
    Store,
    /// Lambda's registry learns the new key, under a new name.
    Publish,
    /// Each machine is given the new key by the old one, and proved to open with it.
    RollOut,
    /// Whatever names the key names the new one: ESC, GitHub, cloud-init, the private file.
    Switch,
    /// Both keys are good.
    Overlap,
    /// Each machine loses the old key by the new one, and is proved to refuse it.
    Retire,
    /// What is left of the old key goes: registry, pending names, its private file.
    Delete,
    Done,
    /// The new key is taken back; possible until the switch.
    Cancel,
    Cancelled,
}

impl Step {
    pub const ALL: &'static [Self] = &[
        Self::Generate,
        Self::Store,
        Self::Publish,
        Self::RollOut,
        Self::Switch,
        Self::Overlap,
        Self::Retire,
        Self::Delete,
        Self::Done,
        Self::Cancel,
        Self::Cancelled,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Cancelled => "cancelled",
            Self::Delete => "delete",
            Self::Done => "done",
            Self::Generate => "generate",
            Self::Overlap => "overlap",
            Self::Publish => "publish",
            Self::Retire => "retire",
            Self::RollOut => "roll-out",
            Self::Store => "store",
            Self::Switch => "switch",
        }
    }

    /// Whether nothing is left to do.
    pub fn is_end(self) -> bool {
        matches!(self, Self::Cancelled | Self::Done)
    }

    /// Whether consumers may have been told of the new key, after which there is only forward.
    pub fn is_switched(self) -> bool {
        self >= Self::Switch && self <= Self::Done
    }
}

impl MachineStatus {
    pub const ALL: &'static [Self] = &[Self::Pending, Self::Installed, Self::Proved, Self::Retired, Self::Excluded];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Excluded => "excluded",
            Self::Installed => "installed",
            Self::Pending => "pending",
            Self::Proved => "proved",
            Self::Retired => "retired",
        }
    }
}
