//! What a run told, put on the board. Pure.
//!
//! Only a look replaces a look: a run that could not look leaves the last one, whose age grows, and its own line in the
//! history.

use std::sync::Arc;

use super::{
    super::{
        account::{Account, Said},
        board::{Board, Counters, DURATION_BOUNDS, HISTORY, RunLine},
        order::RunKind,
    },
    RunFault,
    under_way::UnderWay,
};
use crate::model::Status;

/// The account of a run that left none.
pub(super) fn account_of_fault(under_way: &UnderWay, ended: i64, duration_ms: u64, fault: RunFault) -> Account {
    Account {
        began: under_way.began.wall,
        ended,
        duration_ms,
        failure: Some(Said { what: fault.what, help: fault.help }),
        ..Account::of_nothing(under_way.kind, under_way.run.clone())
    }
}

/// Puts it on the board. `acts`: this replica does, so that the look is its own.
pub(super) fn post(board: &mut Board, account: Account, acts: bool) {
    board.running = None;
    count(&mut board.counters, &account);
    board.history.push_front(line(&account, &board.replica.id));
    board.history.truncate(HISTORY);
    let account = Arc::new(account);
    if account.is_look() {
        board.look = Some(Arc::clone(&account));
        board.looked |= acts;
        if account.kind == RunKind::Live {
            board.live = Some(Arc::clone(&account));
        }
    }
    if account.kind == RunKind::Sync {
        board.sync = Some(account);
    }
}

fn line(account: &Account, replica: &str) -> RunLine {
    let written = account.outcomes.iter().filter(|outcome| outcome.end == "done").count();
    RunLine {
        kind: account.kind,
        run: account.run.clone(),
        began: account.began,
        duration_ms: account.duration_ms,
        verdict: account.verdict,
        exit: account.exit,
        failure: account.failure.as_ref().map(|said| said.what.clone()),
        ok: account.entries.iter().filter(|entry| entry.status == Status::Ok).count(),
        entries: account.entries.len(),
        written,
        unwritten: account.outcomes.len() - written,
        proposed: account.proposed.len(),
        requests: account.requests.iter().map(|(_, number)| number).sum(),
        replica: replica.to_owned(),
    }
}

/// What only grows. Deliveries of alerts are counted by this as well.
pub(super) fn count(counters: &mut Counters, account: &Account) {
    *counters.runs.entry((account.kind, account.verdict)).or_default() += 1;
    // What is delivered is no write to a store.
    for outcome in account.outcomes.iter().filter(|_| account.kind != RunKind::Deliver) {
        *counters.writes.entry(outcome.end.clone()).or_default() += 1;
    }
    for (store, number) in &account.requests {
        *counters.requests.entry(store.clone()).or_default() += number;
    }
    let took = std::time::Duration::from_millis(account.duration_ms).as_secs_f64();
    let durations = counters.durations.entry(account.kind).or_default();
    durations.sum_s += took;
    durations.count += 1;
    for (number, bound) in durations.up_to.iter_mut().zip(DURATION_BOUNDS) {
        *number += u64::from(took <= bound);
    }
}

/// Writes to GitHub that a run may have made, whatever became of them; ESC has no such limit.
pub(super) fn writes(account: &Account) -> u32 {
    let asked = |end: &str| !matches!(end, "not-begun" | "overtaken");
    let made = account.outcomes.iter().filter(|outcome| asked(&outcome.end) && !outcome.place.starts_with("esc "));
    u32::try_from(made.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{
        super::super::{account::OutcomeAccount, sample},
        *,
    };

    fn outcome(place: &str, end: &str) -> OutcomeAccount {
        OutcomeAccount {
            name: "A".into(),
            verb: "create".into(),
            place: place.into(),
            end: end.into(),
            reason: String::new(),
        }
    }

    #[test]
    fn a_run_that_did_not_look_leaves_the_look_and_a_line() {
        let mut board = Board::default();
        post(&mut board, sample::look(RunKind::Check, 10, &[("A", Status::Ok)]), true);
        let failed = Account {
            failure: Some(Said { what: "no login".into(), help: String::new() }),
            exit: 3,
            ..sample::look(RunKind::Live, 20, &[])
        };
        post(&mut board, failed, true);
        assert_eq!(board.look.as_ref().map(|look| look.ended), Some(10));
        assert!(board.live.is_none() && board.sync.is_none() && board.looked);
        assert_eq!(board.history.front().and_then(|line| line.failure.as_deref()), Some("no login"));
        assert_eq!(board.history.len(), 2);
    }

    #[test]
    fn a_sync_is_remembered_also_when_it_failed_and_live_looks_apart() {
        let mut board = Board::default();
        post(&mut board, sample::look(RunKind::Live, 10, &[("A", Status::Ok)]), false);
        post(&mut board, Account { exit: 4, ..sample::look(RunKind::Sync, 20, &[]) }, false);
        let ended = |account: &Option<Arc<Account>>| account.as_ref().map(|account| account.ended);
        assert_eq!((ended(&board.look), ended(&board.live), ended(&board.sync)), (Some(10), Some(10), Some(20)));
        assert!(!board.looked, "it does not act");
    }

    #[test]
    fn the_history_and_the_counters() {
        let mut board = Board::default();
        for ended in 0..600 {
            let mut sync = sample::look(RunKind::Sync, ended, &[("A", Status::Ok), ("B", Status::Missing)]);
            sync.outcomes = vec![outcome("github acme secret A", "done"), outcome("esc a/b/c d", "unknown")];
            sync.requests = vec![("esc".into(), 2), ("github".into(), 3)];
            post(&mut board, sync, true);
        }
        let newest = board.history.front().expect("a line");
        assert_eq!((board.history.len(), newest.run.as_str()), (HISTORY, "sync-599"));
        assert_eq!((newest.ok, newest.entries, newest.written, newest.unwritten, newest.requests), (1, 2, 1, 1, 5));
        let Counters { runs, writes, requests, durations, .. } = &board.counters;
        assert_eq!(
            (runs[&(RunKind::Sync, crate::daemon::account::Verdict::Pass)], writes["done"], requests["github"]),
            (600, 600, 1_800)
        );
        let durations = &durations[&RunKind::Sync];
        assert_eq!((durations.count, durations.up_to), (600, [0, 0, 0, 600, 600, 600, 600, 600, 600]));
    }

    #[test]
    fn i11_what_may_have_reached_github_counts() {
        let mut sync = sample::look(RunKind::Sync, 1, &[]);
        let ends = ["done", "failed", "unknown", "not-begun", "overtaken"];
        sync.outcomes = ends.iter().map(|end| outcome("github acme secret A", end)).collect();
        sync.outcomes.push(outcome("esc acme/default/production a", "done"));
        assert_eq!(writes(&sync), 3);
    }
}
