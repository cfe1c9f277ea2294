//! The keeper on virtual time, with runs, a mapping, a state and clocks as the test wants them.

mod script;
mod ticks;
mod truth;

use std::{sync::atomic::Ordering, time::Duration};

use esc_sync::{
    daemon::{
        Account, RunKind, Signal,
        account::{OutcomeAccount, Verdict},
        board::Role,
        health::unready,
    },
    model::Status,
};
use serde_json::json;

use script::{Deed, EPOCH, Stage, lock, options};

const SECOND: Duration = Duration::from_secs(1);

/// An account of one entry.
fn account(kind: RunKind, status: Status, verdict: Verdict, exit: u8) -> Account {
    serde_json::from_value(json!({
        "kind": kind, "run": "told", "began": 0, "ended": 0, "duration_ms": 1_000, "exit": exit, "verdict": verdict,
        "entries": [{ "name": "A", "tier": "important", "kind": "secret", "status": status, "evidence": "value" }],
    }))
    .expect("an account")
}

fn well(kind: RunKind) -> Deed {
    Deed::Tells(Box::new(account(kind, Status::Ok, Verdict::Pass, 0)), SECOND)
}

#[tokio::test(start_paused = true)]
async fn the_first_check_is_made_at_once_then_live_then_sync() {
    let stage = Stage::set(options("5m", "1h", "1h"), |kind, _| well(kind));
    stage.pass(10 * SECOND).await;
    assert_eq!(stage.kinds(), [(0, RunKind::Check), (1, RunKind::Live), (2, RunKind::Sync)]);
    let board = stage.board.read();
    assert!(board.looked && board.live.is_some() && board.sync.is_some());
    assert_eq!(unready(&board, EPOCH + 10), Vec::<String>::new());
    assert_eq!(board.schedule.len(), 3);
    assert!(stage.went().iter().all(|went| went.order.mapping == "mapping 0"));
}

#[tokio::test(start_paused = true)]
async fn c8_ticks_that_pass_during_a_run_are_skipped_and_no_two_runs_overlap() {
    let takes = |kind| Deed::Tells(Box::new(account(kind, Status::Ok, Verdict::Pass, 0)), 15 * SECOND);
    let stage = Stage::set(options("2s", "never", "never"), move |kind, _| takes(kind));
    stage.pass(100 * SECOND).await;
    assert_eq!(stage.went().len(), 6);
    assert_eq!(stage.script.overlaps.load(Ordering::Relaxed), 0);
    assert_eq!(stage.board.read().counters.skipped[&RunKind::Check], 42);
}

