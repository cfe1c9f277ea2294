//! `doctor` and `explain`: each failure with its own remedy, nothing written, and every word explained.

mod explain;
mod explain_entry;
mod github;
mod machines;
mod network;
mod state;
mod stores;
mod tls;
mod unwritten;

use serde_json::Value;

use crate::support::{program::Ran, world::World};

/// One secret on both sides.
fn world(name: &str) -> World {
    let world = World::with_entries(name, &["A: s.a"]);
    world.esc_secrets(&[("a", "Zk3v9QxT7mWn2Lp8")]).org_secret("A", "Zk3v9QxT7mWn2Lp8");
    world
}

/// The stages of that name.
fn stages(ran: &Ran, name: &str) -> Vec<Value> {
    let report = ran.json();
    let stages = report["stages"].as_array().unwrap_or_else(|| panic!("no stages: {}", ran.everything()));
    stages.iter().filter(|stage| stage["name"] == name).cloned().collect()
}

/// The outcome of the only stage of that name.
fn outcome(ran: &Ran, name: &str) -> String {
    let found = stages(ran, name);
    assert_eq!(found.len(), 1, "{name}: {}", ran.everything());
    found[0]["outcome"].as_str().expect("a word").to_owned()
}

/// Everything that is not well, by name and outcome.
fn troubles(ran: &Ran) -> Vec<(String, String)> {
    let report = ran.json();
    let stages = report["stages"].as_array().expect("stages").iter();
    let word = |stage: &Value, field: &str| stage[field].as_str().expect("a word").to_owned();
    stages
        .filter(|stage| stage["outcome"] != "ok" && stage["outcome"] != "untried")
        .map(|stage| (word(stage, "name"), word(stage, "outcome")))
        .collect()
}

/// That this stage alone failed, with these words in what is said and in what is advised.
#[track_caller]
fn assert_failed(ran: &Ran, name: &str, what: &str, help: &str) {
    let found = stages(ran, name);
    let failed = found.iter().find(|stage| stage["outcome"] == "failed");
    let failed = failed.unwrap_or_else(|| panic!("{name} did not fail: {}", ran.everything()));
    let says = |field: &str, part: &str| failed[field].as_str().is_some_and(|text| text.contains(part));
    assert!(says("what", what) && says("help", help), "{failed:#}");
    assert_eq!(ran.code, 3, "{}", ran.everything());
}

fn doctor(world: &World, args: &[&str]) -> Ran {
    world.program(["doctor", "--format", "json"]).args(args.iter().copied()).run()
}
