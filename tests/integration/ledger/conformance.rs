//! What every kind of state must keep, as one suite: `run_all` over handles on the same state.
//!
//! Every check uses keys of its own, so one state does for all, and twice the same is fine.

use std::{sync::Arc, time::Duration};

use esc_sync::ledger::backend::{Backend, Expected, PutFault, StateFaultKind, Stored};

pub(crate) type Handle = Arc<dyn Backend>;

/// How much contention a kind of state can be asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    pub(crate) tasks: u64,
    /// Increments by each task.
    pub(crate) increments: u64,
    /// How often two writers start at once.
    pub(crate) duels: u64,
}

impl Effort {
    pub(crate) const FULL: Self = Self { tasks: 8, increments: 50, duels: 1_000 };
}

/// `make` gives another handle on the same state each time, as another process would have it.
pub(crate) async fn run_all(make: impl Fn() -> Handle, effort: Effort) {
    make().prove_writable().await.expect("writable");
    documents(make()).await;
    logs(&make).await;
    lists(make()).await;
    removals(make()).await;
    keys(make()).await;
    exclusion(&make).await;
    increments(&make, effort).await;
    duels(&make, effort.duels).await;
    appenders(&make, effort).await;
}

async fn stored(state: &Handle, key: &str) -> Stored {
    state.get(key).await.expect("readable").expect("a document")
}

async fn documents(state: Handle) {
    let key = "documents.json";
    state.remove(key).await.expect("removed");
    assert_eq!(state.get(key).await, Ok(None));
    let first = state.put(key, b"one", Expected::Absent).await.expect("absent");
    assert_eq!(stored(&state, key).await, Stored { bytes: b"one".to_vec(), tag: first.clone() });
    assert_eq!(state.put(key, b"two", Expected::Absent).await, Err(PutFault::Changed));
    let second = state.put(key, b"two", Expected::Version(first.clone())).await.expect("unchanged");
    assert_ne!(first, second);
    assert_eq!(state.put(key, b"three", Expected::Version(first)).await, Err(PutFault::Changed));
    assert_eq!(stored(&state, key).await.bytes, b"two");
    let awkward: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let third = state.put(key, &awkward, Expected::Version(second)).await.expect("unchanged");
    assert_eq!(stored(&state, key).await, Stored { bytes: awkward, tag: third.clone() });
    let fourth = state.put(key, b"", Expected::Version(third)).await.expect("unchanged");
    assert_eq!(stored(&state, key).await.bytes, b"");
    state.remove(key).await.expect("removed");
    assert_eq!(state.put(key, b"x", Expected::Version(fourth)).await, Err(PutFault::Changed));
    assert_eq!(state.get(key).await, Ok(None));
}

async fn logs(make: &impl Fn() -> Handle) {
    let (one, other, log) = (make(), make(), "logs/run");
    one.remove(log).await.expect("removed");
    assert_eq!(one.read_log(log).await.expect("readable"), b"");
    let mut expected = Vec::new();
    for number in 0..20 {
        let lines = format!("line {number}\nwith another \u{1F980} {number}\n");
        let writer = if number % 3 == 0 { &other } else { &one };
        writer.append(log, lines.as_bytes()).await.expect("appended");
        expected.extend(lines.into_bytes());
    }
    assert_eq!(other.read_log(log).await.expect("readable"), expected);
    one.remove(log).await.expect("removed");
    assert_eq!(other.read_log(log).await.expect("readable"), b"");
}

async fn lists(state: Handle) {
    assert_eq!(state.list("lists/").await, Ok(vec![]));
    state.append("lists/b", b"x\n").await.expect("appended");
    state.put("lists/b.end", b"x", Expected::Absent).await.expect("absent");
    state.put("lists/a", b"x", Expected::Absent).await.expect("absent");
    state.append("lists-not", b"x\n").await.expect("appended");
    assert_eq!(state.list("lists/").await, Ok(["lists/a", "lists/b", "lists/b.end"].map(str::to_owned).to_vec()));
    assert_eq!(state.list("lists/b").await, Ok(["lists/b", "lists/b.end"].map(str::to_owned).to_vec()));
    for key in ["lists/a", "lists/b", "lists/b.end", "lists-not"] {
        state.remove(key).await.expect("removed");
    }
    assert_eq!(state.list("lists").await, Ok(vec![]));
}

async fn removals(state: Handle) {
    state.remove("removals/never-there").await.expect("fine");
    let tag = state.put("removals/a", b"1", Expected::Absent).await.expect("absent");
    state.remove("removals/a").await.expect("removed");
    assert_eq!(state.put("removals/a", b"2", Expected::Version(tag)).await, Err(PutFault::Changed));
    state.put("removals/a", b"2", Expected::Absent).await.expect("absent");
    state.remove("removals/a").await.expect("removed");
}

