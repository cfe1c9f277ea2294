//! The way through the steps: record, do, and on, as far as the gates let it.

use super::{
    Course, Ending, Preflight, Refusal, RotationFault, Rotator, StepEnding, Told, Work, inventory::Inventory,
    machines::Task, material::Material, record::Kept,
};
use crate::{
    engine::State,
    model::Stamp,
    ssh::{
        MachineStatus,
        rotation::{Next, Rotation, Step},
    },
};

/// Why a rotation does not go on, if it cannot even be begun to.
#[derive(Debug)]
pub enum NotGone {
    Refused(Refusal),
    Fault(RotationFault),
}

impl Rotator<'_> {
    /// Begins what was looked at, and goes as far as the gates let it.
    pub async fn begin(&self, state: &mut State, preflight: Preflight) -> Result<Course, RotationFault> {
        let Preflight { rotation, ended, old, remarks, .. } = preflight;
        let mut kept = Kept::begin(rotation, ended);
        kept.save(state).await?;
        let material = Material { old: Some(old), new: None };
        let work = Work { rotator: *self, state, kept, material, steps: Vec::new(), remarks };
        work.go().await
    }

    /// Goes on with the rotation that is under way. `None`: there is none.
    pub async fn resume(&self, state: &mut State) -> Result<Option<Course>, NotGone> {
        let Some(mut kept) = self.under_way(state).await? else { return Ok(None) };
        kept.rotation.compromised |= self.options.compromised;
        let material = self.material(&kept.rotation)?;
        let mut remarks = Vec::new();
        if kept.rotation.step < Step::Delete {
            let inventory = Inventory::read(self.spec, self.task.stores).await?;
            inventory.refresh(&mut kept.rotation.machines, (self.applying.now)());
            remarks = inventory.remarks;
        }
        self.exclude(&mut kept.rotation)?;
        let work = Work { rotator: *self, state, kept, material, steps: Vec::new(), remarks };
        Ok(Some(work.go().await.map_err(NotGone::Fault)?))
    }

    /// Retires the old key of a rotation whose new key is in force.
    pub async fn retire(&self, state: &mut State) -> Result<Option<Course>, NotGone> {
        if let Some(kept) = self.under_way(state).await? {
            let Rotation { id, step, .. } = &kept.rotation;
            if !step.is_switched() || *step == Step::Switch {
                return Err(NotGone::Refused(Refusal::refused(
                    format!("the new key of rotation {id} is not in force yet (step {})", step.as_str()),
                    "go on with `esc-sync ssh resume` first",
                )));
            }
        }
        self.resume(state).await
    }

    /// Takes the new key back, which is possible until it is in force.
    pub async fn cancel(&self, state: &mut State) -> Result<Option<Course>, NotGone> {
        let Some(mut kept) = self.under_way(state).await? else { return Ok(None) };
        if !kept.rotation.can_cancel() {
            let Rotation { id, step, .. } = &kept.rotation;
            return Err(NotGone::Refused(Refusal::refused(
                format!(
                    "the new key of rotation {id} is in force already (step {}): there is only forward",
                    step.as_str()
                ),
                "end it with `esc-sync ssh resume` and `esc-sync ssh retire`, and rotate once more if the new key is not to stay",
            )));
        }
        let material = self.material(&kept.rotation)?;
        self.exclude(&mut kept.rotation)?;
        kept.rotation.step = Step::Cancel;
        let work = Work { rotator: *self, state, kept, material, steps: Vec::new(), remarks: Vec::new() };
        Ok(Some(work.go().await.map_err(NotGone::Fault)?))
    }

    async fn under_way(&self, state: &State) -> Result<Option<Kept>, NotGone> {
        Ok(Kept::load(state).await?.filter(|kept| !kept.rotation.step.is_end()))
    }

    /// The private files must be here: without them nothing can be proved.
    fn material(&self, rotation: &Rotation) -> Result<Material, NotGone> {
        let material = Material::find(rotation, self.options)?;
        let needs_old = !matches!(rotation.step, Step::Delete);
        // Taking it back ends with its file; killed just after that, nothing but the record is left to do.
        let is_taken_back =
            rotation.step == Step::Cancel && !rotation.machines.iter().any(|state| Task::TakeBack.is_for(state.status));
        let needs_new = rotation.new.is_some() && rotation.step > Step::Generate && !is_taken_back;
        if (needs_old && material.old.is_none()) || (needs_new && material.new.is_none()) {
            let which = if material.old.is_none() { "old" } else { "new" };
            return Err(NotGone::Refused(Refusal::refused(
                format!(
                    "the {which} private key of rotation {} is not on this machine ({}); it was begun on {}",
                    rotation.id, self.options.host, rotation.host
                ),
                format!("run this on {}, or bring {} here", rotation.host, rotation.files.current.display()),
            )));
        }
        Ok(material)
    }

    fn exclude(&self, rotation: &mut Rotation) -> Result<(), Refusal> {
        self.options.check_excluded(rotation.machines.iter().map(|state| &state.machine))?;
        for state in &mut rotation.machines {
            if self.options.exclude.contains(&state.machine.name) {
                state.status = MachineStatus::Excluded;
            }
        }
        Ok(())
    }

    fn now(&self) -> Stamp {
        (self.applying.now)()
    }
}

