//! STUB until the branch `h-propose` is merged: a report as an account.

use super::super::{exit::Exit, session, session::Session};
use crate::{
    daemon::{
        Account, RunKind,
        account::{EntryAccount, Verdict},
    },
    model::Snapshot,
    report::Report,
};

pub(crate) fn of(session: &Session<'_>, report: &Report, _: &Snapshot, kind: RunKind) -> Account {
    let ended = session::now().0;
    let entry = |entry: &crate::report::EntryReport| EntryAccount {
        name: entry.name.to_string(),
        service: None,
        tier: entry.tier,
        kind: entry.kind,
        status: entry.status,
        evidence: entry.evidence,
        findings: Vec::new(),
        places: Vec::new(),
        probe: None,
    };
    let verdict = match report.verdict {
        crate::report::Verdict::Fail => Verdict::Fail,
        crate::report::Verdict::Pass => Verdict::Pass,
        crate::report::Verdict::Unknown => Verdict::Unknown,
    };
    Account {
        kind,
        run: session.run.clone(),
        began: ended,
        ended,
        duration_ms: 0,
        exit: Exit::of(report) as u8,
        verdict,
        failure: None,
        mapping: report.mapping.clone(),
        entries: report.entries.iter().map(entry).collect(),
        findings: Vec::new(),
        endpoints: Vec::new(),
        outcomes: Vec::new(),
        proposed: Vec::new(),
        held_back: Vec::new(),
        rotation: None,
        requests: report.requests.clone(),
        budgets: Vec::new(),
        remarks: Vec::new(),
    }
}
