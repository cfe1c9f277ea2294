//! The subjects of alerts, in a table, and how each looks at the board. Pure.
//!
//! Three answers: trouble, fine, or unclear. What could not be found out is unclear and changes nothing that was
//! said: silence of a store never resolves an alert.

use super::{
    super::{
        account::{Account, EntryAccount, FindingAccount},
        board::{Board, RunLine},
        health::{Health, HealthVerdict},
        order::RunKind,
    },
    AlertOptions, due,
    message::listed,
};
use crate::model::Status;

/// One thing alerts are about.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    pub id: &'static str,
    /// When it fires.
    pub what: &'static str,
    /// The option that says from where on.
    pub threshold: Option<&'static str>,
    pub(super) look: fn(&Scene<'_>) -> Sight,
}

/// In the order in which they are said where not all can be.
pub const SUBJECTS: &[Subject] = &[
    Subject {
        id: "health",
        what: "health is unhealthy, or was unknown for five minutes; again when further entries fail",
        threshold: None,
        look: health,
    },
    Subject {
        id: "drift",
        what: "a larger share of the entries than this is drifted, conflicting or unequal",
        threshold: Some("--alert-drift"),
        look: drift,
    },
    Subject {
        id: "failures",
        what: "so many runs of one kind in a row came to no result",
        threshold: Some("--alert-failures"),
        look: failures,
    },
    Subject {
        id: "keys",
        what: "the machines' key or a credential is due within this time; again when it is overdue",
        threshold: Some("--alert-expiry"),
        look: due::keys,
    },
    Subject {
        id: "proposals",
        what: "writes wait for a person; again when further ones do",
        threshold: None,
        look: proposals,
    },
];

/// All that is looked at.
pub(super) struct Scene<'a> {
    pub(super) board: &'a Board,
    pub(super) health: &'a Health,
    pub(super) unknown_for: i64,
    pub(super) now: i64,
    pub(super) options: &'a AlertOptions,
}

#[derive(Debug)]
pub(super) enum Sight {
    /// Nothing can be said; what was said stands.
    Unclear,
    /// With the words for the end of trouble.
    Fine(String),
    Trouble(Trouble),
}

#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) title: String,
    pub(super) lines: Vec<String>,
    /// What it consists of: a new one among them is worth a message.
    pub(super) items: Vec<String>,
}

/// A daemon that has just begun knows nothing, and a store may be away for a moment.
const PATIENCE_S: i64 = 300;

fn health(scene: &Scene<'_>) -> Sight {
    let Health { verdict, reasons, .. } = scene.health;
    let title = match verdict {
        HealthVerdict::Healthy => return Sight::Fine("healthy".to_owned()),
        HealthVerdict::Unknown if scene.unknown_for < PATIENCE_S => return Sight::Unclear,
        HealthVerdict::Unknown => "health is unknown",
        HealthVerdict::Unhealthy => "unhealthy",
    };
    let mut lines = listed(reasons.iter().cloned());
    let mut items = vec![verdict.to_string()];
    let look = scene.board.look.as_deref().filter(|_| *verdict == HealthVerdict::Unhealthy);
    let failing: Vec<_> = look.iter().flat_map(|look| look.entries.iter().filter_map(failing)).collect();
    items.extend(failing.iter().map(|(entry, _)| format!("entry {}", entry.name)));
    lines.extend(listed(failing.iter().map(|(entry, finding)| told(entry, finding))));
    let title = match (look, failing.len()) {
        (Some(look), failing @ 1..) => format!("{title}, {failing} of {} entries fail", look.entries.len()),
        _ => title.to_owned(),
    };
    Sight::Trouble(Trouble { title, lines, items })
}

fn failing(entry: &EntryAccount) -> Option<(&EntryAccount, &FindingAccount)> {
    Some((entry, entry.findings.iter().find(|finding| finding.counts)?))
}

fn told(entry: &EntryAccount, finding: &FindingAccount) -> String {
    let remedy = if finding.remedy.is_empty() { String::new() } else { format!("; {}", finding.remedy) };
    format!("{} ({}): {}, {}{remedy}", entry.name, entry.tier, entry.status, finding.reason)
}