impl Work<'_, '_> {
    async fn go(mut self) -> Result<Course, RotationFault> {
        let options = self.rotator.options;
        loop {
            if self.rotator.applying.stop.asked() {
                return Ok(self.end(Ending::Interrupted));
            }
            match self.kept.rotation.next(self.rotator.now(), options.hurry, options.retire) {
                Next::Nothing => break,
                Next::Wait(blocked) => return Ok(self.end(Ending::Blocked(blocked))),
                Next::Do(step) => {
                    if let Some(ending) = self.take(step).await? {
                        return Ok(self.end(ending));
                    }
                }
            }
        }
        let ending = match self.kept.rotation.step {
            Step::Cancelled => Ending::Cancelled,
            Step::Done => Ending::Done,
            _ => Ending::Overlap,
        };
        Ok(self.end(ending))
    }

    /// Does one step. An ending is why it goes no further.
    async fn take(&mut self, step: Step) -> Result<Option<Ending>, RotationFault> {
        self.kept.rotation.step = step;
        self.kept.save(self.state).await?;
        (self.rotator.told)(&Told::Step(step));
        let outcome = match step {
            Step::Generate => self.generate().await?,
            Step::Store => self.store().await?,
            Step::Publish => self.publish().await?,
            Step::RollOut => self.roll_out().await?,
            Step::Switch => self.switch().await?,
            Step::Retire => self.retire().await?,
            Step::Delete => self.delete().await?,
            Step::Cancel => self.take_back().await?,
            Step::Cancelled | Step::Done | Step::Overlap => return Ok(None),
        };
        let is_done = outcome.end != StepEnding::Open;
        self.steps.push(outcome);
        if !is_done {
            return Ok(Some(self.kept.rotation.blocked().map_or(Ending::Incomplete, Ending::Blocked)));
        }
        self.advance(step);
        self.kept.save(self.state).await?;
        Ok(None)
    }

    fn advance(&mut self, done: Step) {
        let now = self.rotator.now();
        let overlap = self.rotator.spec.overlap;
        let rotation = &mut self.kept.rotation;
        rotation.step = match done {
            Step::Generate => Step::Store,
            Step::Store => Step::Publish,
            Step::Publish | Step::RollOut => Step::RollOut,
            Step::Switch => {
                rotation.switched.get_or_insert(now);
                let seconds = overlap.map(|overlap| i64::try_from(overlap.as_secs()).unwrap_or(i64::MAX));
                rotation.overlap_until = seconds.map(|seconds| Stamp(now.0.saturating_add(seconds)));
                Step::Overlap
            }
            Step::Overlap | Step::Retire => Step::Retire,
            Step::Delete | Step::Done => Step::Done,
            Step::Cancel | Step::Cancelled => Step::Cancelled,
        };
        if rotation.step.is_end() {
            rotation.ended = Some(now);
        }
    }

    fn end(self, ending: Ending) -> Course {
        Course { rotation: self.kept.rotation, steps: self.steps, ending, remarks: self.remarks }
    }
}

impl From<Refusal> for NotGone {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<crate::ledger::StateFault> for NotGone {
    fn from(fault: crate::ledger::StateFault) -> Self {
        Self::Fault(fault.into())
    }
}
