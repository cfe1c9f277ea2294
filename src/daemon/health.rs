//! Whether all is well, as far as anybody looked: a pure function of the board and of the time.
//!
//! It is `healthy` only if a full look passed lately and nothing speaks against it; each other case has its reason.
//! Whether the keeper moves at all is `Pulse`'s. `docs/serve.md` has the same table for people.

use serde::Serialize;

pub use super::readiness::unready;
use super::{
    account::{Account, Verdict},
    board::Board,
    combined::{Combined, combined},
    order::RunKind,
};
use crate::model::Status;

/// What is true of health.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum HealthVerdict {
    Unhealthy,
    /// Nobody looked lately, or what was looked at could not be found out.
    Unknown,
    Healthy,
}

crate::model::words! {
    HealthVerdict { Unhealthy => "unhealthy", Unknown => "unknown", Healthy => "healthy" }
}

/// The verdict with what it rests on.
#[derive(Clone, Debug, Serialize)]
pub struct Health {
    pub verdict: HealthVerdict,
    /// Why it is not `healthy`, worst first; empty where it is.
    pub reasons: Vec<String>,
    /// When the look that it rests on ended.
    pub checked_at: Option<i64>,
    pub age_s: Option<i64>,
    pub run: Option<String>,
    /// Entries by status and by evidence, in the order of the contract.
    pub statuses: Vec<(String, usize)>,
    pub evidence: Vec<(String, usize)>,
    pub live_age_s: Option<i64>,
}

/// One thing that speaks against it.
type Reason = (HealthVerdict, String);

/// Beyond twice the time between two runs, for what a run itself takes and its jitter.
const GRACE_S: i64 = 60;

/// `now`: seconds since 1970.
pub fn health(board: &Board, now: i64) -> Health {
    let view = combined(board);
    let mut reasons: Vec<Reason> = view.as_ref().map_or_else(|| vec![unseen(board)], |view| of_looks(board, view, now));
    reasons.extend(of_the_sync(board));
    reasons.extend(of_deliveries(board));
    // Stable: within one verdict the order above stays.
    reasons.sort_by_key(|(verdict, _)| *verdict);
    let live = view.as_ref().and_then(|view| view.live);
    Health {
        verdict: reasons.first().map_or(HealthVerdict::Healthy, |(verdict, _)| *verdict),
        reasons: reasons.into_iter().map(|(_, reason)| reason).collect(),
        checked_at: view.as_ref().map(|view| view.look.ended),
        age_s: view.as_ref().map(|view| now - view.look.ended),
        run: view.as_ref().map(|view| view.look.run.clone()),
        statuses: view.iter().flat_map(Combined::statuses).map(|(one, number)| (one.to_string(), number)).collect(),
        evidence: view.iter().flat_map(Combined::evidence).map(|(one, number)| (one.to_string(), number)).collect(),
        live_age_s: live.map(|live| now - live.ended),
    }
}

/// The usual time between two runs of a kind; `None`: there are none.
fn period(board: &Board, kind: RunKind) -> Option<i64> {
    let scheduled = board.schedule.iter().find(|scheduled| scheduled.kind == kind)?;
    i64::try_from(scheduled.period_s).ok().filter(|period| *period > 0)
}

/// The time between two looks: every kind of run is one.
fn look_period(board: &Board) -> i64 {
    let all = [RunKind::Check, RunKind::Live, RunKind::Sync].into_iter().filter_map(|kind| period(board, kind));
    period(board, RunKind::Check).or_else(|| all.min()).unwrap_or_default()
}

fn unseen(board: &Board) -> Reason {
    let failure = board.history.front().and_then(|line| Some((line.kind, line.failure.as_ref()?)));
    let text = match failure {
        Some((kind, failure)) => format!("nobody looked yet: the last {kind} came to no result: {failure}"),
        None => "nobody looked yet".to_owned(),
    };
    (HealthVerdict::Unknown, text)
}

fn of_looks(board: &Board, view: &Combined<'_>, now: i64) -> Vec<Reason> {
    let age = now - view.look.ended;
    let mut reasons = Vec::from_iter(of_the_age("look", age, look_period(board)));
    reasons.extend(of_the_verdict(view, age));
    if view.entries.is_empty() && !view.look.idle {
        reasons.push((HealthVerdict::Unknown, "no entry was checked".to_owned()));
    }
    let Some(live_period) = period(board, RunKind::Live) else { return reasons };
    match view.live {
        Some(live) => reasons.extend(of_the_age("live look", now - live.ended, live_period)),
        None => reasons.push((HealthVerdict::Unknown, "no service was asked yet".to_owned())),
    }
    reasons
}

