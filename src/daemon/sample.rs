//! Accounts for the tests of this room.

use super::{
    account::{Account, EntryAccount, FindingAccount, Verdict},
    order::RunKind,
};
use crate::model::{Evidence, Kind, Severity, Status, Tier};

/// A look that ended at `ended` and found these entries; it passed unless the test says otherwise.
pub(super) fn look(kind: RunKind, ended: i64, entries: &[(&str, Status)]) -> Account {
    Account {
        began: ended - 1,
        ended,
        duration_ms: 1_000,
        exit: 0,
        verdict: Verdict::Pass,
        entries: entries.iter().map(|(name, status)| entry(name, *status)).collect(),
        ..Account::of_nothing(kind, format!("{kind}-{ended}"))
    }
}

pub(super) fn entry(name: &str, status: Status) -> EntryAccount {
    EntryAccount {
        name: name.to_owned(),
        service: None,
        tier: Tier::default(),
        kind: Kind::default(),
        status,
        evidence: Evidence::Attested,
        findings: Vec::new(),
        places: Vec::new(),
        probe: None,
    }
}

pub(super) fn finding(rule: &str, status: Option<Status>, counts: bool, live: bool) -> FindingAccount {
    FindingAccount {
        rule: rule.to_owned(),
        severity: Severity::Error,
        status,
        counts,
        live,
        place: None,
        reason: "because".to_owned(),
        remedy: String::new(),
    }
}
