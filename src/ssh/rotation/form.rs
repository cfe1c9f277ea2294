//! A rotation as bytes: JSON under a checksum, in a version that an older program refuses by name.

use serde::{Deserialize, Serialize};

use super::{Files, MachineState, MachineStatus, Registered, Rotation, Step};
use crate::{crypto, keys::KeyFingerprint, model::Stamp, ssh::Machine};

/// Why a kept rotation cannot be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FormFault {
    #[error("it is cut off, or was changed by hand")]
    Damaged,
    #[error("it was written by a newer version of this program (form {0})")]
    Newer(u64),
}

/// Raised whenever an older program could misunderstand what is written.
const VERSION: u64 = 1;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    version: u64,
    checksum: String,
    rotation: RotationForm,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct RotationForm {
    id: String,
    begun: i64,
    host: String,
    compromised: bool,
    step: String,
    old: String,
    new: Option<String>,
    files: [String; 3],
    registry: Option<RegisteredForm>,
    machines: Vec<MachineForm>,
    switched: Option<i64>,
    overlap_until: Option<i64>,
    ended: Option<i64>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct RegisteredForm {
    name: String,
    id: Option<String>,
    old: Vec<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct MachineForm {
    name: Box<str>,
    host: Box<str>,
    port: u16,
    user: Box<str>,
    status: String,
    why: String,
    at: i64,
    machine_id: Option<Box<str>>,
}

impl Rotation {
    pub fn to_bytes(&self) -> Vec<u8> {
        let rotation = RotationForm::from(self);
        let envelope = Envelope { version: VERSION, checksum: checksum(&rotation), rotation };
        let mut bytes = serde_json::to_vec_pretty(&envelope).expect("texts, numbers and lists become JSON");
        bytes.push(b'\n');
        bytes
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FormFault> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u64,
        }
        let Versioned { version } = serde_json::from_slice(bytes).map_err(|_| FormFault::Damaged)?;
        if version > VERSION {
            return Err(FormFault::Newer(version));
        }
        let envelope: Envelope = serde_json::from_slice(bytes).map_err(|_| FormFault::Damaged)?;
        if envelope.checksum != checksum(&envelope.rotation) {
            return Err(FormFault::Damaged);
        }
        envelope.rotation.rotation().ok_or(FormFault::Damaged)
    }
}

fn checksum(rotation: &RotationForm) -> String {
    crypto::digest_hex(&serde_json::to_vec(rotation).expect("texts, numbers and lists become JSON"))
}

impl From<&Rotation> for RotationForm {
    fn from(rotation: &Rotation) -> Self {
        let text = |path: &std::path::Path| path.to_string_lossy().into_owned();
        let Files { current, next, previous } = &rotation.files;
        Self {
            id: rotation.id.clone(),
            begun: rotation.begun.0,
            host: rotation.host.clone(),
            compromised: rotation.compromised,
            step: rotation.step.as_str().to_owned(),
            old: rotation.old.to_string(),
            new: rotation.new.as_ref().map(KeyFingerprint::to_string),
            files: [text(current), text(next), text(previous)],
            registry: rotation.registry.clone().map(|Registered { name, id, old }| RegisteredForm { name, id, old }),
            machines: rotation.machines.iter().map(MachineForm::from).collect(),
            switched: rotation.switched.map(|stamp| stamp.0),
            overlap_until: rotation.overlap_until.map(|stamp| stamp.0),
            ended: rotation.ended.map(|stamp| stamp.0),
        }
    }
}

impl RotationForm {
    fn rotation(self) -> Option<Rotation> {
        let [current, next, previous] = self.files.map(Into::into);
        Some(Rotation {
            id: self.id,
            begun: Stamp(self.begun),
            host: self.host,
            compromised: self.compromised,
            step: Step::ALL.iter().copied().find(|step| step.as_str() == self.step)?,
            old: KeyFingerprint::parse(&self.old)?,
            new: match self.new {
                Some(text) => Some(KeyFingerprint::parse(&text)?),
                None => None,
            },
            files: Files { current, next, previous },
            registry: self.registry.map(|RegisteredForm { name, id, old }| Registered { name, id, old }),
            machines: self.machines.into_iter().map(MachineForm::state).collect::<Option<_>>()?,
            switched: self.switched.map(Stamp),
            overlap_until: self.overlap_until.map(Stamp),
            ended: self.ended.map(Stamp),
        })
    }
}

impl From<&MachineState> for MachineForm {
    fn from(state: &MachineState) -> Self {
        let Machine { name, host, port, user } = state.machine.clone();
        let (status, why, machine_id) = (state.status.as_str().to_owned(), state.why.clone(), state.machine_id.clone());
        Self { name, host, port, user, status, why, at: state.at.0, machine_id }
    }
}

impl MachineForm {
    fn state(self) -> Option<MachineState> {
        let status = MachineStatus::ALL.iter().copied().find(|status| status.as_str() == self.status)?;
        let machine = Machine { name: self.name, host: self.host, port: self.port, user: self.user };
        Some(MachineState { machine, status, why: self.why, at: Stamp(self.at), machine_id: self.machine_id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rotation() -> Rotation {
        let machine = Machine { name: "one".into(), host: "192.0.2.1".into(), port: 22, user: "ubuntu".into() };
        let (status, why) = (MachineStatus::Installed, "it was down".to_owned());
        Rotation {
            id: "r1".to_owned(),
            begun: Stamp(10),
            host: "here".to_owned(),
            compromised: true,
            step: Step::RollOut,
            old: KeyFingerprint::parse(&format!("SHA256:{}", "A".repeat(43))).expect("a fingerprint"),
            new: None,
            files: Files { current: "a".into(), next: "b".into(), previous: "c".into() },
            registry: Some(Registered { name: "deploy-1".to_owned(), id: None, old: vec!["7".to_owned()] }),
            machines: vec![MachineState { machine, status, why, at: Stamp(20), machine_id: Some("m".into()) }],
            switched: None,
            overlap_until: Some(Stamp(40)),
            ended: None,
        }
    }

    /// Whatever is lost or changed of it, it is never read as another rotation.
    #[test]
    fn a_record_that_is_not_whole_or_of_a_later_version_is_refused() {
        let bytes = rotation().to_bytes();
        assert_eq!(Rotation::from_bytes(&bytes), Ok(rotation()));
        let text = String::from_utf8(bytes.clone()).expect("JSON");
        for end in 0..text.trim_end().len() {
            assert_eq!(Rotation::from_bytes(&bytes[..end]), Err(FormFault::Damaged), "cut at {end}");
        }
        for (from, to) in [("roll-out", "overlap"), ("\"installed\"", "\"proved\""), ("\"begun\": 10", "\"begun\": 11")]
        {
            assert!(text.contains(from), "{from} is in {text}");
            assert_eq!(Rotation::from_bytes(text.replace(from, to).as_bytes()), Err(FormFault::Damaged), "{to}");
        }
        let later = text.replace("\"version\": 1", "\"version\": 2");
        assert_eq!(Rotation::from_bytes(later.as_bytes()), Err(FormFault::Newer(2)));
    }
}
