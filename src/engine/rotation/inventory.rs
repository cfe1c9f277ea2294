//! Which machines the key is to open: those of the mapping, and those of Lambda's list.

use std::collections::{BTreeMap, BTreeSet};

use super::{Refusal, RotationOptions};
use crate::{
    mapping::{MachineSpec, SshSpec},
    model::Stamp,
    ssh::{Machine, MachineState, MachineStatus},
    store::{Stores, lambda::Instance},
};

/// Machines, and sentences about those that were left out.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    pub(super) machines: Vec<Machine>,
    /// Not to be reached yet, and why: they stay pending.
    pub(super) not_yet: BTreeMap<Box<str>, String>,
    /// Ended, by Lambda's own word.
    gone: BTreeSet<Box<str>>,
    pub(super) remarks: Vec<String>,
}

/// Which of Lambda's instances are meant: the user that Lambda's image has.
const IMAGE_USER: &str = "ubuntu";

impl Inventory {
    pub(super) async fn read(spec: &SshSpec, stores: &Stores) -> Result<Self, Refusal> {
        let mut inventory = Self::default();
        for machine in &spec.machines {
            inventory.machines.push(declared(machine, spec)?);
        }
        if spec.lambda_instances {
            let store = stores.lambda().map_err(Refusal::unread)?;
            let instances = store.instances().await.map_err(|unread| Refusal::unread(unread.into()))?;
            inventory.add(spec, &instances);
        }
        inventory.refuse_doubles()?;
        Ok(inventory)
    }

    fn add(&mut self, spec: &SshSpec, instances: &[Instance]) {
        let stem = spec.lambda_key_name.as_deref().unwrap_or_default();
        for instance in instances {
            let name: Box<str> =
                instance.name.as_deref().filter(|name| !name.is_empty()).unwrap_or(&instance.id).into();
            if !instance.ssh_key_names.iter().any(|key| is_ours(key, stem)) {
                self.remarks.push(format!("instance {name} was launched with another key and is not looked at"));
            } else if instance.status.is_gone() {
                self.remarks.push(format!("instance {name} is {} and is not looked at", instance.status));
                self.gone.insert(name);
            } else {
                self.add_instance(spec, instance, name);
            }
        }
    }

    fn add_instance(&mut self, spec: &SshSpec, instance: &Instance, name: Box<str>) {
        let host: Box<str> = instance.ip.map(|ip| ip.to_string()).unwrap_or_default().into();
        // One that the mapping lists as well is the mapping's: its port and user are known better there.
        if self.machines.iter().any(|machine| machine.host == host && !host.is_empty()) {
            return;
        }
        if host.is_empty() {
            self.not_yet.insert(name.clone(), format!("the instance is {} and has no address yet", instance.status));
        }
        let user = spec.user.as_deref().unwrap_or(IMAGE_USER).into();
        self.machines.push(Machine { name, host, port: 22, user });
    }

    fn refuse_doubles(&self) -> Result<(), Refusal> {
        let (mut names, mut doors) = (BTreeSet::new(), BTreeMap::new());
        for machine in &self.machines {
            if !names.insert(&machine.name) {
                let what = format!("two machines are called {}", machine.name);
                return Err(Refusal::refused(what, "give each its own name, or the instance another one at Lambda"));
            }
            if machine.host.is_empty() {
                continue;
            }
            if let Some(other) = doors.insert(machine.address(), &machine.name) {
                let what = format!("{other} and {} are the same door, {}", machine.name, machine.address());
                return Err(Refusal::refused(what, "a machine is listed once: take one of them out"));
            }
        }
        Ok(())
    }

    /// Lays the machines of now beside those that are remembered. An instance that ended is gone; whoever is
    /// not listed any more for another reason stays until it is left out by name.
    pub(super) fn refresh(&self, states: &mut Vec<MachineState>, at: Stamp) {
        states.retain(|state| !self.gone.contains(&state.machine.name));
        for machine in &self.machines {
            match states.iter_mut().find(|state| state.machine.name == machine.name) {
                // Another address is another machine, whatever its name.
                Some(state) if state.machine != *machine => *state = self.fresh(machine, at),
                Some(_) => {}
                None => states.push(self.fresh(machine, at)),
            }
        }
    }

    pub(super) fn fresh(&self, machine: &Machine, at: Stamp) -> MachineState {
        let why = self.not_yet.get(&machine.name).cloned().unwrap_or_default();
        MachineState { machine: machine.clone(), status: MachineStatus::Pending, why, at, machine_id: None }
    }
}

/// Whether a name in the registry is the stem or one that a rotation made of it.
pub(super) fn is_ours(name: &str, stem: &str) -> bool {
    name.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

fn declared(machine: &MachineSpec, spec: &SshSpec) -> Result<Machine, Refusal> {
    let MachineSpec { name, host, port, user } = machine;
    let user = user.as_ref().or(spec.user.as_ref()).ok_or_else(|| {
        Refusal::usage(format!("nothing says as whom to log in to {name}"), "set `user` of the machine, or of `ssh`")
    })?;
    Ok(Machine { name: name.clone(), host: host.clone(), port: *port, user: user.clone() })
}

impl RotationOptions {
    /// A name on the command line that no machine has is a typing error.
    pub(super) fn check_excluded<'m>(&self, machines: impl Iterator<Item = &'m Machine>) -> Result<(), Refusal> {
        let known: BTreeSet<&str> = machines.map(|machine| &*machine.name).collect();
        match self.exclude.iter().find(|name| !known.contains(&***name)) {
            None => Ok(()),
            Some(name) => {
                let known: Vec<_> = known.into_iter().collect();
                let help = format!("the machines are {}", known.join(", "));
                Err(Refusal::usage(format!("--exclude {name}: no machine is called that"), help))
            }
        }
    }
}
