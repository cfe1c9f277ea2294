//! Short ways to say why state cannot be used.
//!
//! Invariant: what a server said is never quoted, since it may echo what it was sent.

use super::backend::{StateFault, StateFaultKind};

/// The URL makes no sense.
pub(super) fn usage(what: impl Into<String>, help: impl Into<String>) -> StateFault {
    StateFault::new(StateFaultKind::Usage, what, help)
}

/// It cannot be reached, read or written.
pub(crate) fn unavailable(what: impl Into<String>, help: impl Into<String>) -> StateFault {
    StateFault::new(StateFaultKind::Unavailable, what, help)
}

/// It is there and is not what we wrote.
pub(crate) fn damaged(what: impl Into<String>, help: impl Into<String>) -> StateFault {
    StateFault::new(StateFaultKind::Damaged, what, help)
}

/// Somebody else is writing.
pub(super) fn busy(what: impl Into<String>) -> StateFault {
    StateFault::new(StateFaultKind::Busy, what, "wait until that run has ended, or wait longer for it")
}
