//! What was found out about the entries, as metrics.

use std::collections::BTreeMap;

use super::family::{Family, Sample};
use crate::{
    daemon::{
        account::{Account, BudgetAccount, EntryAccount, KeyAccount},
        board::Board,
    },
    model::{Evidence, ProbeVerdict, Severity, Status, Tier},
};

const STORES: [&str; 3] = ["esc", "github", "job"];
const READINGS: [&str; 4] = ["value", "hidden", "absent", "unknown"];
/// The stores that tell of a limit on requests.
const LIMITED: [&str; 3] = ["esc", "github", "lambda"];
/// A word that is none of ours.
const OTHER: &str = "other";
const DAY: i64 = 86_400;

pub(super) fn families(seen: &Account, now: i64, names: bool) -> Vec<Family> {
    let mut families = vec![
        entries(seen),
        evidence(seen),
        places(seen),
        findings(seen),
        probes(seen),
        oldest_probe(seen, now),
        endpoints(seen),
        Family::gauge(
            "esc_sync_proposals",
            "Writes that wait for a person",
            [Sample::number(&[], seen.proposed.len())],
        ),
        Family::gauge(
            "esc_sync_held_back",
            "Entries left as they are, since a write could destroy something",
            [Sample::number(&[], seen.held_back.len())],
        ),
    ];
    families.extend(budgets(&seen.budgets));
    families.extend(seen.rotation.as_ref().map(|key| key_families(key, now)).unwrap_or_default());
    if names {
        families.push(named(seen));
    }
    families
}

/// How old what is known is. From the clock of the machine that looked: negative where that is ahead of ours.
pub(super) fn ages(board: &Board, now: i64) -> [Family; 1] {
    let looks = [("look", &board.look), ("live", &board.live), ("sync", &board.sync)];
    let ages = looks.into_iter().filter_map(|(kind, look)| {
        let ended = look.as_ref()?.ended;
        Some(Sample::level(&[("of", kind)], now.saturating_sub(ended)))
    });
    [Family::gauge("esc_sync_evidence_age_seconds", "Time since the last look, live check and sync ended", ages)]
}

/// How many things have each of these keys; those that nothing has are there with zero.
fn tally<K: Ord>(all: impl IntoIterator<Item = K>, found: impl IntoIterator<Item = K>) -> BTreeMap<K, usize> {
    let mut tally: BTreeMap<K, usize> = all.into_iter().map(|key| (key, 0)).collect();
    for key in found {
        *tally.entry(key).or_default() += 1;
    }
    tally
}

fn entries(seen: &Account) -> Family {
    let all = Status::ALL.iter().flat_map(|status| Tier::ALL.iter().map(|tier| (*status, *tier)));
    let tally = tally(all, seen.entries.iter().map(|entry| (entry.status, entry.tier)));
    let sample = |((status, tier), count): ((Status, Tier), usize)| {
        Sample::number(&[("status", status.as_str()), ("tier", tier.as_str())], count)
    };
    Family::gauge(
        "esc_sync_entries",
        "Entries of the mapping by what they were found to be",
        tally.into_iter().map(sample),
    )
}

fn evidence(seen: &Account) -> Family {
    let tally = tally(Evidence::ALL.iter().copied(), seen.entries.iter().map(|entry| entry.evidence));
    let samples = tally.into_iter().map(|(evidence, count)| Sample::number(&[("evidence", evidence.as_str())], count));
    Family::gauge("esc_sync_entries_by_evidence", "Entries of the mapping by how their status is known", samples)
}

fn places(seen: &Account) -> Family {
    let all = STORES.into_iter().flat_map(|store| READINGS.into_iter().map(move |reading| (store, reading)));
    let places = seen.entries.iter().flat_map(|entry| &entry.places);
    let tally = tally(all, places.map(|place| (ours(&STORES, &place.store), ours(&READINGS, &place.reading))));
    let sample = |((store, reading), count)| Sample::number(&[("store", store), ("reading", reading)], count);
    Family::gauge(
        "esc_sync_places",
        "Places of the entries by store and by what it said of them",
        tally.into_iter().map(sample),
    )
}

