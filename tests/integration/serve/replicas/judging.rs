//! What GitHub received and what was recorded of it, judged when all is over.

use std::collections::{BTreeMap, BTreeSet};

use esc_sync::ledger::{AuditEvent, AuditLog, Journal, backend::Backend};

use super::ground::{Fate, Ground};

/// Writes of a change that had been written, by what befell the run that wrote it first.
#[derive(Debug, Default)]
pub(super) struct Repeated {
    pub(super) after_a_kill: usize,
    pub(super) after_a_freeze: usize,
}

/// Each change is written once, and a second time only if the run that wrote it did not get to its end (C1).
pub(super) fn judge_writes(ground: &Ground) -> Repeated {
    let (runs, mut repeated) = (ground.runs(), Repeated::default());
    let mut writers: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for write in ground.writes() {
        writers.entry((write.entry, write.value)).or_default().push(write.run);
    }
    for (change, writers) in writers {
        for pair in writers.windows(2) {
            let (first, second) = (&runs[pair[0]], &runs[pair[1]]);
            assert_ne!(pair[0], pair[1], "{change:?} was written twice by {first:?}");
            match first.fate {
                Fate::Killed => repeated.after_a_kill += 1,
                Fate::Frozen => repeated.after_a_freeze += 1,
                Fate::Ended | Fate::UnderWay => panic!("{change:?} was written by {first:?}, then by {second:?}"),
            }
        }
    }
    repeated
}

/// The chain holds; every write was announced in it by its run, and the end of every acknowledged one is in it.
pub(super) async fn judge_audit(backend: &dyn Backend, ground: &Ground) -> usize {
    let lines = AuditLog::read(backend).await.expect("readable").verify().expect("an unbroken chain");
    assert!(Journal::unfinished(backend).await.expect("readable").is_empty(), "every run is settled");
    let (mut announced, mut ended) = (BTreeSet::new(), BTreeSet::new());
    for line in &lines {
        let run = line.entry.run.to_string();
        match &line.entry.event {
            AuditEvent::Intent { name, .. } => drop(announced.insert((run, name.clone()))),
            AuditEvent::Outcome { name, .. } => drop(ended.insert((run, name.clone()))),
            _ => {}
        }
    }
    let runs = ground.runs();
    for write in ground.writes() {
        let of = (runs[write.run].id.clone(), write.entry.clone());
        assert!(announced.contains(&of), "{of:?} was written and never announced");
        assert!(!write.acknowledged || ended.contains(&of), "the end of {of:?} is not recorded");
    }
    lines.len()
}
