//! What can be wrong with a key's file or its folder: what, where, why, what to do. Never its content.

use std::path::PathBuf;

use rustix::io::Errno;

/// Why a key's file was not read, or is not as it should be.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{} {cause}", path.display())]
pub struct FileFault {
    pub path: PathBuf,
    pub cause: FileCause,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FileCause {
    #[error("changed while it was being read or written")]
    Changed,
    #[error("cannot be reached: permission denied")]
    Denied,
    #[error("does not lie in the folder of the key it belongs to, or has the same name")]
    Elsewhere,
    #[error("is there already, with another content")]
    Exists,
    #[error("does not fit: the disk is full")]
    Full,
    #[error("could not be read or written (error {0})")]
    Io(i32),
    #[error("is a symbolic link, which could lead anywhere")]
    Link,
    #[error("is not there")]
    Missing,
    #[error("is open to others (mode {0:04o}); `ssh` refuses it")]
    Mode(u32),
    #[error("is not the name of a file in a folder")]
    NoName,
    #[error("is not there, or is no folder")]
    NoFolder,
    #[error("cannot be given a second name: this file system has no hard links")]
    NoHardLinks,
    #[error("is not a regular file")]
    NotRegular,
    #[error("belongs to another user (id {0})")]
    Owner(u32),
    #[error("lies on a file system that is read-only")]
    ReadOnly,
    #[error("is too large for a key")]
    TooLarge,
    #[error("is a folder that others may write to (mode {0:04o}), and so replace its files")]
    Writable(u32),
}

impl FileFault {
    pub fn help(&self) -> String {
        let path = self.path.display();
        match self.cause {
            FileCause::Changed => "see who else uses this file, and run again".into(),
            FileCause::Denied => "run as the user whose key it is".into(),
            FileCause::Elsewhere => "give it another name in that folder".into(),
            FileCause::Exists => format!("look whose key it is with `ssh-keygen -lf {path}`, then move it away"),
            FileCause::Full => "make room, and run again; nothing was left half".into(),
            FileCause::Io(_) => "mend what the system reports, and run again".into(),
            FileCause::Link => "name the file itself, by the path without the link".into(),
            FileCause::Missing => "put the private key there, or name the file where it lies".into(),
            FileCause::Mode(_) => format!("`chmod 600 {path}`; if others could read it, treat it as known to them"),
            FileCause::NoName => "give the path of a file".into(),
            FileCause::NoFolder => "make it with `mkdir -m 0700`".into(),
            FileCause::NoHardLinks => "keep the key on a file system of this machine".into(),
            FileCause::NotRegular | FileCause::TooLarge => "name the file of the private key".into(),
            FileCause::Owner(_) => format!("`chown` {path} to the user who runs this, if it is theirs"),
            FileCause::ReadOnly => "keep the key where this user may write".into(),
            FileCause::Writable(_) => format!("`chmod go-w {path}`, or keep the key in a folder of its own"),
        }
    }
}

impl From<Errno> for FileCause {
    fn from(error: Errno) -> Self {
        match error {
            Errno::ACCESS | Errno::PERM => Self::Denied,
            Errno::DQUOT | Errno::NOSPC => Self::Full,
            Errno::EXIST => Self::Exists,
            Errno::ISDIR => Self::NotRegular,
            Errno::LOOP => Self::Link,
            Errno::NOENT => Self::Missing,
            Errno::ROFS => Self::ReadOnly,
            other => Self::Io(other.raw_os_error()),
        }
    }
}
