//! Files of plans: what they may replace, and what may be said beside them.

use std::fs;

use super::{on_github, two_to_create};

#[test]
fn a_plan_is_never_kept_over_the_mapping_or_a_report() {
    let world = two_to_create("plan-files");
    for out in ["esc-sync.yaml", "./esc-sync.yaml", ".", "none/plan.json"] {
        let ran = world.program(["plan", "--out", out]).run();
        assert_eq!((ran.code, world.requests().len()), (2, 0), "{out}: {}", ran.everything());
    }
    let ran = world.program(["plan", "--out", "both.json", "--report", "json=both.json"]).run();
    assert_eq!(ran.code, 2, "{}", ran.everything());
    assert!(fs::read_to_string(world.folder.join("esc-sync.yaml")).expect("there").starts_with("version: 1"));
}

#[test]
fn a_link_stays_one_when_a_plan_is_kept_through_it() {
    let world = two_to_create("plan-files");
    let link = world.folder.join("plan.json");
    std::os::unix::fs::symlink("kept.json", &link).expect("a link");
    fs::write(world.folder.join("kept.json"), "old").expect("written");
    world.program(["plan", "--out", "plan.json"]).run();
    assert!(link.is_symlink());
    assert!(fs::read_to_string(link).expect("there").contains("esc-sync/plan/v1"));
}

#[test]
fn a_kept_plan_takes_no_selection() {
    let world = two_to_create("plan-files");
    world.program(["plan", "--out", "plan.json"]).run();
    let ran = world.program(["sync", "--yes", "--plan", "plan.json", "--only", "ALPHA*"]).run();
    assert_eq!(ran.code, 2, "{}", ran.everything());
    assert_eq!(on_github(&world, "BETA_TOKEN"), None);
}