#[tokio::test(start_paused = true)]
async fn c8_jumps_of_the_wall_clock_make_no_storm() {
    let stage = Stage::set(options("10s", "never", "*/5 * * * *"), |kind, _| well(kind));
    let mut jumps = [7_200, -7_200, 86_400, -3_600].into_iter();
    for minute in 1..=40 {
        if minute % 10 == 0 {
            stage.script.skew.fetch_add(jumps.next().unwrap_or_default(), Ordering::Relaxed);
        }
        stage.pass(60 * SECOND).await;
    }
    let number = |kind| stage.went().iter().filter(|went| went.order.kind == kind).count();
    assert!((220..=241).contains(&number(RunKind::Check)), "{}", number(RunKind::Check));
    assert!((8..=12).contains(&number(RunKind::Sync)), "{}", number(RunKind::Sync));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_takes_too_long_is_asked_to_end_and_then_killed() {
    for (deed, seconds) in [(Deed::Hangs, 20), (Deed::IsDeaf, 35)] {
        let stage = Stage::set(options("1h", "never", "never"), move |_, _| deed.clone());
        stage.pass(Duration::from_millis(seconds * 1_000 - 200)).await;
        assert!(stage.went().is_empty() && stage.board.read().running.is_some());
        stage.pass(SECOND).await;
        assert_eq!(stage.went().len(), 1, "after {seconds} s");
        let board = stage.board.read();
        let line = board.history.front().expect("a line");
        assert_eq!((line.exit, line.verdict, line.failure.is_some()), (3, Verdict::Unknown, true));
        assert!(board.running.is_none() && board.look.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn m13_an_invalid_mapping_leaves_the_old_one_in_force_and_is_reported() {
    let stage = Stage::set(options("10s", "never", "never"), |kind, _| well(kind));
    stage.pass(5 * SECOND).await;
    *lock(&stage.script.mapping) = Err("line 3: no such field".into());
    stage.pass(20 * SECOND).await;
    let refused = stage.board.read().mapping.refused.clone().expect("reported");
    assert_eq!(refused.what, "line 3: no such field");
    *lock(&stage.script.mapping) = Ok("mapping 1".into());
    stage.pass(10 * SECOND).await;
    let mappings: Vec<_> = stage.went().into_iter().map(|went| went.order.mapping).collect();
    assert_eq!(mappings, ["mapping 0", "mapping 0", "mapping 0", "mapping 1"]);
    let board = stage.board.read();
    assert_eq!((board.mapping.refused.clone(), board.mapping.digest.as_str()), (None, "mapping 1"));
    assert_eq!((board.counters.reloads, board.counters.reloads_refused), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_reload_reads_the_mapping_and_checks_at_once() {
    let stage = Stage::set(options("1h", "never", "never"), |kind, _| well(kind));
    stage.pass(60 * SECOND).await;
    *lock(&stage.script.mapping) = Ok("mapping 1".into());
    stage.signals.send(Signal::Reload).await.expect("it listens");
    stage.pass(5 * SECOND).await;
    assert_eq!(stage.kinds(), [(0, RunKind::Check), (60, RunKind::Check)]);
    assert_eq!(stage.went()[1].order.mapping, "mapping 1");
}

#[tokio::test(start_paused = true)]
async fn who_does_not_act_starts_nothing_and_ends_what_is_under_way() {
    let stage = Stage::set(options("10s", "never", "never"), |kind, _| {
        Deed::Tells(Box::new(account(kind, Status::Ok, Verdict::Pass, 0)), 5 * SECOND)
    });
    stage.pass(2 * SECOND).await;
    stage.role.send_replace(Role::Standby { leader: None });
    stage.pass(SECOND / 10).await;
    assert_eq!(stage.went().len(), 1, "the run was asked to end");
    stage.pass(120 * SECOND).await;
    assert_eq!(stage.went().len(), 1);
    assert!(!stage.board.read().looked);
    stage.role.send_replace(Role::Leader { since: EPOCH });
    stage.pass(6 * SECOND).await;
    assert_eq!(stage.went().len(), 2, "at once");
    assert!(stage.board.read().looked);
}

#[tokio::test(start_paused = true)]
async fn c3_an_orderly_end_waits_for_the_run_and_a_second_wish_does_not() {
    let stage = Stage::set(options("10s", "never", "never"), |_, _| Deed::Hangs);
    stage.pass(SECOND).await;
    stage.signals.send(Signal::Stop).await.expect("it listens");
    stage.keeper.await.expect("it ends");
    assert!(stage.board.read().stopping && stage.board.read().history.len() == 1);

    let stage = Stage::set(options("10s", "never", "never"), |_, _| Deed::IsDeaf);
    stage.pass(SECOND).await;
    let asked = tokio::time::Instant::now();
    stage.signals.send(Signal::Stop).await.expect("it listens");
    stage.keeper.await.expect("it ends");
    assert_eq!(asked.elapsed().as_secs(), 10, "the run is killed after ten seconds");

    let stage = Stage::set(options("10s", "never", "never"), |_, _| Deed::IsDeaf);
    stage.pass(SECOND).await;
    let asked = tokio::time::Instant::now();
    for _ in 0..2 {
        stage.signals.send(Signal::Stop).await.expect("it listens");
    }
    stage.keeper.await.expect("it ends");
    assert!(asked.elapsed() < SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_state_that_cannot_be_written_is_told_and_proved_again() {
    let stage = Stage::set(options("10s", "never", "never"), |kind, _| well(kind));
    // Nothing was asked of it yet: the keeper begins when the test waits for the first time.
    stage.script.state_fails.store(true, Ordering::Relaxed);
    stage.pass(15 * SECOND).await;
    let board = stage.board.read();
    assert_eq!(board.state.fault.as_ref().map(|said| said.what.as_str()), Some("the disk is full"));
    assert_eq!(unready(&board, EPOCH + 15), ["the state cannot be used: the disk is full"]);
    assert!(board.looked, "it looks all the same");
    drop(board);
    stage.script.state_fails.store(false, Ordering::Relaxed);
    stage.pass(90 * SECOND).await;
    let board = stage.board.read();
    assert!(board.state.fault.is_none() && board.state.proved.is_some());
}

#[tokio::test(start_paused = true)]
async fn i11_all_runs_share_one_budget_of_writes() {
    let writes = |kind| {
        let outcome = OutcomeAccount {
            name: "A".into(),
            verb: "create".into(),
            place: "github acme secret A".into(),
            end: "done".into(),
            reason: String::new(),
        };
        let mut account = account(kind, Status::Ok, Verdict::Pass, 0);
        account.outcomes = vec![outcome; 8];
        Deed::Tells(Box::new(account), SECOND)
    };
    let stage = Stage::set(options("never", "never", "10s"), move |kind, _| writes(kind));
    stage.pass(100 * SECOND).await;
    let given: Vec<_> = stage.went().iter().map(|went| (went.order.writes.burst, went.order.writes.cap)).collect();
    assert_eq!(given[..3], [(10, 50), (10, 42), (10, 34)]);
    assert_eq!(given[6], (2, 2));
    assert_eq!(given.last(), Some(&(0, 0)), "{given:?}");
}