fn of_the_age(what: &str, age: i64, period: i64) -> Option<Reason> {
    let limit = period.saturating_mul(2).saturating_add(GRACE_S);
    let text = match age {
        _ if age < -GRACE_S => {
            format!("the last {what} ended {} s in the future: the clock went back", age.unsigned_abs())
        }
        _ if age > limit => format!("the last {what} ended {age} s ago, and one is due every {period} s"),
        _ => return None,
    };
    Some((HealthVerdict::Unknown, text))
}

fn of_the_verdict(view: &Combined<'_>, age: i64) -> Option<Reason> {
    let not_ok: Vec<_> = view.statuses().into_iter().filter(|(status, _)| *status != Status::Ok).collect();
    let counting = view.findings.iter().copied().chain(view.entries.iter().flat_map(|entry| &entry.findings));
    let what = match counting.filter(|finding| finding.is_found()).count() {
        0 => "what counts".to_owned(),
        1 => "1 finding that counts".to_owned(),
        number => format!("{number} findings that count"),
    };
    let counts = not_ok.iter().map(|(status, number)| format!("{number} {status}")).collect::<Vec<_>>().join(", ");
    let counts = if counts.is_empty() { String::new() } else { format!(" ({counts} of {})", view.entries.len()) };
    match view.verdict {
        Verdict::Pass => None,
        Verdict::Fail => Some((HealthVerdict::Unhealthy, format!("the look {age} s ago found {what}{counts}"))),
        Verdict::Unknown => Some((HealthVerdict::Unknown, format!("not everything could be found out{counts}"))),
    }
}

/// A sync that only found something (exit 1) did what it is for; what it found is in the look.
fn of_the_sync(board: &Board) -> Option<Reason> {
    period(board, RunKind::Sync)?;
    let sync: &Account = board.sync.as_deref()?;
    let why = sync.failure.as_ref().map(|said| format!(": {}", said.what)).unwrap_or_default();
    match sync.exit {
        0 | 1 if sync.failure.is_none() => None,
        4 => Some((HealthVerdict::Unhealthy, format!("writes of the last sync failed or are unknown (exit 4){why}"))),
        5 => Some((
            HealthVerdict::Unknown,
            format!("the last sync left {} as they are, since a person must decide (exit 5){why}", places(sync)),
        )),
        exit => Some((HealthVerdict::Unknown, format!("the last sync came to no result (exit {exit}){why}"))),
    }
}

fn places(sync: &Account) -> String {
    match sync.held_back.len() {
        1 => "1 place".to_owned(),
        number => format!("{number} places"),
    }
}

fn of_deliveries(board: &Board) -> Option<Reason> {
    let (since, said) = board.deliveries.failing.as_ref()?;
    let since = crate::model::Stamp(*since);
    Some((HealthVerdict::Unknown, format!("alerts cannot be delivered since {since}: {}", said.what)))
}

