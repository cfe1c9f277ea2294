//! A machine that stops at every operation of the disk, one after the other.
//!
//! After each: what was acknowledged is there, what was not is whole or absent, and the
//! state can be used.

use std::sync::Arc;

use esc_sync::{
    ledger::{
        Ledger,
        audit::{self, AuditLog},
        audit_chain::{AuditEntry, AuditEvent},
        backend::{Backend as _, Expected, StateFault},
        file::FileState,
        journal::Journal,
    },
    model::Stamp,
};

use super::{
    crash_disk::{CrashDisk, Stop},
    sample::{ended, header, identity, intent, place, record},
};

fn state(disk: &CrashDisk) -> Arc<FileState> {
    Arc::new(FileState::on("state", Arc::new(disk.clone())))
}

/// Runs `program` on copies of `disk` that stop at each operation in turn, and hands each disk
/// that is left to `check` with what the program had acknowledged.
async fn every_stop<T>(
    disk: &CrashDisk,
    program: impl AsyncFn(Arc<FileState>) -> T,
    check: impl AsyncFn(CrashDisk, T, String),
) {
    let mut stops = 0;
    for operation in 1.. {
        for stop in [Stop::Before, Stop::Half, Stop::After] {
            for loses_names in [true, false] {
                let machine = disk.restarted(false);
                machine.stop_at(operation, stop);
                let acknowledged = program(state(&machine)).await;
                if !machine.is_stopped() {
                    assert!(stops > 10, "only {stops} stops: the program does nothing");
                    return;
                }
                stops += 1;
                let told = format!("stopped {stop:?} operation {operation}, names lost: {loses_names}");
                check(machine.restarted(loses_names), acknowledged, told).await;
            }
        }
    }
}

#[tokio::test]
async fn c2_a_document_is_the_old_or_the_new_one() {
    let disk = CrashDisk::default();
    let old = state(&disk).put("ledger.json", b"the old one", Expected::Absent).await.expect("put");
    let program = async |state: Arc<FileState>| {
        state.put("ledger.json", b"the new one", Expected::Version(old.clone())).await.is_ok()
    };
    every_stop(&disk, program, async |disk, acknowledged, told| {
        let there = state(&disk).get("ledger.json").await.expect("readable").expect("never neither");
        let is_new = there.bytes == b"the new one";
        assert!(is_new || (there.bytes == b"the old one" && !acknowledged), "{told}: {there:?}");
        state(&disk).put("ledger.json", b"the next", Expected::Version(there.tag)).await.expect("usable");
        state(&disk).prove_writable().await.expect("usable");
        let left: Vec<_> = disk.names().into_iter().filter(|name| name.ends_with(".part")).collect();
        assert!(left.is_empty(), "{told}: {left:?}");
    })
    .await;
}

#[tokio::test]
async fn c2_lines_are_there_whole_or_not_at_all() {
    for before in [&b""[..], b"zero\n"] {
        let disk = CrashDisk::default();
        if !before.is_empty() {
            state(&disk).append("log", before).await.expect("appended");
        }
        let program = async |state: Arc<FileState>| {
            let mut acknowledged = 0;
            for line in ["one\n", "two\n", "three\n"] {
                acknowledged += usize::from(state.append("log", line.as_bytes()).await.is_ok());
            }
            acknowledged
        };
        every_stop(&disk, program, async |disk, acknowledged, told| {
            let all = [before, b"one\ntwo\nthree\n"].concat();
            let there = state(&disk).read_log("log").await.expect("readable");
            assert!(all.starts_with(&there) && there.len() >= before.len(), "{told}: {there:?}");
            let lines = there.iter().filter(|byte| **byte == b'\n').count();
            assert!(lines >= acknowledged + usize::from(!before.is_empty()), "{told}: {there:?}");
            state(&disk).append("log", b"next\n").await.expect("usable");
            assert_eq!(
                state(&disk).read_log("log").await.expect("readable"),
                [&there[..], b"next\n"].concat(),
                "{told}"
            );
        })
        .await;
    }
}

