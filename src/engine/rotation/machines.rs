//! What is done to one machine: the new key added and proved, the old one removed and proved to be refused.
//!
//! Each function takes a machine as it is remembered and gives it back as it was found to
//! be. Nothing is believed of an edit: only a login of its own tells what a key opens.

use futures_util::{StreamExt as _, stream};

use super::{Rotator, Told, Work, material::Held, record::RotationFault};
use crate::{
    keys::PublicKey,
    ssh::{Identity, LoginCause, LoginFault, Machine, MachineState, MachineStatus, Proved},
};

/// Machines that are talked to at the same time.
const AT_ONCE: usize = 8;

/// Both keys, as all three functions need them.
#[derive(Clone, Copy)]
struct Keys<'k> {
    old: &'k Held,
    new: &'k Held,
}

/// What is to be done to each machine.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Task {
    RollOut,
    Retire,
    TakeBack,
}

pub(super) async fn prove(rotator: &Rotator<'_>, machine: &Machine, key: &Identity) -> Result<Proved, LoginFault> {
    rotator.remote.prove(machine, key).await
}

impl Work<'_, '_> {
    /// Does it to all machines that need it, some at a time; each is recorded as soon as it is known.
    pub(super) async fn visit(&mut self, task: Task) -> Result<(), RotationFault> {
        self.announce(task).await?;
        let (Some(old), Some(new)) = (&self.material.old, &self.material.new) else { return Ok(()) };
        let keys = Keys { old, new };
        let rotator = self.rotator;
        let wanted: Vec<_> = self.kept.rotation.machines.iter().cloned().enumerate().collect();
        let wanted =
            wanted.into_iter().filter(|(_, state)| task.is_for(state.status) && !state.machine.host.is_empty());
        let mut visits = stream::iter(wanted)
            .map(|(at, state)| async move {
                // Whoever was told to stop begins with no further machine.
                let stopped = rotator.applying.stop.asked();
                (at, if stopped { state } else { one(&rotator, keys, task, state).await })
            })
            .buffer_unordered(AT_ONCE);
        while let Some((at, state)) = visits.next().await {
            let Machine { name, .. } = &state.machine;
            (rotator.told)(&Told::Machine { name: name.clone(), status: state.status, why: state.why.clone() });
            self.kept.rotation.machines[at] = state;
            self.kept.save(self.state).await?;
        }
        Ok(())
    }

    /// Before any machine is touched it is written down that it may have been.
    async fn announce(&mut self, task: Task) -> Result<(), RotationFault> {
        for state in &mut self.kept.rotation.machines {
            if task == Task::RollOut && state.status == MachineStatus::Pending && !state.machine.host.is_empty() {
                state.status = MachineStatus::Installed;
            }
        }
        Ok(self.kept.save(self.state).await?)
    }
}

impl Task {
    pub(super) fn is_for(self, status: MachineStatus) -> bool {
        match self {
            Self::RollOut => matches!(status, MachineStatus::Installed | MachineStatus::Pending),
            Self::Retire => !matches!(status, MachineStatus::Excluded | MachineStatus::Retired),
            Self::TakeBack => matches!(status, MachineStatus::Installed | MachineStatus::Proved),
        }
    }
}

async fn one(rotator: &Rotator<'_>, keys: Keys<'_>, task: Task, state: MachineState) -> MachineState {
    let at = (rotator.applying.now)();
    let state = match task {
        Task::RollOut => roll_out(rotator, keys, state).await,
        Task::Retire => retire(rotator, keys, state).await,
        Task::TakeBack => take_back(rotator, keys, state).await,
    };
    MachineState { at, ..state }
}

async fn roll_out(rotator: &Rotator<'_>, keys: Keys<'_>, state: MachineState) -> MachineState {
    match rotator.remote.install(&state.machine, &keys.old.identity, keys.new.public()).await {
        Ok(installed) => {
            let machine_id = installed.machine_id.or(state.machine_id);
            prove_new(rotator, keys, MachineState { machine_id, ..state }).await
        }
        // A machine that was started with the new key has never seen the old one.
        Err(fault) if fault.cause == LoginCause::KeyRefused => match prove_new(rotator, keys, state.clone()).await {
            proved if proved.status == MachineStatus::Proved => proved,
            _ => with(state, MachineStatus::Pending, fault),
        },
        Err(fault) => {
            let status = if may_have_landed(fault.cause) { MachineStatus::Installed } else { MachineStatus::Pending };
            with(state, status, fault)
        }
    }
}

