//! Each subject: from where on it fires, what it says, and when it is over.

use std::sync::Arc;

use super::{
    super::{
        super::{
            account::{Account, KeyAccount},
            board::Role,
            order::RunKind,
        },
        SUBJECTS,
    },
    Told, board,
    boards::{MINUTE, NOW, account, entry, expiring, proposed, run, some},
    healthy, options, unhealthy, unknown,
};
use crate::model::Status;

const QUIET: [&str; 0] = [];

#[test]
fn subjects_have_names_of_their_own_and_a_row_in_the_document() {
    let ids: Vec<_> = SUBJECTS.iter().map(|subject| subject.id).collect();
    assert_eq!(ids, ["health", "drift", "failures", "keys", "proposals"]);
    for subject in SUBJECTS {
        let threshold = subject.threshold.map(|option| format!("`{option}` ")).unwrap_or_default();
        let row = format!("| `{}` | {} | {threshold}|", subject.id, subject.what);
        assert!(include_str!("../../../../docs/alerts.md").contains(&row), "docs/alerts.md has no row {row}");
    }
}

#[test]
fn health_is_told_when_it_changes_and_not_at_every_tick() {
    let (well, ill) = (board(some(0, 20, Status::Ok)), board(some(1, 20, Status::Missing)));
    let mut told = Told::default();
    let rows = [
        (0, &well, healthy(), &QUIET[..]),
        (5, &ill, unhealthy(), &["health firing"]),
        (10, &ill, unhealthy(), &QUIET),
        (15, &well, healthy(), &["health resolved"]),
        (20, &well, healthy(), &QUIET),
    ];
    for (minute, board, health, expected) in rows {
        assert_eq!(told.at(minute, board, &health, &options()), expected, "minute {minute}");
    }
}

#[test]
fn health_says_what_fails_and_what_to_do() {
    let mut told = Told::default();
    told.at(0, &board(some(12, 60, Status::Missing)), &unhealthy(), &options());
    let text = told.text();
    assert!(text.contains("esc-sync firing: unhealthy, 12 of 60 entries fail\nentries fail\n"), "{text}");
    assert!(text.contains("KEY_9 (critical): missing, it is not there; run `esc-sync sync`\nand 2 more\n"), "{text}");
    assert!(!text.contains("KEY_10") && text.contains("told by replica r1 of esc-sync.yaml"), "{text}");
}

#[test]
fn a_further_entry_that_fails_is_told_and_one_less_is_not() {
    let mut told = Told::default();
    let at = |told: &mut Told, minute, failing| {
        told.at(minute, &board(some(failing, 40, Status::Missing)), &unhealthy(), &options())
    };
    assert_eq!(at(&mut told, 0, 2), ["health firing"]);
    assert_eq!(at(&mut told, 5, 1), QUIET);
    assert_eq!(at(&mut told, 10, 2), QUIET);
    assert_eq!(at(&mut told, 15, 3), ["health changed"]);
}

#[test]
fn health_is_unknown_only_after_it_lasted() {
    let mut told = Told::default();
    let mut board = board(Vec::new());
    board.replica.started = NOW;
    let rows = [(0, &QUIET[..]), (4, &QUIET), (5, &["health firing"]), (6, &QUIET)];
    for (minute, expected) in rows {
        assert_eq!(told.at(minute, &board, &unknown(), &options()), expected, "minute {minute}");
    }
    // The daemon that begins now does not know for how long the one before it knew nothing.
    let mut later = Told { memory: Told::default().memory, ..Told::default() };
    assert_eq!(later.at(0, &board, &unknown(), &options()), QUIET);
    board.replica.started = NOW + 10 * MINUTE;
    assert_eq!(later.at(10, &board, &unknown(), &options()), QUIET);
    assert_eq!(later.at(15, &board, &unknown(), &options()), ["health firing"]);
}

#[test]
fn drift_counts_beyond_its_share() {
    let cases = [
        (2, 20, Status::Drifted, false),
        (3, 20, Status::Drifted, true),
        (3, 20, Status::Conflict, true),
        (3, 20, Status::Mismatch, true),
        (3, 20, Status::Missing, false),
        (1, 1, Status::Drifted, true),
    ];
    for (number, of, status, fires) in cases {
        let said = Told::default().at(0, &board(some(number, of, status)), &healthy(), &options());
        assert_eq!(said, if fires { &["drift firing"][..] } else { &QUIET }, "{number} of {of} {status}");
    }
}

#[test]
fn drift_is_not_over_because_nobody_could_look() {
    let mut told = Told::default();
    let at = |told: &mut Told, minute, entries| told.at(minute, &board(entries), &healthy(), &options());
    assert_eq!(at(&mut told, 0, some(5, 20, Status::Drifted)), ["drift firing"]);
    assert_eq!(at(&mut told, 5, some(20, 20, Status::Unknown)), QUIET);
    assert_eq!(at(&mut told, 10, Vec::new()), QUIET);
    assert_eq!(at(&mut told, 15, some(1, 20, Status::Drifted)), ["drift resolved"]);
}

