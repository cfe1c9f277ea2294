//! Which step may follow: the gates of the protocol.

use super::{MachineState, MachineStatus, Rotation, Step};
use crate::model::Stamp;

/// What may be done with a rotation now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Next {
    Do(Step),
    Wait(Blocked),
    Nothing,
}

/// Why a gate is shut. Nothing is unsafe while it is: both keys are good where they were.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Blocked {
    /// These are not proved to open with the new key.
    Unproved(Vec<Box<str>>),
    /// These are not proved to refuse the old key.
    StillOpen(Vec<Box<str>>),
    /// The overlap lasts until then.
    Overlap(Stamp),
}

impl Rotation {
    /// The step to do now. `hurry` ends the overlap; `retire` is whether the old key is to go at all in this run.
    pub fn next(&self, now: Stamp, hurry: bool, retire: bool) -> Next {
        match self.step {
            Step::Generate | Step::Store | Step::Publish => Next::Do(self.step),
            Step::RollOut if self.is_proved() => Next::Do(Step::Switch),
            Step::RollOut => Next::Do(Step::RollOut),
            Step::Switch => Next::Do(Step::Switch),
            Step::Overlap if !retire && !self.compromised => Next::Nothing,
            Step::Overlap => match self.overlap_until.filter(|until| *until > now && !hurry && !self.compromised) {
                Some(until) => Next::Wait(Blocked::Overlap(until)),
                None => Next::Do(Step::Retire),
            },
            Step::Retire if self.is_retired() => Next::Do(Step::Delete),
            Step::Retire => Next::Do(Step::Retire),
            Step::Delete | Step::Cancel => Next::Do(self.step),
            Step::Done | Step::Cancelled => Next::Nothing,
        }
    }

    /// Why the step that was just done may not be left, if it may not.
    pub fn blocked(&self) -> Option<Blocked> {
        match self.step {
            Step::RollOut if !self.is_proved() => Some(Blocked::Unproved(self.names(|state| !has_proof(state)))),
            Step::Retire if !self.is_retired() => Some(Blocked::StillOpen(self.names(|state| !is_closed(state)))),
            _ => None,
        }
    }

    /// Between roll-out and switch: every machine opens with the new key, or was left out by name.
    pub fn is_proved(&self) -> bool {
        self.machines.iter().all(has_proof)
    }

    /// Between retirement and deletion: every machine refuses the old key. One that was left out may not,
    /// and then the old private file is the only way into it.
    pub fn is_retired(&self) -> bool {
        self.machines.iter().all(is_closed)
    }

    /// Whether it may still be taken back.
    pub fn can_cancel(&self) -> bool {
        !self.step.is_switched() && self.step != Step::Cancelled
    }

    fn names(&self, is_meant: impl Fn(&MachineState) -> bool) -> Vec<Box<str>> {
        self.machines.iter().filter(|state| is_meant(state)).map(|state| state.machine.name.clone()).collect()
    }
}

fn has_proof(state: &MachineState) -> bool {
    matches!(state.status, MachineStatus::Excluded | MachineStatus::Proved | MachineStatus::Retired)
}

fn is_closed(state: &MachineState) -> bool {
    matches!(state.status, MachineStatus::Excluded | MachineStatus::Retired)
}
