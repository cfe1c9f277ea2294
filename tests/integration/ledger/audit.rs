//! The audit log: continued by every run, and no change of it goes unseen.

use std::collections::BTreeMap;

use esc_sync::{
    ledger::{
        audit::{self, AuditLog},
        audit_chain::{AuditEntry, AuditEvent, BrokenBy, verify},
        backend::{Backend as _, Expected},
        memory::MemoryState,
    },
    model::Stamp,
};

fn entry(run: &str, event: AuditEvent) -> AuditEntry {
    AuditEntry { at: Stamp(1_795_000_000), run: run.into(), who: "ci".into(), event }
}

fn entries(run: &str) -> Vec<AuditEntry> {
    let (verb, name, target) = ("update".to_owned(), "A".to_owned(), "github acme secret A".to_owned());
    let revisions = BTreeMap::from([("acme/default/prod".to_owned(), 41)]);
    let intent = AuditEvent::Intent {
        verb: verb.clone(),
        name: name.clone(),
        target: target.clone(),
        source: Some("esc a.b".into()),
    };
    let outcome = AuditEvent::Outcome { verb, name, target, end: "failed".into(), reason: "\"no\"\n\u{1b}[31m".into() };
    vec![
        entry(run, AuditEvent::RunStarted { command: "sync".into(), options: vec!["--only A*".into()], revisions }),
        entry(run, intent),
        entry(run, outcome),
        entry(run, AuditEvent::RunEnded { verdict: "fail".into(), exit: 1 }),
    ]
}

