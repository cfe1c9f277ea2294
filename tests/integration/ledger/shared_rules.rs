//! The contract of `Backend`, as it shows between processes: every handle is one of its own.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use esc_sync::ledger::backend::{Backend, Expected, PutFault, StateFaultKind, Tag};
use futures_util::future::join_all;

/// Makes another handle on the same state, as another process would have it.
pub(crate) type Make<'a> = &'a (dyn Fn() -> Arc<dyn Backend> + Sync);

const LONG: Duration = Duration::from_secs(60);

/// All of it, one after the other. The state must be empty at first.
pub(crate) async fn hold(make: Make<'_>) {
    make().prove_writable().await.expect("it is writable");
    assert_eq!(make().list("").await.expect("listed"), Vec::<String>::new(), "a proof leaves nothing behind");
    documents(make).await;
    logs(make).await;
    names(make).await;
    one_of_many_creates(make, 32).await;
    no_increment_is_lost(make, 8, 10).await;
    appends_at_a_time(make).await;
    one_writer(make).await;
}

async fn documents(make: Make<'_>) {
    let (ours, theirs) = (make(), make());
    assert_eq!(ours.get("none.json").await.expect("read"), None);
    assert_eq!(put(&*ours, "ledger.json", b"x", version("7")).await, Err(PutFault::Changed), "there is nothing yet");
    let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let first = put(&*ours, "ledger.json", &bytes, Expected::Absent).await.expect("written");
    let read = theirs.get("ledger.json").await.expect("read").expect("it is there");
    assert_eq!((&read.tag, read.bytes == bytes), (&first, true));
    assert_eq!(put(&*theirs, "ledger.json", b"b", Expected::Absent).await, Err(PutFault::Changed));
    let second = put(&*theirs, "ledger.json", b"b", Expected::Version(first.clone())).await.expect("it is as read");
    assert_ne!(first, second);
    assert_eq!(put(&*ours, "ledger.json", b"c", Expected::Version(first)).await, Err(PutFault::Changed));
    assert_eq!(ours.get("ledger.json").await.expect("read").expect("there").bytes, b"b");
    let same = put(&*ours, "ledger.json", b"b", Expected::Version(second.clone())).await.expect("written");
    assert_eq!(ours.get("ledger.json").await.expect("read").expect("there").tag, same);
    ours.remove("ledger.json").await.expect("removed");
    ours.remove("ledger.json").await.expect("fine if there is none");
    assert_eq!(theirs.get("ledger.json").await.expect("read"), None);
    assert_eq!(put(&*theirs, "ledger.json", b"d", Expected::Version(same)).await, Err(PutFault::Changed));
    put(&*theirs, "ledger.json", b"", Expected::Absent).await.expect("an empty one is one");
    assert_eq!(ours.get("ledger.json").await.expect("read").expect("there").bytes, b"");
    ours.remove("ledger.json").await.expect("removed");
}

async fn logs(make: Make<'_>) {
    let (ours, theirs) = (make(), make());
    assert_eq!(ours.read_log("audit").await.expect("read"), b"");
    for number in 0..6 {
        let writer = if number % 2 == 0 { &ours } else { &theirs };
        writer.append("audit", format!("line {number}\nof two\n").as_bytes()).await.expect("appended");
    }
    let all: String = (0..6).map(|number| format!("line {number}\nof two\n")).collect();
    assert_eq!(String::from_utf8(make().read_log("audit").await.expect("read")), Ok(all));
    ours.append("audit/below", b"another\n").await.expect("appended");
    ours.remove("audit").await.expect("removed");
    assert_eq!(theirs.read_log("audit").await.expect("read"), b"");
    assert_eq!(theirs.read_log("audit/below").await.expect("read"), b"another\n");
    ours.append("audit", b"new\n").await.expect("appended");
    assert_eq!(theirs.read_log("audit").await.expect("read"), b"new\n");
    theirs.remove("audit/below").await.expect("removed");
    theirs.remove("audit").await.expect("removed");
}

