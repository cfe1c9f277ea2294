//! What is due when, on a made-up clock.

use super::{
    super::super::{alert::AlertOptions, order::WriteBudget},
    *,
};

const SECOND: Duration = Duration::from_secs(1);
/// A Saturday, noon.
const NOON: i64 = 1_795_262_400;

fn options(check: &str, live: &str, sync: &str) -> KeeperOptions {
    let schedule = |text: &str| text.parse().expect("a schedule");
    KeeperOptions {
        check: schedule(check),
        live: schedule(live),
        sync: schedule(sync),
        jitter: None,
        run_limit: SECOND,
        writes: WriteBudget { burst: 1, cap: 1 },
        write_interval: SECOND,
        workers: 1,
        alerts: AlertOptions { targets: 0, drift_percent: 0, failures: 0, expiry_s: 0, cooldown_s: 0, cap_per_hour: 0 },
    }
}

fn timetable(check: &str, live: &str, sync: &str) -> (Timetable, Moment) {
    let mut table = Timetable::new(&options(check, live, sync), || 0.5);
    let now = Moment { steady: Instant::now(), wall: NOON };
    assert_eq!((table.due(now), table.wait(now)), (None, None), "nothing before it begins");
    table.begin(now);
    (table, now)
}

fn later(now: Moment, seconds: u64) -> Moment {
    Moment { steady: now.steady + Duration::from_secs(seconds), wall: now.wall.saturating_add_unsigned(seconds) }
}

/// Runs whatever is due for `seconds`, each run taking `takes`; tells what began at which second.
fn course(table: &mut Timetable, start: Moment, seconds: u64, takes: u64) -> Vec<(u64, RunKind)> {
    let (mut at, mut began) = (0, Vec::new());
    while at <= seconds {
        let now = later(start, at);
        match table.due(now) {
            Some(kind) => {
                began.push((at, kind));
                table.began(kind);
                at += takes;
                table.ended(kind, true, later(start, at));
            }
            None => at += table.wait(now).map_or(seconds, |wait| wait.as_secs().max(1)),
        }
    }
    began
}

#[test]
fn first_a_check_then_the_services_then_a_sync() {
    use RunKind::{Check, Live, Sync};
    let (mut table, now) = timetable("5m", "1h", "1h");
    // The sync's jitter is half of 30 s; live and sync put the check off by a whole period, and half of 30 s.
    let began = course(&mut table, now, 640, 2);
    assert_eq!(began, [(0, Check), (2, Live), (17, Sync), (334, Check), (634, Check)]);
}

#[test]
fn without_checks_the_others_begin_at_once() {
    let (mut table, now) = timetable("never", "1h", "1h");
    assert_eq!(course(&mut table, now, 60, 2), [(0, RunKind::Live), (15, RunKind::Sync)]);
    let (mut table, now) = timetable("never", "never", "never");
    assert_eq!(course(&mut table, now, 60, 2), []);
}

#[test]
fn c8_what_is_due_while_a_run_is_under_way_is_skipped() {
    let (mut table, now) = timetable("10s", "never", "never");
    assert_eq!(table.due(now), Some(RunKind::Check));
    table.began(RunKind::Check);
    // 10, 20 and 30 pass; 40 comes, with half of a second of jitter.
    assert_eq!(table.ended(RunKind::Check, true, later(now, 35)), 3);
    assert_eq!(table.due(later(now, 35)), None);
    assert_eq!(table.wait(later(now, 35)), Some(Duration::from_millis(5_500)));
    assert_eq!(table.due(later(now, 41)), Some(RunKind::Check));
}

#[test]
fn c8_a_jump_of_the_wall_clock_moves_no_interval() {
    for jump in [-36_000, -61, 61, 36_000, 315_360_000] {
        let (mut table, now) = timetable("5m", "never", "never");
        table.began(RunKind::Check);
        table.ended(RunKind::Check, true, later(now, 1));
        let jumped = Moment { wall: now.wall + jump, ..later(now, 100) };
        assert_eq!(table.due(jumped), None, "{jump}");
        assert_eq!(course(&mut table, jumped, 230, 1).len(), 1, "{jump}");
    }
}