#[test]
fn runs_without_a_result_are_counted_by_kind_from_the_newest() {
    let (bad, away, good) = (Some("killed"), None, None);
    let (check, sync) = (RunKind::Check, RunKind::Sync);
    let cases = [
        (vec![run(check, 0, bad), run(check, 3, away)], false),
        (vec![run(check, 0, bad), run(sync, 0, good), run(check, 3, away), run(check, 3, away)], true),
        (vec![run(check, 1, good), run(check, 3, away), run(check, 3, away), run(check, 3, away)], false),
        (vec![run(check, 3, away), run(sync, 3, away), run(check, 3, away), run(sync, 3, away)], false),
        (vec![run(RunKind::Deliver, 3, bad), run(RunKind::Deliver, 3, bad), run(RunKind::Deliver, 3, bad)], false),
    ];
    for (history, fires) in cases {
        let mut board = board(Vec::new());
        board.history = history.into();
        let said = Told::default().at(0, &board, &healthy(), &options());
        assert_eq!(said, if fires { &["failures firing"][..] } else { &QUIET }, "{:?}", board.history);
        let never = super::super::AlertOptions { failures: 0, ..options() };
        assert_eq!(Told::default().at(0, &board, &healthy(), &never), QUIET);
    }
}

#[test]
fn the_machines_key_is_told_when_it_is_due_and_when_it_is_overdue() {
    let mut told = Told::default();
    let mut at = |day: i64, since: i64| {
        let rotation = KeyAccount { since: Some(since), max_age_days: Some(90), ..KeyAccount::default() };
        let mut board = board(some(0, 1, Status::Ok));
        board.look = Some(Arc::new(Account { rotation: Some(rotation), ..account(RunKind::Check).with(&board) }));
        told.at(day * 1440, &board, &healthy(), &options())
    };
    assert_eq!(at(0, NOW), QUIET);
    assert_eq!(at(75, NOW), QUIET);
    assert_eq!(at(76, NOW), ["keys firing"]);
    assert_eq!(at(80, NOW), QUIET);
    assert_eq!(at(90, NOW), ["keys changed"]);
    assert_eq!(at(91, NOW + 91 * 86_400), ["keys resolved"]);
}

impl Account {
    /// With the entries that the board's look has.
    fn with(self, board: &super::super::super::Board) -> Self {
        let entries = board.look.as_ref().map(|look| look.entries.clone()).unwrap_or_default();
        Self { entries, ..self }
    }
}

#[test]
fn an_open_rotation_is_told_once_its_overlap_is_near_its_end() {
    let rotation = KeyAccount {
        open: Some("r7".to_owned()),
        overlap_until: Some(NOW - 60),
        since: Some(0),
        ..KeyAccount::default()
    };
    let mut board = board(some(0, 1, Status::Ok));
    board.look = Some(Arc::new(Account { rotation: Some(rotation), ..account(RunKind::Check).with(&board) }));
    let mut told = Told::default();
    assert_eq!(told.at(0, &board, &healthy(), &options()), ["keys firing"]);
    assert!(told.text().contains("rotation r7") && told.text().contains("1 of them overdue"), "{}", told.text());
}

#[test]
fn a_credential_is_due_by_the_newest_word_of_its_service() {
    let (soon, late) = (NOW + 5 * 86_400, NOW + 100 * 86_400);
    let mut board = board(vec![expiring("TOKEN", NOW - 100, soon), entry("OTHER", Status::Ok)]);
    assert_eq!(Told::default().at(0, &board, &healthy(), &options()), ["keys firing"]);
    // It was renewed since, and one that left the mapping is nobody's.
    let live = vec![expiring("TOKEN", NOW, late), expiring("GONE", NOW, soon)];
    board.live = Some(Arc::new(Account { entries: live, ..account(RunKind::Live) }));
    assert_eq!(Told::default().at(0, &board, &healthy(), &options()), QUIET);
}

#[test]
fn proposals_are_told_once_for_each_set() {
    let mut told = Told::default();
    let mut at = |minute, names: &[&str], exit| {
        let mut board = board(Vec::new());
        let sync = Account { proposed: proposed(names), exit, ..account(RunKind::Sync) };
        board.sync = Some(Arc::new(sync));
        told.at(minute, &board, &healthy(), &options())
    };
    assert_eq!(at(0, &["A"], 0), ["proposals firing"]);
    assert_eq!(at(60, &["A"], 0), QUIET);
    assert_eq!(at(120, &["A", "B"], 0), ["proposals changed"]);
    assert_eq!(at(180, &["B"], 0), QUIET);
    // A sync that could not look knows of no proposals, which is no end of them.
    assert_eq!(at(240, &[], 3), QUIET);
    assert_eq!(at(300, &[], 0), ["proposals resolved"]);
}

#[test]
fn only_who_acts_and_has_addresses_says_anything() {
    let ill = board(some(1, 2, Status::Missing));
    let standby = super::super::super::Board { role: Role::Standby { leader: None }, ..ill.clone() };
    let stopping = super::super::super::Board { stopping: true, ..ill.clone() };
    for silent in [&standby, &stopping] {
        assert_eq!(Told::default().at(0, silent, &unhealthy(), &options()), QUIET);
    }
    let nowhere = super::super::AlertOptions { targets: 0, ..options() };
    assert_eq!(Told::default().at(0, &ill, &unhealthy(), &nowhere), QUIET);
    assert_eq!(Told::default().at(0, &ill, &unhealthy(), &options()), ["health firing"]);
}

#[test]
fn x7_hostile_names_are_harmless_and_lines_short() {
    let name = format!("A\u{1b}[2J\u{202e}\n{}", "x".repeat(10_000));
    let mut told = Told::default();
    told.at(0, &board(vec![entry(&name, Status::Missing)]), &unhealthy(), &options());
    let lines: Vec<_> = told.last.iter().flat_map(|message| &message.lines).collect();
    assert!(lines.iter().any(|line| line.starts_with("A\u{fffd}[2J\u{fffd}\u{fffd}xxx")), "{lines:?}");
    assert!(lines.iter().all(|line| line.chars().count() <= 301), "{lines:?}");
}
