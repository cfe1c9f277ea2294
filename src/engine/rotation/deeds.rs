//! What each step of a rotation does, here and on the machines; every one of them may be done again.

use std::path::Path;

use super::{
    Refusal, RotationFault, StepOutcome, Work,
    documents::{Changed, Documents},
    machines::{self, Task},
    material::Held,
};
use crate::{
    keys::{KeyComment, PublicKey},
    ssh::{
        MachineStatus, files,
        pair::KeyPair,
        rotation::{Blocked, Rotation, Step},
    },
};

impl Work<'_, '_> {
    /// A file that a killed run left whole is taken; one that it left torn is made again.
    pub(super) async fn generate(&mut self) -> Result<StepOutcome, RotationFault> {
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

    fn fresh(&self, path: &Path) -> Result<Held, Refusal> {
        // The preflight saw that nothing stood there: what does now is a torn file of ours.
        files::remove(path)?;
        let options = self.rotator.options;
        let comment =
            KeyComment::of_rotation(&mapping_id(&self.rotator.task.mapping.file), (self.rotator.applying.now)());
        let pair = KeyPair::generate(&comment, options.passphrase.as_ref())
            .map_err(|fault| Refusal::refused(fault.to_string(), fault.help()))?;
        files::create(path, &pair)?;
        Ok(Held::new(path, pair, options.passphrase.clone()))
    }

    pub(super) async fn roll_out(&mut self) -> Result<StepOutcome, RotationFault> {
        self.visit(Task::RollOut).await?;
        Ok(match self.kept.rotation.blocked() {
            None => StepOutcome::done(
                Step::RollOut,
                format!("the new key was proved on {}", self.counted(MachineStatus::Proved)),
            ),
            Some(blocked) => StepOutcome::open(
                Step::RollOut,
                &waiting(&blocked),
                "nothing is lost: both keys are good where they were. `esc-sync ssh resume` tries them again; `--exclude NAME` leaves one out",
            ),
        })
    }

    pub(super) async fn retire(&mut self) -> Result<StepOutcome, RotationFault> {
        self.visit(Task::Retire).await?;
        Ok(match self.kept.rotation.blocked() {
            None => {
                let words = format!("the old key was proved to be refused on {}", self.counted(MachineStatus::Retired));
                StepOutcome::done(Step::Retire, words)
            }
            Some(blocked) => StepOutcome::open(
                Step::Retire,
                &waiting(&blocked),
                "the old private file is kept, as the only way into them; `esc-sync ssh retire` tries them again, `--exclude NAME` leaves one out",
            ),
        })
    }

    pub(super) async fn delete(&mut self) -> Result<StepOutcome, RotationFault> {
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

    pub(super) async fn take_back(&mut self) -> Result<StepOutcome, RotationFault> {
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
    let stem = Path::new(file).file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

fn waiting(blocked: &Blocked) -> String {
    match blocked {
        Blocked::Unproved(names) => format!("not proved to open with the new key: {}", names.join(", ")),
        Blocked::StillOpen(names) => format!("not proved to refuse the old key: {}", names.join(", ")),
        Blocked::Overlap(until) => format!("both keys are good until {until}"),
    }
}