#[test]
fn c8_a_steady_clock_that_leaps_is_not_made_up_for() {
    let (mut table, now) = timetable("10s", "20s", "30s");
    course(&mut table, now, 60, 1);
    let awake = later(now, 86_400);
    let began = course(&mut table, awake, 9, 1);
    // One for the day that passed, and perhaps the next point of the grid.
    let times = |kind| began.iter().filter(|(_, each)| *each == kind).count();
    assert!((1..=2).contains(&times(RunKind::Live)) && (1..=2).contains(&times(RunKind::Sync)), "{began:?}");
    assert!(began.len() <= 5, "{began:?}");
}

#[test]
fn c8_cron_follows_the_wall_clock_wherever_it_goes() {
    let (mut table, now) = timetable("0 * * * *", "never", "30 3 * * *");
    // A check at once whatever the hour; the sync waits for its time.
    assert_eq!(
        course(&mut table, now, 7_300, 1),
        [(0, RunKind::Check), (3_615, RunKind::Check), (7_215, RunKind::Check)]
    );
    // Put back by five hours: the hours come again, one run each. Put forward by a day: one run, not twenty-four.
    let mut back = later(now, 7_400);
    back.wall -= 5 * 3_600;
    assert_eq!(course(&mut table, back, 3_600, 1).len(), 1);
    let forward = Moment { wall: NOON + 86_400 + 60, steady: now.steady + 20_000 * SECOND };
    let began = course(&mut table, forward, 600, 1);
    assert!(began.iter().filter(|(_, kind)| *kind == RunKind::Check).count() <= 1, "{began:?}");
    assert_eq!(began.iter().filter(|(_, kind)| *kind == RunKind::Sync).count(), 1, "{began:?}");
}

#[test]
fn c8_a_clock_that_is_corrected_by_seconds_repeats_nothing() {
    let (mut table, now) = timetable("* * * * *", "never", "never");
    course(&mut table, now, 125, 1);
    let mut corrected = later(now, 130);
    corrected.wall -= 20;
    let began = course(&mut table, corrected, 80, 1);
    assert_eq!(began.len(), 1, "{began:?}");
}

#[test]
fn a_check_that_is_asked_for_comes_now_and_only_once() {
    let (mut table, now) = timetable("never", "never", "never");
    table.ask();
    assert_eq!(table.due(now), Some(RunKind::Check));
    table.began(RunKind::Check);
    table.ended(RunKind::Check, true, now);
    assert_eq!((table.due(now), table.wait(now)), (None, None));
    table.ask();
    table.end();
    assert_eq!(table.due(now), None);
}

#[test]
fn a_sync_without_a_look_does_not_put_the_check_off() {
    let (mut table, now) = timetable("10s", "never", "10s");
    table.began(RunKind::Check);
    table.ended(RunKind::Check, true, later(now, 1));
    let due = later(now, 12);
    assert_eq!(table.due(due), Some(RunKind::Sync), "it is a check as well");
    table.began(RunKind::Sync);
    table.ended(RunKind::Sync, false, due);
    assert_eq!(table.due(due), Some(RunKind::Check));
}

#[test]
fn none_of_those_that_are_always_due_is_forgotten() {
    let (mut table, now) = timetable("1s", "60s", "1s");
    let began = course(&mut table, now, 600, 5);
    let times = |kind| began.iter().filter(|(_, each)| *each == kind).count();
    assert!(times(RunKind::Live) >= 9 && times(RunKind::Sync) > 50, "{began:?}");
}

#[test]
fn the_board_is_told_what_comes_when() {
    let (table, now) = timetable("5m", "never", "0 9 * * 1-5");
    let told: Vec<_> =
        table.scheduled(now).into_iter().map(|row| (row.kind, row.every, row.period_s, row.next)).collect();
    let monday = NOON + 45 * 3_600 + 15;
    assert_eq!(
        told,
        [
            (RunKind::Check, "5m".to_owned(), 300, Some(NOON)),
            (RunKind::Sync, "0 9 * * 1-5".to_owned(), 259_200, Some(monday)),
        ]
    );
}
