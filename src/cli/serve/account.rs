//! What a run tells the daemon, made from its report and from what it saw: names, words and times.
//!
//! Invariant: no value and no fingerprint is in it, since no type that it is made from shows one here.

use std::collections::HashMap;

use crate::{
    daemon::{
        RunKind,
        account::{
            Account, BudgetAccount, EndpointAccount, EntryAccount, FindingAccount, HeldAccount, KeyAccount,
            OutcomeAccount, PlaceAccount, ProbeAccount, Verdict,
        },
    },
    judge::{Finding, is_live},
    model::{EndpointResult, ProbeResult, Snapshot},
    report::{BudgetReport, EntryReport, HeldBackReport, OutcomeReport, PlaceReport, Report},
};

use super::super::{
    exit::Exit,
    session::{Session, now},
};

/// All that a run found out and did, as far as others than it may know.
pub(crate) fn of(session: &Session<'_>, report: &Report, snapshot: &Snapshot, kind: RunKind) -> Account {
    let (ended, took) = (now().0, session.elapsed());
    let probes: HashMap<&str, &ProbeResult> =
        snapshot.live.probes.iter().map(|(name, result)| (name.as_str(), &**result)).collect();
    Account {
        kind,
        run: report.run.clone(),
        began: ended.saturating_sub_unsigned(took.as_secs()),
        ended,
        duration_ms: millis(took),
        exit: Exit::of(report) as u8,
        verdict: Verdict::from_word(report.verdict.as_str()).unwrap_or(Verdict::Unknown),
        failure: None,
        mapping: report.mapping.clone(),
        entries: report.entries.iter().map(|told| entry(told, probes.get(&*told.name).copied(), report)).collect(),
        findings: report.findings.iter().map(|told| finding(told, report)).collect(),
        endpoints: snapshot.live.endpoints.iter().map(endpoint).collect(),
        outcomes: report.outcomes.iter().map(outcome).collect(),
        proposed: Vec::new(),
        held_back: report.held_back.iter().map(held_back).collect(),
        rotation: key(session, snapshot),
        requests: report.requests.clone(),
        budgets: report.budgets.iter().map(budget).collect(),
        remarks: report.remarks.clone(),
        idle: report.idle,
    }
}

fn entry(told: &EntryReport, probed: Option<&ProbeResult>, report: &Report) -> EntryAccount {
    EntryAccount {
        name: told.name.clone(),
        service: told.service.as_deref().map(str::to_owned),
        tier: told.tier,
        kind: told.kind,
        status: told.status,
        evidence: told.evidence,
        findings: told.findings.iter().map(|told| finding(told, report)).collect(),
        places: told.places.iter().map(place).collect(),
        probe: probed.map(probe),
    }
}

fn finding(told: &Finding, report: &Report) -> FindingAccount {
    FindingAccount {
        rule: told.rule.to_owned(),
        severity: told.severity,
        status: told.status,
        counts: report.counts(told),
        live: is_live(told.rule),
        place: told.place.as_ref().map(ToString::to_string),
        reason: told.reason.clone(),
        remedy: told.remedy.clone(),
    }
}

fn place(told: &PlaceReport) -> PlaceAccount {
    PlaceAccount {
        place: told.place.clone(),
        store: told.store.to_owned(),
        reading: told.reading.to_owned(),
        updated_at: told.updated_at.clone(),
        why: told.why.as_ref().map(|unread| unread.what.clone()),
    }
}

fn probe(result: &ProbeResult) -> ProbeAccount {
    ProbeAccount {
        verdict: result.verdict,
        what: result.what.clone(),
        host: result.host.as_deref().map(str::to_owned),
        checked_at: result.checked_at.0,
        expires_at: result.expires_at.map(|at| at.0),
    }
}

fn endpoint(result: &EndpointResult) -> EndpointAccount {
    EndpointAccount {
        name: result.name.to_string(),
        blocking: result.blocking,
        verdict: result.verdict,
        what: result.what.clone(),
        host: result.host.to_string(),
        latency_ms: millis(result.latency),
        checked_at: result.checked_at.0,
    }
}

fn outcome(told: &OutcomeReport) -> OutcomeAccount {
    OutcomeAccount {
        name: told.name.clone(),
        verb: told.verb.to_owned(),
        place: told.place.to_string(),
        end: told.end.as_str().to_owned(),
        reason: told.reason.clone(),
    }
}

fn held_back(told: &HeldBackReport) -> HeldAccount {
    HeldAccount {
        name: told.name.clone(),
        place: told.place.to_string(),
        because: told.because.as_str().to_owned(),
        reason: told.reason.clone(),
        remedy: told.remedy.clone(),
    }
}

/// The machines' key, for mappings that have machines.
fn key(session: &Session<'_>, snapshot: &Snapshot) -> Option<KeyAccount> {
    let spec = session.mapping().ssh.as_deref()?;
    let names = |names: &[Box<str>]| names.iter().map(ToString::to_string).collect();
    let account = KeyAccount {
        since: snapshot.ssh.in_force_since.map(|at| at.0),
        max_age_days: spec.max_age_days,
        ..KeyAccount::default()
    };
    let open = snapshot.ssh.rotation.as_ref().filter(|rotation| rotation.is_open());
    Some(match open {
        None => account,
        Some(rotation) => KeyAccount {
            open: Some(rotation.id.to_string()),
            step: Some(rotation.step.to_string()),
            begun: Some(rotation.begun.0),
            overlap_until: rotation.overlap_until.map(|at| at.0),
            unproved: names(&rotation.unproved),
            still_open: names(&rotation.still_open),
            ..account
        },
    })
}

fn budget(told: &BudgetReport) -> BudgetAccount {
    let BudgetReport { store, limit, remaining, resets_at } = *told;
    BudgetAccount { store: store.to_owned(), limit, remaining, resets_at: resets_at.0 }
}

fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
