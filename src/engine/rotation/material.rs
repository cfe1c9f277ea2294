//! The private files of a rotation, found by their fingerprints wherever the last run left them.

use std::path::{Path, PathBuf};

use super::{Refusal, RotationOptions};
use crate::{
    keys::{KeyFingerprint, PublicKey},
    mapping::SshSpec,
    model::SecretValue,
    ssh::{
        Identity,
        files::{self, FileFault},
        pair::{KeyPair, PairFault},
        rotation::{Files, Rotation},
    },
};

/// What lies on this machine.
#[derive(Debug, Default)]
pub(super) struct Material {
    pub(super) old: Option<Held>,
    pub(super) new: Option<Held>,
}

/// A private file that was read.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) pair: KeyPair,
    pub(super) identity: Identity,
}

impl Held {
    pub(super) fn read(path: &Path, options: &RotationOptions) -> Result<Option<Self>, Refusal> {
        let Some(text) = files::read(path).map_err(unreadable)? else { return Ok(None) };
        let pair = KeyPair::read(&text, options.passphrase.as_ref()).map_err(|fault| unusable(path, &fault))?;
        Ok(Some(Self::new(path, pair, options.passphrase.clone())))
    }

    pub(super) fn new(path: &Path, pair: KeyPair, passphrase: Option<SecretValue>) -> Self {
        let identity = Identity {
            file: path.to_owned(),
            fingerprint: pair.fingerprint(),
            public: pair.public().clone(),
            passphrase: passphrase.filter(|_| !pair.private().same_as(&pair.unlocked())),
        };
        Self { pair, identity }
    }

    pub(super) fn public(&self) -> &PublicKey {
        self.pair.public()
    }
}

impl Material {
    /// Both halves of both keys, as far as their files are here.
    pub(super) fn find(rotation: &Rotation, options: &RotationOptions) -> Result<Self, Refusal> {
        let mut material = Self::default();
        let Files { current, next, previous } = &rotation.files;
        for path in [current, next, previous] {
            let Some(held) = read_or_skip(path, next, options)? else { continue };
            if held.identity.fingerprint == rotation.old {
                material.old.get_or_insert(held);
            } else if Some(&held.identity.fingerprint) == rotation.new.as_ref() {
                material.new.get_or_insert(held);
            }
        }
        Ok(material)
    }

    /// The files have moved: their keys are the same.
    pub(super) fn look_again(&mut self, rotation: &Rotation, options: &RotationOptions) -> Result<(), Refusal> {
        *self = Self::find(rotation, options)?;
        Ok(())
    }
}

/// A new file that was cut off while it was written is none.
fn read_or_skip(path: &Path, next: &Path, options: &RotationOptions) -> Result<Option<Held>, Refusal> {
    match Held::read(path, options) {
        Err(_) if path == next => Ok(None),
        read => read,
    }
}

/// Where the private halves of a rotation lie.
pub(super) fn files(spec: &SshSpec, old: &KeyFingerprint, options: &RotationOptions) -> Result<Files, Refusal> {
    let current = current_file(spec, options)?;
    let beside = |suffix: &str| {
        let mut name = current.clone().into_os_string();
        name.push(suffix);
        PathBuf::from(name)
    };
    let (next, previous) = (beside(".next"), beside(&format!(".previous-{}", old.short())));
    Ok(Files { current, next, previous })
}

pub(super) fn current_file(spec: &SshSpec, options: &RotationOptions) -> Result<PathBuf, Refusal> {
    let declared = spec.private_key.as_deref().ok_or_else(|| {
        Refusal::usage(
            "the mapping's ssh block names no `private-key`",
            "name the file of the key that opens the machines",
        )
    })?;
    Ok(options.path(declared))
}

impl RotationOptions {
    /// A file the mapping names: below the home with `~/`, else beside the mapping.
    pub fn path(&self, text: &str) -> PathBuf {
        self.folder.join(files::expand_home(text, self.home.as_deref()))
    }
}

pub(super) fn unreadable(fault: FileFault) -> Refusal {
    Refusal::refused(fault.to_string(), fault.help())
}

fn unusable(path: &Path, fault: &PairFault) -> Refusal {
    Refusal::refused(format!("the key in {} cannot be used: {fault}", path.display()), fault.help())
}
