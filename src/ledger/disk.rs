//! The few things that state does with files, as a seam: the real disk here, one that dies in tests.
//!
//! What does not live here: names and meaning of the files. Invariants of `RealDisk`:
//! folders are 0700 and files 0600 whatever the umask; a folder that others own or may
//! write to is refused; no link in the place of a file is followed; what is written is
//! on the disk when the call returns, except names, which `sync_folder` makes last.

use std::{
    ffi::OsString,
    fmt,
    fs::{DirBuilder, File, Metadata, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::Path,
};

use rustix::fs::OFlags;

/// File operations, each of which either was done or was not when a machine stops.
pub trait Disk: fmt::Debug + Send + Sync {
    /// Whether the folder is there; made with its parents where `make` says so. An error if it cannot be trusted.
    fn folder(&self, folder: &Path, make: bool) -> io::Result<bool>;

    /// The bytes of a file from an offset to its end.
    fn read(&self, file: &Path, from: u64) -> io::Result<Vec<u8>>;

    fn size(&self, file: &Path) -> io::Result<u64>;

    /// A file that was not there before, whole and on the disk.
    fn write_new(&self, file: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Takes the place of what is there.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Adds to a file, or makes it; on the disk when it returns.
    fn append(&self, file: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Adds to a file; on the disk sooner or later.
    fn append_soon(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        self.append(file, bytes)
    }

    /// Shortens a file.
    fn cut(&self, file: &Path, size: u64) -> io::Result<()>;

    fn remove(&self, file: &Path) -> io::Result<()>;

    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>>;

    /// Makes new, renamed and removed names in a folder last.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;

    /// The lock on a file, held until the guard is dropped or this process dies, and `text`
    /// written into it; `None` if somebody else has it.
    fn try_lock(&self, file: &Path, text: &str) -> io::Result<Option<Box<dyn Send>>>;
}

/// A name in a folder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Listed {
    pub name: OsString,
    pub is_folder: bool,
}

/// The file system of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn folder(&self, folder: &Path, make: bool) -> io::Result<bool> {
        match folder.metadata() {
            Ok(metadata) => trusted(&metadata).map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::NotFound && make => {
                DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
                if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                    self.sync_folder(parent)?;
                }
                trusted(&folder.metadata()?).map(|()| true)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn read(&self, file: &Path, from: u64) -> io::Result<Vec<u8>> {
        let mut handle = open(OpenOptions::new().read(true), file)?;
        handle.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        handle.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn size(&self, file: &Path) -> io::Result<u64> {
        file.symlink_metadata().map(|metadata| metadata.len())
    }

    fn write_new(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut handle = open(OpenOptions::new().write(true).create_new(true), file)?;
        let written = handle.write_all(bytes).and_then(|()| handle.sync_all());
        if written.is_err() {
            // A full disk must not fill up further with our attempts.
            let _ = std::fs::remove_file(file);
        }
        written
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn append(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut handle = open(OpenOptions::new().append(true).create(true), file)?;
        handle.write_all(bytes)?;
        handle.sync_all()
    }

    fn append_soon(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        open(OpenOptions::new().append(true).create(true), file)?.write_all(bytes)
    }

    fn cut(&self, file: &Path, size: u64) -> io::Result<()> {
        let handle = open(OpenOptions::new().write(true), file)?;
        handle.set_len(size)?;
        handle.sync_all()
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        std::fs::remove_file(file)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Listed>> {
        let listed = |entry: io::Result<std::fs::DirEntry>| {
            let entry = entry?;
            Ok(Listed { name: entry.file_name(), is_folder: entry.file_type()?.is_dir() })
        };
        std::fs::read_dir(folder)?.map(listed).collect()
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }

    fn try_lock(&self, file: &Path, text: &str) -> io::Result<Option<Box<dyn Send>>> {
        let mut handle = open(OpenOptions::new().write(true).create(true).truncate(false), file)?;
        match handle.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Somebody may have removed the file after we opened it: then the lock is on a name that is gone.
        let (ours, there) = (handle.metadata()?, file.symlink_metadata());
        if !there.is_ok_and(|there| (there.dev(), there.ino()) == (ours.dev(), ours.ino())) {
            return Ok(None);
        }
        handle.set_len(0)?;
        handle.write_all(text.as_bytes())?;
        Ok(Some(Box::new(handle)))
    }
}

/// Opens a plain file of ours. A pipe would hold us up for ever, and a link would lead us elsewhere.
fn open(options: &mut OpenOptions, file: &Path) -> io::Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    let handle = options.mode(0o600).custom_flags(flags.cast_signed()).open(file)?;
    if handle.metadata()?.is_file() { Ok(handle) } else { Err(io::Error::other("it is not a plain file")) }
}

/// Whoever may write to the folder can make us believe anything.
fn trusted(folder: &Metadata) -> io::Result<()> {
    let refuse = |why: &'static str| Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    if !folder.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    if folder.uid() != rustix::process::geteuid().as_raw() {
        return refuse("the folder belongs to another user");
    }
    if folder.mode() & 0o022 != 0 {
        return refuse("others may write to the folder");
    }
    Ok(())
}
