//! A run that is refused before its first write: the next one knows that nothing was written, and no less than before.

use std::{fs, path::PathBuf};

use esc_sync::sandbox::Fault;
use serde_json::Value;

use super::{on_github, two_to_create};
use crate::support::world::{World, status};

const STATE: [&str; 2] = ["--state", "file:state"];

fn sync(world: &World) -> i32 {
    world.program(["sync", "--yes"]).args(STATE).run().code
}

/// Changes a secret in ESC and leaves everything else, the key among it, as it is.
fn edit(world: &World, from: &str, to: &str) {
    let definition = world.definition();
    assert!(definition.contains(from));
    world.esc(&definition.replace(from, to));
}

fn state_file(world: &World, name: &str) -> PathBuf {
    world.folder.join("state").join(name)
}

#[test]
fn c4_a_run_without_an_audit_log_leaves_no_intent_behind() {
    let world = two_to_create("refused");
    assert_eq!(sync(&world), 0);
    edit(&world, "alpha-Zk3vPq81LmXw", "alpha-newer-value-71");
    let (head, whole) = (state_file(&world, "audit.head"), fs::read(state_file(&world, "audit.head")).expect("there"));
    fs::write(&head, "damaged").expect("written");
    assert_eq!(sync(&world), 5);
    fs::write(&head, whole).expect("written");
    world.running.advance(10);
    world.org_secret("ALPHA_TOKEN", "set by hand");
    let report = world.check(STATE).json();
    assert_eq!(status(&report, "ALPHA_TOKEN"), "drifted");
    assert_ne!(sync(&world), 0);
    assert_eq!(on_github(&world, "ALPHA_TOKEN").as_deref(), Some("set by hand"));
}

#[test]
fn c5_a_key_that_cannot_be_kept_costs_nothing_of_what_is_remembered() {
    let world = two_to_create("refused");
    assert_eq!(sync(&world), 0);
    let with_key = world.definition();
    let without = with_key.split("  esc-sync:").next().expect("a first part").to_owned();
    world.esc(&without);
    world.ask("DELETE", "/orgs/acme/actions/secrets/BETA_TOKEN", &Value::Null);
    world.fault(Fault::status(403, "{}").on("PATCH", "/api/esc/").forever());
    assert_eq!(sync(&world), 5);
    world.running.clear_faults();
    world.esc(&with_key);
    let report = world.check(STATE).json();
    assert_eq!(status(&report, "ALPHA_TOKEN"), "ok");
}
