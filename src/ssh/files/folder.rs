//! The folder of a key: looked at, held open, and all that is done to names in it.
//!
//! Invariant: what was looked at is what is used, since names are resolved against the
//! open folder and contents against open files.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{ErrorKind, Read as _, Write as _},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{AtFlags, FileType, Mode, OFlags, Stat},
    io::Errno,
    process::geteuid,
};

use super::{FileCause, FileFault};
use crate::model::SecretValue;

/// A name in a folder.
pub(super) struct Leaf(OsString);

/// A folder that nobody else may change, held open.
pub(super) struct Folder {
    handle: OwnedFd,
    path: PathBuf,
}

impl Leaf {
    pub(super) fn of(path: &Path) -> Result<Self, FileFault> {
        let fault = || FileFault { path: path.to_owned(), cause: FileCause::NoName };
        let is_folder = path.as_os_str().as_encoded_bytes().ends_with(b"/");
        path.file_name().filter(|_| !is_folder).map(|name| Self(name.to_owned())).ok_or_else(fault)
    }

    /// The name of the public half of the key at `path`.
    pub(super) fn public(path: &Path) -> Result<Self, FileFault> {
        let mut name = Self::of(path)?.0;
        name.push(".pub");
        Ok(Self(name))
    }

    pub(super) fn name(&self) -> &OsStr {
        &self.0
    }

    /// Where it is written before it has its name; what a killed run left there is written over.
    fn draft(&self) -> Self {
        let mut name = OsString::from(".");
        name.push(&self.0);
        name.push(".draft");
        Self(name)
    }
}

impl Folder {
    /// The folder that `path` lies in.
    pub(super) fn open(path: &Path) -> Result<Self, FileFault> {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let fault = |cause| FileFault { path: parent.to_owned(), cause };
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let handle = rustix::fs::open(parent, flags, Mode::empty()).map_err(|error| match error {
            Errno::NOENT => fault(FileCause::NoFolder),
            // What Linux says of a link when a folder is asked for.
            Errno::NOTDIR if parent.is_symlink() => fault(FileCause::Link),
            Errno::NOTDIR => fault(FileCause::NoFolder),
            other => fault(other.into()),
        })?;
        let folder = Self { handle, path: parent.to_owned() };
        folder.look()?;
        Ok(folder)
    }

    pub(super) fn fault(&self, leaf: &Leaf, cause: impl Into<FileCause>) -> FileFault {
        FileFault { path: self.path.join(&leaf.0), cause: cause.into() }
    }

    pub(super) fn is_same(&self, other: &Self) -> Result<bool, FileFault> {
        let (ours, theirs) = (self.stat()?, other.stat()?);
        Ok((ours.st_dev, ours.st_ino) == (theirs.st_dev, theirs.st_ino))
    }

    /// The content of a file that only its owner may read; `None` if it is not there.
    pub(super) fn private(&self, leaf: &Leaf) -> Result<Option<SecretValue>, FileFault> {
        let Some((file, stat)) = self.file(leaf)? else { return Ok(None) };
        // `ssh` itself asks this of a private key's file.
        if mode(&stat) & 0o077 != 0 {
            return Err(self.fault(leaf, FileCause::Mode(mode(&stat))));
        }
        self.content(leaf, file, &stat).map(Some)
    }

    /// The content of a file, whoever may read it; `None` if it is not there.
    pub(super) fn holds(&self, leaf: &Leaf) -> Result<Option<SecretValue>, FileFault> {
        let Some((file, stat)) = self.file(leaf)? else { return Ok(None) };
        self.content(leaf, file, &stat).map(Some)
    }

    /// A file with this content under this name, which must be free or hold the same.
    pub(super) fn put(&self, leaf: &Leaf, content: &SecretValue, mode: Mode) -> Result<(), FileFault> {
        let draft = leaf.draft();
        let written = self.write(&draft, content, mode).and_then(|stat| self.name_draft(&draft, leaf, content, &stat));
        // Named or failed, the draft is of no more use; a full disk must not fill up with them.
        let cleared = self.remove(&draft);
        written.and(cleared).map_err(|fault| self.fault(leaf, fault.cause))
    }

    /// A second name for a file, which must be free or hold the same.
    pub(super) fn link(&self, from: &Leaf, to: &Leaf) -> Result<(), FileFault> {
        match rustix::fs::linkat(&self.handle, &from.0, &self.handle, &to.0, AtFlags::empty()) {
            Ok(()) => Ok(()),
            Err(Errno::EXIST) => match (self.holds(from)?, self.holds(to)?) {
                (Some(ours), Some(theirs)) if ours.same_as(&theirs) => Ok(()),
                _ => Err(self.fault(to, FileCause::Exists)),
            },
            Err(Errno::NOTSUP | Errno::PERM | Errno::MLINK) => Err(self.fault(to, FileCause::NoHardLinks)),
            Err(error) => Err(self.fault(to, error)),
        }
    }

    pub(super) fn rename(&self, from: &Leaf, to: &Leaf) -> Result<(), FileFault> {
        // Looked at, so that no link is replaced by what was meant for its target.
        self.file(to)?;
        rustix::fs::renameat(&self.handle, &from.0, &self.handle, &to.0).map_err(|error| self.fault(to, error))
    }

    /// Takes a name away; fine if it is not there.
    pub(super) fn remove(&self, leaf: &Leaf) -> Result<(), FileFault> {
        if !self.regular(leaf)? {
            return Ok(());
        }
        match rustix::fs::unlinkat(&self.handle, &leaf.0, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(self.fault(leaf, error)),
        }
    }

    /// Makes the names last.
    pub(super) fn sync(&self) -> Result<(), FileFault> {
        rustix::fs::fsync(&self.handle).map_err(|error| FileFault { path: self.path.clone(), cause: error.into() })
    }

