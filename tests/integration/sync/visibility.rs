//! G16: who sees a secret is as it was after its value changed, or as the mapping declares it.

use esc_sync::{
    model::Slot,
    sandbox::{Fault, github::ItemVisibility},
};
use serde_json::{Value, json};

use super::{change, held, second, secrets, sync, synced, view, with_end};
use crate::support::world::{HEADER, World};

const THREE: [&str; 3] = ["acme/app", "acme/two", "acme/three"];

fn repositories(world: &World) {
    let now = world.running.now();
    world.running.world(|world| {
        for name in ["two", "three", "four"] {
            world.github.put_repository("acme", name, esc_sync::sandbox::github::RepositoryVisibility::Private, now);
        }
    });
}

fn select(world: &World, name: &str, repositories: &[&str]) {
    let selected = world.running.world(|world| {
        world.github.set_visibility("org:acme", Slot::Secret, name, ItemVisibility::Selected, repositories)
    });
    selected.expect("it is there");
}

/// Who sees an organization's secret.
fn seen_by(world: &World, name: &str) -> (Option<ItemVisibility>, Vec<String>) {
    let view = view(world, "org:acme", Slot::Secret, name).expect("it is there");
    (view.visibility, view.repositories)
}

#[test]
fn g16_three_repositories_see_it_before_and_after_its_value_changed() {
    let world = secrets("selected", 2);
    repositories(&world);
    synced(&world);
    select(&world, "S_001", &THREE);
    let before = world.ask("GET", "/orgs/acme/actions/secrets/S_001/repositories", &Value::Null);
    change(&world, 2);
    assert_eq!(with_end(&synced(&world), "done").len(), 2);
    assert_eq!(held(&world, "S_001"), Some(second(1)));
    let after = world.ask("GET", "/orgs/acme/actions/secrets/S_001/repositories", &Value::Null);
    let ids = |list: &Value| -> Vec<_> {
        list["repositories"].as_array().expect("a list").iter().map(|one| one["id"].clone()).collect()
    };
    assert_eq!((ids(&before).len(), ids(&before)), (3, ids(&after)));
    assert_eq!(seen_by(&world, "S_001").0, Some(ItemVisibility::Selected));
}

#[test]
fn g16_a_list_that_cannot_be_read_leaves_its_secret_as_it_is() {
    let world = secrets("selected-unread", 3);
    repositories(&world);
    synced(&world);
    select(&world, "S_001", &THREE);
    change(&world, 3);
    world.fault(Fault::status(403, "Resource not accessible").on("GET", "/S_001/repositories").forever());
    let ran = sync(&world, []);
    assert_eq!(ran.code, 4, "{}", ran.everything());
    assert_eq!(
        (with_end(&ran.json(), "failed"), held(&world, "S_001")),
        (vec!["S_001".to_owned()], Some(super::first(1)))
    );
    assert_eq!((seen_by(&world, "S_001").1.len(), held(&world, "S_002")), (3, Some(second(2))));
}

#[test]
fn g16_what_the_mapping_declares_is_what_they_see() {
    let entries = "  S_000: { esc: s.s000, github: { visibility: selected, visible-to: [acme/app, acme/two] } }\n\
                   \x20 S_001: { esc: s.s001, github: { visibility: private } }\n\
                   \x20 S_002: { esc: s.s002, github: { visibility: all } }\n";
    let world = World::with_mapping("declared", &format!("{HEADER}entries:\n{entries}"));
    repositories(&world);
    let lines: String =
        (0..3).map(|at| format!("    s{at:03}: {{ \"fn::secret\": {} }}\n", json!(super::first(at)))).collect();
    world.esc(&format!("values:\n  s:\n{lines}"));
    let as_declared = |world: &World| {
        let (visibility, mut list) = seen_by(world, "S_000");
        list.sort();
        assert_eq!(
            (visibility, list),
            (Some(ItemVisibility::Selected), vec!["acme/app".to_owned(), "acme/two".to_owned()])
        );
        assert_eq!(seen_by(world, "S_001").0, Some(ItemVisibility::Private));
        assert_eq!(seen_by(world, "S_002").0, Some(ItemVisibility::All));
    };
    synced(&world);
    as_declared(&world);
    // Somebody changes who sees them; the values are right.
    select(&world, "S_000", &["acme/four"]);
    select(&world, "S_001", &["acme/four"]);
    assert_eq!(with_end(&synced(&world), "done").len(), 2);
    as_declared(&world);
    synced(&world);
    assert_eq!(super::writes(&world), Vec::<String>::new());
}
