//! I2, and what a `sync` costs: no more requests than the work there is.

use esc_sync::{model::Slot, sandbox::github::ItemVisibility};

use super::{change, edit, revision, secrets, sent, set_by_hand, synced, with_end, writes};
use crate::support::world::World;

/// Method and path of each request, in order of their text, without the numbers of sessions.
fn asked(world: &World) -> Vec<String> {
    let path =
        |path: &str| path.split_once("/open/").map_or(path.to_owned(), |(before, _)| format!("{before}/open/ID"));
    let mut asked: Vec<_> =
        world.requests().iter().map(|request| format!("{} {}", request.method, path(&request.path))).collect();
    asked.sort();
    asked
}

/// What a check of this world asks: of ESC, of GitHub.
fn of_check(world: &World) -> (u64, u64) {
    let ran = world.check([]);
    assert_eq!(sent(&ran.json()).0 + sent(&ran.json()).1, world.requests().len() as u64);
    sent(&ran.json())
}

#[test]
fn i2_a_second_sync_writes_nothing_and_asks_what_a_check_asks_and_the_lone_scopes_key() {
    let world = secrets("again", 6);
    assert_eq!(with_end(&synced(&world), "done").len(), 6);
    for _ in 0..2 {
        let report = synced(&world);
        assert_eq!((writes(&world), report["actions"].as_array().map(Vec::len)), (Vec::new(), Some(0)));
        let mut of_sync = asked(&world);
        of_sync.retain(|asked| asked != "GET /orgs/acme/actions/secrets/public-key");
        of_check(&world);
        assert_eq!(of_sync, asked(&world));
        assert_eq!(report["requests"]["github"], 2, "one list, and the key that a change would have needed");
    }
}

#[test]
fn i11_k_changes_cost_a_key_k_writes_and_a_list() {
    for k in [1, 6, 60] {
        let world = secrets("costs", 60);
        synced(&world);
        let (esc, github) = of_check(&world);
        change(&world, k);
        let report = synced(&world);
        assert_eq!(with_end(&report, "done").len(), k);
        assert_eq!(sent(&report), (esc, github + 1 + k as u64 + 1), "{k} changes");
        assert_eq!(writes(&world).len(), k);
    }
}

#[test]
fn i11_a_changed_secret_that_is_selected_costs_its_list_as_well() {
    let world = secrets("costs-selected", 6);
    synced(&world);
    let (esc, github) = of_check(&world);
    for name in ["S_001", "S_004", "S_005"] {
        let restricted = world.running.world(|world| {
            world.github.set_visibility("org:acme", Slot::Secret, name, ItemVisibility::Selected, &["acme/app"])
        });
        restricted.expect("it is there");
    }
    // Two of the three are among the changed.
    change(&world, 5);
    assert_eq!(sent(&synced(&world)), (esc, github + 1 + 5 + 1 + 2));
}

fn settings(name: &str, count: usize) -> World {
    let entries: Vec<_> = (0..count)
        .map(|at| format!("V_{at:03}: {{ esc: c.v{at:03}, kind: config, direction: github-to-esc }}"))
        .collect();
    let world = World::with_entries(name, &entries.iter().map(String::as_str).collect::<Vec<_>>());
    world.esc("values:\n  other: left alone # with its comment\n");
    for at in 0..count {
        world.org_variable(&format!("V_{at:03}"), &super::first(at));
    }
    world
}

#[test]
fn i11_pulls_are_one_revision_and_three_requests_whatever_their_number() {
    for k in [1, 60] {
        let world = settings("pulls", 60);
        let before = revision(&world);
        assert_eq!(with_end(&synced(&world), "done").len(), 60);
        assert_eq!(revision(&world), before + 1, "all and the key in one");
        let (esc, github) = of_check(&world);
        for at in 0..k {
            set_by_hand(&world, Slot::Variable, &format!("V_{at:03}"), &super::second(at));
        }
        let report = synced(&world);
        assert_eq!(with_end(&report, "done").len(), k);
        // The definition, its check, and the write.
        assert_eq!((sent(&report), revision(&world)), ((esc + 3, github), before + 2), "{k} changes");
        // An environment that may be written is read with its definition, before its values.
        let report = synced(&world);
        assert_eq!((sent(&report), writes(&world)), ((esc + 1, github), Vec::new()));
    }
}

#[test]
fn i2_a_change_that_was_taken_back_is_no_change() {
    let world = secrets("taken-back", 2);
    synced(&world);
    change(&world, 2);
    edit(&world, |text| (0..2).fold(text, |text, at| text.replace(&super::second(at), &super::first(at))));
    synced(&world);
    assert_eq!(writes(&world), Vec::<String>::new());
}
