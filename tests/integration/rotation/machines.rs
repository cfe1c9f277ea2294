//! Machines that hold keys, behind the seam of logins; and the question that is asked after each deed.

use std::{collections::BTreeMap, path::PathBuf};

use esc_sync::{
    keys::PublicKey,
    ssh::{Identity, Installed, LoginCause, LoginFault, Machine, Proved, Remote, Removed, files},
};
use futures_util::future::BoxFuture;

use super::wire::{World, lock};

/// All machines, and the folder in which the private files lie.
#[derive(Debug)]
pub(super) struct Doors {
    doors: BTreeMap<String, Door>,
    folder: PathBuf,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Door {
    pub(super) keys: Vec<PublicKey>,
    /// It does not answer.
    pub(super) is_down: bool,
    /// It takes these whatever its file says: a second file, a command.
    pub(super) also: Vec<PublicKey>,
    pub(super) id: String,
    /// After so many logins another machine answers.
    pub(super) swaps_after: Option<usize>,
}

impl Doors {
    pub(super) fn new(names: &[&str], old: &PublicKey, folder: PathBuf) -> Self {
        let door = |name: &&str| {
            ((*name).to_owned(), Door { keys: vec![old.clone()], id: format!("id-of-{name}"), ..Door::default() })
        };
        Self { doors: names.iter().map(door).collect(), folder }
    }

    pub(super) fn door(&mut self, name: &str) -> &mut Door {
        self.doors.get_mut(name).expect("a machine of the mapping")
    }

    /// Every machine opens with a key whose private file is here (I14).
    pub(super) fn all_open(&self) {
        let mut have = Vec::new();
        for entry in std::fs::read_dir(&self.folder).expect("a folder").flatten() {
            let text = files::read(&entry.path()).ok().flatten();
            have.extend(text.and_then(|text| esc_sync::keys::public_half(&text)));
        }
        for (name, door) in &self.doors {
            assert!(door.keys.iter().any(|key| have.contains(key)), "no private file opens {name} any more");
        }
    }

    /// The door, if this key opens it.
    fn enter(&mut self, machine: &Machine, key: &Identity) -> Result<&mut Door, LoginFault> {
        let door = self.doors.get_mut(&*machine.name).expect("a machine of the mapping");
        if door.is_down {
            return Err(fault(LoginCause::NotReached, "connection refused"));
        }
        if !key.file.exists() {
            return Err(fault(LoginCause::Client, "the private file is not there"));
        }
        match door.swaps_after {
            Some(0) => "another".clone_into(&mut door.id),
            ref mut left => *left = left.map(|left| left - 1),
        }
        let opens = |keys: &[PublicKey]| keys.iter().any(|known| known.fingerprint() == key.fingerprint);
        if opens(&door.keys) || opens(&door.also) {
            Ok(door)
        } else {
            Err(fault(LoginCause::KeyRefused, "permission denied"))
        }
    }
}

impl Remote for World {
    fn prove<'a>(&'a self, machine: &'a Machine, key: &'a Identity) -> BoxFuture<'a, Result<Proved, LoginFault>> {
        let look =
            || lock(&self.doors).enter(machine, key).map(|door| Proved { machine_id: Some(door.id.as_str().into()) });
        Box::pin(self.deed(look, lost))
    }

    fn install<'a>(
        &'a self,
        machine: &'a Machine,
        key: &'a Identity,
        public: &'a PublicKey,
    ) -> BoxFuture<'a, Result<Installed, LoginFault>> {
        let add = move || {
            let mut doors = lock(&self.doors);
            let door = doors.enter(machine, key)?;
            let was_there = door.keys.contains(public);
            if !was_there {
                door.keys.push(public.clone());
            }
            Ok(Installed { was_there, machine_id: Some(door.id.as_str().into()) })
        };
        Box::pin(self.deed(add, lost))
    }

    fn remove<'a>(
        &'a self,
        machine: &'a Machine,
        key: &'a Identity,
        public: &'a PublicKey,
    ) -> BoxFuture<'a, Result<Removed, LoginFault>> {
        let take = move || {
            let mut doors = lock(&self.doors);
            let door = doors.enter(machine, key)?;
            let was_there = door.keys.contains(public);
            door.keys.retain(|known| known != public);
            Ok(Removed { was_there, machine_id: Some(door.id.as_str().into()) })
        };
        Box::pin(self.deed(take, lost))
    }
}

fn lost<T>() -> Result<T, LoginFault> {
    Err(fault(LoginCause::TimedOut, "the connection was lost"))
}

fn fault(cause: LoginCause, what: &str) -> LoginFault {
    LoginFault { cause, what: what.to_owned(), help: String::new() }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("World")
    }
}