/// Whether the last look is too old to go by, or from the future.
pub(super) fn is_stale(board: &Board, look: &Account, now: i64) -> bool {
    of_the_age("look", now - look.ended, look_period(board)).is_some()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            account::Said,
            board::{RunLine, Scheduled},
            sample,
        },
        *,
    };

    const NOW: i64 = 1_000_000;

    fn scheduled(kind: RunKind, period_s: u64) -> Scheduled {
        Scheduled { kind, every: String::new(), period_s, next: None }
    }

    fn healthy() -> Board {
        Board {
            schedule: vec![
                scheduled(RunKind::Check, 300),
                scheduled(RunKind::Live, 3_600),
                scheduled(RunKind::Sync, 3_600),
            ],
            look: Some(sample::look(RunKind::Check, NOW - 10, &[("A", Status::Ok)]).into()),
            live: Some(sample::look(RunKind::Live, NOW - 100, &[("A", Status::Ok)]).into()),
            sync: Some(sample::look(RunKind::Sync, NOW - 50, &[("A", Status::Ok)]).into()),
            ..Board::default()
        }
    }

    fn with(change: impl FnOnce(&mut Board)) -> Board {
        let mut board = healthy();
        change(&mut board);
        board
    }

    fn look(ended: i64, verdict: Verdict) -> Option<std::sync::Arc<Account>> {
        Some(Account { verdict, ..sample::look(RunKind::Check, ended, &[("A", Status::Missing)]) }.into())
    }

    fn sync(exit: u8) -> Option<std::sync::Arc<Account>> {
        Some(Account { exit, ..sample::look(RunKind::Sync, NOW - 50, &[("A", Status::Ok)]) }.into())
    }

    /// Each row: what is on the board, the verdict, and a part of the first reason.
    #[test]
    fn every_row_of_the_table_of_health() {
        use HealthVerdict::{Healthy, Unhealthy, Unknown};
        let failing = Some((NOW - 5, Said { what: "the webhook answers 500".into(), help: String::new() }));
        let mut no_entries = sample::look(RunKind::Check, NOW, &[]);
        no_entries.verdict = Verdict::Pass;
        let rows: Vec<(Board, HealthVerdict, &str)> = vec![
            (healthy(), Healthy, ""),
            (Board::default(), Unknown, "nobody looked yet"),
            (with(|board| board.look = look(NOW - 659, Verdict::Pass)), Healthy, ""),
            (with(|board| board.look = look(NOW - 661, Verdict::Pass)), Unknown, "ended 661 s ago"),
            (with(|board| board.look = look(NOW - 9_000, Verdict::Fail)), Unhealthy, "9000 s ago found"),
            (with(|board| board.look = look(NOW + 61, Verdict::Pass)), Unknown, "the clock went back"),
            (with(|board| board.look = look(NOW + 59, Verdict::Pass)), Healthy, ""),
            (with(|board| board.look = look(NOW, Verdict::Unknown)), Unknown, "could be found out (1 missing of 1)"),
            (with(|board| board.look = Some(no_entries.into())), Unknown, "no entry was checked"),
            (with(|board| board.live = None), Unknown, "no service was asked yet"),
            (with(|board| board.live = look(NOW - 7_261, Verdict::Pass)), Unknown, "the last live look ended 7261 s"),
            (with(|board| board.sync = None), Healthy, ""),
            (with(|board| board.sync = sync(1)), Healthy, ""),
            (with(|board| board.sync = sync(3)), Unknown, "came to no result (exit 3)"),
            (with(|board| board.sync = sync(4)), Unhealthy, "failed or are unknown (exit 4)"),
            (with(|board| board.sync = sync(5)), Unknown, "since a person must decide (exit 5)"),
            (with(|board| board.sync = sync(130)), Unknown, "came to no result (exit 130)"),
            (with(|board| board.deliveries.failing = failing), Unknown, "alerts cannot be delivered since 1970-01-12"),
        ];
        for (index, (board, verdict, reason)) in rows.iter().enumerate() {
            let found = health(board, NOW);
            assert_eq!(found.verdict, *verdict, "row {index}: {:?}", found.reasons);
            assert!(found.reasons.first().map_or("", String::as_str).contains(reason), "row {index}: {found:?}");
            assert_eq!(found.reasons.is_empty(), *verdict == Healthy, "row {index}");
        }
    }

    #[test]
    fn what_is_not_scheduled_is_not_waited_for() {
        let only_checks = with(|board| {
            board.schedule.truncate(1);
            board.live = None;
            board.sync = sync(4);
        });
        assert_eq!(health(&only_checks, NOW).verdict, HealthVerdict::Healthy);
        let only_syncs = with(|board| drop(board.schedule.drain(..2)));
        assert_eq!(health(&only_syncs, NOW + 3_000).verdict, HealthVerdict::Healthy);
    }

    #[test]
    fn the_worst_reason_stands_first_and_numbers_tell_what_it_rests_on() {
        let board = with(|board| {
            board.look = look(NOW - 700, Verdict::Unknown);
            board.sync = sync(4);
        });
        let found = health(&board, NOW);
        assert!(found.reasons[0].contains("exit 4") && found.reasons.len() == 3, "{found:?}");
        assert_eq!((found.checked_at, found.age_s, found.live_age_s), (Some(NOW - 700), Some(700), Some(100)));
        assert_eq!(found.statuses, [("missing".to_owned(), 1)]);
        assert_eq!(found.evidence, [("attested".to_owned(), 1)]);
    }

    #[test]
    fn a_first_look_that_failed_is_named() {
        let line: RunLine = serde_json::from_value(serde_json::json!({
            "kind": "check", "run": "r", "began": 1, "duration_ms": 1, "verdict": "unknown", "exit": 3,
            "failure": "the login is refused", "ok": 0, "entries": 0, "written": 0, "unwritten": 0, "proposed": 0,
            "requests": 0,
        }))
        .expect("a line");
        let board = Board { history: [line].into(), ..Board::default() };
        assert_eq!(
            health(&board, NOW).reasons,
            ["nobody looked yet: the last check came to no result: the login is refused"]
        );
    }
}
