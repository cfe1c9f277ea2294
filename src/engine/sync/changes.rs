//! What the ledger is to say once a run's writes have ended.

use std::collections::BTreeMap;

use super::{
    Observed, State,
    apply::{Purpose, Seen, Work},
    readback::Listed,
    recall, record,
};
use crate::{
    crypto::fingerprint::FingerprintKey,
    engine::apply::Ended,
    judge::github_form,
    model::{Fingerprint, GithubPlace, Record, SecretValue, Stamp},
    plan::{Action, End, Write},
};

/// A run whose writes have ended, and what was listed after them.
pub(super) struct After<'a> {
    pub(super) work: &'a Work<'a>,
    pub(super) state: &'a State,
    pub(super) observed: &'a Observed,
    pub(super) ended: &'a [Option<Ended>],
    pub(super) listed: &'a Listed,
    /// The journal that it is written down in.
    pub(super) run: &'a str,
    /// GitHub's own time when the writing began.
    pub(super) begun: Option<Stamp>,
}

/// What is remembered of places from now on; `None`: it is forgotten.
pub(super) type Changes = Vec<(GithubPlace, Option<Record>)>;

impl After<'_> {
    pub(super) fn changes(&self) -> Changes {
        let key = self.work.key.as_ref().map(|key| &key.key);
        let usable = self.state.usable_records(key);
        // What killed runs left, and what another key made of the records.
        let kept = self.state.ledger.records();
        let mut changes: BTreeMap<GithubPlace, Option<Record>> = usable
            .iter()
            .filter(|(place, record)| kept.get(*place) != Some(record))
            .map(|(place, record)| (place.clone(), Some(record.clone())))
            .collect();
        let Some(key) = key else { return changes.into_iter().collect() };
        for seen in &self.work.seen {
            if let Some(record) = self.seen(seen, key, usable.get(&seen.place)) {
                changes.insert(seen.place.clone(), Some(record));
            }
        }
        for (at, action) in self.work.plan.actions.iter().enumerate() {
            let Some(place) = action.write.github() else { continue };
            let record = self.ended[at].as_ref().and_then(|end| self.written(at, action, end, key, usable.get(place)));
            if let Some(record) = record {
                changes.insert(place.clone(), record);
            }
        }
        changes.into_iter().collect()
    }

    /// Where both sides are known to be equal ESC's value says it, whatever an older copy in the job says.
    fn seen(&self, seen: &Seen, key: &FingerprintKey, previous: Option<&Record>) -> Option<Record> {
        let Seen { entry, place, equal } = seen;
        let in_esc = || self.in_esc(*entry);
        let on_github = || recall::readable(place, &self.observed.snapshot).cloned();
        let value = if *equal { in_esc().or_else(on_github) } else { on_github() };
        let print = recall::print(key, place, &value?);
        let meta = self.observed.snapshot.github_reading(place).meta().cloned();
        Some(record::seen(print, *equal, meta.as_ref(), previous, self.run))
    }

    /// `None`: the ledger has nothing new to say; `Some(None)`: it forgets the place.
    fn written(
        &self,
        at: usize,
        action: &Action,
        end: &Ended,
        key: &FingerprintKey,
        previous: Option<&Record>,
    ) -> Option<Option<Record>> {
        let is_done = end.end == End::Done;
        match &action.write {
            Write::Push { to, .. } => {
                let sent = recall::print(key, to, self.work.values[at].as_ref()?);
                let record = self.push(sent, action, end, previous).record()?;
                Some(Some(self.unless_put_back(record, to)))
            }
            Write::Pull { known_as, .. } if is_done && self.work.purpose == Purpose::Agree => {
                let print = self.pulled(at, action, known_as, key)?;
                let meta = self.observed.snapshot.github_reading(known_as).meta().cloned();
                Some(Some(record::seen(print, true, meta.as_ref(), previous, self.run)))
            }
            Write::Restrict { at, .. } if is_done => self.restricted(at, previous?.clone()).map(Some),
            Write::Prune { .. } if is_done => Some(None),
            Write::Pull { .. } | Write::Restrict { .. } | Write::Prune { .. } => None,
            // Of ESC alone: what GitHub holds is as before.
            Write::Set { .. } | Write::Unset { .. } => None,
        }
    }

    fn push<'s>(
        &'s self,
        sent: Fingerprint,
        action: &Action,
        end: &Ended,
        previous: Option<&'s Record>,
    ) -> record::Push<'s> {
        record::Push {
            sent,
            end: end.end,
            previous,
            before: action.basis.github,
            begun: self.begun,
            answered: end.answered,
            after: action.write.github().and_then(|place| self.listed.meta(place)),
            run: self.run,
        }
    }

    /// What was pulled is what GitHub holds.
    fn pulled(&self, at: usize, action: &Action, place: &GithubPlace, key: &FingerprintKey) -> Option<Fingerprint> {
        let entry = self.work.task.mapping.entries.get(action.entry?)?;
        let value = github_form(entry.detail().encoding, self.work.values[at].as_ref()?)?;
        Some(recall::print(key, place, &value))
    }

    /// Whether a new policy moves the stamp is not documented; the value is the same either way.
    fn restricted(&self, place: &GithubPlace, mut record: Record) -> Option<Record> {
        let meta = self.listed.meta(place)?;
        record.held.as_mut()?.updated_at = meta.updated_at?;
        record.policy.clone_from(&meta.visibility);
        Some(record)
    }

    /// What was put back on GitHub differs from ESC, and that is meant: until somebody names it or
    /// changes ESC, it counts as a change of GitHub's and is left alone.
    fn unless_put_back(&self, record: Record, place: &GithubPlace) -> Record {
        match self.work.purpose {
            Purpose::Agree => record,
            Purpose::PutBack => {
                let base = self.observed.snapshot.memory.esc_now.get(place).copied();
                Record { base: base.or(record.base), ..record }
            }
        }
    }

    /// ESC's value in the form in which GitHub holds it.
    fn in_esc(&self, entry: usize) -> Option<SecretValue> {
        let entry = self.work.task.mapping.entries.get(entry)?;
        let place = entry.esc_place()?;
        github_form(entry.detail().encoding, self.observed.snapshot.reading(&place).value()?)
    }
}
