//! I15: what only looks writes nothing, and who cannot be asked is not taken for a yes.

use super::{held, secrets, set_by_hand, synced, writes};

#[test]
fn i15_plan_and_check_send_only_get_and_what_opens_also_on_first_use() {
    let world = secrets("dry", 6);
    let before = super::definition(&world);
    for command in ["check", "plan"] {
        let ran = world.program([command, "--format", "json"]).run();
        assert_eq!(ran.code, 1, "{}", ran.everything());
        assert_eq!(writes(&world), Vec::<String>::new(), "{command}");
    }
    let ran = world.program(["plan", "--out", "kept.json"]).run();
    assert_eq!((writes(&world), super::definition(&world)), (Vec::new(), before), "{}", ran.everything());
    synced(&world);
    super::change(&world, 6);
    for command in ["check", "plan"] {
        world.program([command]).run();
        assert_eq!(writes(&world), Vec::<String>::new(), "{command}");
    }
}

#[test]
fn i15_a_plan_names_what_a_sync_then_does() {
    let world = secrets("named", 3);
    let plan = world.program(["plan", "--format", "json"]).run().json();
    let names = |report: &serde_json::Value| -> Vec<_> {
        let actions = report["actions"].as_array().expect("actions");
        actions.iter().map(|action| [action["verb"].clone(), action["name"].clone(), action["to"].clone()]).collect()
    };
    assert_eq!(names(&plan).len(), 3);
    assert_eq!(names(&plan), names(&synced(&world)));
}

#[test]
fn c10_without_a_terminal_and_without_a_yes_nothing_is_written_and_the_plan_is_shown() {
    let world = secrets("no-terminal", 2);
    let ran = world.program(["sync"]).run();
    assert_eq!((ran.code, writes(&world)), (5, Vec::new()), "{}", ran.everything());
    assert!(ran.stderr.contains("--yes"), "{}", ran.stderr);
    for name in ["S_000", "S_001"] {
        assert!(ran.everything().contains(name), "the plan does not name {name}:\n{}", ran.everything());
        assert_eq!(held(&world, name), None);
    }
    // With nothing to do there is nothing to ask.
    synced(&world);
    let ran = world.program(["sync"]).run();
    assert_eq!((ran.code, writes(&world)), (0, Vec::new()), "{}", ran.everything());
}

#[test]
fn i15_a_drifted_secret_is_no_reason_to_write() {
    let world = secrets("dry-drift", 2);
    synced(&world);
    set_by_hand(&world, esc_sync::model::Slot::Secret, "S_000", "by-hand-51c2-aa01");
    for command in ["check", "plan"] {
        let ran = world.program([command]).run();
        assert_eq!(writes(&world), Vec::<String>::new(), "{}", ran.everything());
    }
}
