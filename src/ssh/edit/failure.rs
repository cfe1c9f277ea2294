//! Why the far side's files were left as they were: one code each, with its words.

use crate::ssh::{LoginCause, LoginFault, Machine};

/// A code of `authorized.sh`; an unknown one is kept apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Failure(&'static (&'static str, &'static str, &'static str));

/// Code, what it means, what to do.
const FAILURES: &[(&str, &str, &str)] = &[
    (
        "busy",
        "another edit of its authorized keys is under way",
        "try again; if none is, remove the lock beside the file",
    ),
    ("full", "its disk is full, or a quota is used up", "make room there"),
    (
        "immutable",
        "its authorized keys may not be changed",
        "they are immutable or append-only: see `lsattr`, and who set it",
    ),
    ("last-key", "no authorized key would be left", "install the new key first"),
    ("mode", "a copy of the file would lose its owner or mode", "see whose the file is: `ls -l ~/.ssh`"),
    ("no-home", "the user has no home folder there", "create the home, or name another user"),
    (
        "no-permission",
        "the user may not write its authorized keys",
        "see whose the file and `.ssh` are: `ls -ld ~/.ssh`",
    ),
    ("no-tools", "a standard tool is missing there", "awk, sed, cp, mv, ls, tail, wc and readlink are needed"),
    ("not-a-file", "its authorized keys are no regular file", "see what stands at ~/.ssh/authorized_keys"),
    ("not-owned", "its authorized keys belong to another user", "they are managed by somebody else: change them there"),
    ("own-key", "the key that opened the door would be removed", "log in with the other key"),
    ("read-only", "its home is read-only", "mount it for writing, or change the keys where they come from"),
    ("unsure", "the changed copy was not what it should be", "nothing was changed; look at the file by hand"),
];

const UNKNOWN: (&str, &str, &str) =
    ("failed", "its authorized keys could not be changed", "nothing was changed; try by hand");

impl Failure {
    pub(super) fn parse(code: &str) -> Self {
        Self(FAILURES.iter().find(|(known, _, _)| *known == code).unwrap_or(&UNKNOWN))
    }

    pub(crate) fn fault(self, machine: &Machine) -> LoginFault {
        let (code, what, help) = self.0;
        LoginFault {
            cause: LoginCause::Edit,
            what: format!("{}: {}: {what} ({code})", machine.name, machine.address()),
            help: (*help).to_owned(),
        }
    }
}
