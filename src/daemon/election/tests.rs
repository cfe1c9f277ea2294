//! An election step by step, on clocks that the tests move.

mod candidate;

use std::sync::atomic::Ordering;

use tokio::time::Instant;

use self::candidate::{CLOSED, Candidate, LEASE, ONE_WAY, OPEN, SILENT};
use super::*;
use crate::ledger::memory::MemoryState;

async fn there(state: &MemoryState) -> Leadership {
    Leadership::read(&state.get(LEADER).await.expect("read").expect("somebody stood"))
}

/// A leader and one who stands by.
async fn two(state: &MemoryState) -> (Candidate, Candidate) {
    let first = Candidate::new(state, "first");
    first.leads().await;
    let second = Candidate::new(state, "second");
    second.stands_by().await;
    (first, second)
}

/// The longest a successor may need: a look at the last renewal, and a whole lease after it.
fn soon() -> Duration {
    LEASE + LEASE / 3
}

#[tokio::test(start_paused = true)]
async fn c7_one_of_many_leads_and_the_others_name_it() {
    let state = MemoryState::new();
    let all: Vec<_> = (0..5).map(|number| Candidate::new(&state, &format!("replica-{number}"))).collect();
    time::sleep(LEASE * 20).await;
    let leaders: Vec<_> = all.iter().filter(|one| one.is_leader()).collect();
    assert_eq!(leaders.len(), 1);
    let name = Role::Standby { leader: Some(leaders[0].me.id.clone()) };
    assert_eq!(all.iter().filter(|one| *one.role.borrow() == name).count(), 4);
    assert!(all.iter().all(|one| one.roles.lock().expect("whole").len() <= 2), "nothing changed meanwhile");
    let there = there(&state).await;
    assert!(there.term == 1 && (58..=60).contains(&there.renewal), "renewed three times a lease: {there:?}");
}

#[tokio::test(start_paused = true)]
async fn c1_a_silent_leader_is_followed_within_its_lease() {
    let state = MemoryState::new();
    for _ in 0..20 {
        let term = state.get(LEADER).await.expect("read").map_or(0, |stored| Leadership::read(&stored).term);
        let (first, second) = two(&state).await;
        assert_eq!(there(&state).await.term, term + 1);
        first.standing.abort();
        let took = second.leads().await;
        assert!((LEASE * 2 / 3..=soon()).contains(&took), "{took:?}");
        assert_eq!(there(&state).await.term, term + 2);
        resign(&state, &second.me).await;
    }
}

#[tokio::test(start_paused = true)]
async fn c4_who_cannot_renew_steps_down_before_anybody_takes_over() {
    let state = MemoryState::new();
    for how in [CLOSED, SILENT] {
        let (first, second) = two(&state).await;
        let begun = Instant::now();
        first.road(how);
        first.stands_by().await;
        let stepped_down = begun.elapsed();
        assert!(stepped_down <= LEASE * 2 / 3 && !second.is_leader(), "{stepped_down:?}");
        second.leads().await;
        assert!((LEASE * 2 / 3..=soon()).contains(&begun.elapsed()));
        first.road(OPEN);
        time::sleep(LEASE * 5).await;
        assert!(second.is_leader() && !first.is_leader());
        assert_eq!(*first.role.borrow(), Role::Standby { leader: Some("second".to_owned()) });
        state.remove(LEADER).await.expect("removed");
    }
}

#[tokio::test(start_paused = true)]
async fn c4_a_short_fault_costs_nothing() {
    let state = MemoryState::new();
    let (first, _second) = two(&state).await;
    for (how, time) in [(CLOSED, LEASE / 6), (ONE_WAY, LEASE / 2), (CLOSED, LEASE / 6), (ONE_WAY, LEASE / 2)] {
        first.road(how);
        time::sleep(time).await;
        assert!(how == CLOSED || first.road.load(Ordering::Relaxed) == OPEN, "an answer was lost");
        first.road(OPEN);
        time::sleep(LEASE).await;
    }
    assert_eq!(*first.roles.lock().expect("whole"), ["leader"]);
    assert_eq!(there(&state).await.term, 1);
}