fn entry(event: AuditEvent) -> AuditEntry {
    AuditEntry { at: Stamp(1), run: "run".into(), who: "ci".into(), event }
}

fn audit_outcome(reason: &str) -> AuditEntry {
    let (verb, name, target) = ("update".into(), "A".into(), "github acme secret A".into());
    entry(AuditEvent::Outcome { verb, name, target, end: "done".into(), reason: reason.into() })
}

/// What a run does with its state, in its order. Counts the steps that were acknowledged.
async fn run(state: Arc<FileState>, done: &mut usize) -> Result<(), StateFault> {
    let mut ledger = Ledger::open(state.clone(), identity()).await?;
    audit::append(&*state, &[audit_outcome("first"), audit_outcome("second")]).await?;
    *done += 1;
    let journal = Journal::begin(state.clone(), &header("run"), &[intent(0), intent(1)]).await?;
    *done += 1;
    ledger.commit(&[(place("A"), Some(record(1)))]).await?;
    *done += 1;
    journal.ended(&[ended(0)]).await?;
    *done += 1;
    ledger.commit(&[(place("B"), Some(record(2))), (place("A"), Some(record(3)))]).await?;
    *done += 1;
    journal.ended(&[ended(1)]).await?;
    *done += 1;
    journal.finish(Stamp(9)).await?;
    *done += 1;
    audit::append(&*state, &[audit_outcome("third")]).await?;
    *done += 1;
    Ok(())
}

#[tokio::test]
async fn c2_a_run_that_stops_anywhere_leaves_what_it_acknowledged() {
    let program = async |state: Arc<FileState>| {
        let mut done = 0;
        let ended = run(state, &mut done).await;
        assert_eq!(ended.is_ok(), done == 8, "{ended:?}");
        done
    };
    every_stop(&CrashDisk::default(), program, check_run).await;
}

async fn check_run(disk: CrashDisk, done: usize, told: String) {
    let told = format!("{told}, after {done} steps");
    let backend = state(&disk);
    let ledger = Ledger::open(backend.clone(), identity()).await.expect(&told);
    let versions = [vec![], vec![record(1)], vec![record(3), record(2)]];
    let at = versions.iter().position(|version| ledger.records().values().eq(version)).expect(&told);
    assert!(at >= usize::from(done >= 3) + usize::from(done >= 5), "{told}: a commit was lost");

    let kept = Journal::load(&*backend, "run").await.expect(&told);
    let kept = if done >= 2 { Some(kept.expect(&told)) } else { kept };
    if let Some(kept) = &kept {
        assert!(done < 2 || kept.intents == [intent(0), intent(1)], "{told}: an intent was lost");
        assert!(kept.ended.len() >= usize::from(done >= 4) + usize::from(done >= 6), "{told}: an outcome was lost");
        assert!(done < 7 || kept.finished.is_some(), "{told}: the end was lost");
    }
    let unfinished = Journal::unfinished(&*backend).await.expect(&told);
    let is_open = kept.as_ref().is_some_and(|kept| kept.finished.is_none());
    assert_eq!(unfinished.len(), usize::from(is_open), "{told}");

    let lines = AuditLog::read(&*backend).await.expect(&told).verify().expect(&told);
    assert!(lines.len() >= [0, 2, 2, 2, 2, 2, 2, 2, 3][done], "{told}: a line of the audit log was lost");
    // The next run settles it and goes on.
    for run in &unfinished {
        Journal::resume(backend.clone(), run).finish(Stamp(10)).await.expect(&told);
    }
    audit::append(&*backend, &[audit_outcome("next")]).await.expect(&told);
    assert_eq!(AuditLog::read(&*backend).await.expect(&told).verify().expect(&told).len(), lines.len() + 1, "{told}");
    assert_eq!(Journal::unfinished(&*backend).await, Ok(vec![]), "{told}");
}
