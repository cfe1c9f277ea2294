//! A disk in memory on a machine that stops at a chosen operation.
//!
//! Bytes survive once an operation that writes them returned; names only once their
//! folder was made last (`sync_folder`), as on a real file system.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use esc_sync::ledger::disk::{Disk, Listed};

/// How an operation ends on which the machine stops.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stop {
    /// It was not begun.
    Before,
    /// Half of its bytes were written; what writes no bytes was not done.
    Half,
    /// It was done, and nobody was told.
    After,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct CrashDisk(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    bytes: BTreeMap<u64, Vec<u8>>,
    names: BTreeMap<PathBuf, u64>,
    lasting: BTreeMap<PathBuf, u64>,
    locks: BTreeSet<PathBuf>,
    operations: usize,
    stop: Option<(usize, Stop)>,
    is_stopped: bool,
}

impl CrashDisk {
    /// A machine that stops at the n-th change from now on.
    pub(crate) fn stop_at(&self, operation: usize, stop: Stop) {
        let mut kept = self.kept();
        kept.stop = Some((kept.operations + operation, stop));
    }

    /// Whether the chosen operation was reached.
    pub(crate) fn is_stopped(&self) -> bool {
        self.kept().is_stopped
    }

    /// The disk after the machine was started again: no lock is held, and of names that
    /// were not made last all are lost or none is.
    pub(crate) fn restarted(&self, loses_names: bool) -> Self {
        let kept = self.kept();
        let names = if loses_names { kept.lasting.clone() } else { kept.names.clone() };
        Self(Arc::new(Mutex::new(Kept {
            bytes: kept.bytes.clone(),
            lasting: names.clone(),
            names,
            operations: kept.operations,
            ..Kept::default()
        })))
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.kept().names.keys().map(|name| name.display().to_string()).collect()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().expect("no test panics with the disk in hand")
    }

    /// Runs one change: all of it, half or nothing where the machine stops.
    fn change<T: Default>(&self, change: impl FnOnce(&mut Kept, bool) -> io::Result<T>) -> io::Result<T> {
        let mut kept = self.kept();
        if kept.is_stopped {
            return Err(stopped());
        }
        kept.operations += 1;
        let Some((_, stop)) = kept.stop.filter(|(at, _)| *at == kept.operations) else {
            return change(&mut kept, false);
        };
        kept.is_stopped = true;
        if stop != Stop::Before {
            change(&mut kept, stop == Stop::Half)?;
        }
        Err(stopped())
    }

    fn look<T>(&self, look: impl FnOnce(&Kept) -> io::Result<T>) -> io::Result<T> {
        let kept = self.kept();
        if kept.is_stopped { Err(stopped()) } else { look(&kept) }
    }
}

fn stopped() -> io::Error {
    io::Error::other("the machine stopped")
}

fn missing() -> io::Error {
    io::ErrorKind::NotFound.into()
}

fn share(bytes: &[u8], half: bool) -> &[u8] {
    if half { &bytes[..bytes.len() / 2] } else { bytes }
}

impl Kept {
    fn file(&self, file: &Path) -> io::Result<(u64, &Vec<u8>)> {
        let id = *self.names.get(file).ok_or_else(missing)?;
        Ok((id, &self.bytes[&id]))
    }

    fn make(&mut self, file: &Path, bytes: &[u8]) {
        let id = self.bytes.len() as u64;
        self.bytes.insert(id, bytes.to_vec());
        self.names.insert(file.to_owned(), id);
    }
}

impl Disk for CrashDisk {
    fn folder(&self, _: &Path, _: bool) -> io::Result<bool> {
        self.look(|_| Ok(true))
    }

    fn read(&self, file: &Path, from: u64) -> io::Result<Vec<u8>> {
        self.look(|kept| Ok(kept.file(file)?.1.iter().copied().skip(usize::try_from(from).expect("small")).collect()))
    }

    fn size(&self, file: &Path) -> io::Result<u64> {
        self.look(|kept| Ok(kept.file(file)?.1.len() as u64))
    }

    fn write_new(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        self.change(|kept, half| {
            if kept.names.contains_key(file) {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            kept.make(file, share(bytes, half));
            Ok(())
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change(|kept, half| {
            if !half {
                let id = kept.names.remove(from).ok_or_else(missing)?;
                kept.names.insert(to.to_owned(), id);
            }
            Ok(())
        })
    }

    fn append(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        self.change(|kept, half| {
            match kept.names.get(file).copied() {
                Some(id) => kept.bytes.entry(id).or_default().extend(share(bytes, half)),
                None => kept.make(file, share(bytes, half)),
            }
            Ok(())
        })
    }

    fn cut(&self, file: &Path, size: u64) -> io::Result<()> {
        self.change(|kept, half| {
            let id = kept.file(file)?.0;
            if !half {
                kept.bytes.entry(id).or_default().truncate(usize::try_from(size).expect("small"));
            }
            Ok(())
        })
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        self.change(|kept, half| {
            kept.file(file)?;
            if !half {
                kept.names.remove(file);
            }
            Ok(())
        })
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>> {
        self.look(|kept| {
            let below = kept.names.keys().filter_map(|name| name.strip_prefix(folder).ok());
            let mut listed: Vec<Listed> = Vec::new();
            for below in below {
                let name = below.components().next().map(|name| name.as_os_str().to_owned()).unwrap_or_default();
                let is_folder = below.components().count() > 1;
                if !listed.iter().any(|there| there.name == name) {
                    listed.push(Listed { name, is_folder });
                }
            }
            Ok(listed)
        })
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.change(|kept, half| {
            if !half {
                let is_in = |name: &Path| name.parent() == Some(folder);
                kept.lasting.retain(|name, _| !is_in(name));
                let new: Vec<_> =
                    kept.names.iter().filter(|(name, _)| is_in(name)).map(|(name, id)| (name.clone(), *id)).collect();
                kept.lasting.extend(new);
            }
            Ok(())
        })
    }

    fn try_lock(&self, file: &Path, _: &str) -> io::Result<Option<Box<dyn Send>>> {
        self.look(|_| Ok(()))?;
        let is_free = self.kept().locks.insert(file.to_owned());
        Ok(is_free.then(|| Box::new(Lock(self.clone(), file.to_owned())) as Box<dyn Send>))
    }
}

struct Lock(CrashDisk, PathBuf);

impl Drop for Lock {
    fn drop(&mut self) {
        self.0.kept().locks.remove(&self.1);
    }
}
