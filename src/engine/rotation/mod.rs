//! A rotation carried out: step by step, each recorded before it begins.
//!
//! What may follow is decided in `ssh::rotation`; here it is done, over machines (`machines`),
//! Lambda's registry (`registry`), ESC and GitHub (`switch`, by the stages of a sync), cloud-init
//! documents and the private files (`material`). Killed anywhere, the same step is done
//! again: all of them can be. Invariant: at each instant at least one installed key,
//! whose private file exists, opens every machine that opened before (I14).

mod course;
mod deeds;
mod documents;
mod inventory;
mod machines;
mod material;
mod planned;
mod preflight;
mod record;
mod refusal;
mod registry;
mod steps;
mod switch;
mod verify;

use std::{collections::BTreeSet, fmt, path::PathBuf};

pub use course::{Course, Ending, StepEnding, StepOutcome};
pub use preflight::Preflight;
pub use record::{Kept, RotationFault};
pub use refusal::{Refusal, RefusalKind};
pub use steps::NotGone;
pub use verify::{Tried, Verified};

use super::{Applying, State, Task};
use crate::{
    mapping::SshSpec,
    model::{SecretName, SecretValue},
    ssh::{MachineStatus, Remote, Step},
};

/// One command about the machines' key.
#[derive(Clone, Copy)]
pub struct Rotator<'a> {
    pub task: &'a Task<'a>,
    pub spec: &'a SshSpec,
    pub applying: &'a Applying<'a>,
    pub remote: &'a dyn Remote,
    pub options: &'a RotationOptions,
    /// Hears of each step and machine as it is done.
    pub told: &'a (dyn Fn(&Told) + Sync),
}

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub struct RotationOptions {
    /// Machines left out, by name.
    pub exclude: BTreeSet<Box<str>>,
    /// Whether the old key is to go in this run.
    pub retire: bool,
    /// Whether the overlap is cut short.
    pub hurry: bool,
    pub compromised: bool,
    /// No machine is a mistake, unless this says otherwise.
    pub without_machines: bool,
    /// Entries whose GitHub side is replaced although somebody else changed it.
    pub overwrite: BTreeSet<SecretName>,
    /// Locks the new private file, and unlocks the old one.
    pub passphrase: Option<SecretValue>,
    /// Of whoever runs this: `~/` in the mapping.
    pub home: Option<PathBuf>,
    /// Where file names of the mapping begin.
    pub folder: PathBuf,
    /// This machine's name.
    pub host: String,
}

/// What a person hears while it goes on.
#[derive(Clone, Debug)]
pub enum Told {
    Step(Step),
    Machine { name: Box<str>, status: MachineStatus, why: String },
}

impl fmt::Debug for Rotator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rotator").field("applying", &self.applying).finish_non_exhaustive()
    }
}

/// A rotation under way in this process.
struct Work<'a, 's> {
    rotator: Rotator<'a>,
    state: &'s mut State,
    kept: Kept,
    material: material::Material,
    steps: Vec<StepOutcome>,
    remarks: Vec<String>,
}