async fn names(make: Make<'_>) {
    let state = make();
    for key in ["journal/2-b", "journal/1-a", "other.json"] {
        put(&*state, key, b"{}", Expected::Absent).await.expect("written");
    }
    state.append("journal/2-c", b"x\n").await.expect("appended");
    state.append("journal/2-c", b"y\n").await.expect("appended");
    let listed = async |prefix: &str| make().list(prefix).await.expect("listed");
    assert_eq!(listed("").await, ["journal/1-a", "journal/2-b", "journal/2-c", "other.json"]);
    assert_eq!(listed("journal/").await, ["journal/1-a", "journal/2-b", "journal/2-c"]);
    assert_eq!(listed("journal/2").await, ["journal/2-b", "journal/2-c"]);
    assert_eq!(listed("oth").await, ["other.json"]);
    assert_eq!(listed("nothing/").await, Vec::<String>::new());
    for key in ["journal/2-b", "journal/1-a", "journal/2-c", "other.json"] {
        state.remove(key).await.expect("removed");
    }
    assert_eq!(listed("").await, Vec::<String>::new());
}

/// Failure case C7: of all that make a document at the same time one does.
pub(crate) async fn one_of_many_creates(make: Make<'_>, writers: usize) {
    let creates = (0..writers).map(|number| async move {
        let state = make();
        let text = number.to_string();
        put(&*state, "first", text.as_bytes(), Expected::Absent).await.map(|tag| (text, tag))
    });
    let mut winners = Vec::new();
    for result in join_all(creates).await {
        match result {
            Ok(winner) => winners.push(winner),
            Err(fault) => assert_eq!(fault, PutFault::Changed),
        }
    }
    let stored = make().get("first").await.expect("read").expect("one was made");
    assert_eq!(winners, [(String::from_utf8(stored.bytes).expect("a number"), stored.tag)]);
    make().remove("first").await.expect("removed");
}

/// Failure case C7: every acknowledged increment of a shared number is in it.
pub(crate) async fn no_increment_is_lost(make: Make<'_>, writers: usize, times: usize) {
    put(&*make(), "number", b"0", Expected::Absent).await.expect("made");
    join_all((0..writers).map(|_| async {
        let state = make();
        for _ in 0..times {
            increment(&*state).await;
        }
    }))
    .await;
    let stored = make().get("number").await.expect("read").expect("it is there");
    assert_eq!(String::from_utf8(stored.bytes), Ok((writers * times).to_string()));
    make().remove("number").await.expect("removed");
}

async fn increment(state: &dyn Backend) {
    loop {
        let stored = state.get("number").await.expect("read").expect("it is there");
        let number: usize = String::from_utf8(stored.bytes).expect("text").parse().expect("a number");
        let next = (number + 1).to_string();
        match put(state, "number", next.as_bytes(), Expected::Version(stored.tag)).await {
            Ok(_) => return,
            Err(fault) => assert_eq!(fault, PutFault::Changed),
        }
    }
}

async fn appends_at_a_time(make: Make<'_>) {
    join_all((0..6).map(|writer| async move {
        let state = make();
        for number in 0..5 {
            state.append("many", format!("{writer} {number}\n").as_bytes()).await.expect("appended");
        }
    }))
    .await;
    let text = String::from_utf8(make().read_log("many").await.expect("read")).expect("text");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 30, "none twice:\n{text}");
    assert_eq!(lines.iter().collect::<BTreeSet<_>>().len(), 30, "none lost:\n{text}");
    for writer in ["0", "3", "5"] {
        let own: Vec<_> = lines.iter().filter_map(|line| line.strip_prefix(writer)).collect();
        assert_eq!(own, [" 0", " 1", " 2", " 3", " 4"], "in the order of appends");
    }
    make().remove("many").await.expect("removed");
}

/// Failure case C7: the second waits or leaves with a clear line.
async fn one_writer(make: Make<'_>) {
    let (ours, theirs) = (make(), make());
    let held = ours.exclude("run-1", Duration::ZERO).await.expect("nobody writes");
    let fault = theirs.exclude("run-2", Duration::ZERO).await.expect_err("somebody writes");
    assert_eq!(fault.kind, StateFaultKind::Busy);
    assert!(fault.what.contains("run-1"), "{fault}");
    let (second, ()) = tokio::join!(theirs.exclude("run-2", LONG), held.release());
    second.expect("it was given back").release().await;
    // One that is dropped is free at once or after its term.
    drop(ours.exclude("run-3", LONG).await.expect("nobody writes"));
    drop(ours);
    theirs.exclude("run-4", LONG).await.expect("it is free in the end").release().await;
}

async fn put(state: &dyn Backend, key: &str, bytes: &[u8], expected: Expected) -> Result<Tag, PutFault> {
    state.put(key, bytes, expected).await
}

fn version(text: &str) -> Expected {
    Expected::Version(Tag(text.into()))
}
