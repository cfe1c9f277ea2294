//! What is done with the files of a state, step by step.
//!
//! No locks and no words for people here: the caller holds the guard. Invariants: a
//! file is replaced by a whole one that is on the disk already; the last line of a log
//! that has no end goes before the next is added.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::crypto;

use super::disk::Disk;

/// Locked while a file of the state is changed.
pub(super) const GUARD: &str = ".guard";
const UNFINISHED: &str = ".part";

/// Bytes in the name of an unfinished copy.
const ID: usize = 8;

/// The folder of a state, and the disk it is on.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) disk: Arc<dyn Disk>,
}

impl Folder {
    pub(super) fn replace(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = file.parent().unwrap_or(&self.path);
        let part = folder.join(unfinished());
        self.disk.folder(folder, true)?;
        let written = self.disk.write_new(&part, bytes).and_then(|()| self.disk.rename(&part, file));
        if written.is_err() {
            let _ = self.disk.remove(&part);
        }
        written.and_then(|()| self.disk.sync_folder(folder))
    }

    pub(super) fn extend(&self, file: &Path, lines: &[u8]) -> io::Result<()> {
        let folder = file.parent().unwrap_or(&self.path);
        self.disk.folder(folder, true)?;
        self.cut_torn_line(file)?;
        self.disk.append(file, lines)?;
        self.disk.sync_folder(folder)
    }

    /// Adds to a log that is there, without waiting for the disk.
    pub(super) fn extend_soon(&self, file: &Path, lines: &[u8]) -> io::Result<()> {
        self.disk.folder(file.parent().unwrap_or(&self.path), true)?;
        self.cut_torn_line(file)?;
        self.disk.append_soon(file, lines)
    }

    fn cut_torn_line(&self, file: &Path) -> io::Result<()> {
        let size = match self.disk.size(file) {
            Ok(0) => return Ok(()),
            Ok(size) => size,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        if self.disk.read(file, size - 1)? == b"\n" {
            return Ok(());
        }
        let whole = whole_lines(self.disk.read(file, 0)?).len();
        self.disk.cut(file, whole as u64)
    }

    pub(super) fn keys(&self, prefix: &str) -> io::Result<Vec<String>> {
        let mut open = vec![(self.path.clone(), String::new())];
        let mut keys = Vec::new();
        while let Some((folder, before)) = open.pop() {
            for listed in self.disk.list(&folder)? {
                let Some(name) = listed.name.to_str().filter(|name| !name.starts_with('.')) else { continue };
                let key = format!("{before}{name}");
                if listed.is_folder {
                    open.push((folder.join(name), key + "/"));
                } else if key.starts_with(prefix) {
                    keys.push(key);
                }
            }
        }
        keys.sort();
        Ok(keys)
    }

    /// Removes the unfinished copies of runs that died. The guard is held: none of them is being written.
    fn sweep(&self) -> io::Result<()> {
        let mut open = vec![self.path.clone()];
        while let Some(folder) = open.pop() {
            for listed in self.disk.list(&folder)? {
                let path = folder.join(&listed.name);
                if listed.is_folder {
                    // One with a guard of its own is another state, whose writers hold that one.
                    let is_other = self.disk.size(&path.join(GUARD)).is_ok();
                    open.extend((!is_other).then_some(path));
                } else if listed.name.to_str().is_some_and(is_unfinished) {
                    self.disk.remove(&path)?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn prove(&self) -> io::Result<()> {
        self.sweep()?;
        let probe = self.path.join(unfinished());
        // As much as a small ledger: a disk that has room for one byte is full.
        let written = self.disk.write_new(&probe, &[b'\n'; 1 << 16]);
        let removed = self.disk.remove(&probe);
        written.and(removed).and_then(|()| self.disk.sync_folder(&self.path))
    }

    /// Takes a file away for good; fine if there is none.
    pub(super) fn remove(&self, file: &Path) -> io::Result<()> {
        match self.disk.remove(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed.and_then(|()| self.disk.sync_folder(file.parent().unwrap_or(&self.path))),
        }
    }
}

/// A new name for a copy that is being written.
fn unfinished() -> String {
    format!(".{}{UNFINISHED}", crypto::random_id(ID))
}

/// Whether a name is one that `unfinished` gives: other programs have unfinished files as well.
fn is_unfinished(name: &str) -> bool {
    let id = name.strip_prefix('.').and_then(|name| name.strip_suffix(UNFINISHED));
    id.is_some_and(|id| id.len() == 2 * ID && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

pub(super) fn whole_lines(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_unfinished_copies_are_swept() {
        assert!(is_unfinished(&unfinished()));
        for others in
            [".download.part", ".part", "0123456789abcdef.part", ".0123456789abcdef", ".0123456789abcdeg.part"]
        {
            assert!(!is_unfinished(others), "{others}");
        }
    }
}