async fn three_runs() -> (MemoryState, AuditLog) {
    let state = MemoryState::new();
    for run in ["one", "two", "three"] {
        audit::append(&state, &entries(run)).await.expect("appended");
    }
    let log = AuditLog::read(&state).await.expect("readable");
    (state, log)
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

fn broken(log: &AuditLog, bytes: &[u8]) -> Option<(usize, BrokenBy)> {
    verify(bytes, log.head.as_ref()).err().map(|broken| (broken.line, broken.why))
}

#[tokio::test]
async fn what_was_recorded_is_told_in_its_order() {
    let (_, log) = three_runs().await;
    let told: Vec<_> = log.verify().expect("whole").into_iter().map(|line| line.entry).collect();
    assert_eq!(told, ["one", "two", "three"].map(entries).concat());
    assert_eq!(AuditLog::read(&MemoryState::new()).await.expect("readable").verify(), Ok(vec![]));
}

#[tokio::test]
async fn x19_every_flipped_bit_is_found() {
    let (_, log) = three_runs().await;
    for bit in 0..log.bytes.len() * 8 {
        let mut flipped = log.bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(broken(&log, &flipped).is_some(), "bit {bit}");
    }
}

#[tokio::test]
async fn x19_removed_repeated_inserted_and_exchanged_lines_are_found() {
    let (_, log) = three_runs().await;
    let lines = lines(&log.bytes);
    for at in 0..lines.len() {
        let is_last = at + 1 == lines.len();
        let mut removed = lines.clone();
        removed.remove(at);
        let why = if is_last { BrokenBy::Shortened } else { BrokenBy::OutOfOrder };
        assert_eq!(broken(&log, &removed.concat()), Some((at + 1, why)), "without line {}", at + 1);
        for to in 0..=lines.len() {
            let mut repeated = lines.clone();
            repeated.insert(to, lines[at]);
            let found = broken(&log, &repeated.concat()).map(|(_, why)| why);
            assert_eq!(found, Some(BrokenBy::OutOfOrder), "line {} replayed at {to}", at + 1);
        }
        for other in at + 1..lines.len() {
            let mut exchanged = lines.clone();
            exchanged.swap(at, other);
            assert_eq!(broken(&log, &exchanged.concat()), Some((at + 1, BrokenBy::OutOfOrder)), "{at} and {other}");
        }
    }
}

#[tokio::test]
async fn x19_a_log_that_was_shortened_is_found_and_a_torn_line_told_apart() {
    let (_, log) = three_runs().await;
    let lines = lines(&log.bytes);
    for len in 0..lines.len() {
        assert_eq!(broken(&log, &lines[..len].concat()), Some((len + 1, BrokenBy::Shortened)));
        let torn = [&lines[..len].concat(), &lines[len][..lines[len].len() / 2]].concat();
        assert_eq!(broken(&log, &torn), Some((len + 1, BrokenBy::Torn)));
    }
    assert_eq!(verify(&log.bytes, None).map_err(|broken| broken.why), Err(BrokenBy::NoHead));
}

/// A line that was edited together with its own hash: the next line tells, and for the last one the head.
#[tokio::test]
async fn x19_a_line_with_a_new_hash_of_its_own_is_found() {
    let (_, log) = three_runs().await;
    let lines = lines(&log.bytes);
    for at in 0..lines.len() {
        let text = std::str::from_utf8(lines[at]).expect("text").replace("\"who\":\"ci\"", "\"who\":\"me\"");
        let (object, _) = text.rsplit_once(",\"hash\"").expect("a hash");
        let hash = esc_sync::crypto::digest_hex(format!("{object}}}").as_bytes());
        let forged = format!("{object},\"hash\":\"{hash}\"}}\n");
        let mut edited = lines.clone();
        edited[at] = forged.as_bytes();
        let expected = if at + 1 == lines.len() { (at + 1, BrokenBy::Edited) } else { (at + 2, BrokenBy::OutOfOrder) };
        assert_eq!(broken(&log, &edited.concat()), Some(expected));
    }
}

#[tokio::test]
async fn x19_a_log_that_was_shortened_is_not_continued() {
    let (state, log) = three_runs().await;
    let part = state.list("audit/").await.expect("readable").pop().expect("one part");
    let tag = state.get(&part).await.expect("readable").expect("there").tag;
    let short = lines(&log.bytes)[..9].concat();
    state.put(&part, &short, Expected::Version(tag)).await.expect("put");
    let fault = audit::append(&state, &entries("four")).await.expect_err("refused");
    assert!(fault.what.contains("changed or shortened"), "{fault:?}");
    state.remove(&part).await.expect("removed");
    audit::append(&state, &entries("four")).await.expect_err("refused");
    // Without its head it is no log of ours either.
    let (state, _) = three_runs().await;
    state.remove("audit.head").await.expect("removed");
    audit::append(&state, &entries("four")).await.expect_err("refused");
}

/// A part of the log is bounded, and the chain goes on over all of them.
#[tokio::test]
async fn an_append_reads_a_bounded_part_of_the_log() {
    let state = MemoryState::new();
    for run in 0..300 {
        audit::append(&state, &entries(&run.to_string())).await.expect("appended");
    }
    let parts = state.list("audit/").await.expect("readable");
    assert_eq!(parts, ["audit/000000000001", "audit/000000000501", "audit/000000001001"]);
    let log = AuditLog::read(&state).await.expect("readable");
    assert_eq!(log.verify().expect("whole").len(), 1_200);
    state.remove(&parts[1]).await.expect("removed");
    let broken = AuditLog::read(&state).await.expect("readable").verify().expect_err("a part is missing");
    assert_eq!((broken.line, broken.why), (501, BrokenBy::OutOfOrder));
}

#[tokio::test]
async fn c7_two_runs_that_record_at_once_share_one_chain() {
    let state = MemoryState::new();
    let writer = |run: &'static str| {
        let state = state.clone();
        tokio::spawn(async move {
            for _ in 0..20 {
                audit::append(&state, &entries(run)).await.expect("appended");
                tokio::task::yield_now().await;
            }
        })
    };
    let (one, other) = (writer("one"), writer("other"));
    one.await.expect("no panic");
    other.await.expect("no panic");
    assert_eq!(AuditLog::read(&state).await.expect("readable").verify().expect("whole").len(), 160);
}

/// An event this version does not know is one of the chain all the same, and the log goes on.
#[tokio::test]
async fn c13_a_log_with_lines_of_a_newer_version_is_read_and_continued() {
    let (state, log) = three_runs().await;
    let head = log.head.clone().expect("a head");
    let object = format!(
        "{{\"seq\":{},\"at\":\"2026-11-21T13:00:00Z\",\"run\":\"x\",\"who\":\"ci\",\"event\":{{\"rotated\":{{\"n\":1}}}},\"prev\":\"{}\"",
        head.seq + 1,
        head.hash
    );
    let hash = esc_sync::crypto::digest_hex(format!("{object}}}").as_bytes());
    let longer = [&log.bytes[..], format!("{object},\"hash\":\"{hash}\"}}\n").as_bytes()].concat();
    let part = state.list("audit/").await.expect("readable").pop().expect("one part");
    let tag = state.get(&part).await.expect("readable").expect("there").tag;
    state.put(&part, &longer, Expected::Version(tag)).await.expect("put");
    audit::append(&state, &entries("four")).await.expect("continued");
    let lines = AuditLog::read(&state).await.expect("readable").verify().expect("whole");
    assert_eq!((lines.len(), &lines[12].entry.event), (17, &AuditEvent::Newer));
}
