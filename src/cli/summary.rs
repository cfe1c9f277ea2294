//! A judgement put into the report's words: names and readings, never a value.

use std::{sync::Arc, time::Duration};

use crate::{
    engine::Selection,
    judge::{EntryJudgement, Judgement},
    mapping::{Entry, Mapping},
    model::{Kind, Place, Reading, Severity, Slot, Snapshot},
    report::{BudgetReport, EntryReport, PlaceReport, Report, Verdict},
};

use super::live_words;

/// All that a run found out.
pub(crate) struct Outcome<'a> {
    pub(crate) command: &'static str,
    pub(crate) mapping: &'a Mapping,
    pub(crate) selection: &'a Selection,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) judgement: Judgement,
    pub(crate) requests: Vec<(String, u64)>,
    pub(crate) budgets: Vec<BudgetReport>,
    pub(crate) duration: Duration,
    pub(crate) run: String,
    pub(crate) fail_on: Severity,
}

pub(crate) fn report(outcome: Outcome<'_>) -> Report {
    let Outcome { mapping, selection, snapshot, judgement, .. } = outcome;
    let chosen = mapping.entries.iter().zip(judgement.entries).filter(|(entry, _)| selection.contains(entry));
    let mut incomplete = live_words::is_incomplete(&snapshot.live);
    let entries: Vec<_> = chosen
        .inspect(|(_, judged)| incomplete |= judged.is_incomplete())
        .map(|(entry, judged)| entry_report(entry, judged, snapshot))
        .collect();
    Report {
        command: outcome.command,
        verdict: Verdict::Unknown,
        mapping: mapping.file.to_string(),
        entries,
        findings: judgement.findings,
        actions: Vec::new(),
        held_back: Vec::new(),
        outcomes: Vec::new(),
        remarks: Vec::new(),
        ssh: None,
        probes: live_words::probes(mapping, &snapshot.live),
        endpoints: live_words::endpoints(mapping, &snapshot.live),
        references: Vec::new(),
        located: Vec::new(),
        doctor: None,
        scanned: None,
        incomplete,
        idle: false,
        requests: outcome.requests,
        budgets: outcome.budgets,
        duration: outcome.duration,
        run: outcome.run,
        fail_on: outcome.fail_on,
    }
    .decided()
}

fn entry_report(entry: &Entry, judged: EntryJudgement, snapshot: &Snapshot) -> EntryReport {
    EntryReport {
        name: entry.name.to_string(),
        service: entry.service.clone(),
        tier: entry.tier,
        kind: entry.kind,
        status: judged.status,
        evidence: judged.evidence,
        findings: judged.findings,
        places: place_reports(entry, snapshot),
        at: entry.at,
    }
}

/// The entry's places, and the job's own copy where there is one to compare with.
fn places<'a>(entry: &'a Entry, snapshot: &'a Snapshot) -> impl Iterator<Item = Place> + 'a {
    let in_job = snapshot.job.is_some()
        && entry.kind == Kind::Secret
        && entry.github.iter().any(|place| place.slot == Slot::Secret);
    entry.places().chain(in_job.then(|| Place::Job { name: entry.name.clone() }))
}

fn place_reports(entry: &Entry, snapshot: &Snapshot) -> Vec<PlaceReport> {
    let mut reports: Vec<_> = places(entry, snapshot).map(|place| place_report(&place, snapshot)).collect();
    reports.shrink_to_fit();
    reports
}

fn place_report(place: &Place, snapshot: &Snapshot) -> PlaceReport {
    let reading = snapshot.reading(place);
    PlaceReport {
        place: place.to_string(),
        store: match place {
            Place::Esc { .. } => "esc",
            Place::Github(_) => "github",
            Place::Job { .. } => "job",
        },
        updated_at: reading.meta().and_then(|meta| meta.updated_at).map(|stamp| stamp.to_string()),
        why: match &reading {
            Reading::Unknown(unread) => Some(Arc::clone(unread)),
            _ => None,
        },
        reading: match reading {
            Reading::Absent => "absent",
            Reading::Hidden(_) => "hidden",
            Reading::Value { .. } => "value",
            Reading::Unknown(_) => "unknown",
        },
    }
}
