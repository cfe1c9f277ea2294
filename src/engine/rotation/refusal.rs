//! Why a rotation is not begun, or does not go on; gathered, so that all of it is said at once.

use std::sync::Arc;

use super::material;
use crate::{
    ledger::{StateFault, StateFaultKind},
    model::{Cause, Unread},
    ssh::{files::FileFault, rotation::Registered},
};

/// Why nothing was begun, or why it does not go on.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what}")]
pub struct Refusal {
    pub kind: RefusalKind,
    pub what: String,
    pub help: String,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum RefusalKind {
    /// The mapping or the command line makes no sense.
    Usage,
    /// It could not be found out whether it may begin.
    Unknown,
    Refused,
}

/// What stands in the way, gathered, and what is to be said besides.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) all: Vec<Refusal>,
    pub(super) remarks: Vec<String>,
}

/// What a look gives beside its refusal.
pub(super) trait Remark {
    fn remark(&self) -> Option<String>;
}

impl Remark for () {
    fn remark(&self) -> Option<String> {
        None
    }
}

impl Remark for Option<String> {
    fn remark(&self) -> Option<String> {
        self.clone()
    }
}

impl Remark for Option<Registered> {
    fn remark(&self) -> Option<String> {
        let without = self.as_ref().is_some_and(|registered| registered.old.is_empty());
        without.then(|| "Lambda's registry does not have the old key; the new one will be added".to_owned())
    }
}

impl Found {
    pub(super) fn take<T: Remark>(&mut self, looked: Result<T, Refusal>) -> Option<T> {
        match looked {
            Ok(seen) => {
                self.remarks.extend(seen.remark());
                Some(seen)
            }
            Err(refusal) => {
                self.all.push(refusal);
                None
            }
        }
    }
}

impl Refusal {
    pub(super) fn refused(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Refused, what: what.into(), help: help.into() }
    }

    pub(super) fn usage(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Usage, what: what.into(), help: help.into() }
    }

    pub(super) fn unread(unread: Arc<Unread>) -> Self {
        let kind = if unread.cause == Cause::Definition { RefusalKind::Refused } else { RefusalKind::Unknown };
        Self { kind, what: unread.what.clone(), help: unread.help.clone() }
    }
}

impl From<StateFault> for Refusal {
    fn from(fault: StateFault) -> Self {
        let kind = match fault.kind {
            StateFaultKind::Usage => RefusalKind::Usage,
            StateFaultKind::Unavailable => RefusalKind::Unknown,
            StateFaultKind::Busy | StateFaultKind::Damaged | StateFaultKind::Newer => RefusalKind::Refused,
        };
        Self { kind, what: fault.what, help: fault.help }
    }
}

impl From<FileFault> for Refusal {
    fn from(fault: FileFault) -> Self {
        material::unreadable(fault)
    }
}