/// The words of an account are read as somebody else's.
fn ours(words: &[&'static str], word: &str) -> &'static str {
    words.iter().copied().find(|ours| *ours == word).unwrap_or(OTHER)
}

fn findings(seen: &Account) -> Family {
    let findings = seen.entries.iter().flat_map(|entry| &entry.findings).chain(&seen.findings);
    let tally = tally(Severity::ALL.iter().copied(), findings.map(|finding| finding.severity));
    let samples = tally.into_iter().map(|(severity, count)| Sample::number(&[("severity", severity.as_str())], count));
    Family::gauge("esc_sync_findings", "Findings by severity", samples)
}

fn by_verdict(verdicts: impl Iterator<Item = ProbeVerdict>) -> impl Iterator<Item = Sample> {
    let tally = tally(ProbeVerdict::ALL.iter().copied(), verdicts);
    tally.into_iter().map(|(verdict, count)| Sample::number(&[("verdict", verdict.as_str())], count))
}

fn probes(seen: &Account) -> Family {
    let verdicts = seen.entries.iter().filter_map(|entry| entry.probe.as_ref()).map(|probe| probe.verdict);
    Family::gauge("esc_sync_probes", "Credentials by what their service said of them", by_verdict(verdicts))
}

fn oldest_probe(seen: &Account, now: i64) -> Family {
    let oldest = seen.entries.iter().filter_map(|entry| entry.probe.as_ref()).map(|probe| probe.checked_at).min();
    let age = oldest.map(|checked| Sample::level(&[], now.saturating_sub(checked)));
    Family::gauge(
        "esc_sync_oldest_probe_age_seconds",
        "Time since the credential was asked that was not asked for longest",
        age,
    )
}

fn endpoints(seen: &Account) -> Family {
    let verdicts = seen.endpoints.iter().map(|endpoint| endpoint.verdict);
    Family::gauge("esc_sync_endpoints", "Health endpoints of services by what they answered", by_verdict(verdicts))
}

fn budgets(budgets: &[BudgetAccount]) -> [Family; 3] {
    let each = |value: fn(&BudgetAccount) -> i64| {
        // One for each store: the same series twice would void the whole answer.
        let by_store: BTreeMap<_, _> = budgets.iter().map(|budget| (ours(&LIMITED, &budget.store), budget)).collect();
        let sample = |(store, budget): (&str, &BudgetAccount)| Sample::level(&[("store", store)], value(budget));
        by_store.into_iter().map(sample).collect::<Vec<_>>()
    };
    [
        Family::gauge(
            "esc_sync_rate_limit_requests",
            "Requests that a store allows in its current period",
            each(|budget| i64::try_from(budget.limit).unwrap_or(i64::MAX)),
        ),
        Family::gauge(
            "esc_sync_rate_limit_remaining",
            "Requests that are left of them, as the store said last",
            each(|budget| i64::try_from(budget.remaining).unwrap_or(i64::MAX)),
        ),
        Family::gauge(
            "esc_sync_rate_limit_reset_timestamp_seconds",
            "When the store's next period begins",
            each(|budget| budget.resets_at),
        ),
    ]
}

fn key_families(key: &KeyAccount, now: i64) -> Vec<Family> {
    let due = key.since.zip(key.max_age_days).map(|(since, days)| since.saturating_add(i64::from(days) * DAY));
    let level = |value: Option<i64>| value.map(|value| Sample::level(&[], value));
    let count = |list: &[String]| [Sample::number(&[], list.len())];
    vec![
        Family::gauge(
            "esc_sync_key_age_seconds",
            "Age of the machines' key",
            level(key.since.map(|since| now.saturating_sub(since))),
        ),
        Family::gauge(
            "esc_sync_key_due_seconds",
            "Time until the machines' key is due for rotation; negative when it is overdue",
            level(due.map(|due| due.saturating_sub(now))),
        ),
        Family::gauge(
            "esc_sync_rotation_open",
            "Whether a rotation of the machines' key is under way",
            [Sample::level(&[], i64::from(key.open.is_some()))],
        ),
        Family::gauge(
            "esc_sync_rotation_overlap_seconds",
            "Time until the overlap of the open rotation ends; negative when it has",
            level(key.overlap_until.map(|until| until.saturating_sub(now))),
        ),
        Family::gauge(
            "esc_sync_rotation_unproved_machines",
            "Machines the new key was not proved on",
            count(&key.unproved),
        ),
        Family::gauge("esc_sync_rotation_open_machines", "Machines the old key still opens", count(&key.still_open)),
    ]
}

/// Only if names were asked for (failure case X12).
fn named(seen: &Account) -> Family {
    let mut entries: Vec<_> = seen.entries.iter().collect();
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    entries.dedup_by(|one, other| one.name == other.name);
    let sample = |entry: &EntryAccount| {
        let labels = [("entry", entry.name.as_str()), ("status", entry.status.as_str()), ("tier", entry.tier.as_str())];
        Sample::level(&labels, 1)
    };
    Family::gauge("esc_sync_entry", "What each entry was found to be", entries.into_iter().map(sample))
}
