//! Cool-down, the cap of an hour, and a memory that stays small.

use std::sync::Arc;

use super::{
    super::{
        super::{account::Account, order::RunKind},
        AlertOptions,
    },
    Told, board,
    boards::{account, proposed, run, some},
    healthy, options, unhealthy,
};
use crate::model::Status;

const QUIET: [&str; 0] = [];

#[test]
fn what_flaps_is_said_once_within_the_cool_down_and_its_end_is_not_lost() {
    let (well, ill) = (board(some(0, 20, Status::Ok)), board(some(1, 20, Status::Missing)));
    let mut told = Told::default();
    let mut at = |minute, is_well: bool| {
        let (board, health) = if is_well { (&well, healthy()) } else { (&ill, unhealthy()) };
        told.at(minute, board, &health, &options())
    };
    assert_eq!(at(0, false), ["health firing"]);
    assert_eq!(at(5, true), ["health resolved"]);
    for minute in (10..60).step_by(10) {
        assert_eq!(at(minute, false), QUIET, "minute {minute}");
        assert_eq!(at(minute + 5, true), QUIET, "minute {minute}");
    }
    assert_eq!(at(60, false), ["health firing"]);
    // The last end was said at minute 5, so this one may be said at once.
    assert_eq!(at(66, true), ["health resolved"]);
    assert_eq!(at(119, false), QUIET);
    assert_eq!(at(120, false), ["health firing"]);
    // And this one has to wait, and is said as soon as it may be.
    assert_eq!(at(121, true), QUIET);
    assert_eq!(at(125, true), QUIET);
    assert_eq!(at(126, true), ["health resolved"]);
    assert_eq!(told.memory.suppressed(), 5 + 1 + 1);
}

/// A board on which four subjects fire at once.
fn bad() -> super::super::super::Board {
    let mut board = board(some(9, 20, Status::Drifted));
    board.history = vec![run(RunKind::Check, 3, None); 3].into();
    board.sync = Some(Arc::new(Account { proposed: proposed(&["A"]), ..account(RunKind::Sync) }));
    board
}

#[test]
fn the_last_message_of_an_hour_says_that_more_is_held_back() {
    let capped = AlertOptions { cap_per_hour: 3, ..options() };
    let mut told = Told::default();
    assert_eq!(told.at(0, &bad(), &unhealthy(), &capped), ["health firing", "drift firing", "cap notice"]);
    assert!(
        told.text().contains("failures firing: runs come to no result: check\nproposals firing"),
        "{}",
        told.text()
    );
    assert_eq!(told.memory.suppressed(), 2);
    assert_eq!(told.at(59, &bad(), &unhealthy(), &capped), QUIET);
    assert_eq!(told.at(60, &bad(), &unhealthy(), &capped), ["failures firing", "proposals firing"]);
    assert_eq!(told.memory.suppressed(), 2, "what was counted is not counted again");
}

#[test]
fn just_as_many_as_fit_leave_room_for_the_last_word() {
    let of = |cap_per_hour| Told::default().at(0, &bad(), &unhealthy(), &AlertOptions { cap_per_hour, ..options() });
    assert_eq!(of(0), QUIET);
    assert_eq!(of(1), ["cap notice"]);
    assert_eq!(of(4), ["health firing", "drift firing", "failures firing", "cap notice"]);
    assert_eq!(of(5), ["health firing", "drift firing", "failures firing", "proposals firing"]);
}

#[test]
fn c8_a_clock_that_was_set_back_silences_nobody_for_longer_than_the_cool_down() {
    let (well, ill) = (board(some(0, 20, Status::Ok)), board(some(1, 20, Status::Missing)));
    let mut told = Told::default();
    assert_eq!(told.at(10_000, &ill, &unhealthy(), &options()), ["health firing"]);
    assert_eq!(told.at(10_005, &well, &healthy(), &options()), ["health resolved"]);
    assert_eq!(told.at(0, &ill, &unhealthy(), &options()), QUIET);
    assert_eq!(told.at(60, &ill, &unhealthy(), &options()), ["health firing"]);
}

#[test]
fn c12_ten_thousand_proposals_are_remembered_in_a_few_bytes() {
    let names: Vec<_> = (0..10_000).map(|at| format!("NAME_{at}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let mut board = board(Vec::new());
    board.sync = Some(Arc::new(Account { proposed: proposed(&names), ..account(RunKind::Sync) }));
    let mut told = Told::default();
    assert_eq!(told.at(0, &board, &healthy(), &options()), ["proposals firing"]);
    let fewer = Account { proposed: proposed(&names[..9_000]), ..account(RunKind::Sync) };
    board.sync = Some(Arc::new(fewer));
    assert_eq!(told.at(120, &board, &healthy(), &options()), QUIET, "fewer are no news");
    let kept = serde_json::to_string(&told.memory).expect("it can be kept");
    assert!(kept.len() < 4096, "{} bytes", kept.len());
}
