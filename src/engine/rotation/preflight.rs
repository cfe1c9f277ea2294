//! What is looked at before anything is changed: a rotation that would get stuck is not begun.
//!
//! Everything is looked at, and all that is in the way is said at once. Nothing is written.

use std::sync::Arc;

use futures_util::future::join_all;

use super::{
    Refusal, Rotator,
    documents::Documents,
    inventory::Inventory,
    machines,
    material::{self, Held},
    record::Kept,
    refusal::Found,
    registry, switch,
};
use crate::{
    engine::State,
    judge::placeholder_family,
    keys::{self, KeyComment, PublicKey},
    model::{EscValue, Kind, Reading, SecretValue},
    ssh::{
        LoginCause, LoginFault,
        pair::KeyPair,
        rotation::{Files, MachineState, MachineStatus, Registered, Rotation, Step},
    },
};

/// All that a rotation begins with, and what a person is told beforehand.
#[derive(Debug)]
pub struct Preflight {
    /// As it would be recorded first.
    pub rotation: Rotation,
    /// One sentence for each step, in their order.
    pub planned: Vec<(Step, String)>,
    pub remarks: Vec<String>,
    pub(super) ended: Option<Kept>,
    pub(super) old: Held,
}

/// A rotation that is begun but not ended.
const UNDER_WAY: &str = "`esc-sync ssh resume` goes on with it, `esc-sync ssh cancel` takes it back, `esc-sync ssh status` tells how far it is";

