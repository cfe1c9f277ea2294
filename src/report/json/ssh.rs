//! The property `ssh` of `esc-sync/report/v1`, frozen like the rest.

use serde::Serialize;

use crate::report::ssh::{KeyReport, RegistryReport, RotationReport, SshMachineReport, SshReport, StepReport};

#[derive(Serialize)]
pub(super) struct SshV1<'a> {
    state: &'static str,
    key: Option<KeyV1<'a>>,
    rotation: Option<RotationV1<'a>>,
    machines: Vec<MachineV1<'a>>,
    registry: Vec<RegistryV1<'a>>,
    steps: Vec<StepV1<'a>>,
    next: Option<&'a str>,
}

#[derive(Serialize)]
struct KeyV1<'a> {
    fingerprint: &'a str,
    file: Option<&'a str>,
    since: Option<&'a str>,
    age_days: Option<i64>,
    max_age_days: Option<u32>,
    is_due: Option<bool>,
}

#[derive(Serialize)]
struct RotationV1<'a> {
    id: &'a str,
    step: &'a str,
    begun: &'a str,
    old: &'a str,
    new: Option<&'a str>,
    compromised: bool,
    overlap_until: Option<&'a str>,
}

#[derive(Serialize)]
struct MachineV1<'a> {
    name: &'a str,
    address: &'a str,
    status: &'a str,
    opens_with: &'a [String],
    why: &'a str,
    help: &'a str,
    since: Option<&'a str>,
}

#[derive(Serialize)]
struct RegistryV1<'a> {
    name: &'a str,
    id: &'a str,
    fingerprint: Option<&'a str>,
    role: &'static str,
}

#[derive(Serialize)]
struct StepV1<'a> {
    step: &'a str,
    end: &'static str,
    what: &'a str,
}

impl<'a> From<&'a SshReport> for SshV1<'a> {
    fn from(ssh: &'a SshReport) -> Self {
        Self {
            state: ssh.state.as_str(),
            key: ssh.key.as_ref().map(KeyV1::from),
            rotation: ssh.rotation.as_ref().map(RotationV1::from),
            machines: ssh.machines.iter().map(MachineV1::from).collect(),
            registry: ssh.registry.iter().map(RegistryV1::from).collect(),
            steps: ssh.steps.iter().map(StepV1::from).collect(),
            next: ssh.next.as_deref(),
        }
    }
}

impl<'a> From<&'a KeyReport> for KeyV1<'a> {
    fn from(key: &'a KeyReport) -> Self {
        Self {
            fingerprint: &key.fingerprint,
            file: key.file.as_deref(),
            since: key.since.as_deref(),
            age_days: key.age_days,
            max_age_days: key.max_age_days,
            is_due: key.is_due,
        }
    }
}

impl<'a> From<&'a RotationReport> for RotationV1<'a> {
    fn from(rotation: &'a RotationReport) -> Self {
        Self {
            id: &rotation.id,
            step: &rotation.step,
            begun: &rotation.begun,
            old: &rotation.old,
            new: rotation.new.as_deref(),
            compromised: rotation.compromised,
            overlap_until: rotation.overlap_until.as_deref(),
        }
    }
}

impl<'a> From<&'a SshMachineReport> for MachineV1<'a> {
    fn from(machine: &'a SshMachineReport) -> Self {
        Self {
            name: &machine.name,
            address: &machine.address,
            status: &machine.status,
            opens_with: &machine.opens_with,
            why: &machine.why,
            help: &machine.help,
            since: machine.since.as_deref(),
        }
    }
}

impl<'a> From<&'a RegistryReport> for RegistryV1<'a> {
    fn from(key: &'a RegistryReport) -> Self {
        Self { name: &key.name, id: &key.id, fingerprint: key.fingerprint.as_deref(), role: key.role }
    }
}

impl<'a> From<&'a StepReport> for StepV1<'a> {
    fn from(step: &'a StepReport) -> Self {
        Self { step: &step.step, end: step.end.as_str(), what: &step.what }
    }
}
