//! The state: can it be read, and for who writes, written, and is somebody else writing.
//!
//! Only state on this machine is tried: writing a trial into a shared one would send it to somebody.

use std::{sync::Arc, time::Duration};

use super::{Doctor, OFFLINE, skipped};
use crate::{
    ledger::{Backend, Journal, Ledger, StateFault, StateFaultKind},
    model::{Stage, StageKind, StageOutcome},
};

/// What is remembered, as far as it could be read.
#[derive(Debug)]
pub(super) struct Remembered {
    stage: Stage,
    is_read: bool,
    /// The key that fingerprints were made with.
    pub(super) key_id: Option<Box<str>>,
}

/// Reads the ledger and looks for runs that were killed.
pub(super) async fn read(doctor: &Doctor<'_>) -> Remembered {
    let unread = |stage| Remembered { stage, is_read: false, key_id: None };
    if !doctor.errand.state {
        return unread(skipped(StageKind::StateRead, "", "the command does not use it"));
    }
    let (backend, identity) = match &doctor.state {
        Ok(state) => state,
        Err((what, help)) => {
            return unread(Stage::new(StageKind::StateRead, "", StageOutcome::Failed, what).help(help));
        }
    };
    let about = backend.describe();
    if doctor.offline && !backend.is_local() {
        return unread(skipped(StageKind::StateRead, about, OFFLINE));
    }
    let read = async {
        let ledger = Ledger::open(Arc::clone(backend), identity.clone()).await?;
        let unfinished = Journal::unfinished(&**backend).await?;
        Ok::<_, StateFault>((ledger, unfinished.len()))
    };
    match read.await {
        Err(fault) => unread(failed(StageKind::StateRead, about, &fault)),
        Ok((ledger, unfinished)) => {
            let stage = known(about, ledger.records().len(), unfinished);
            Remembered { stage, is_read: true, key_id: ledger.key_id().map(Into::into) }
        }
    }
}

fn known(about: String, places: usize, unfinished: usize) -> Stage {
    let what = format!("{places} places are remembered");
    if unfinished == 0 {
        return Stage::ok(StageKind::StateRead, about, what);
    }
    let what = format!("{what}; {unfinished} runs began and have no end: they were killed, or are under way");
    Stage::new(StageKind::StateRead, about, StageOutcome::Warning, what)
        .help("run `esc-sync sync`: it settles them first; `esc-sync history` names them")
}

pub(super) async fn look(doctor: &Doctor<'_>, remembered: Remembered) -> Vec<Stage> {
    let Remembered { stage, is_read, .. } = remembered;
    let about = stage.about.clone();
    let mut stages = vec![stage];
    if !doctor.errand.writes_state {
        return stages;
    }
    match &doctor.state {
        Ok((backend, _)) if backend.is_local() => stages.extend(tried(&**backend, about).await),
        Ok(_) if is_read => stages.extend(shared(about)),
        _ => stages.extend(
            [StageKind::StateWrite, StageKind::StateLock].map(|kind| skipped(kind, &about, "the state cannot be read")),
        ),
    }
    stages
}

/// Writes a trial file, and takes the right to be the only writer for a moment.
async fn tried(backend: &dyn Backend, about: String) -> [Stage; 2] {
    let write = match backend.prove_writable().await {
        Ok(()) => Stage::ok(StageKind::StateWrite, &about, "a trial file was written, and taken away"),
        Err(fault) => {
            let why = skipped(StageKind::StateLock, &about, "the state cannot be written");
            return [failed(StageKind::StateWrite, about, &fault), why];
        }
    };
    let lock = match backend.exclude("doctor", Duration::ZERO).await {
        Ok(exclusion) => {
            exclusion.release().await;
            Stage::ok(StageKind::StateLock, about, "nobody else is writing")
        }
        Err(fault) => failed(StageKind::StateLock, about, &fault),
    };
    [write, lock]
}

fn shared(about: String) -> [Stage; 2] {
    let untried = |kind| {
        let what = "it is kept elsewhere, and cannot be tried without writing there";
        Stage::new(kind, &about, StageOutcome::Untried, what)
    };
    [StageKind::StateWrite, StageKind::StateLock].map(untried)
}

fn failed(kind: StageKind, about: String, fault: &StateFault) -> Stage {
    let outcome = match fault.kind {
        StateFaultKind::Unavailable if kind == StageKind::StateRead => StageOutcome::Unknown,
        _ => StageOutcome::Failed,
    };
    Stage::new(kind, about, outcome, &fault.what).help(&fault.help)
}
