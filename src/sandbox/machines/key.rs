//! Key pairs of the sandbox in files: the machines' first key, which everybody can make, and host keys.

use std::{
    fs,
    io::{self, ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use ssh_key::{LineEnding, PrivateKey, private::Ed25519Keypair};

use crate::{crypto, model::SecretValue};

pub(super) struct Key {
    private: SecretValue,
    public: String,
}

impl Key {
    pub(super) fn new(private: String, public: String) -> Self {
        Self { private: private.into(), public }
    }

    /// For a host: one that could be guessed would prove nothing.
    pub(super) fn random(comment: &str) -> io::Result<Self> {
        let odd = |_| io::Error::from(ErrorKind::InvalidData);
        let mut seed = [0; 32];
        seed.copy_from_slice(&crypto::random_bytes(32));
        let mut key = PrivateKey::from(Ed25519Keypair::from_seed(&seed));
        key.set_comment(comment);
        let private = key.to_openssh(LineEnding::LF).map_err(odd)?;
        Ok(Self { private: SecretValue::from(private.as_str()), public: key.public_key().to_openssh().map_err(odd)? })
    }

    /// Both halves, unless they are there. The private one comes last: with it the pair counts as made.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        if path.exists() {
            return Ok(());
        }
        let draft = path.with_extension("draft");
        let _ = fs::remove_file(&draft);
        // A private file is what a private half is for.
        write_private(&draft, self.private.expose())?;
        fs::write(public_file(path), format!("{}\n", self.public))?;
        fs::rename(&draft, path)
    }
}

pub(super) fn public_file(private: &Path) -> PathBuf {
    private.with_extension("pub")
}

pub(super) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(bytes)
}
