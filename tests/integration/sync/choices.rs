//! `--prune`, `--max-changes`, and names that no entry has: exit codes as the documents say.

use esc_sync::model::Slot;

use super::{held, secrets, set_by_hand, sync, synced, with_end, writes};
use crate::support::world::World;

/// A world in which a run of ours wrote `S_001`, of which no entry speaks any more.
fn left_over(name: &str) -> World {
    let world = secrets(name, 2);
    synced(&world);
    world.without_entry("S_001: s.s001")
}

#[test]
fn i10_m14_a_name_that_left_the_mapping_stays_until_it_is_pruned() {
    let world = left_over("prune");
    synced(&world);
    assert!(held(&world, "S_001").is_some());
    let ran = sync(&world, ["--prune", "S_001"]);
    assert_eq!((ran.code, with_end(&ran.json(), "done")), (0, vec!["S_001".to_owned()]), "{}", ran.everything());
    assert_eq!((held(&world, "S_001"), held(&world, "S_000").is_some()), (None, true));
    assert_eq!(writes(&world), ["DELETE /orgs/acme/actions/secrets/S_001"]);
}

#[test]
fn i10_only_what_we_wrote_and_nobody_touched_is_pruned() {
    let world = left_over("prune-touched");
    set_by_hand(&world, Slot::Secret, "S_001", "by-hand-51c2-aa01");
    world.org_secret("STRANGER", "of-somebody-else-88ab");
    for (name, code) in [("S_001", 5), ("STRANGER", 2), ("S_000", 2), ("NOT_THERE", 2), ("not a name", 2)] {
        let ran = sync(&world, ["--prune", name]);
        assert_eq!((ran.code, writes(&world)), (code, Vec::new()), "{name}: {}", ran.everything());
    }
    assert!(held(&world, "S_001").is_some() && held(&world, "STRANGER").is_some());
}

#[test]
fn i10_a_list_that_cannot_be_read_prunes_nothing() {
    let world = left_over("prune-unread");
    world.fault(esc_sync::sandbox::Fault::status(500, "no").on("GET", "/actions/secrets").forever());
    let ran = sync(&world, ["--prune", "S_001", "--timeout", "300ms"]);
    assert_eq!((ran.code, writes(&world)), (5, Vec::new()), "{}", ran.everything());
}

#[test]
fn a_plan_of_more_changes_than_allowed_is_refused_whole() {
    let world = secrets("cap", 3);
    let ran = sync(&world, ["--max-changes", "2"]);
    assert_eq!((ran.code, writes(&world)), (5, Vec::new()), "{}", ran.everything());
    assert!(ran.stderr.contains("--max-changes"), "{}", ran.stderr);
    assert_eq!(sync(&world, ["--max-changes", "3"]).code, 0);
}

#[test]
fn names_that_no_entry_has_are_usage_errors() {
    let world = secrets("names", 2);
    for args in [
        ["--overwrite", "S_009"],
        ["--overwrite", "not a name"],
        ["--overwrite", "S_*"],
        ["--take", "S_009"],
        ["--only", "NOTHING_*"],
    ] {
        let ran = sync(&world, args);
        assert_eq!((ran.code, writes(&world)), (2, Vec::new()), "{args:?}: {}", ran.everything());
    }
    let ran = sync(&world, ["--overwrite", "S_000", "--take", "S_000"]);
    assert_eq!((ran.code, writes(&world)), (2, Vec::new()), "{}", ran.everything());
}

#[test]
fn only_what_is_selected_is_written() {
    let world = secrets("only", 3);
    let ran = sync(&world, ["--only", "S_001"]);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    assert_eq!([0, 1, 2].map(|at| held(&world, &format!("S_{at:03}")).is_some()), [false, true, false]);
}
