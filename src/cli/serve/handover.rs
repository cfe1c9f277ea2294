//! The environment, out of the process: it is written into sealed memory that runs inherit, and the daemon begins
//! anew without it, so that neither its memory nor its `/proc` entry has a token (failure case X15).
//!
//! Invariants: what the daemon keeps are names that hold no secret; a second beginning never leads to a third.

use std::{
    ffi::{OsStr, OsString},
    io,
    os::{fd::RawFd, unix::process::CommandExt as _},
    process::Command,
};

use serde::{Deserialize, Serialize};

use super::super::{environment::Variables, failure::reason, sealed::Sealed, terminal};

/// What is known of the environment before it is put away.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Known {
    /// SHA-256 of the token that visitors are asked for, in hexadecimal.
    pub(super) token: Option<String>,
    /// How many addresses alerts go to.
    pub(super) targets: usize,
}

/// Names the sealed memory, and says what is known.
const VARIABLE: &str = "ESC_SYNC_SERVE_FD";

#[derive(Debug, Deserialize, Serialize)]
struct Note {
    descriptor: RawFd,
    known: Known,
}

/// Variables that programs and libraries go by and that hold no secret. `LC_…` and `XDG_…` stay as well.
const HARMLESS: [&str; 20] = [
    "COLUMNS",
    "ESC_SYNC_PARTITIONS",
    "HOME",
    "JOB_COMPLETION_INDEX",
    "LANG",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "LOGNAME",
    "NOTIFY_SOCKET",
    "NO_COLOR",
    "PATH",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TERM",
    "TMPDIR",
    "TZ",
    "TZDIR",
    "USER",
    "WATCHDOG_PID",
    "WATCHDOG_USEC",
];

/// The sealed memory, if this process was given one, else its own environment.
pub(super) fn variables() -> Variables {
    note().and_then(|note| Sealed::inherited(note.descriptor)).map_or(Variables::Process, Variables::Sealed)
}

/// What was known before; `None`: this is the first beginning.
pub(super) fn received(variables: &Variables) -> Option<Known> {
    matches!(variables, Variables::Sealed(_)).then(note).flatten().map(|note| note.known)
}

fn note() -> Option<Note> {
    serde_json::from_str(&std::env::var(VARIABLE).ok()?).ok()
}

/// Does not return, unless the host refuses one of the two; then all goes on as it is.
pub(super) fn become_itself(known: &Known) {
    let error = match seal() {
        Ok(sealed) => begin_anew(&sealed, known),
        Err(error) => error,
    };
    terminal::say(format_args!(
        "esc-sync: warning: this host does not let the environment be put away ({}); tokens in it stay in the \
         daemon's memory, which other users cannot read",
        reason(&error)
    ));
}

fn seal() -> io::Result<Sealed> {
    let sealed = Sealed::of(std::env::vars_os().filter(|(name, _)| name != VARIABLE))?;
    // If it could not be found again, the next beginning would be taken for the first.
    Sealed::inherited(sealed.descriptor()).is_some().then_some(sealed).ok_or_else(|| io::ErrorKind::Unsupported.into())
}

fn begin_anew(sealed: &Sealed, known: &Known) -> io::Error {
    let note = Note { descriptor: sealed.descriptor(), known: known.clone() };
    let note = match serde_json::to_string(&note) {
        Ok(note) => note,
        Err(error) => return error.into(),
    };
    let mut arguments = std::env::args_os();
    let mut command = Command::new("/proc/self/exe");
    command.arg0(arguments.next().unwrap_or_else(|| "esc-sync".into())).args(arguments);
    command.env_clear().envs(harmless(std::env::vars_os())).env(VARIABLE, note);
    command.exec()
}

fn harmless(all: impl Iterator<Item = (OsString, OsString)>) -> impl Iterator<Item = (OsString, OsString)> {
    all.filter(|(name, _)| is_harmless(name))
}

fn is_harmless(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    HARMLESS.contains(&&*name) || name.starts_with("LC_") || name.starts_with("XDG_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x15_only_names_that_hold_no_secret_stay() {
        let stay = |name: &str| is_harmless(OsStr::new(name));
        for name in ["PATH", "LC_ALL", "XDG_STATE_HOME", "NOTIFY_SOCKET", "TZ"] {
            assert!(stay(name), "{name}");
        }
        for name in [
            "PULUMI_ACCESS_TOKEN",
            "GITHUB_TOKEN",
            "PGPASSWORD",
            "HTTPS_PROXY",
            "ESC_SYNC_SERVE_TOKEN",
            "ESC_SYNC_STATE",
            "path",
            "MY_XDG_X",
        ] {
            assert!(!stay(name), "{name}");
        }
    }
}
