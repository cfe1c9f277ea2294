//! Plans that are kept: applied exactly, or refused whole when anything they rest on has moved.

use std::fs;

use esc_sync::model::Slot;

use super::{change, definition, edit, first, held, second, secrets, set_by_hand, synced, with_end, writes};
use crate::support::{program::Ran, world::World};

fn keep(world: &World) {
    let ran = world.program(["plan", "--out", "kept.json"]).run();
    // What is to be written is a finding as long as it is not.
    assert_eq!(ran.code, 1, "{}", ran.everything());
}

fn apply(world: &World) -> Ran {
    world.program(["sync", "--yes", "--plan", "kept.json", "--format", "json"]).run()
}

fn assert_refused(world: &World, code: i32) {
    let ran = apply(world);
    assert_eq!((ran.code, writes(world)), (code, Vec::new()), "{}", ran.everything());
    assert!(ran.stderr.contains("plan"), "{}", ran.stderr);
}

/// A plan over three changed secrets, kept.
fn kept(name: &str) -> World {
    let world = secrets(name, 3);
    synced(&world);
    change(&world, 3);
    keep(&world);
    world
}

#[test]
fn a_kept_plan_is_applied_as_it_was_kept() {
    let world = kept("kept");
    let ran = apply(&world);
    assert_eq!((ran.code, with_end(&ran.json(), "done").len()), (0, 3), "{}", ran.everything());
    assert_eq!(held(&world, "S_002"), Some(second(2)));
    // Once applied it rests on what is no more.
    assert_refused(&world, 5);
}

#[test]
fn a_kept_plan_works_before_there_is_a_key() {
    let world = secrets("kept-first", 3);
    keep(&world);
    let ran = apply(&world);
    assert_eq!((ran.code, with_end(&ran.json(), "done").len()), (0, 3), "{}", ran.everything());
    let world = secrets("kept-first-moved", 3);
    keep(&world);
    edit(&world, |text| text.replace(&first(1), "another-value-77aa"));
    assert_refused(&world, 5);
}

#[test]
fn i3_a_kept_plan_is_refused_when_either_side_moved() {
    let world = kept("kept-esc-moved");
    edit(&world, |text| text.replace(&second(1), "another-value-77aa"));
    assert_refused(&world, 5);
    let world = kept("kept-github-moved");
    set_by_hand(&world, Slot::Secret, "S_001", "by-hand-51c2-aa01");
    assert_refused(&world, 5);
    let world = kept("kept-github-gone");
    world.running.world(|world| world.github.remove("org:acme", Slot::Secret, "S_001")).expect("it was there");
    assert_refused(&world, 5);
}

#[test]
fn a_kept_plan_that_was_edited_is_refused() {
    let world = kept("kept-edited");
    let file = world.folder.join("kept.json");
    let text = fs::read_to_string(&file).expect("kept");
    for (at, edited) in
        [text.replace("S_001", "S_000"), text[..text.len() / 2].to_owned(), String::new()].iter().enumerate()
    {
        fs::write(&file, edited).expect("written");
        let ran = apply(&world);
        assert!([2, 5].contains(&ran.code), "edit {at}: {}", ran.everything());
        assert_eq!(writes(&world), Vec::<String>::new(), "edit {at}");
    }
}

#[test]
fn a_kept_plan_of_another_mapping_is_refused() {
    let world = kept("kept-mapping");
    let other = secrets("kept-other", 2);
    fs::copy(world.folder.join("kept.json"), other.folder.join("kept.json")).expect("copied");
    assert_refused(&other, 5);
    let wider = secrets("kept-wider", 4);
    fs::copy(world.folder.join("kept.json"), wider.folder.join("kept.json")).expect("copied");
    assert_refused(&wider, 5);
}

#[test]
fn i8_a_kept_plan_holds_no_value() {
    let world = kept("kept-silent");
    let text = fs::read_to_string(world.folder.join("kept.json")).expect("kept");
    assert!(text.contains("S_000"));
    for at in 0..3 {
        assert!(!text.contains(&second(at)) && !text.contains(&first(at)), "{text}");
    }
    assert!(definition(&world).contains(&second(0)), "the search itself finds values");
}
