//! GitHub: each way a login, a right or the hourly limit can be in the way.

use std::fs;

use serde_json::{Value, json};

use super::{assert_failed, doctor, outcome, stages, world};
use crate::support::world::{HEADER, World};

/// The token that the binary is given may do this and no more.
fn restrict(world: &World, rule: &Value) {
    let body = json!({ "token": "ghp-canary-token-77ab21", "rule": rule });
    world.ask("POST", "/_sandbox/github/tokens", &body);
}

#[test]
fn a_token_that_is_not_accepted_fails_the_login_alone() {
    let world = world("doctor-github-401");
    world.ask("POST", "/_sandbox/github/tokens", &json!({ "token": "another", "rule": {} }));
    let ran = doctor(&world, &["sync"]);
    assert_failed(&ran, "github-login", "not accepted", "renew the token in GITHUB_TOKEN");
    for skipped in ["github-budget", "github-list", "github-public-key", "github-write"] {
        assert_eq!(outcome(&ran, skipped), "skipped", "{skipped}");
    }
    assert_eq!(outcome(&ran, "esc-open"), "ok", "ESC is looked at all the same");
}

#[test]
fn a_permission_that_is_missing_is_named() {
    let world = world("doctor-github-403");
    restrict(&world, &json!({ "kind": "fine-grained", "permissions": { "metadata": "read" } }));
    let ran = doctor(&world, &[]);
    assert_failed(&ran, "github-list", "lacks the right", "organization \"Secrets\": read");
}

#[test]
fn a_scope_that_a_classic_token_lacks_is_told_without_a_write() {
    let world = world("doctor-github-scope");
    restrict(&world, &json!({ "kind": "classic", "scopes": ["repo"] }));
    let ran = doctor(&world, &["sync"]);
    assert_failed(&ran, "github-list", "may not see its secrets", "admin:org");
    assert_failed(&ran, "github-write", "no right to write", "the scope admin:org");
    let login = &stages(&ran, "github-login")[0];
    assert!(login["what"].as_str().is_some_and(|what| what.contains("a classic token; scopes: repo")), "{login}");
}

#[test]
fn what_a_fine_grained_token_may_write_nobody_tells() {
    let world = world("doctor-github-untold");
    restrict(&world, &json!({ "kind": "fine-grained", "permissions": { "organization_secrets": "read" } }));
    let ran = doctor(&world, &["sync"]);
    assert_eq!((ran.code, outcome(&ran, "github-write").as_str()), (0, "untried"), "{}", ran.everything());
}

#[test]
fn an_installation_that_may_only_read_is_told_so() {
    let world = world("doctor-github-app");
    let body = include_str!("../stores/test_key.b64").trim();
    let key = format!("-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\n");
    let file = world.folder.join("app.pem");
    fs::write(&file, key).expect("written");
    let as_app = |level: &str| {
        world.ask("POST", "/_sandbox/github/app", &json!({ "permissions": { "organization_secrets": level } }));
        let organization = world.ask("GET", "/orgs/acme", &Value::Null);
        let installation = organization["id"].as_u64().expect("an id") + 5_000_000;
        world
            .program(["doctor", "sync", "--format", "json", "--github-app-id", "7"])
            .env("GITHUB_APP_INSTALLATION_ID", &installation.to_string())
            .env("GITHUB_APP_PRIVATE_KEY_FILE", file.to_str().expect("text"))
            .run()
    };
    let ran = as_app("write");
    assert_eq!((ran.code, outcome(&ran, "github-write").as_str()), (0, "ok"), "{}", ran.everything());
    let ran = as_app("read");
    assert_failed(&ran, "github-write", "no right to write", "organization \"Secrets\": read and write");
    assert_eq!(outcome(&ran, "github-list"), "ok");
}

#[test]
fn a_repository_an_organization_and_an_environment_that_are_not_there_are_each_named() {
    let mapping = format!(
        "{HEADER}entries:\n  A: {{ esc: s.a, github: {{ repository: acme/gone }} }}\n  B: {{ esc: s.a, github: {{ organization: nobody }} }}\n  \
         C: {{ esc: s.a, github: {{ repository: acme/app, environment: nowhere }} }}\n"
    );
    let world = World::with_mapping("doctor-github-404", &mapping);
    world.esc_secrets(&[("a", "x1y2z3")]);
    let ran = doctor(&world, &[]);
    let failed: Vec<_> = stages(&ran, "github-list").into_iter().filter(|stage| stage["outcome"] == "failed").collect();
    let told: Vec<_> = failed.iter().map(|stage| stage["what"].as_str().expect("text")).collect();
    for name in ["acme/gone", "nobody", "nowhere"] {
        assert!(told.iter().any(|what| what.contains(name)), "{name}: {told:?}");
    }
    assert_eq!((ran.code, failed.len()), (3, 3), "{}", ran.everything());
}

#[test]
fn an_hour_that_is_nearly_used_up_is_a_warning_that_names_its_end() {
    let entries: Vec<String> = (0..20).map(|at| format!("S{at}: s.a")).collect();
    let world = World::with_entries("doctor-budget", &entries.iter().map(String::as_str).collect::<Vec<_>>());
    world.esc_secrets(&[("a", "x1y2z3")]);
    let limit = |remaining: u64| {
        let body = json!({ "limit": 5000, "remaining": remaining, "reset_in": 1800 });
        world.ask("POST", "/_sandbox/github/primary-limit", &body);
        doctor(&world, &["sync"])
    };
    let ran = limit(15);
    let stage = &stages(&ran, "github-budget")[0];
    assert_eq!((ran.code, stage["outcome"].as_str()), (0, Some("warning")), "{}", ran.everything());
    assert!(stage["help"].as_str().is_some_and(|help| help.contains("run it after")), "{stage}");
    assert_eq!(outcome(&limit(4_000), "github-budget"), "ok");
}
