//! The journal: what a run meant to do and did, and how a killed one is found.

use std::sync::Arc;

use esc_sync::{
    ledger::{
        Ledger,
        backend::{Backend as _, StateFaultKind},
        journal::{EndedLine, Header, Intent, Journal, KeptRun, run_id},
        memory::MemoryState,
    },
    model::{EnvironmentRef, EscPath, Place, SecretName, Stamp},
};

use super::sample::{ended, header, identity, intent};

async fn begin(state: &MemoryState, header: &Header, intents: &[Intent]) -> Journal {
    Journal::begin(Arc::new(state.clone()), header, intents).await.expect("begun")
}

async fn finished(state: &MemoryState, run: &str) {
    begin(state, &header(run), &[]).await.finish(Stamp(2)).await.expect("finished");
}

#[test]
fn ids_of_runs_sort_by_time() {
    let id = run_id("2026-11-21T13:01:02Z".parse().expect("legal"));
    let (time, random) = id.split_once('-').expect("two parts");
    assert_eq!(time, "20261121T130102Z");
    assert!(random.len() == 6 && random.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    assert!(run_id(Stamp(1_795_000_000)) < run_id(Stamp(1_795_000_001)));
    assert_ne!(run_id(Stamp(0)), run_id(Stamp(0)));
}

#[tokio::test]
async fn a_run_is_told_as_it_was() {
    let state = MemoryState::new();
    let environment: EnvironmentRef = "acme/default/prod".parse().expect("legal");
    let path = EscPath::parse("m[\"x.y\"].z[1]").expect("legal");
    let esc = Intent {
        place: Place::Esc { environment: Arc::new(environment), path },
        revision_before: Some(7),
        ..intent(1)
    };
    let job =
        Intent { place: Place::Job { name: SecretName::parse("A").expect("legal") }, fingerprint: None, ..intent(2) };
    let journal = begin(&state, &header("run"), &[intent(0), esc.clone()]).await;
    journal.intend(std::slice::from_ref(&job)).await.expect("recorded");
    let failed = EndedLine { end: "failed".into(), reason: "\u{1b}[31m \"quoted\"\n".into(), stamp: None, ..ended(1) };
    journal.ended(&[ended(0), failed.clone()]).await.expect("recorded");
    journal.ended(&[]).await.expect("nothing to record");
    let mut expected = KeptRun {
        header: header("run"),
        intents: vec![intent(0), esc, job],
        ended: vec![ended(0), failed],
        finished: None,
    };
    assert_eq!(Journal::load(&state, "run").await, Ok(Some(expected.clone())));
    assert_eq!(Journal::unfinished(&state).await, Ok(vec![expected.clone()]));
    journal.finish(Stamp(9)).await.expect("finished");
    expected.finished = Some(Stamp(9));
    assert_eq!(Journal::load(&state, "run").await, Ok(Some(expected)));
    assert_eq!(Journal::unfinished(&state).await, Ok(vec![]));
    assert_eq!(Journal::load(&state, "another").await, Ok(None));
}

#[tokio::test]
async fn c1_a_run_without_its_end_is_found_until_it_is_settled() {
    let state = MemoryState::new();
    finished(&state, "run-1").await;
    drop(begin(&state, &header("run-2"), &[intent(0)]).await);
    finished(&state, "run-3").await;
    let open = Journal::unfinished(&state).await.expect("readable");
    assert_eq!(open.iter().map(|run| &*run.header.run).collect::<Vec<_>>(), ["run-2"]);
    let journal = Journal::resume(Arc::new(state.clone()), &open[0]);
    journal.ended(&[ended(0)]).await.expect("recorded");
    journal.finish(Stamp(3)).await.expect("settled");
    assert_eq!(Journal::unfinished(&state).await, Ok(vec![]));
    assert_eq!(Journal::runs(&state).await, Ok(["run-1", "run-2", "run-3"].map(str::to_owned).to_vec()));
}

#[tokio::test]
async fn old_runs_go_and_open_ones_stay() {
    let state = MemoryState::new();
    drop(begin(&state, &header("run-000"), &[intent(0)]).await);
    for number in 1..=210 {
        finished(&state, &format!("run-{number:03}")).await;
    }
    let runs = Journal::runs(&state).await.expect("readable");
    assert_eq!(runs.len(), 201);
    assert_eq!((&*runs[0], &*runs[1]), ("run-000", "run-011"));
    assert_eq!(state.list("journal/").await.expect("readable").len(), 401, "no end without its run");
}

#[tokio::test]
async fn c5_a_journal_that_was_changed_is_refused_and_kept_when_built_anew() {
    let whole = MemoryState::new();
    begin(&whole, &header("run"), &[intent(0)]).await.ended(&[ended(0)]).await.expect("recorded");
    let bytes = whole.read_log("journal/run").await.expect("readable");
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let state = MemoryState::new();
        state.append("journal/run", &flipped).await.expect("appended");
        let loaded = Journal::load(&state, "run").await;
        // Where the end of the last line flipped, that line is torn in a file; here it is damaged.
        assert!(loaded.as_ref().is_err_and(|fault| fault.kind == StateFaultKind::Damaged), "bit {bit}: {loaded:?}");
    }
    let lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    for damaged in [lines[1..].concat(), [&bytes[..], lines[0]].concat(), b"\xff\n".to_vec()] {
        let state = MemoryState::new();
        state.append("journal/run", &damaged).await.expect("appended");
        let fault = Journal::unfinished(&state).await.expect_err("refused");
        assert!(fault.what.contains("journal of run") && fault.help.contains("--rebuild-state"), "{fault:?}");
        Ledger::rebuild(Arc::new(state.clone()), identity()).await.expect("rebuilt");
        assert_eq!(Journal::unfinished(&state).await, Ok(vec![]));
        let kept = state.get("journal/run.damaged-1").await.expect("readable").expect("kept");
        assert_eq!(kept.bytes, damaged);
    }
}

#[tokio::test]
async fn c13_a_journal_of_a_newer_version_is_refused_by_name() {
    let object = "{\"run\":{\"version\":2,\"shape\":\"unknown\"}";
    let check = esc_sync::crypto::short_digest(format!("{object}}}").as_bytes());
    let state = MemoryState::new();
    state.append("journal/run", format!("{object},\"check\":\"{check}\"}}\n").as_bytes()).await.expect("appended");
    let fault = Journal::unfinished(&state).await.expect_err("refused");
    assert_eq!(fault.kind, StateFaultKind::Newer);
    assert!(fault.what.contains("journal of run") && !fault.help.contains("rebuild"), "{fault:?}");
    Ledger::rebuild(Arc::new(state.clone()), identity()).await.expect("rebuilt");
    assert_eq!(Journal::runs(&state).await, Ok(vec!["run".to_owned()]), "what is newer is left alone");
}
