//! `explain` of an entry: its whole story, and never its value.

use esc_sync::sandbox::Fault;
use serde_json::json;

use crate::support::{
    marks::{MARK, assert_silent},
    program::Ran,
    world::World,
};

const ENTRIES: [&str; 3] = [
    "STRIPE_API_KEY: { esc: s.stripe, tier: critical, aliases: [STRIPE_KEY] }",
    "REGION: { esc: s.region, kind: config, expect: eu-central-1 }",
    "OTHER: s.other",
];

fn world(name: &str) -> World {
    let world = World::with_entries(name, &ENTRIES);
    world.esc_secrets(&[("stripe", &format!("sk_{MARK}_1")), ("region", "eu-central-1"), ("other", MARK)]);
    world
}

fn explain(world: &World, args: &[&str]) -> Ran {
    let ran = world.program(["explain"]).args(args.iter().copied()).run();
    assert_silent(&ran, "explain");
    ran
}

#[test]
fn an_entry_is_told_from_the_mapping_to_the_audit_log() {
    let world = world("explain-entry");
    let before = explain(&world, &["stripe_api_key", "--format", "json"]);
    assert_eq!(before.code, 0, "{}", before.everything());
    let entry = &before.json()["entry"];
    assert!(entry["at"].as_str().is_some_and(|at| at.ends_with("esc-sync.yaml:5")), "{entry:#}");
    assert_eq!((&entry["name"], &entry["alias"]), (&json!("STRIPE_API_KEY"), &json!(null)));
    assert_eq!((&entry["declared"]["tier"], &entry["declared"]["aliases"]), (&json!("critical"), &json!("STRIPE_KEY")));
    assert_eq!((&entry["now"]["status"], &entry["plan"][0]["decision"]), (&json!("missing"), &json!("create")));
    assert_eq!((&entry["remembered"], &entry["history"]), (&json!([]), &json!([])));
    assert_eq!(
        world.requests().iter().filter(|request| request.store == "github").count(),
        1,
        "that entry's scope alone"
    );

    let synced = world.program(["sync", "--yes"]).run();
    assert_eq!(synced.code, 0, "{}", synced.everything());
    let after = explain(&world, &["STRIPE_KEY", "--format", "json"]).json();
    let entry = &after["entry"];
    assert_eq!((&entry["name"], &entry["alias"]), (&json!("STRIPE_API_KEY"), &json!("STRIPE_KEY")));
    assert_eq!((&entry["now"]["status"], &entry["plan"]), (&json!("ok"), &json!([])));
    let facts = entry["remembered"][0]["facts"].to_string();
    assert!(facts.contains("written by us") && facts.contains("by run "), "{facts}");
    let history = entry["history"].to_string();
    assert!(history.contains("done: create at github acme secret STRIPE_API_KEY"), "{history}");
    assert!(!history.contains("OTHER"), "{history}");
    let text = explain(&world, &["stripe_key"]).stdout;
    assert!(text.contains("STRIPE_API_KEY (entry, also known as STRIPE_KEY)"), "{text}");
}

#[test]
fn offline_the_mapping_and_the_memory_speak_and_nobody_is_asked() {
    let world = world("explain-offline");
    assert_eq!(world.program(["sync", "--yes"]).run().code, 0);
    let ran = explain(&world, &["REGION", "--offline", "--format", "json"]);
    assert_eq!((ran.code, world.requests().len()), (0, 0), "{}", ran.everything());
    let entry = &ran.json()["entry"];
    assert_eq!((&entry["now"], &entry["declared"]["expect"]), (&json!(null), &json!("one of 1 values")));
    assert!(entry["remembered"][0]["facts"].to_string().contains("a run of ours wrote it"), "{entry:#}");
    assert!(entry["notes"].to_string().contains("--offline"), "{entry:#}");
}

#[test]
fn a_store_that_does_not_answer_is_said_and_the_exit_is_3() {
    let world = world("explain-unread");
    world.fault(Fault::status(401, "Bad credentials").store("github").forever());
    let ran = explain(&world, &["OTHER"]);
    assert!(ran.code == 3 && ran.stdout.contains("renew the token in GITHUB_TOKEN"), "{}", ran.everything());
}

#[test]
fn a_word_that_is_also_an_entry_is_explained_as_both() {
    let world = World::with_entries("explain-both", &["MISSING: s.a"]);
    world.esc_secrets(&[("a", "x1y2z3")]);
    let text = explain(&world, &["missing"]).stdout;
    assert!(text.contains("missing (rule)") && text.contains("MISSING (entry)"), "{text}");
}