impl Rotator<'_> {
    /// Looks at everything a rotation needs.
    pub async fn preflight(&self, state: &mut State) -> Result<Preflight, Vec<Refusal>> {
        let ended = self.nothing_under_way(state).await.map_err(|refusal| vec![refusal])?;
        let old = self.old_key().map_err(|refusal| vec![refusal])?;
        let files = material::files(self.spec, &old.identity.fingerprint, self.options).map_err(|found| vec![found])?;
        let inventory = Inventory::read(self.spec, self.task.stores).await.map_err(|refusal| vec![refusal])?;
        let mut found = Found::default();
        found.take(self.options.check_excluded(inventory.machines.iter()));
        found.take(self.any_machine(&inventory));
        found.take(absent(&files));
        found.take(self.stored_half(old.public()).await);
        found.take(self.documents_take_a_key().await);
        let registered = found.take(registry::look(self, old.public()).await).flatten();
        found.all.extend(switch::held_back(self, state).await);
        let machines = self.knock(&old, &inventory, &mut found).await;
        if !found.all.is_empty() {
            return Err(found.all);
        }
        let rotation = self.first(&old, files, registered, machines);
        let planned = self.planned(&rotation);
        Ok(Preflight { rotation, planned, remarks: [inventory.remarks, found.remarks].concat(), ended, old })
    }

    async fn nothing_under_way(&self, state: &State) -> Result<Option<Kept>, Refusal> {
        match Kept::load(state).await? {
            Some(kept) if !kept.rotation.step.is_end() => {
                let Rotation { id, step, .. } = &kept.rotation;
                let what = format!(
                    "rotation {id} is not ended (step {}): a second one could lock everybody out",
                    step.as_str()
                );
                Err(Refusal::refused(what, UNDER_WAY))
            }
            kept => Ok(kept),
        }
    }

    fn old_key(&self) -> Result<Held, Refusal> {
        let file = material::current_file(self.spec, self.options)?;
        Held::read(&file, self.options)?.ok_or_else(|| {
            Refusal::refused(
                format!(
                    "there is no private key in {}, and without the old one no machine can be given a new one",
                    file.display()
                ),
                "run this where the key lies, or correct `private-key` of the mapping's ssh block",
            )
        })
    }

    fn any_machine(&self, inventory: &Inventory) -> Result<(), Refusal> {
        if !inventory.machines.is_empty() || self.options.without_machines {
            return Ok(());
        }
        Err(Refusal::refused(
            "no machine is known that the key opens; a rotation would prove nothing",
            "list them under `machines` of the mapping's ssh block (or set `lambda-instances`); if there really is none, add --without-machines",
        ))
    }

    /// The stored public half is that of the private file, or is not there yet.
    async fn stored_half(&self, public: &PublicKey) -> Result<Option<String>, Refusal> {
        let Some(place) = &self.spec.public_key else { return Ok(None) };
        let environment = self.task.stores.environment(&place.environment).await.map_err(Refusal::unread)?;
        let at = format!("{} {}", place.environment, place.path);
        let reading = environment.root.lookup(&place.path).map(EscValue::reading);
        let value = match &reading {
            None | Some(Reading::Absent | Reading::Hidden(_)) => {
                return Ok(Some(format!("{at} holds no public half yet; it will be written")));
            }
            Some(Reading::Unknown(unread)) => return Err(Refusal::unread(Arc::clone(unread))),
            Some(Reading::Value { value, .. }) => *value,
        };
        match keys::public_key(value).or_else(|_| keys::public_line(value)) {
            Ok(stored) if stored == *public => Ok(None),
            Ok(stored) => Err(Refusal::refused(
                format!(
                    "{at} holds another key ({}) than the private file ({})",
                    stored.fingerprint(),
                    public.fingerprint()
                ),
                "find out which of the two is in force (`esc-sync ssh verify` tries the file's), and correct the other",
            )),
            Err(_) if !begins_like_a_key(value) && placeholder_family(Kind::Secret, value).is_some() => {
                Ok(Some(format!("{at} holds a placeholder; it will be replaced")))
            }
            Err(damage) => Err(Refusal::refused(
                format!("{at} holds no public key: {}", damage.reason()),
                format!("{}; then begin again", damage.repair()),
            )),
        }
    }

    /// The documents would take the new key: tried with one that is thrown away.
    async fn documents_take_a_key(&self) -> Result<(), Refusal> {
        if self.spec.cloud_init.is_empty() {
            return Ok(());
        }
        let comment = KeyComment::of_rotation("trial", (self.applying.now)());
        let trial =
            KeyPair::generate(&comment, None).map_err(|fault| Refusal::refused(fault.to_string(), fault.help()))?;
        Documents::of(self).with(trial.public()).map(drop)
    }

    /// Each machine is opened with the old key. One that does not answer may answer later; one that answers
    /// and refuses will not.
    async fn knock(&self, old: &Held, inventory: &Inventory, found: &mut Found) -> Vec<MachineState> {
        let at = (self.applying.now)();
        let mut states: Vec<_> = inventory.machines.iter().map(|machine| inventory.fresh(machine, at)).collect();
        let tries = states.iter().map(|state| async {
            let is_out = self.options.exclude.contains(&state.machine.name) || state.machine.host.is_empty();
            match is_out {
                true => None,
                false => Some(machines::prove(self, &state.machine, &old.identity).await),
            }
        });
        let tried = join_all(tries).await;
        for (state, tried) in states.iter_mut().zip(tried) {
            match tried {
                _ if self.options.exclude.contains(&state.machine.name) => state.status = MachineStatus::Excluded,
                Some(Ok(proved)) => state.machine_id = proved.machine_id,
                Some(Err(fault)) if is_lasting(&fault) => found.all.push(Refusal::refused(fault.what, fault.help)),
                Some(Err(fault)) => {
                    found.remarks.push(format!(
                        "{} cannot be reached now and stays pending: {}",
                        state.machine.name, fault.what
                    ));
                    state.why = fault.what;
                }
                None => {}
            }
        }
        states
    }

    fn first(&self, old: &Held, files: Files, registry: Option<Registered>, machines: Vec<MachineState>) -> Rotation {
        Rotation {
            id: self.applying.run.to_owned(),
            begun: (self.applying.now)(),
            host: self.options.host.clone(),
            compromised: self.options.compromised,
            step: Step::Generate,
            old: old.identity.fingerprint.clone(),
            new: None,
            files,
            registry,
            machines,
            switched: None,
            overlap_until: None,
            ended: None,
        }
    }
}

/// A key that was cut off is no placeholder, however much of it is missing: somebody put it there.
fn begins_like_a_key(value: &SecretValue) -> bool {
    // The names of the algorithms, in the open and in base64; a public half is no secret.
    let text = value.expose_text().unwrap_or_default().trim_start();
    ["ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-", "c3NoL", "ZWNkc2Et", "c2stc3No", "c2stZWNkc2Et"]
        .iter()
        .any(|start| text.starts_with(start))
}

/// The new file's name is free: whoever is killed later finds there what this rotation made, and nothing else.
fn absent(files: &Files) -> Result<(), Refusal> {
    for path in [&files.next, &files.previous] {
        if path.symlink_metadata().is_ok() {
            return Err(Refusal::refused(
                format!("{} is there already, and it may be the only copy of a key", path.display()),
                "move it away; it was left by something else than a rotation that ended",
            ));
        }
    }
    Ok(())
}

/// Whether asking again later is of no use.
fn is_lasting(fault: &LoginFault) -> bool {
    !fault.cause.is_passing() || fault.cause == LoginCause::NameUnknown
}
