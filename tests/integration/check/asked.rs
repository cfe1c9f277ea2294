//! The table "What check asks" of `docs/command-line.md`, row by row.

use esc_sync::sandbox::Fault;
use serde_json::json;

use crate::support::world::{HEADER, World, status};

const ESC_ONLY: &str = "version: 1\nesc: { environment: acme/default/production }\ngithub: false\n";
const SEEN: &str = "version: 1\nesc: { environment: acme/default/production }\ngithub: { organization: acme, visible-to: [acme/app] }\n";

/// Runs a check over `entries` below `header` in a world that `prepare` fills; returns the requests to ESC and GitHub.
fn asked(header: &str, entries: &str, prepare: impl Fn(&World)) -> (u64, u64) {
    let world = World::with_mapping("asked", &format!("{header}entries:\n{entries}"));
    world.esc_secrets(&[("one", "value-of-one-51c2"), ("two", "value-of-two-88ab")]);
    prepare(&world);
    let ran = world.check([]);
    let report = ran.json();
    let count = |store: &str| report["requests"][store].as_u64().expect("a number");
    assert_eq!(count("esc") + count("github"), world.requests().len() as u64, "{}", ran.everything());
    (count("esc"), count("github"))
}

#[test]
fn each_demand_costs_what_the_document_says() {
    let none = |_: &World| {};
    let one = |world: &World| {
        world.org_secret("ONE", "value-of-one-51c2");
    };
    assert_eq!(asked(ESC_ONLY, "  ONE: s.one\n", none), (2, 0), "an environment");
    assert_eq!(asked(ESC_ONLY, "  ONE: { esc: s.one, max-age: 90d }\n", none), (3, 0), "its newest revision");
    assert_eq!(asked(HEADER, "  ONE: { esc: s.one, max-age: 90d }\n", one), (2, 1), "GitHub has its own stamp");
    assert_eq!(asked(HEADER, "  ONE: s.one\n  TWO: s.two\n", one), (2, 1), "a scope, however many entries");
    let two_scopes = "  ONE: s.one\n  TWO: { esc: s.two, github: { repository: acme/app } }\n";
    assert_eq!(asked(HEADER, two_scopes, one), (2, 2), "another scope");
    let settings = "  ONE: s.one\n  SET: { esc: s.two, kind: config }\n";
    assert_eq!(asked(HEADER, settings, one), (2, 2), "variables of the same scope");
    let variables = |world: &World| {
        for at in 0..31 {
            world.org_variable(&format!("V{at}"), "x");
        }
    };
    assert_eq!(asked(HEADER, "  SET: { esc: s.two, kind: config }\n", variables), (2, 2), "31 variables are two pages");
    assert_eq!(asked(SEEN, "  ONE: s.one\n  TWO: s.two\n", one), (2, 3), "a repository of visible-to");
}

#[test]
fn a_list_of_repositories_is_asked_for_where_both_sides_say_selected() {
    let selected = |world: &World| {
        let policy = json!({ "visibility": "selected", "selected_repository_ids": [] });
        world.secret("/orgs/acme/actions", "ONE", "value-of-one-51c2", &policy);
    };
    let declared = "  ONE: { esc: s.one, github: { visibility: selected, visible-to: [acme/app] } }\n";
    assert_eq!(asked(HEADER, declared, selected), (2, 4));
    let wide = |world: &World| {
        world.org_secret("ONE", "value-of-one-51c2");
    };
    assert_eq!(asked(HEADER, declared, wide), (2, 3), "GitHub has it for all");
    assert_eq!(asked(SEEN, "  ONE: s.one\n", selected), (2, 3), "the mapping declares no list");
}

/// What cannot be compared is not well: without the list nobody knows whether it is wider than declared.
#[test]
fn a_list_of_repositories_that_cannot_be_read_is_unknown() {
    let declared = "  ONE: { esc: s.one, github: { visibility: selected, visible-to: [acme/app] } }\n";
    let world = World::with_mapping("asked-list", &format!("{HEADER}entries:\n{declared}"));
    world.esc_secrets(&[("one", "value-of-one-51c2")]);
    let app = world.ask("GET", "/repos/acme/app", &serde_json::Value::Null)["id"].clone();
    let policy = json!({ "visibility": "selected", "selected_repository_ids": [app] });
    world.secret("/orgs/acme/actions", "ONE", "value-of-one-51c2", &policy);
    assert_eq!(status(&world.check([]).json(), "ONE"), "unverified");
    world.fault(Fault::status(403, "Resource not accessible").at("/ONE/repositories").forever());
    let ran = world.check([]);
    assert_eq!(ran.code, 3, "{}", ran.everything());
    assert_eq!(status(&ran.json(), "ONE"), "unknown");
    assert!(ran.stdout.contains("was selected for could not be found out"), "{}", ran.stdout);
}

#[test]
fn a_job_asks_for_the_secrets_of_its_own_repository() {
    let world = World::with_entries("asked-job", &["ONE: s.one"]);
    world.esc_secrets(&[("one", "value-of-one-51c2")]);
    world.org_secret("ONE", "value-of-one-51c2");
    let run = |repository: &str| {
        let program = world.program(["check", "--format", "json"]).env("GITHUB_REPOSITORY", repository);
        let ran = program.env("ESC_SYNC_GITHUB_SECRETS", r#"{"ONE": "value-of-one-51c2"}"#).run();
        assert_eq!(ran.code, 0, "{}", ran.everything());
        world.requests().len()
    };
    assert_eq!((run(""), run("acme/app")), (3, 4));
}
