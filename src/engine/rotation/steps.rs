//! The way through the steps: record, do, and on, as far as the gates let it.

use super::{
    Course, Ending, Preflight, Refusal, RotationFault, Rotator, StepOutcome, Told, Work,
    documents::{Changed, Documents},
    inventory::Inventory,
    machines::{self, Task},
    material::{Held, Material},
    record::Kept,
};
use crate::{
    engine::State,
    keys::{KeyComment, PublicKey},
    model::Stamp,
    ssh::{
        MachineStatus, files,
        pair::KeyPair,
        rotation::{Blocked, Next, Rotation, Step},
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
        let lacks_new = rotation.new.is_some() && material.new.is_none();
        if (needs_old && material.old.is_none()) || (lacks_new && rotation.step > Step::Generate) {
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
        let is_done = outcome.is_done;
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

    /// A file that a killed run left whole is taken; one that it left torn is made again.
    async fn generate(&mut self) -> Result<StepOutcome, RotationFault> {
        let next = self.kept.rotation.files.next.clone();
        let options = self.rotator.options;
        let held = match Held::read(&next, options) {
            Ok(Some(held)) => held,
            Ok(None) | Err(_) => match self.fresh(&next) {
                Ok(held) => held,
                Err(refusal) => return Ok(StepOutcome::open(Step::Generate, &refusal.what, &refusal.help)),
            },
        };
        let words = format!("the new key is {} in {}", held.identity.fingerprint, next.display());
        self.kept.rotation.new = Some(held.identity.fingerprint.clone());
        self.material.new = Some(held);
        Ok(StepOutcome::done(Step::Generate, words))
    }

    fn fresh(&self, path: &std::path::Path) -> Result<Held, Refusal> {
        // The preflight saw that nothing stood there: what does now is a torn file of ours.
        files::remove(path)?;
        let options = self.rotator.options;
        let comment = KeyComment::of_rotation(&mapping_id(&self.rotator.task.mapping.file), self.rotator.now());
        let pair = KeyPair::generate(&comment, options.passphrase.as_ref())
            .map_err(|fault| Refusal::refused(fault.to_string(), fault.help()))?;
        files::create(path, &pair)?;
        Ok(Held::new(path, pair, options.passphrase.clone()))
    }

    async fn roll_out(&mut self) -> Result<StepOutcome, RotationFault> {
        self.visit(Task::RollOut).await?;
        Ok(match self.kept.rotation.blocked() {
            None => StepOutcome::done(
                Step::RollOut,
                format!("{} open with the new key", self.counted(MachineStatus::Proved)),
            ),
            Some(blocked) => StepOutcome::open(
                Step::RollOut,
                &waiting(&blocked),
                "nothing is lost: both keys are good where they were. `esc-sync ssh resume` tries them again; `--exclude NAME` leaves one out",
            ),
        })
    }

    async fn retire(&mut self) -> Result<StepOutcome, RotationFault> {
        self.visit(Task::Retire).await?;
        Ok(match self.kept.rotation.blocked() {
            None => {
                let words =
                    format!("{} refuse the old key and open with the new one", self.counted(MachineStatus::Retired));
                StepOutcome::done(Step::Retire, words)
            }
            Some(blocked) => StepOutcome::open(
                Step::Retire,
                &waiting(&blocked),
                "the old private file is kept, as the only way into them; `esc-sync ssh retire` tries them again, `--exclude NAME` leaves one out",
            ),
        })
    }

    async fn delete(&mut self) -> Result<StepOutcome, RotationFault> {
        if let Err(open) = self.unregister_old().await? {
            return Ok(open);
        }
        if let Err(open) = self.forget_pending(Step::Delete).await? {
            return Ok(open);
        }
        Ok(match self.withdraw_old().and_then(|()| self.remove_old_file()) {
            Ok(words) => StepOutcome::done(Step::Delete, words),
            Err(refusal) => StepOutcome::open(Step::Delete, &refusal.what, &refusal.help),
        })
    }

    fn withdraw_old(&self) -> Result<(), Refusal> {
        let Some(old) = self.old_public() else { return Ok(()) };
        Documents::of(&self.rotator).without(&old)?.iter().try_for_each(Changed::write)
    }

    /// Kept as long as a machine that was left out may open with nothing else.
    fn remove_old_file(&mut self) -> Result<String, Refusal> {
        let Rotation { files, machines, .. } = &self.kept.rotation;
        let left_out = machines.iter().filter(|state| state.status == MachineStatus::Excluded).count();
        if left_out > 0 {
            let kept =
                format!("the old private key stays in {}: {left_out} machines were left out", files.previous.display());
            self.remarks.push(kept);
            return Ok("the old key is gone from registry and pending names".to_owned());
        }
        files::remove(&files.previous)?;
        Ok("nothing of the old key is left".to_owned())
    }

    async fn take_back(&mut self) -> Result<StepOutcome, RotationFault> {
        self.visit(Task::TakeBack).await?;
        let left: Vec<_> =
            self.kept.rotation.machines.iter().filter(|state| Task::TakeBack.is_for(state.status)).collect();
        if !left.is_empty() {
            let names: Vec<_> = left.iter().map(|state| &*state.machine.name).collect();
            let what = format!("{} may still open with the new key", names.join(", "));
            return Ok(StepOutcome::open(
                Step::Cancel,
                &what,
                "`esc-sync ssh cancel` tries again; `--exclude NAME` leaves one out",
            ));
        }
        if let Err(open) = self.unpublish().await? {
            return Ok(open);
        }
        if let Err(open) = self.forget_pending(Step::Cancel).await? {
            return Ok(open);
        }
        Ok(match files::remove(&self.kept.rotation.files.next) {
            Ok(()) => StepOutcome::done(Step::Cancel, "the new key is taken back; the old one is in force as before"),
            Err(fault) => StepOutcome::open(Step::Cancel, &fault.to_string(), &fault.help()),
        })
    }

    fn counted(&self, status: MachineStatus) -> String {
        let machines = &self.kept.rotation.machines;
        let count =
            machines.iter().filter(|state| state.status >= status && state.status != MachineStatus::Excluded).count();
        match count {
            1 => "1 machine".to_owned(),
            count => format!("{count} machines"),
        }
    }

    pub(super) fn new_public(&self) -> Option<PublicKey> {
        machines::public(self.material.new.as_ref()).cloned()
    }

    pub(super) fn old_public(&self) -> Option<PublicKey> {
        machines::public(self.material.old.as_ref()).cloned()
    }
}

/// What a key's comment calls the mapping by: its file, without folder and ending.
fn mapping_id(file: &str) -> String {
    let stem = std::path::Path::new(file).file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

fn waiting(blocked: &Blocked) -> String {
    match blocked {
        Blocked::Unproved(names) => format!("not proved to open with the new key: {}", names.join(", ")),
        Blocked::StillOpen(names) => format!("not proved to refuse the old key: {}", names.join(", ")),
        Blocked::Overlap(until) => format!("both keys are good until {until}"),
    }
}

impl StepOutcome {
    pub(super) fn done(step: Step, what: impl Into<String>) -> Self {
        Self { step, is_done: true, what: what.into(), help: String::new() }
    }

    pub(super) fn skipped(step: Step, what: &str) -> Self {
        Self::done(step, what)
    }

    pub(super) fn open(step: Step, what: &str, help: &str) -> Self {
        Self { step, is_done: false, what: what.to_owned(), help: help.to_owned() }
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
