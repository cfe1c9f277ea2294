//! What a run is about to write, before it does, and what became of it.
//!
//! One log for each run, and a small document beside it once the run is settled.
//! Invariants: no write is begun before its intent is durable; a run without its end
//! was killed (or is under way) and is settled by the next; a line that is not as it
//! was written is named, never skipped. There is no value in here.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    crypto,
    model::{Fingerprint, Place, SecretName, Stamp},
};

use super::{
    backend::{Backend, Expected, PutFault, StateFault},
    journal_lines::{Line, read_end, read_lines, write_end, write_line},
    records::keep_aside,
};

const FOLDER: &str = "journal/";
const END: &str = ".end";

/// So many settled runs are kept; one that is not settled is kept for ever.
const KEPT: usize = 200;

/// The beginning of a run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header {
    pub run: Box<str>,
    pub command: String,
    pub who: String,
    pub at: Stamp,
    /// Of each ESC environment the run may write to: the revision it began at.
    pub revisions: BTreeMap<String, u64>,
}

/// A write that is about to be begun.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Intent {
    /// Position of the action in the plan.
    pub id: usize,
    /// The entry's name.
    pub name: SecretName,
    /// `Write::verb`.
    pub verb: Box<str>,
    /// What changes.
    pub place: Place,
    /// The value that is sent.
    pub fingerprint: Option<Fingerprint>,
    /// What GitHub was known to hold before.
    pub previous: Option<Fingerprint>,
    /// GitHub's stamp of the place before the write; `None`: it was not there.
    pub before: Option<Stamp>,
    /// GitHub's own time shortly before the write.
    pub begun: Option<Stamp>,
    /// The revision of the ESC environment before the write.
    pub revision_before: Option<u64>,
}

/// What became of an intent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EndedLine {
    pub id: usize,
    /// `End::as_str`.
    pub end: Box<str>,
    /// GitHub's stamp of the place after the write, if it was read back.
    pub stamp: Option<Stamp>,
    /// The revision that the write made.
    pub revision: Option<u64>,
    /// Safe to print; empty where all went well.
    pub reason: String,
}

/// A run as its journal tells it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeptRun {
    pub header: Header,
    pub intents: Vec<Intent>,
    /// In the order in which they became known; a later one of the same id counts.
    pub ended: Vec<EndedLine>,
    pub finished: Option<Stamp>,
}

/// The journal of a run that is under way.
#[derive(Clone, Debug)]
pub struct Journal {
    backend: Arc<dyn Backend>,
    run: Box<str>,
}

/// A new run's id: ids sort by time, and two of the same second differ.
pub fn run_id(now: Stamp) -> String {
    let time: String = now.to_string().chars().filter(|character| !matches!(character, '-' | ':')).collect();
    format!("{time}-{}", crypto::random_id(3))
}

impl Journal {
    /// Begins a run. When this returns, the intents survive the death of the machine.
    pub async fn begin(backend: Arc<dyn Backend>, header: &Header, intents: &[Intent]) -> Result<Self, StateFault> {
        let mut lines = write_line(&Line::from(header));
        lines.extend(intents.iter().map(|intent| write_line(&Line::from(intent))));
        backend.append(&key(&header.run), lines.as_bytes()).await?;
        Ok(Self { backend, run: header.run.clone() })
    }

    /// Goes on with a run that was killed, to settle it.
    pub fn resume(backend: Arc<dyn Backend>, run: &KeptRun) -> Self {
        Self { backend, run: run.header.run.clone() }
    }

    pub fn run(&self) -> &str {
        &self.run
    }

    /// Intents that came up while the run was under way.
    pub async fn intend(&self, intents: &[Intent]) -> Result<(), StateFault> {
        self.append(intents.iter().map(Line::from)).await
    }

    /// Ends that are lost with the machine are unknown, and settled as such.
    pub async fn ended(&self, ended: &[EndedLine]) -> Result<(), StateFault> {
        let lines: String = ended.iter().map(|ended| write_line(&Line::from(ended))).collect();
        if lines.is_empty() { Ok(()) } else { self.backend.append_soon(&key(&self.run), lines.as_bytes()).await }
    }

