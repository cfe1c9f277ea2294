//! The table "What the others ask" of `docs/command-line.md`, row by row.

use serde_json::json;

use crate::support::{program::Ran, world::World};

const ENTRIES: [&str; 3] = ["A: s.a", "B: s.b", "C: { esc: s.c, kind: config, direction: both }"];
const SECRETS: [(&str, &str); 3] = [("a", "Zk3v9QxT7mWn2Lp8"), ("b", "Rt6yHq1VbN4sKd0c"), ("c", "eu-central-1")];

/// A world in which nothing is on GitHub yet.
fn world(name: &str) -> World {
    let world = World::with_entries(name, &ENTRIES);
    world.esc_secrets(&SECRETS);
    world
}

/// Runs a command to exit 0; the requests to ESC and GitHub as the report has them, which are those that arrived.
fn asked(world: &World, args: &[&str]) -> (u64, u64) {
    counted(world, &world.program(args.iter().copied()).args(["--format", "json"]).run())
}

fn counted(world: &World, ran: &Ran) -> (u64, u64) {
    assert_eq!(ran.code, 0, "{}", ran.everything());
    let report = ran.json();
    let count = |store: &str| report["requests"][store].as_u64().expect("a number");
    assert_eq!(count("esc") + count("github"), world.requests().len() as u64, "{}", ran.everything());
    (count("esc"), count("github"))
}

/// A check of this mapping: the environment opened and read; one list of secrets, one of variables.
const CHECK: (u64, u64) = (2, 2);

#[test]
fn each_demand_of_sync_costs_what_the_document_says() {
    let world = world("asked-sync");
    // Key: definition, check, PATCH. GitHub: public key, three writes, both lists once more.
    assert_eq!(asked(&world, &["sync", "--yes"]), (CHECK.0 + 3, CHECK.1 + 1 + 3 + 2), "the first run");
    assert_eq!(asked(&world, &["check"]), CHECK, "with memory a check asks the same");
    assert_eq!(asked(&world, &["plan"]), CHECK, "a plan asks what a check asks");
    assert_eq!(asked(&world, &["plan", "--out", "kept"]), CHECK, "a kept plan, once there is a key");
    assert_eq!(
        asked(&world, &["sync", "--yes"]),
        (CHECK.0 + 1, CHECK.1 + 1),
        "a definition, since a value could come back; the key of the one scope"
    );
    assert_eq!(asked(&world, &["sync", "--yes", "--from", "esc"]), (CHECK.0, CHECK.1 + 1), "none could");
    assert_eq!(
        asked(&world, &["sync", "--yes", "--from", "github"]),
        (CHECK.0 + 1, CHECK.1),
        "no key, for nothing goes there"
    );
    assert_eq!(asked(&world, &["sync", "--yes", "--only", "B"]), (CHECK.0, 1 + 1), "a part of the mapping");
    world.ask("PATCH", "/orgs/acme/actions/variables/C", &json!({ "value": "eu-west-1" }));
    assert_eq!(asked(&world, &["sync", "--yes"]), (CHECK.0 + 3, CHECK.1 + 1), "a pull: definition, check, PATCH");
}

#[test]
fn each_demand_of_the_other_commands_costs_what_the_document_says() {
    let world = world("asked-others");
    let kept = world.program(["plan", "--out", "kept", "--fail-on", "error", "--format", "json"]).run();
    assert_eq!(kept.json()["requests"], json!({ "esc": CHECK.0 + 1, "github": CHECK.1 }), "revisions stand for values");
    let first = world.program(["sync", "--yes", "--format", "json"]).run();
    assert_eq!(first.code, 0, "{}", first.everything());
    world.ask("PATCH", "/orgs/acme/actions/variables/C", &json!({ "value": "eu-west-1" }));
    let pulled = world.program(["sync", "--yes", "--format", "json"]).run();
    let run = pulled.json()["run"].as_str().expect("a run").to_owned();
    let back = world.program(["rollback", &run, "--yes", "--format", "json"]).run();
    // Definition now and as the run left it, the revision before it opened and read; then check and PATCH; then
    // what ESC has: its definition, opened and read.
    assert_eq!(back.json()["requests"], json!({ "esc": CHECK.0 + 1 + 1 + 2 + 2 + 3, "github": CHECK.1 }));
    let job =
        world.program(["attest", "--format", "json"]).env("ESC_SYNC_GITHUB_SECRETS", r#"{"A": "Zk3v9QxT7mWn2Lp8"}"#);
    world.ask(
        "POST",
        "/_sandbox/github/runs",
        &json!({ "repository": "acme/app", "id": 7, "started_at": "2099-01-01T00:00:00Z" }),
    );
    let attested = job.env("GITHUB_REPOSITORY", "acme/app").env("GITHUB_RUN_ID", "7").run();
    // Both stores as a check in a job, which also lists the repository's own secrets; and the run.
    assert_eq!(
        attested.json()["requests"],
        json!({ "esc": CHECK.0, "github": CHECK.1 + 2 }),
        "{}",
        attested.everything()
    );
}