/// A fresh login with the new key alone, on the very machine that was given it.
async fn prove_new(rotator: &Rotator<'_>, keys: Keys<'_>, state: MachineState) -> MachineState {
    match prove(rotator, &state.machine, &keys.new.identity).await {
        Ok(proved) if is_other(&state, proved.machine_id.as_deref()) => {
            let why = "another machine answered at this address than the one that was given the key".to_owned();
            MachineState { status: MachineStatus::Installed, why, ..state }
        }
        Ok(_) => MachineState { status: MachineStatus::Proved, why: String::new(), ..state },
        Err(fault) => with(state, MachineStatus::Installed, fault),
    }
}

async fn retire(rotator: &Rotator<'_>, keys: Keys<'_>, state: MachineState) -> MachineState {
    // It came up, or answered for the first time, after the roll-out.
    let state = match state.status {
        MachineStatus::Proved => prove_new(rotator, keys, state).await,
        _ => roll_out(rotator, keys, state).await,
    };
    if state.status != MachineStatus::Proved {
        return state;
    }
    if let Err(fault) = rotator.remote.remove(&state.machine, &keys.new.identity, keys.old.public()).await {
        return with(state, MachineStatus::Proved, fault);
    }
    let refused = refuses(rotator, &state.machine, keys.old, "old").await;
    let opened = prove(rotator, &state.machine, &keys.new.identity).await;
    match (refused, opened) {
        (Ok(()), Ok(_)) => MachineState { status: MachineStatus::Retired, why: String::new(), ..state },
        (Err(why), _) => MachineState { why, ..state },
        (_, Err(fault)) => with(state, MachineStatus::Installed, fault),
    }
}

async fn take_back(rotator: &Rotator<'_>, keys: Keys<'_>, state: MachineState) -> MachineState {
    let removed = rotator.remote.remove(&state.machine, &keys.old.identity, keys.new.public()).await;
    if let Err(fault) = removed {
        let status = state.status;
        return with(state, status, fault);
    }
    match refuses(rotator, &state.machine, keys.new, "new").await {
        Ok(()) => MachineState { status: MachineStatus::Pending, why: String::new(), ..state },
        Err(why) => MachineState { why, ..state },
    }
}

/// The one proof that a key is gone: the server does not take it.
async fn refuses(rotator: &Rotator<'_>, machine: &Machine, key: &Held, which: &str) -> Result<(), String> {
    match prove(rotator, machine, &key.identity).await {
        Err(fault) if fault.cause == LoginCause::KeyRefused => Ok(()),
        Ok(_) => Err(format!(
            "it still takes the {which} key, which must stand in another file or be supplied by a command (`sshd -T | grep -i authorizedkeys` there tells which)"
        )),
        Err(fault) => Err(format!("it is not known whether it still takes the {which} key: {}", fault.what)),
    }
}

fn is_other(state: &MachineState, answered: Option<&str>) -> bool {
    matches!((state.machine_id.as_deref(), answered), (Some(known), Some(answered)) if known != answered)
}

/// Whether the edit may have been done although nothing of it was heard.
fn may_have_landed(cause: LoginCause) -> bool {
    matches!(cause, LoginCause::NoCommand | LoginCause::TimedOut | LoginCause::Unknown)
}

fn with(state: MachineState, status: MachineStatus, fault: LoginFault) -> MachineState {
    let why = match fault.help.is_empty() {
        true => fault.what,
        false => format!("{} ({})", fault.what, fault.help),
    };
    MachineState { status, why, ..state }
}

/// The half that is public, for a look at a registry or a document.
pub(super) fn public(held: Option<&Held>) -> Option<&PublicKey> {
    held.map(Held::public)
}