#[tokio::test(start_paused = true)]
async fn c4_a_candidate_whose_first_answer_is_lost_knows_its_own_claim() {
    let state = MemoryState::new();
    let first = Candidate::new(&state, "first");
    first.road(ONE_WAY);
    assert!(first.leads().await < LEASE / 2);
}

#[tokio::test(start_paused = true)]
async fn c8_a_machine_that_slept_no_longer_leads() {
    let state = MemoryState::new();
    let (first, second) = two(&state).await;
    first.clock.slept_s.fetch_add(3_600, Ordering::Relaxed);
    assert!(first.stands_by().await <= Duration::from_secs(1));
    // Nobody took over meanwhile, so that it may lead again, in a new term.
    first.leads().await;
    assert!(!second.is_leader());
    assert_eq!(there(&state).await.term, 2);
}

#[tokio::test(start_paused = true)]
async fn c8_a_watcher_that_slept_has_not_seen_the_leader_stand_still() {
    let state = MemoryState::new();
    let (first, second) = two(&state).await;
    first.standing.abort();
    second.clock.slept_s.fetch_add(3_600, Ordering::Relaxed);
    let took = second.leads().await;
    assert!(took >= LEASE / 3, "it watched for {took:?}");
}

#[tokio::test(start_paused = true)]
async fn c7_a_leader_that_was_replaced_steps_down_at_its_next_write() {
    let state = MemoryState::new();
    let (first, _second) = two(&state).await;
    let stored = state.get(LEADER).await.expect("read").expect("there");
    let other = Leadership { term: 9, ..Leadership::new("other") };
    state.put(LEADER, &other.bytes(), Expected::Version(stored.tag)).await.expect("written");
    assert!(first.stands_by().await <= LEASE / 3);
    time::sleep(LEASE / 2).await;
    assert_eq!(*first.role.borrow(), Role::Standby { leader: Some("other".to_owned()) });
}

#[tokio::test(start_paused = true)]
async fn c3_who_resigns_is_followed_at_the_next_look() {
    let state = MemoryState::new();
    let (first, second) = two(&state).await;
    resign(&state, &second.me).await;
    assert_eq!(there(&state).await.holder.as_deref(), Some("first"), "nobody gives back what another has");
    first.standing.abort();
    resign(&state, &first.me).await;
    assert!(second.leads().await <= LEASE / 4);
    assert_eq!(there(&state).await.term, 2);
}

#[tokio::test(start_paused = true)]
async fn c1_a_dead_predecessor_of_this_machine_is_followed_at_once() {
    let state = MemoryState::new();
    let here = Origin::here();
    let origin = Origin { began: here.began.map(|began| began + 1), ..here };
    let dead = Leadership { origin, term: 4, ..Leadership::new("dead") };
    state.put(LEADER, &dead.bytes(), Expected::Absent).await.expect("written");
    assert_eq!(Candidate::new(&state, "next").leads().await, Duration::ZERO);
    assert_eq!(there(&state).await.term, 5);
}

#[tokio::test(start_paused = true)]
async fn c13_a_document_that_cannot_be_read_is_of_somebody_until_it_stood_still() {
    for text in ["", "rubbish", "[]", "{\"holder\":7}", "{\"term\":18446744073709551615,\"holder\":\"x\",\"new\":1}"] {
        let state = MemoryState::new();
        state.put(LEADER, text.as_bytes(), Expected::Absent).await.expect("written");
        let took = Candidate::new(&state, "next").leads().await;
        assert!((LEASE..=soon()).contains(&took), "{text}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn x7_the_name_of_another_is_shown_without_its_tricks() {
    let state = MemoryState::new();
    let name = format!("\u{1b}]52;c;x\u{7}\u{202e}{}", "long".repeat(50));
    let other = Leadership { term: 1, ..Leadership::new(&name) };
    state.put(LEADER, &other.bytes(), Expected::Absent).await.expect("written");
    let first = Candidate::new(&state, "first");
    first.stands_by().await;
    let Role::Standby { leader: Some(shown) } = first.role.borrow().clone() else { panic!("it follows") };
    assert!(
        shown.contains("longlong") && shown.chars().count() <= 81 && !shown.contains(['\u{1b}', '\u{7}', '\u{202e}']),
        "{shown:?}"
    );
}
