//! Short ways to say why state cannot be used.
//!
//! Invariant: what a server said is never quoted, since it may echo what it was sent.

use super::backend::{StateFault, StateFaultKind};

/// The URL makes no sense.
pub(super) fn usage(what: impl Into<String>, help: impl Into<String>) -> StateFault {
    StateFault { kind: StateFaultKind::Usage, what: what.into(), help: help.into() }
}

/// It cannot be reached, read or written.
pub(crate) fn unavailable(what: impl Into<String>, help: impl Into<String>) -> StateFault {
    StateFault { kind: StateFaultKind::Unavailable, what: what.into(), help: help.into() }
}

/// It is there and is not what we wrote.
pub(crate) fn damaged(what: impl Into<String>, help: impl Into<String>) -> StateFault {
    StateFault { kind: StateFaultKind::Damaged, what: what.into(), help: help.into() }
}

/// Somebody else is writing.
pub(super) fn busy(what: impl Into<String>) -> StateFault {
    StateFault {
        kind: StateFaultKind::Busy,
        what: what.into(),
        help: "wait until that run has ended, or wait longer for it".to_owned(),
    }
}