    /// Whoever may write here, or above without a sticky bit, may put another file under the key's name.
    fn look(&self) -> Result<(), FileFault> {
        let stat = self.stat()?;
        let fault = |cause| Err(FileFault { path: self.path.clone(), cause });
        if !is_ours(&stat) {
            return fault(FileCause::Owner(stat.st_uid));
        }
        if mode(&stat) & 0o022 != 0 {
            return fault(FileCause::Writable(mode(&stat)));
        }
        let Ok(real) = self.path.canonicalize() else { return fault(FileCause::Changed) };
        for above in real.ancestors().skip(1) {
            let fault = |cause| FileFault { path: above.to_owned(), cause };
            let stat = rustix::fs::stat(above).map_err(|error| fault(error.into()))?;
            if mode(&stat) & 0o1002 == 0o0002 {
                return Err(fault(FileCause::Writable(mode(&stat))));
            }
        }
        Ok(())
    }

    fn stat(&self) -> Result<Stat, FileFault> {
        rustix::fs::fstat(&self.handle).map_err(|error| FileFault { path: self.path.clone(), cause: error.into() })
    }

    /// Whether a file has this name; a link, a folder, a pipe or a device is refused.
    fn regular(&self, leaf: &Leaf) -> Result<bool, FileFault> {
        match rustix::fs::statat(&self.handle, &leaf.0, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => self.kind(leaf, &stat).map(|()| true),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(self.fault(leaf, error)),
        }
    }

    fn kind(&self, leaf: &Leaf, stat: &Stat) -> Result<(), FileFault> {
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Ok(()),
            FileType::Symlink => Err(self.fault(leaf, FileCause::Link)),
            _ => Err(self.fault(leaf, FileCause::NotRegular)),
        }
    }

    /// A regular file of ours or root's, open for reading.
    fn file(&self, leaf: &Leaf) -> Result<Option<(File, Stat)>, FileFault> {
        // Not blocking, or a pipe under that name would hold us.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&self.handle, &leaf.0, flags, Mode::empty()) {
            Ok(handle) => File::from(handle),
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::NXIO) => return Err(self.fault(leaf, FileCause::NotRegular)),
            Err(error) => return Err(self.fault(leaf, error)),
        };
        let stat = rustix::fs::fstat(&file).map_err(|error| self.fault(leaf, error))?;
        self.kind(leaf, &stat)?;
        if !is_ours(&stat) {
            return Err(self.fault(leaf, FileCause::Owner(stat.st_uid)));
        }
        Ok(Some((file, stat)))
    }

    fn content(&self, leaf: &Leaf, mut file: File, stat: &Stat) -> Result<SecretValue, FileFault> {
        let size = usize::try_from(stat.st_size).ok().filter(|size| *size <= LARGEST);
        let size = size.ok_or_else(|| self.fault(leaf, FileCause::TooLarge))?;
        // Of its final size at once: growing would leave copies behind that nobody wipes.
        let mut bytes = vec![0; size];
        let read = file.read_exact(&mut bytes).and_then(|()| file.read(&mut [0]));
        let content = SecretValue::from_bytes(bytes);
        match read {
            Ok(0) => Ok(content),
            Ok(_) => Err(self.fault(leaf, FileCause::Changed)),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(self.fault(leaf, FileCause::Changed)),
            Err(error) => Err(self.fault(leaf, of_system(&error))),
        }
    }

    /// The draft of a file, whole and on the disk.
    fn write(&self, draft: &Leaf, content: &SecretValue, mode: Mode) -> Result<Stat, FileFault> {
        self.remove(draft)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let handle = rustix::fs::openat(&self.handle, &draft.0, flags, mode);
        let mut file = File::from(handle.map_err(|error| self.fault(draft, error))?);
        // The key is written to the one file that was declared for it.
        let written = file.write_all(content.expose()).and_then(|()| file.sync_all());
        written.map_err(|error| self.fault(draft, of_system(&error)))?;
        // The mode is asked for once more, since a umask takes from it; it never gives.
        let set = rustix::fs::fchmod(&file, mode).and_then(|()| rustix::fs::fstat(&file));
        set.map_err(|error| self.fault(draft, error))
    }

    /// A link fails where the name is taken, in one step; a rename would replace.
    fn name_draft(&self, draft: &Leaf, leaf: &Leaf, content: &SecretValue, stat: &Stat) -> Result<(), FileFault> {
        match rustix::fs::linkat(&self.handle, &draft.0, &self.handle, &leaf.0, AtFlags::empty()) {
            Ok(()) => {
                let named = rustix::fs::statat(&self.handle, &leaf.0, AtFlags::SYMLINK_NOFOLLOW);
                let is_ours = named.is_ok_and(|named| (named.st_dev, named.st_ino) == (stat.st_dev, stat.st_ino));
                if is_ours { Ok(()) } else { Err(self.fault(leaf, FileCause::Changed)) }
            }
            Err(Errno::EXIST) if self.holds(leaf)?.is_some_and(|there| there.same_as(content)) => Ok(()),
            Err(Errno::NOTSUP | Errno::PERM) => Err(self.fault(leaf, FileCause::NoHardLinks)),
            Err(error) => Err(self.fault(leaf, error)),
        }
    }
}

fn is_ours(stat: &Stat) -> bool {
    stat.st_uid == 0 || stat.st_uid == geteuid().as_raw()
}

fn mode(stat: &Stat) -> u32 {
    stat.st_mode & 0o7777
}

fn of_system(error: &std::io::Error) -> FileCause {
    error.raw_os_error().map_or(FileCause::Io(0), |code| Errno::from_raw_os_error(code).into())
}

/// Many times the largest key that anybody makes.
const LARGEST: usize = 64 * 1024;
