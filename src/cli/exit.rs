//! The exit codes; `docs/exit-codes.md` says what to do about each.

use std::process::ExitCode;

use crate::report::Report;

/// Why the process ends as it does. The order is that of the contract: where
/// several hold, the highest number wins.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub(crate) enum Exit {
    /// All well.
    Pass = 0,
    /// Findings at or above `--fail-on`, or nothing was checked.
    Findings = 1,
    /// Usage or mapping error; nothing was asked of any store.
    Usage = 2,
    /// Could not find out.
    Unknown = 3,
    /// Some writes failed, or nobody knows what became of them.
    Unwritten = 4,
    /// Something was refused rather than written: a conflict, a guard, a plan whose basis moved.
    Refused = 5,
    /// Stopped by a signal, cleanly.
    Interrupted = 130,
}

impl Exit {
    /// What a report comes to.
    pub(crate) fn of(report: &Report) -> Self {
        Self::from_code(report.exit_code())
    }

    /// What a number means; one that means nothing is no success.
    pub(crate) fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Pass,
            1 => Self::Findings,
            2 => Self::Usage,
            4 => Self::Unwritten,
            5 => Self::Refused,
            130 => Self::Interrupted,
            _ => Self::Unknown,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