    async fn append(&self, lines: impl Iterator<Item = Line>) -> Result<(), StateFault> {
        let lines: String = lines.map(|line| write_line(&line)).collect();
        if lines.is_empty() { Ok(()) } else { self.backend.append(&key(&self.run), lines.as_bytes()).await }
    }

    /// Nothing of this run is open any more. Old settled runs go.
    pub async fn finish(self, at: Stamp) -> Result<(), StateFault> {
        match self.backend.put(&end_key(&self.run), write_end(at).as_bytes(), Expected::Absent).await {
            Ok(_) | Err(PutFault::Changed) => prune(&*self.backend).await,
            Err(PutFault::Fault(fault)) => Err(fault),
        }
    }

    /// Runs that were begun and not settled, oldest first.
    pub async fn unfinished(backend: &dyn Backend) -> Result<Vec<KeptRun>, StateFault> {
        let mut open = Vec::new();
        for run in kept(backend).await?.into_iter().filter(|run| !run.is_settled) {
            // Killed while its first line was being written: it had begun nothing.
            open.extend(load(backend, &run).await?);
        }
        Ok(open)
    }

    /// One run, if there is a journal of it.
    pub async fn load(backend: &dyn Backend, run: &str) -> Result<Option<KeptRun>, StateFault> {
        let is_settled = backend.get(&end_key(run)).await?.is_some();
        load(backend, &Kept { run: run.to_owned(), is_settled }).await
    }

    /// The ids of all runs that are kept, newest last.
    pub async fn runs(backend: &dyn Backend) -> Result<Vec<String>, StateFault> {
        Ok(kept(backend).await?.into_iter().map(|kept| kept.run).collect())
    }
}

struct Kept {
    run: String,
    is_settled: bool,
}

/// All runs, oldest first, by names alone: no journal is read.
async fn kept(backend: &dyn Backend) -> Result<Vec<Kept>, StateFault> {
    let keys = backend.list(FOLDER).await?;
    let names: Vec<_> = keys.iter().filter_map(|key| key.strip_prefix(FOLDER)).collect();
    let settled: std::collections::BTreeSet<_> = names.iter().filter_map(|name| name.strip_suffix(END)).collect();
    let runs = names.iter().filter(|name| !name.contains('.'));
    Ok(runs.map(|run| Kept { run: (*run).to_owned(), is_settled: settled.contains(run) }).collect())
}

async fn load(backend: &dyn Backend, kept: &Kept) -> Result<Option<KeptRun>, StateFault> {
    let Kept { run, is_settled } = kept;
    let damaged = |what: &str| StateFault::damaged(format!("the journal of {run} in {} {what}", backend.describe()));
    let bytes = backend.read_log(&key(run)).await?;
    let Some(mut kept) = read_lines(&bytes, run, &damaged)? else { return Ok(None) };
    if *is_settled {
        let end = backend.get(&end_key(run)).await?;
        let at = end.and_then(|end| read_end(&end.bytes));
        kept.finished = Some(at.ok_or_else(|| damaged("has an end that was changed"))?);
    }
    Ok(Some(kept))
}

/// Moves journals that cannot be read out of the way; what they knew is lost and counts as unknown.
pub(super) async fn set_damaged_aside(backend: &dyn Backend) -> Result<(), StateFault> {
    for run in kept(backend).await? {
        if load(backend, &run).await.is_err_and(|fault| fault.kind == super::backend::StateFaultKind::Damaged) {
            let bytes = backend.read_log(&key(&run.run)).await?;
            keep_aside(backend, &key(&run.run), &bytes).await?;
            backend.remove(&key(&run.run)).await?;
            backend.remove(&end_key(&run.run)).await?;
        }
    }
    Ok(())
}

async fn prune(backend: &dyn Backend) -> Result<(), StateFault> {
    let settled: Vec<_> = kept(backend).await?.into_iter().filter(|run| run.is_settled).collect();
    for old in settled.iter().rev().skip(KEPT) {
        // The log first: a log without its end would be taken for a killed run.
        backend.remove(&key(&old.run)).await?;
        backend.remove(&end_key(&old.run)).await?;
    }
    Ok(())
}

fn key(run: &str) -> String {
    format!("{FOLDER}{run}")
}

fn end_key(run: &str) -> String {
    format!("{FOLDER}{run}{END}")
}
