//! Which checks there are, from what was read: each distinct probe and credential once.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::Asker;
use crate::{
    engine::Selection,
    judge::{github_form, placeholder_family},
    mapping::{Entry, Mapping},
    model::{
        GithubPlace, Kind, ProbeEvidence, ProbeReason, ProbeResult, SecretName, SecretValue, Slot, Snapshot,
        group_equal,
    },
    probe::{Check, Found, PROBES},
};

/// The values of a run, as a service would be given them.
pub(super) struct Values<'a> {
    pub(super) mapping: &'a Mapping,
    pub(super) snapshot: &'a Snapshot,
}

/// Entries of which one answer says it all.
pub(super) struct Group<'m>(Vec<(&'m Entry, Check<'m>)>);

pub(super) struct Gathered<'m> {
    pub(super) groups: Vec<Group<'m>>,
    /// What is known without a question.
    pub(super) settled: BTreeMap<SecretName, Arc<ProbeResult>>,
}

impl<'m> Group<'m> {
    pub(super) fn check(&self) -> &Check<'m> {
        &self.0.first().expect("a group has a first").1
    }

    /// The entries it is about.
    pub(super) fn names(&self) -> impl Iterator<Item = &'m SecretName> {
        self.0.iter().map(|(entry, _)| &entry.name)
    }
}

impl Values<'_> {
    /// The plain value of an entry, if it was read and is no placeholder.
    pub(super) fn of(&self, entry: &Entry) -> Option<SecretValue> {
        let value = self.in_esc(entry).or_else(|| self.on_github(entry))?;
        placeholder_family(entry.kind, &value).is_none().then_some(value)
    }

    /// The value of an entry that is kept secret.
    pub(super) fn secret(&self, name: &SecretName) -> Option<SecretValue> {
        let entry = self.mapping.known().find(|entry| entry.name == *name && entry.kind == Kind::Secret)?;
        self.of(entry)
    }

    fn in_esc(&self, entry: &Entry) -> Option<SecretValue> {
        let reading = self.snapshot.reading(&entry.esc_place()?);
        github_form(entry.detail().encoding, reading.value()?)
    }

    /// A variable can be read, and a job has its own secrets. Where ESC has a place of the entry, its value
    /// is the one that is asked about.
    fn on_github(&self, entry: &Entry) -> Option<SecretValue> {
        if entry.esc.is_some() {
            return None;
        }
        entry.github.iter().find_map(|place| self.at(place))
    }

    fn at(&self, place: &GithubPlace) -> Option<SecretValue> {
        match place.slot {
            Slot::Variable => self.snapshot.github_reading(place).value().cloned(),
            Slot::Secret => self.snapshot.job.as_ref()?.values.get(&place.name).cloned(),
        }
    }
}

/// Whether the mapping or the table has a live check for the entry, with a value or without.
pub fn has_probe(mapping: &Mapping, entry: &Entry) -> bool {
    Check::of(mapping, entry, &|_| Some(SecretValue::from("any"))).is_some()
}

pub(super) fn gather<'m>(values: &Values<'m>, selection: &Selection, asker: &Asker) -> Gathered<'m> {
    let mut settled = BTreeMap::new();
    let mut checks = Vec::new();
    for entry in values.mapping.entries.iter().filter(|entry| selection.contains(entry)) {
        // What is missing, unreadable or a placeholder is said by other rules.
        let Some(own) = values.of(entry) else {
            // Without a network no value is read; what is not asked for that reason alone is told.
            if asker.is_offline() && has_probe(values.mapping, entry) {
                settled.insert(entry.name.clone(), Arc::new(unasked(entry, not_asked(), asker)));
            }
            continue;
        };
        match Check::of(values.mapping, entry, &|wanted| values.of(wanted)) {
            None => {}
            Some(Err(found)) => drop(settled.insert(entry.name.clone(), Arc::new(unasked(entry, found, asker)))),
            Some(Ok(check)) => checks.push((own, (entry, check))),
        }
    }
    Gathered { groups: grouped(checks), settled }
}

/// First by the value, then by the whole check: linear but for entries that share a value and nothing else.
fn grouped<'m>(checks: Vec<(SecretValue, (&'m Entry, Check<'m>))>) -> Vec<Group<'m>> {
    let alike = group_equal(checks.iter().enumerate().map(|(at, (own, _))| (at, own)));
    let mut bucket: Vec<usize> = (0..checks.len()).collect();
    for group in alike {
        for at in &group {
            bucket[*at] = group[0];
        }
    }
    let mut groups: Vec<Group<'m>> = Vec::new();
    let mut of_bucket: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (bucket, (_, (entry, check))) in bucket.into_iter().zip(checks) {
        let near = of_bucket.entry(bucket).or_default();
        match near.iter().find(|at| groups[**at].check().same_as(&check)) {
            Some(at) => groups[*at].0.push((entry, check)),
            None => {
                near.push(groups.len());
                groups.push(Group(vec![(entry, check)]));
            }
        }
    }
    groups
}

/// Nobody may be asked.
pub(super) fn not_asked() -> Found {
    let help = "run without --offline".to_owned();
    let found = Found::unknown(ProbeReason::NotAsked, "nobody was asked");
    Found { help, evidence: ProbeEvidence::Offline, ..found }
}

/// A check that ended before its first question.
fn unasked(entry: &Entry, found: Found, asker: &Asker) -> ProbeResult {
    let row = PROBES.iter().find(|probe| entry.service.as_deref() == Some(probe.service));
    ProbeResult {
        // One of the mapping's own goes by the name of its entry.
        probe: row.map_or(entry.name.as_str(), |row| row.id).into(),
        verdict: found.verdict,
        reason: found.reason,
        evidence: found.evidence,
        what: found.what,
        help: found.help,
        host: None,
        status: None,
        latency: Duration::ZERO,
        checked_at: asker.now(),
        expires_at: found.expires_at,
        facts: found.facts,
        entries: vec![entry.name.clone()],
    }
}
