//! Environment variables in memory that belongs to no process: written once, sealed, and read by whoever inherits
//! the descriptor.
//!
//! Invariants: nobody can change it any more; each look-up reads at a position of its own, so that readers who share
//! the descriptor do not move each other; what is read beside the variable that was asked for is wiped at once.

use std::{
    ffi::OsString,
    fmt,
    fs::File,
    io::{self, Write as _},
    os::{
        fd::{AsRawFd as _, OwnedFd, RawFd},
        unix::{ffi::OsStringExt as _, fs::FileExt as _},
    },
    sync::Arc,
};

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, memfd_create};
use zeroize::{Zeroize as _, Zeroizing};

/// `NAME=TEXT`, each ended by a NUL, as the kernel keeps an environment.
#[derive(Clone)]
pub(crate) struct Sealed(Arc<File>);

impl Sealed {
    /// Writes them down. The descriptor is inherited by whatever this process starts or becomes.
    pub(crate) fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> io::Result<Self> {
        let mut file = File::from(create()?);
        for (name, text) in variables {
            let (mut text, name) = (text.into_vec(), name.into_vec());
            let written = [&name[..], b"=", &text[..], b"\0"].iter().try_for_each(|part| file.write_all(part));
            text.zeroize();
            written?;
        }
        fcntl_add_seals(&file, seals())?;
        Ok(Self(Arc::new(file)))
    }

    /// What was inherited under that number; `None` if it is nothing of the kind.
    ///
    /// It is opened anew, since nobody can tell who else owns the number.
    pub(crate) fn inherited(descriptor: RawFd) -> Option<Self> {
        let file = File::open(format!("/proc/self/fd/{descriptor}")).ok()?;
        fcntl_get_seals(&file).is_ok_and(|there| there.contains(seals())).then(|| Self(Arc::new(file)))
    }

    pub(crate) fn descriptor(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    /// What cannot be read is not set: it was complete when it was sealed.
    pub(crate) fn var(&self, name: &str) -> Option<OsString> {
        let length = usize::try_from(self.0.metadata().ok()?.len()).ok()?;
        let mut bytes = Zeroizing::new(vec![0; length]);
        self.0.read_exact_at(&mut bytes, 0).ok()?;
        let text_of = |variable: &[u8]| variable.strip_prefix(name.as_bytes())?.strip_prefix(b"=").map(<[u8]>::to_vec);
        bytes.split(|byte| *byte == 0).find_map(text_of).map(OsString::from_vec)
    }
}

/// Without the right to be executed where the kernel knows that; some kernels insist on it, older ones refuse it.
fn create() -> io::Result<OwnedFd> {
    let create = |flags| memfd_create("esc-sync-environment", MemfdFlags::ALLOW_SEALING | flags);
    Ok(create(MemfdFlags::NOEXEC_SEAL).or_else(|_| create(MemfdFlags::empty()))?)
}

fn seals() -> SealFlags {
    SealFlags::SEAL | SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed")
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn it_is_found_again_by_its_number_and_cannot_be_changed() {
        let sealed = Sealed::of([("A".into(), "b=c\nd".into())]).expect("sealed memory");
        let again = Sealed::inherited(sealed.descriptor()).expect("the same");
        assert_eq!(again.var("A"), Some("b=c\nd".into()));
        assert_eq!(again.var("A="), None);
        assert!((&*sealed.0).write_all(b"x").is_err(), "sealed memory was changed");
        assert_eq!(format!("{sealed:?}"), "Sealed");
    }

    #[test]
    fn readers_do_not_move_each_other() {
        let sealed = Sealed::of([("A".into(), "b".into())]).expect("sealed memory");
        let mut all = String::new();
        let _ = (&*sealed.0).read_to_string(&mut all);
        assert_eq!(sealed.var("A"), Some("b".into()));
        assert_eq!(sealed.var("A"), Some("b".into()));
    }

    #[test]
    fn another_file_is_none() {
        let file = File::open("/proc/self/exe").expect("this program");
        assert!(Sealed::inherited(file.as_raw_fd()).is_none());
        assert!(Sealed::inherited(100_000).is_none());
    }
}
