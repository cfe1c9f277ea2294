//! The ledger of a run: what is committed, what others committed, and what is not believed.

use std::sync::Arc;

use esc_sync::{
    ledger::{
        Ledger,
        backend::{Backend as _, Expected, StateFaultKind},
        document::Identity,
        memory::MemoryState,
    },
    model::Record,
};

use super::sample::{identity, place, record};

async fn open(state: &MemoryState) -> Ledger {
    Ledger::open(Arc::new(state.clone()), identity()).await.expect("a ledger")
}

#[tokio::test]
async fn what_is_committed_is_there_the_next_time() {
    let state = MemoryState::new();
    let mut ledger = open(&state).await;
    ledger.set_key_id("key").await.expect("set");
    ledger.commit(&[(place("A"), Some(record(1))), (place("B"), Some(record(2)))]).await.expect("committed");
    ledger.commit(&[(place("A"), None)]).await.expect("committed");
    let again = open(&state).await;
    assert_eq!(again.records().iter().collect::<Vec<_>>(), [(&place("B"), &record(2))]);
    assert_eq!(again.key_id(), Some("key"));
}

#[tokio::test]
async fn nothing_is_written_where_nothing_changed() {
    let state = MemoryState::new();
    let mut ledger = open(&state).await;
    ledger.commit(&[]).await.expect("nothing to do");
    ledger.commit(&[(place("A"), None)]).await.expect("nothing to do");
    assert_eq!(state.get("ledger.json").await, Ok(None));
    ledger.commit(&[(place("A"), Some(record(1)))]).await.expect("committed");
    let tag = state.get("ledger.json").await.expect("readable").expect("there").tag;
    ledger.commit(&[(place("A"), Some(record(1)))]).await.expect("nothing to do");
    assert_eq!(state.get("ledger.json").await.expect("readable").expect("there").tag, tag);
}

#[tokio::test]
async fn c7_two_runs_merge_by_place() {
    let state = MemoryState::new();
    let (mut one, mut other) = (open(&state).await, open(&state).await);
    one.commit(&[(place("A"), Some(record(1))), (place("B"), Some(record(1)))]).await.expect("committed");
    other.commit(&[(place("B"), Some(record(2))), (place("C"), Some(record(2)))]).await.expect("merged");
    one.commit(&[(place("D"), Some(record(1)))]).await.expect("merged");
    let marks: Vec<_> = one.records().iter().map(|(place, record)| (place.name.to_string(), record.clone())).collect();
    let expected = [("A", 1), ("B", 2), ("C", 2), ("D", 1)].map(|(name, mark)| (name.to_owned(), record(mark)));
    assert_eq!(marks, expected);
    assert_eq!(open(&state).await.records(), one.records());
}

#[tokio::test]
async fn c7_two_runs_do_not_choose_two_keys() {
    let state = MemoryState::new();
    let (mut one, mut other) = (open(&state).await, open(&state).await);
    one.set_key_id("one").await.expect("set");
    assert_eq!(other.set_key_id("other").await.expect_err("taken").kind, StateFaultKind::Busy);
    other.set_key_id("one").await.expect("the same");
    let mut late = open(&state).await;
    late.set_key_id("two").await.expect("set");
    for _ in 0..2 {
        let fault = one.commit(&[(place("A"), Some(record(1)))]).await.expect_err("its fingerprints mean nothing now");
        assert_eq!(fault.kind, StateFaultKind::Busy);
    }
    assert!(open(&state).await.records().is_empty());
}

#[tokio::test]
async fn c5_with_another_key_nothing_is_known_of_values() {
    let state = MemoryState::new();
    let mut ledger = open(&state).await;
    ledger.set_key_id("lost").await.expect("set");
    ledger.commit(&[(place("A"), Some(record(1)))]).await.expect("committed");
    ledger.set_key_id("new").await.expect("set");
    let kept = Record { written: true, run: "run".into(), ..Record::default() };
    assert_eq!(open(&state).await.records().get(&place("A")), Some(&kept), "only that we wrote the name is kept");
}

#[tokio::test]
async fn c5_a_damaged_ledger_is_refused_and_kept_when_built_anew() {
    for (damaged, said) in [(&b""[..], "empty"), (b"{", "cut off"), (b"\xff\x00", "cut off")] {
        let state = MemoryState::new();
        state.put("ledger.json", damaged, Expected::Absent).await.expect("put");
        let fault = Ledger::open(Arc::new(state.clone()), identity()).await.expect_err("refused");
        assert_eq!(fault.kind, StateFaultKind::Damaged);
        assert!(fault.what.contains(said) && fault.help.contains("--rebuild-state"), "{fault:?}");
        for number in 1..=2 {
            let rebuilt = Ledger::rebuild(Arc::new(state.clone()), identity()).await.expect("rebuilt");
            assert!(rebuilt.records().is_empty() && rebuilt.key_id().is_none(), "nothing is known");
            let kept = state.get(&format!("ledger.json.damaged-{number}")).await.expect("readable").expect("kept");
            assert_eq!(kept.bytes == damaged, number == 1, "what was there is kept");
        }
        open(&state).await.commit(&[(place("A"), Some(record(1)))]).await.expect("usable again");
    }
}

#[tokio::test]
async fn c5_a_ledger_of_somebody_else_is_refused() {
    let state = MemoryState::new();
    open(&state).await.commit(&[(place("A"), Some(record(1)))]).await.expect("committed");
    let other = |esc: &str, github: &str| Identity { esc: esc.into(), github: github.into() };
    for identity in [other("globex", &identity().github), other(&identity().esc, "acme at https://ghe.example")] {
        let fault = Ledger::open(Arc::new(state.clone()), identity.clone()).await.expect_err("refused");
        assert_eq!(fault.kind, StateFaultKind::Damaged);
        assert!(fault.what.contains(&identity.esc) && fault.what.contains("acme at"), "{fault:?}");
        assert!(fault.help.contains("--state"), "{fault:?}");
    }
}

/// Last week's copy comes back while a run is under way: the run sees that it is another one,
/// and what it names is as the run knows it; all else is last week's, with last week's stamps.
#[tokio::test]
async fn c6_a_ledger_brought_back_from_a_backup_is_noticed() {
    let state = MemoryState::new();
    let mut ledger = open(&state).await;
    ledger.commit(&[(place("A"), Some(record(1))), (place("B"), Some(record(1)))]).await.expect("committed");
    let backup = state.get("ledger.json").await.expect("readable").expect("there").bytes;
    ledger.commit(&[(place("A"), Some(record(2))), (place("B"), Some(record(2)))]).await.expect("committed");
    let now = state.get("ledger.json").await.expect("readable").expect("there").tag;
    state.put("ledger.json", &backup, Expected::Version(now)).await.expect("brought back");
    ledger.commit(&[(place("A"), Some(record(3)))]).await.expect("merged");
    assert_eq!(ledger.records().get(&place("A")), Some(&record(3)));
    assert_eq!(ledger.records().get(&place("B")), Some(&record(1)), "what the file says, not what was once known");
}

#[tokio::test]
async fn c4_a_ledger_removed_under_a_run_is_no_empty_ledger() {
    let state = MemoryState::new();
    let mut ledger = open(&state).await;
    ledger.commit(&[(place("A"), Some(record(1)))]).await.expect("committed");
    state.remove("ledger.json").await.expect("removed");
    let fault = ledger.commit(&[(place("B"), Some(record(2)))]).await.expect_err("said");
    assert!(fault.what.contains("removed"), "{fault:?}");
    assert_eq!(state.get("ledger.json").await, Ok(None));
}
