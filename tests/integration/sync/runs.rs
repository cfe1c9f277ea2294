//! What is remembered of runs: `history`, and `rollback` of what a run replaced.

use std::fs;

use super::{change, definition, first, held, second, secrets, synced, writes};

fn run_of(report: &serde_json::Value) -> String {
    report["run"].as_str().expect("a run").to_owned()
}

#[test]
fn i12_history_has_an_intent_and_an_outcome_for_every_write() {
    let world = secrets("history", 3);
    synced(&world);
    change(&world, 2);
    let run = run_of(&synced(&world));
    let ran = world.program(["history", "--run", &run]).run();
    assert_eq!((ran.code, world.requests().len()), (0, 0), "{}", ran.everything());
    for name in ["S_000", "S_001"] {
        assert_eq!(ran.stdout.matches(name).count() % 2, 0, "{}", ran.stdout);
        assert!(ran.stdout.contains(name), "{}", ran.stdout);
    }
    assert!(!ran.stdout.contains("S_002"), "{}", ran.stdout);
}

#[test]
fn x19_an_edited_audit_log_is_noticed() {
    let world = secrets("edited-log", 3);
    synced(&world);
    let log = super::state_folder(&world).join("audit/000000000001");
    let text = fs::read_to_string(&log).expect("text");
    fs::write(&log, text.replacen("S_001", "S_009", 1)).expect("written");
    let ran = world.program(["history"]).run();
    assert_eq!(ran.code, 1, "{}", ran.everything());
}

#[test]
fn a_rollback_puts_back_what_a_run_replaced() {
    let world = secrets("rollback", 3);
    synced(&world);
    change(&world, 2);
    let run = run_of(&synced(&world));
    let in_esc = definition(&world);
    let ran = world.program(["rollback", &run, "--yes", "--format", "json"]).run();
    assert!([0, 1].contains(&ran.code), "{}", ran.everything());
    assert_eq!([0, 1, 2].map(|at| held(&world, &format!("S_{at:03}"))), [first(0), first(1), first(2)].map(Some));
    assert_eq!((definition(&world), writes(&world).len()), (in_esc, 2));
    // What was put back is meant: it is not overwritten by the next run.
    let ran = super::sync(&world, []);
    assert_eq!((ran.code, writes(&world)), (5, Vec::new()), "{}", ran.everything());
    let ran = super::sync(&world, ["--overwrite", "S_000", "--overwrite", "S_001"]);
    assert_eq!((ran.code, held(&world, "S_001")), (0, Some(second(1))), "{}", ran.everything());
}

#[test]
fn a_rollback_of_no_run_is_a_usage_error() {
    let world = secrets("rollback-none", 1);
    synced(&world);
    let ran = world.program(["rollback", "20260101T000000Z-00000000", "--yes"]).run();
    assert_eq!((ran.code, writes(&world)), (2, Vec::new()), "{}", ran.everything());
}
