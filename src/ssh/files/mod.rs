//! Files of private keys, each with its public line beside it in `NAME.pub`.
//!
//! Every deed is done relative to an open folder that was looked at first. Invariants: a
//! file has its final name only when it is whole and on the disk; no link is followed; a
//! name that was there keeps meaning a key until another one has taken its place; each
//! deed may be repeated after a kill and then finishes what was begun. Two processes
//! are kept apart by whoever calls: here it is only noticed.

mod document;
mod fault;
mod folder;

use std::path::{Path, PathBuf};

pub use document::replace;
pub use fault::{FileCause, FileFault};
use folder::{Folder, Leaf};
use rustix::fs::Mode;

use super::pair::KeyPair;
use crate::model::SecretValue;

/// Writes both halves under a name that is free. Fine if this very key is there already.
pub fn create(path: &Path, pair: &KeyPair) -> Result<(), FileFault> {
    let (folder, private, public) = halves(path)?;
    let line = SecretValue::from(format!("{}\n", pair.public().line()));
    // Looked at before anything is written: half a pair is worse than none.
    let is_other = |there: Option<SecretValue>, ours| there.is_some_and(|there| !there.same_as(ours));
    if is_other(folder.private(&private)?, pair.private()) {
        return Err(folder.fault(&private, FileCause::Exists));
    }
    if is_other(folder.holds(&public)?, &line) {
        return Err(folder.fault(&public, FileCause::Exists));
    }
    folder.put(&private, pair.private(), PRIVATE)?;
    folder.put(&public, &line, PUBLIC)?;
    folder.sync()
}

/// The text of a private key's file; `None` if there is none.
pub fn read(path: &Path) -> Result<Option<SecretValue>, FileFault> {
    let leaf = Leaf::of(path)?;
    match Folder::open(path) {
        Ok(folder) => folder.private(&leaf),
        Err(fault) if fault.cause == FileCause::NoFolder => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Gives a key a second name in its folder, so that it outlives the first. Fine if it has that name already.
pub fn keep(path: &Path, as_path: &Path) -> Result<(), FileFault> {
    let (folder, private, public) = halves(path)?;
    let (kept, kept_public) = together(&folder, path, as_path)?;
    if folder.private(&private)?.is_none() {
        return Err(folder.fault(&private, FileCause::Missing));
    }
    folder.link(&private, &kept)?;
    if folder.holds(&public)?.is_some() {
        folder.link(&public, &kept_public)?;
    }
    folder.sync()
}

/// Puts the next key in the place of the current one. Fine if that was done already.
pub fn take_over(next: &Path, current: &Path) -> Result<(), FileFault> {
    let (folder, private, public) = halves(next)?;
    let (target, target_public) = together(&folder, next, current)?;
    let (is_next, is_current) = (folder.private(&private)?.is_some(), folder.private(&target)?.is_some());
    if !is_next && !is_current {
        return Err(folder.fault(&private, FileCause::Missing));
    }
    if is_next {
        folder.rename(&private, &target)?;
    }
    if folder.holds(&public)?.is_some() {
        folder.rename(&public, &target_public)?;
    }
    folder.sync()
}

/// Keeps the current key as the previous one and puts the next in its place; fine to repeat at any point,
/// which the two deeds alone are not: once the next has taken over, there is nothing left to keep.
pub fn switch(next: &Path, current: &Path, previous: &Path) -> Result<(), FileFault> {
    if read(next)?.is_some() {
        keep(current, previous)?;
    }
    take_over(next, current)
}

/// Takes both halves away. Fine if they are not there. Nothing is overwritten first: disks of
/// today write elsewhere, so that would only look like more.
pub fn remove(path: &Path) -> Result<(), FileFault> {
    let (private, public) = (Leaf::of(path)?, Leaf::public(path)?);
    let folder = match Folder::open(path) {
        Err(fault) if fault.cause == FileCause::NoFolder => return Ok(()),
        folder => folder?,
    };
    // The public half goes last: what is left of a kill between the two is no secret.
    folder.remove(&private)?;
    folder.remove(&public)?;
    folder.sync()
}

/// The path that `text` means to the person whose home that is.
pub fn expand_home(text: &str, home: Option<&Path>) -> PathBuf {
    match (text.strip_prefix('~'), home) {
        (Some(""), Some(home)) => home.to_owned(),
        (Some(rest), Some(home)) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
        _ => PathBuf::from(text),
    }
}

fn halves(path: &Path) -> Result<(Folder, Leaf, Leaf), FileFault> {
    Ok((Folder::open(path)?, Leaf::of(path)?, Leaf::public(path)?))
}

/// The two names of `other`, which must lie in the same folder: only there is a rename one step.
fn together(folder: &Folder, path: &Path, other: &Path) -> Result<(Leaf, Leaf), FileFault> {
    let leaf = Leaf::of(other)?;
    if !folder.is_same(&Folder::open(other)?)? || leaf.name() == Leaf::of(path)?.name() {
        return Err(FileFault { path: other.to_owned(), cause: FileCause::Elsewhere });
    }
    Ok((leaf, Leaf::public(other)?))
}

const PRIVATE: Mode = Mode::RUSR.union(Mode::WUSR);
const PUBLIC: Mode = PRIVATE.union(Mode::RGRP).union(Mode::ROTH);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilde_is_the_home_of_whoever_runs_this() {
        let home = Some(Path::new("/home/ops"));
        for (text, expected) in [
            ("~/.ssh/key", "/home/ops/.ssh/key"),
            ("~", "/home/ops"),
            ("~//key", "/home/ops/key"),
            ("~other/key", "~other/key"),
            ("/keys/~/key", "/keys/~/key"),
            ("key", "key"),
        ] {
            assert_eq!(expand_home(text, home), Path::new(expected), "{text}");
        }
        assert_eq!(expand_home("~/key", None), Path::new("~/key"));
    }
}
