//! The ledger as a run holds it: opened, with what killed runs left undone folded in.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use crate::{
    crypto::fingerprint::FingerprintKey,
    ledger::{Backend, Exclusion, Identity, Journal, KeptRun, Ledger, StateFault, StateFaultKind, journal_parts},
    model::{GithubPlace, PendingWrite, Place, Record},
    plan::End,
};

use super::record::shortly_before;

/// State opened for one run.
#[derive(Debug)]
pub struct State {
    pub(super) backend: Arc<dyn Backend>,
    pub(super) ledger: Ledger,
    /// What is remembered, the writes of killed runs included.
    pub(super) records: BTreeMap<GithubPlace, Record>,
    /// Runs that began and never ended.
    pub(super) unfinished: Vec<KeptRun>,
    exclusion: Option<Exclusion>,
    /// The run that wrote last, and how often.
    times: (Box<str>, usize),
}

/// How a state is opened by a run that writes.
#[derive(Clone, Copy, Debug)]
pub struct ToWrite<'a> {
    pub run: &'a str,
    /// How long to wait for another run.
    pub wait: Duration,
    /// Whether state that cannot be trusted is set aside.
    pub rebuild: bool,
}

impl State {
    /// For commands that only look: beside a writer, and writing nothing.
    pub async fn open_to_read(backend: Arc<dyn Backend>, identity: Identity) -> Result<Self, StateFault> {
        let ledger = Ledger::open(Arc::clone(&backend), identity).await?;
        Self::with(backend, ledger, None).await
    }

    /// For a run that writes: alone, and on a state that was proved writable (failure cases C4, C7).
    pub async fn open_to_write(
        backend: Arc<dyn Backend>,
        identity: Identity,
        how: ToWrite<'_>,
    ) -> Result<Self, StateFault> {
        backend.prove_writable().await?;
        let exclusion = backend.exclude(how.run, how.wait).await?;
        match Self::open_alone(backend, identity, how).await {
            Ok(state) => Ok(Self { exclusion: Some(exclusion), ..state }),
            Err(fault) => {
                exclusion.release().await;
                Err(fault)
            }
        }
    }

    async fn open_alone(backend: Arc<dyn Backend>, identity: Identity, how: ToWrite<'_>) -> Result<Self, StateFault> {
        let opened = match Ledger::open(Arc::clone(&backend), identity.clone()).await {
            Ok(ledger) => Self::with(Arc::clone(&backend), ledger, None).await,
            Err(fault) => Err(fault),
        };
        match opened {
            Err(fault) if how.rebuild && fault.kind == StateFaultKind::Damaged => {
                let ledger = Ledger::rebuild(Arc::clone(&backend), identity).await?;
                Self::with(backend, ledger, None).await
            }
            opened => opened,
        }
    }

    async fn with(backend: Arc<dyn Backend>, ledger: Ledger, exclusion: Option<Exclusion>) -> Result<Self, StateFault> {
        let unfinished = Journal::unfinished(&*backend).await?;
        let mut records = ledger.records().clone();
        for run in &unfinished {
            fold(run, &mut records);
        }
        Ok(Self { backend, ledger, records, unfinished, exclusion, times: Default::default() })
    }

    /// What is remembered of one place.
    pub(crate) fn record(&self, place: &GithubPlace) -> Option<&Record> {
        self.records.get(place)
    }

    /// Places that a run of ours wrote at any time.
    pub fn written(&self) -> impl Iterator<Item = &GithubPlace> {
        self.records.iter().filter(|(_, record)| record.written).map(|(place, _)| place)
    }

    /// Where all of this is kept, for documents that are none of the ledger's.
    pub(crate) fn backend(&self) -> &Arc<dyn Backend> {
        &self.backend
    }

    /// The records as far as `key` can speak of them: what was made with another key says only that we wrote.
    pub(super) fn usable_records(&self, key: Option<&FingerprintKey>) -> BTreeMap<GithubPlace, Record> {
        let id = key.map(FingerprintKey::id);
        if id.is_none() || self.ledger.key_id().is_none_or(|known| Some(known) == id.as_deref()) {
            return self.records.clone();
        }
        let stripped = |record: &Record| Record {
            written: record.written,
            run: record.run.clone(),
            policy: record.policy.clone(),
            ..Record::default()
        };
        self.records.iter().map(|(place, record)| (place.clone(), stripped(record))).collect()
    }

    /// The id of the journal for what `run` is about to write.
    pub(super) fn next_part(&mut self, run: &str) -> Box<str> {
        let before = if *self.times.0 == *run { self.times.1 } else { 0 };
        self.times = (run.into(), before + 1);
        journal_parts::part(run, before + 1)
    }

    /// Whether no killed run is left to be told of in the ledger.
    pub fn is_settled(&self) -> bool {
        self.unfinished.is_empty()
    }

    /// Gives the right to write back.
    pub async fn close(self) {
        if let Some(exclusion) = self.exclusion {
            exclusion.release().await;
        }
    }
}

/// What a killed run may have written is pending: nobody saw how it ended, or nobody recorded it.
fn fold(run: &KeptRun, records: &mut BTreeMap<GithubPlace, Record>) {
    // What was in flight at its death was sent about when the last of the others was answered.
    let last = run.ended.iter().filter_map(|ended| ended.stamp).max();
    for intent in &run.intents {
        let (Place::Github(place), Some(fingerprint)) = (&intent.place, intent.fingerprint) else { continue };
        let end = end_of(run, intent.id);
        if matches!(end, Some(End::Failed | End::NotBegun | End::Overtaken)) {
            continue;
        }
        let record = records.entry(place.clone()).or_default();
        // The run's own records may have been kept before it was killed.
        if *record.run == *run.header.run {
            continue;
        }
        let answered = run.ended.iter().rfind(|ended| ended.id == intent.id).and_then(|ended| ended.stamp);
        let begun = shortly_before(intent.begun, answered.or(last));
        let (before, acknowledged) = (intent.before, end == Some(End::Done));
        // Killed one after the other: what the later one found was what the earlier one had sent.
        let over_ours = record.pending.is_some_and(|earlier| earlier.left(before));
        record.pending = Some(PendingWrite { fingerprint, before, begun, acknowledged, over_ours });
        record.written = true;
    }
}

/// What is known of an intent's end; the last word counts.
pub(super) fn end_of(run: &KeptRun, intent: usize) -> Option<End> {
    run.ended.iter().rfind(|ended| ended.id == intent).and_then(|ended| End::from_word(&ended.end))
}
