//! The recorded rotation put into the words of judging: one read of the state and nothing else.

use crate::{
    ledger::backend::{Backend, StateFault},
    model::{Cause, RotationKnowledge, SshKnowledge, Unread},
    ssh::rotation::{FormFault, MachineStatus, Rotation},
};

/// Where the state keeps the rotation; an ended one stays there until the next begins.
pub const ROTATION_KEY: &str = "ssh/rotation.json";

/// What the state tells of the machines' key; of a state without a rotation that is nothing.
pub async fn ssh_knowledge(backend: &dyn Backend) -> Result<SshKnowledge, Unread> {
    let Some(stored) = backend.get(ROTATION_KEY).await.map_err(unreadable)? else { return Ok(SshKnowledge::default()) };
    let rotation = Rotation::from_bytes(&stored.bytes).map_err(|fault| unusable(backend, fault))?;
    Ok(knowledge(&rotation))
}

fn knowledge(rotation: &Rotation) -> SshKnowledge {
    let names = |is_meant: fn(MachineStatus) -> bool| {
        let meant = rotation.machines.iter().filter(|state| is_meant(state.status));
        meant.map(|state| state.machine.name.clone()).collect()
    };
    let known = RotationKnowledge {
        id: rotation.id.as_str().into(),
        step: rotation.step.as_str().into(),
        begun: rotation.begun,
        unproved: names(|status| matches!(status, MachineStatus::Pending | MachineStatus::Installed)),
        still_open: names(|status| !matches!(status, MachineStatus::Excluded | MachineStatus::Retired)),
        overlap_until: rotation.overlap_until,
        switched: rotation.switched,
        ended: rotation.ended,
    };
    SshKnowledge { in_force_since: rotation.switched, rotation: Some(known), unread: None }
}

fn unreadable(fault: StateFault) -> Unread {
    Unread { cause: Cause::Undetermined, what: fault.what, help: fault.help }
}

fn unusable(backend: &dyn Backend, fault: FormFault) -> Unread {
    let what = format!("the recorded rotation in {} cannot be used: {fault}", backend.describe());
    let help = match fault {
        FormFault::Damaged => "look at the machines with `esc-sync ssh verify`, then put the record back or remove it",
        FormFault::Newer(_) => "use the newer version of this program",
    };
    Unread { cause: Cause::Undetermined, what, help: help.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        keys::KeyFingerprint,
        ledger::{backend::Expected, memory::MemoryState},
        model::Stamp,
        ssh::{
            Machine,
            rotation::{Files, MachineState, Step},
        },
    };

    fn rotation(step: Step) -> Rotation {
        let machine = |name: &str, status| MachineState {
            machine: Machine { name: name.into(), host: "192.0.2.1".into(), port: 22, user: "ubuntu".into() },
            status,
            why: String::new(),
            at: Stamp(20),
            machine_id: None,
        };
        let old = KeyFingerprint::parse(&format!("SHA256:{}", "A".repeat(43))).expect("a fingerprint");
        Rotation {
            id: "r1".into(),
            begun: Stamp(10),
            host: "here".into(),
            compromised: false,
            step,
            old,
            new: None,
            files: Files { current: "a".into(), next: "b".into(), previous: "c".into() },
            registry: None,
            machines: vec![machine("one", MachineStatus::Retired), machine("two", MachineStatus::Installed)],
            switched: Some(Stamp(30)),
            overlap_until: Some(Stamp(40)),
            ended: None,
        }
    }

    #[tokio::test]
    async fn a_recorded_rotation_is_known_and_a_torn_one_is_said_to_be() {
        let backend = MemoryState::default();
        assert!(ssh_knowledge(&backend).await.expect("read").rotation.is_none());
        let bytes = rotation(Step::Retire).to_bytes();
        let tag = backend.put(ROTATION_KEY, &bytes, Expected::Absent).await.expect("put");
        let known = ssh_knowledge(&backend).await.expect("read");
        let rotation = known.rotation.expect("recorded");
        assert_eq!((&*rotation.step, rotation.is_open(), known.in_force_since), ("retire", true, Some(Stamp(30))));
        assert_eq!((&*rotation.unproved, &*rotation.still_open), (&["two".into()][..], &["two".into()][..]));
        backend.put(ROTATION_KEY, &bytes[..bytes.len() / 2], Expected::Version(tag)).await.expect("put");
        let unread = ssh_knowledge(&backend).await.expect_err("torn");
        assert!(unread.what.contains("cut off"), "{}", unread.what);
    }
}
