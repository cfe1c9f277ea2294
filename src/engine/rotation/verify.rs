//! Which key opens which machine, tried now: nothing is changed.

use futures_util::{StreamExt as _, stream};

use super::{
    Kept, Refusal, Rotator,
    inventory::Inventory,
    machines,
    material::{self, Held, Material},
};
use crate::{
    engine::State,
    ssh::{Identity, LoginFault, Machine},
};

/// One machine, tried with each key that is here.
#[derive(Clone, Debug)]
pub struct Tried {
    pub machine: Machine,
    /// With the key in force.
    pub current: Result<(), LoginFault>,
    /// With the other key of a rotation that is under way.
    pub other: Option<Result<(), LoginFault>>,
}

/// All of them.
#[derive(Debug)]
pub struct Verified {
    pub machines: Vec<Tried>,
    /// Not to be reached yet, and why.
    pub not_yet: Vec<(Box<str>, String)>,
    pub remarks: Vec<String>,
}

const AT_ONCE: usize = 8;

impl Rotator<'_> {
    pub async fn verify(&self, state: &State) -> Result<Verified, Refusal> {
        let file = material::current_file(self.spec, self.options)?;
        let current = Held::read(&file, self.options)?.ok_or_else(|| {
            Refusal::refused(format!("there is no private key in {}", file.display()), "run this where the key lies")
        })?;
        let other = self.other_key(state, &current).await?;
        let inventory = Inventory::read(self.spec, self.task.stores).await?;
        let reachable = inventory.machines.into_iter().filter(|machine| !machine.host.is_empty());
        let reachable = reachable.filter(|machine| !self.options.exclude.contains(&machine.name));
        let (current, other) = (&current.identity, other.as_ref().map(|held| &held.identity));
        let machines = stream::iter(reachable).map(|machine| self.try_keys(machine, current, other)).buffered(AT_ONCE);
        let machines = machines.collect().await;
        Ok(Verified { machines, not_yet: inventory.not_yet.into_iter().collect(), remarks: inventory.remarks })
    }

    async fn other_key(&self, state: &State, current: &Held) -> Result<Option<Held>, Refusal> {
        let Some(kept) = Kept::load(state).await?.filter(|kept| !kept.rotation.step.is_end()) else { return Ok(None) };
        let Material { old, new } = Material::find(&kept.rotation, self.options)?;
        let is_other = |held: &Held| held.identity.fingerprint != current.identity.fingerprint;
        Ok(new.filter(is_other).or_else(|| old.filter(is_other)))
    }

    async fn try_keys(&self, machine: Machine, current: &Identity, other: Option<&Identity>) -> Tried {
        let with = async |key: &Identity| machines::prove(self, &machine, key).await.map(drop);
        let opened = with(current).await;
        let other = match other {
            Some(key) => Some(with(key).await),
            None => None,
        };
        Tried { machine, current: opened, other }
    }
}