async fn keys(state: Handle) {
    for key in ["", "../outside", "/etc/x", "a//b", "a/../../b", ".hidden", "a b", "a\0b"] {
        let put = state.put(key, b"x", Expected::Absent).await;
        assert!(matches!(&put, Err(PutFault::Fault(fault)) if fault.kind == StateFaultKind::Usage), "{key:?}: {put:?}");
        assert_eq!(state.get(key).await.expect_err("refused").kind, StateFaultKind::Usage, "{key:?}");
        assert_eq!(state.append(key, b"x\n").await.expect_err("refused").kind, StateFaultKind::Usage, "{key:?}");
    }
}

async fn exclusion(make: &impl Fn() -> Handle) {
    let (one, other) = (make(), make());
    let held = one.exclude("run-one", Duration::ZERO).await.expect("free");
    let fault = other.exclude("run-two", Duration::from_millis(10)).await.expect_err("taken");
    assert_eq!(fault.kind, StateFaultKind::Busy);
    assert!(fault.what.contains("run-one"), "the holder is named: {fault:?}");
    // Reading and writing go on: the right is between runs, not between operations.
    other.put("exclusion", b"x", Expected::Absent).await.expect("absent");
    other.remove("exclusion").await.expect("removed");
    // Whoever waits has it when it is given up.
    let (waiter, ()) = tokio::join!(other.exclude("run-two", Duration::from_secs(60)), held.release());
    waiter.expect("given up").release().await;
    drop(one.exclude("run-three", Duration::from_secs(60)).await.expect("free again"));
}

fn number(bytes: &[u8]) -> u64 {
    std::str::from_utf8(bytes).expect("text").parse().expect("a number")
}

/// Adds one, however often somebody else is faster.
async fn increment(state: &Handle, key: &str) {
    loop {
        let Stored { bytes, tag } = stored(state, key).await;
        let next = (number(&bytes) + 1).to_string();
        match state.put(key, next.as_bytes(), Expected::Version(tag)).await {
            Ok(_) => return,
            Err(PutFault::Changed) => {}
            Err(PutFault::Fault(fault)) => panic!("{fault:?}"),
        }
    }
}

async fn increments(make: &impl Fn() -> Handle, effort: Effort) {
    let (state, key) = (make(), "counter");
    state.remove(key).await.expect("removed");
    state.put(key, b"0", Expected::Absent).await.expect("absent");
    let tasks: Vec<_> = (0..effort.tasks)
        .map(|_| {
            let state = make();
            tokio::spawn(async move {
                for _ in 0..effort.increments {
                    increment(&state, key).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no task fails");
    }
    assert_eq!(number(&stored(&state, key).await.bytes), effort.tasks * effort.increments, "an update was lost");
    state.remove(key).await.expect("removed");
}

/// Two writers at once from the same version: exactly one is told that it wrote, and that one's is there.
async fn duels(make: &impl Fn() -> Handle, duels: u64) {
    let (one, other, key) = (make(), make(), "duel");
    one.remove(key).await.expect("removed");
    let mut expected = Expected::Absent;
    for round in 0..duels {
        let (mine, theirs) = (format!("one {round}"), format!("other {round}"));
        let writer = |state: Handle, text: String, expected| {
            tokio::spawn(async move { state.put(key, text.as_bytes(), expected).await })
        };
        let first = writer(one.clone(), mine.clone(), expected.clone());
        let second = writer(other.clone(), theirs.clone(), expected);
        let (first, second) = (first.await.expect("no panic"), second.await.expect("no panic"));
        let (winner, tag) = match (first, second) {
            (Ok(tag), Err(PutFault::Changed)) => (mine, tag),
            (Err(PutFault::Changed), Ok(tag)) => (theirs, tag),
            both => panic!("round {round}: {both:?}"),
        };
        assert_eq!(stored(&one, key).await, Stored { bytes: winner.into_bytes(), tag: tag.clone() }, "round {round}");
        expected = Expected::Version(tag);
    }
    one.remove(key).await.expect("removed");
}

/// Appends at once: none is lost, none is torn, and each writer's are in its order.
async fn appenders(make: &impl Fn() -> Handle, effort: Effort) {
    let (state, log) = (make(), "logs/many");
    state.remove(log).await.expect("removed");
    let tasks: Vec<_> = (0..effort.tasks)
        .map(|task| {
            let state = make();
            tokio::spawn(async move {
                for number in 0..effort.increments {
                    let lines = format!("{task} {number} first\n{task} {number} second\n");
                    state.append(log, lines.as_bytes()).await.expect("appended");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no task fails");
    }
    let text = String::from_utf8(state.read_log(log).await.expect("readable")).expect("text");
    for task in 0..effort.tasks {
        let own = format!("{task} ");
        let lines: Vec<_> = text.lines().filter(|line| line.starts_with(&own)).collect();
        let expected =
            (0..effort.increments).flat_map(|number| ["first", "second"].map(|half| format!("{own}{number} {half}")));
        assert_eq!(lines, expected.collect::<Vec<_>>(), "of writer {task}");
    }
    state.remove(log).await.expect("removed");
}
