//! How faults of state are worded: what, where, why, and what to do.

use std::{io, path::Path};

use super::backend::{StateFault, StateFaultKind};

/// The help of everything that cannot be trusted.
pub(super) const REBUILD: &str = "bring back a copy you trust, or start anew with `--rebuild-state`; \
                                  the damaged one is kept, and nothing counts as in sync until it is seen again";

impl StateFault {
    pub fn new(kind: StateFaultKind, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { kind, what: what.into(), help: help.into() }
    }

    /// It is there and cannot be trusted.
    pub fn damaged(what: impl Into<String>) -> Self {
        Self::new(StateFaultKind::Damaged, what, REBUILD)
    }

    /// Written by a version that knows more than this one.
    pub fn newer(what: &str, version: u64) -> Self {
        let what = format!("{what} was written by a newer version of esc-sync (its format is {version})");
        Self::new(StateFaultKind::Newer, what, "use that version, or name another place with `--state`")
    }
}

/// What a file operation failed on. `doing` reads after "cannot": "write to".
pub(super) fn from_io(doing: &str, path: &Path, error: &io::Error) -> StateFault {
    let (why, help) = reason(error);
    let what = format!("cannot {doing} the state in {}: {why}", path.display());
    StateFault::new(StateFaultKind::Unavailable, what, help)
}

fn reason(error: &io::Error) -> (String, &'static str) {
    let elsewhere = "name a place that you may write to with `--state`";
    if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
        return ("it is a link".into(), "remove the link; state is kept in plain files");
    }
    if let (io::ErrorKind::PermissionDenied, Some(refusal)) = (error.kind(), error.get_ref()) {
        return (refusal.to_string(), "make it yours alone (chown, chmod 700), or name another place with `--state`");
    }
    match error.kind() {
        io::ErrorKind::StorageFull => ("the disk is full".into(), "make room, and run again"),
        io::ErrorKind::QuotaExceeded => ("the quota is used up".into(), "make room, and run again"),
        io::ErrorKind::ReadOnlyFilesystem => ("the file system is read-only".into(), elsewhere),
        io::ErrorKind::PermissionDenied => ("permission denied".into(), elsewhere),
        io::ErrorKind::NotFound => ("the folder is gone".into(), "see who removes it, and run again"),
        io::ErrorKind::NotADirectory => ("it is not a folder".into(), elsewhere),
        _ => (without_code(error), "see to the folder and its disk, and run again"),
    }
}

/// The system's words without the number that Rust puts behind them.
fn without_code(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}