/// Entries that could not be looked at may have drifted as well: with them it is not called fine.
fn drift(scene: &Scene<'_>) -> Sight {
    let Some(look) = scene.board.look.as_deref().filter(|look| look.is_look()) else { return Sight::Unclear };
    let drifted: Vec<_> = look.entries.iter().filter(|entry| has_drifted(entry)).collect();
    let unknown = look.entries.iter().filter(|entry| entry.status == Status::Unknown).count();
    let all = look.entries.len();
    let is_over = |some: usize| some * 100 > all * usize::from(scene.options.drift_percent);
    if !is_over(drifted.len()) {
        let said = format!(
            "{} of {all} entries differ, which is no more than {} %",
            drifted.len(),
            scene.options.drift_percent
        );
        return if is_over(drifted.len() + unknown) { Sight::Unclear } else { Sight::Fine(said) };
    }
    let title = format!("{} of {all} entries differ, more than {} %", drifted.len(), scene.options.drift_percent);
    let mut lines = listed(drifted.iter().map(|entry| format!("{} ({}): {}", entry.name, entry.tier, entry.status)));
    lines.push(
        "see `esc-sync plan` for what would be written, and `esc-sync explain NAME` for the story of one".to_owned(),
    );
    Sight::Trouble(Trouble { title, lines, items: drifted.iter().map(|entry| entry.name.clone()).collect() })
}

fn has_drifted(entry: &EntryAccount) -> bool {
    matches!(entry.status, Status::Drifted | Status::Conflict | Status::Mismatch)
}

fn failures(scene: &Scene<'_>) -> Sight {
    let rows: Vec<_> = [RunKind::Check, RunKind::Live, RunKind::Sync]
        .into_iter()
        .filter_map(|kind| Some((kind, row(scene.board, kind)?)))
        .filter(|(kind, _)| is_scheduled(scene.board, *kind))
        .collect();
    if rows.is_empty() {
        return Sight::Unclear;
    }
    let limit = usize::try_from(scene.options.failures).unwrap_or(usize::MAX);
    let over: Vec<_> = rows.iter().filter(|(_, row)| limit > 0 && row.len() >= limit).collect();
    if over.is_empty() {
        return Sight::Fine("runs come to results again".to_owned());
    }
    let kinds: Vec<_> = over.iter().map(|(kind, _)| kind.to_string()).collect();
    let title = format!("runs come to no result: {}", kinds.join(", "));
    let line = |(kind, row): &&(RunKind, Vec<&RunLine>)| {
        let why = row.first().and_then(|run| run.failure.as_deref()).unwrap_or("a store could not be read (exit 3)");
        format!("{kind}: the last {} runs came to no result: {why}", row.len())
    };
    let mut lines = listed(over.iter().map(line));
    lines.push("`esc-sync doctor` looks at logins, rights and ways, one by one".to_owned());
    Sight::Trouble(Trouble { title, lines, items: kinds })
}

/// The newest runs of that kind that came to no result, in a row; `None`: there was no run.
fn row(board: &Board, kind: RunKind) -> Option<Vec<&RunLine>> {
    let mut runs = board.history.iter().filter(|run| run.kind == kind).peekable();
    runs.peek()?;
    Some(runs.take_while(|run| run.failure.is_some() || run.exit == 3).collect())
}

/// A kind that is not run any more cannot get better.
fn is_scheduled(board: &Board, kind: RunKind) -> bool {
    board.schedule.is_empty() || board.schedule.iter().any(|scheduled| scheduled.kind == kind)
}

fn proposals(scene: &Scene<'_>) -> Sight {
    let came_to_a_result = |sync: &&Account| sync.failure.is_none() && sync.exit != 3;
    let Some(sync) = scene.board.sync.as_deref().filter(came_to_a_result) else { return Sight::Unclear };
    if sync.proposed.is_empty() {
        return Sight::Fine("no write waits for a person".to_owned());
    }
    let proposed = &sync.proposed;
    let line =
        |one: &super::super::account::ProposedAccount| format!("{}: {} {}, {}", one.name, one.verb, one.place, one.why);
    let mut lines = listed(proposed.iter().map(line));
    lines.push("`esc-sync sync --plan @proposed` shows them and asks".to_owned());
    let title = match proposed.len() {
        1 => "1 proposed write waits for a person".to_owned(),
        number => format!("{number} proposed writes wait for a person"),
    };
    let items = proposed.iter().map(|one| format!("{} {} {}", one.verb, one.name, one.place)).collect();
    Sight::Trouble(Trouble { title, lines, items })
}
