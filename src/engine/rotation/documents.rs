//! The cloud-init documents of the mapping: files of this machine that carry the public key.
//!
//! Each is replaced whole or not at all, and only by what was parsed again and found to be the old one
//! with exactly one key more, or less.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Refusal, Rotator};
use crate::{
    keys::PublicKey,
    ssh::{
        files,
        inject::{self, Request},
    },
};

#[derive(Debug)]
pub(super) struct Documents {
    paths: Vec<PathBuf>,
    user: Box<str>,
}

/// A document as it is to be.
#[derive(Debug)]
pub(super) struct Changed {
    path: PathBuf,
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Documents {
    pub(super) fn of(rotator: &Rotator<'_>) -> Self {
        let paths = rotator.spec.cloud_init.iter().map(|path| rotator.options.path(path)).collect();
        Self { paths, user: rotator.spec.user.as_deref().unwrap_or("ubuntu").into() }
    }

    pub(super) fn len(&self) -> usize {
        self.paths.len()
    }

    /// With `public` in each of them; writes nothing.
    pub(super) fn with(&self, public: &PublicKey) -> Result<Vec<Changed>, Refusal> {
        let request = Request::new(public.clone(), &self.user);
        self.each(|text| inject::inject(text, &request).map(|injected| injected.document))
    }

    /// Without `public` in each of them; writes nothing.
    pub(super) fn without(&self, public: &PublicKey) -> Result<Vec<Changed>, Refusal> {
        self.each(|text| inject::withdraw(text, &public.fingerprint()).map(|injected| injected.document))
    }

    fn each(&self, change: impl Fn(&[u8]) -> Result<Vec<u8>, Vec<inject::Refusal>>) -> Result<Vec<Changed>, Refusal> {
        let one = |path: &PathBuf| {
            let before = fs::read(path).map_err(|error| unread(path, &error))?;
            let after = change(&before).map_err(|refusals| refused(path, &refusals))?;
            Ok(Changed { path: path.clone(), before, after })
        };
        self.paths.iter().map(one).collect()
    }
}

impl Changed {
    /// Written, and read back.
    pub(super) fn write(&self) -> Result<(), Refusal> {
        if self.after == self.before {
            return Ok(());
        }
        files::replace(&self.path, &self.after).map_err(|error| unwritten(&self.path, &error))?;
        match fs::read(&self.path) {
            Ok(found) if found == self.after => Ok(()),
            Ok(_) => Err(Refusal::refused(
                format!("{} is not as it was written; something else writes it", self.path.display()),
                "find out what does, and run `esc-sync ssh resume`",
            )),
            Err(error) => Err(unread(&self.path, &error)),
        }
    }
}

fn unread(path: &Path, error: &std::io::Error) -> Refusal {
    let what = format!("the cloud-init document {} cannot be read: {}", path.display(), error.kind());
    Refusal::refused(what, "correct `cloud-init` of the mapping's ssh block, or the file's rights")
}

fn unwritten(path: &Path, error: &std::io::Error) -> Refusal {
    let what = format!("the cloud-init document {} cannot be written: {}", path.display(), error.kind());
    Refusal::refused(what, "make room or correct the rights of its folder, and run `esc-sync ssh resume`")
}

fn refused(path: &Path, refusals: &[inject::Refusal]) -> Refusal {
    let all: Vec<_> = refusals.iter().map(ToString::to_string).collect();
    let what = format!("the cloud-init document {} would not work: {}", path.display(), all.join("; "));
    Refusal::refused(what, format!("mend it; `esc-sync ssh inject {} --dry-run` shows each line", path.display()))
}
