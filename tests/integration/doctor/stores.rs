//! Pulumi ESC and the job: each way a login or a right can be missing.

use serde_json::json;

use super::{assert_failed, doctor, outcome, stages, troubles, world};
use crate::support::world::World;

#[test]
fn a_token_that_is_not_accepted_fails_the_login_and_skips_what_rests_on_it() {
    let world = world("doctor-esc-401");
    world.ask("POST", "/_sandbox/esc/tokens/revoke", &json!({ "token": "pul-canary-token-4f1c9a" }));
    let ran = doctor(&world, &["sync"]);
    assert_failed(&ran, "esc-login", "not accepted", "renew the token in PULUMI_ACCESS_TOKEN");
    for skipped in ["esc-open", "esc-definition", "esc-write", "fingerprint-key"] {
        assert_eq!(outcome(&ran, skipped), "skipped", "{skipped}");
    }
    assert_eq!(outcome(&ran, "github-list"), "ok", "GitHub is looked at all the same");
}

#[test]
fn no_login_at_all_is_another_failure_and_the_network_is_looked_at_without_one() {
    let world = world("doctor-no-login");
    let ran =
        world.program(["doctor", "--format", "json"]).env("PULUMI_ACCESS_TOKEN", "").env("GITHUB_TOKEN", "").run();
    assert_failed(&ran, "esc-login", "there is no login", "set PULUMI_ACCESS_TOKEN");
    assert_failed(&ran, "github-login", "there is no login", "set GITHUB_TOKEN");
    assert_eq!((outcome(&ran, "esc-network"), outcome(&ran, "github-network")), ("ok".into(), "ok".into()));
}

#[test]
fn an_environment_that_may_only_be_read_cannot_be_opened() {
    let world = world("doctor-esc-403");
    let right = json!({ "organization": "acme", "project": "default", "environment": "production", "right": "read" });
    world.ask("POST", "/_sandbox/esc/rights", &right);
    let ran = doctor(&world, &["sync"]);
    assert_failed(&ran, "esc-open", "lacks the right", "give it the permission to open acme/default/production");
    assert_eq!(outcome(&ran, "esc-definition"), "ok", "reading is another right");
}

#[test]
fn an_environment_that_is_not_there_is_named() {
    let world =
        World::with_entries("doctor-esc-404", &["A: { esc: { environment: acme/default/nowhere, path: s.a } }"]);
    world.esc_secrets(&[("a", "x1y2z3")]);
    let ran = doctor(&world, &[]);
    assert_failed(&ran, "esc-open", "is not there", "check the mapping's");
}

#[test]
fn an_organization_that_the_login_does_not_see_is_a_warning_beside_the_failure() {
    let world = World::with_entries("doctor-esc-org", &["A: { esc: { environment: nobody/default/x, path: s.a } }"]);
    world.esc_secrets(&[("a", "x1y2z3")]);
    let ran = doctor(&world, &[]);
    let login = stages(&ran, "esc-login");
    assert_eq!(login[0]["outcome"], "warning", "{}", ran.everything());
    let what = login[0]["what"].as_str().unwrap_or_default();
    assert!(what.contains("this login does not see nobody; it sees: acme"), "{what}");
    assert!(troubles(&ran).contains(&("esc-open".into(), "failed".into())), "{:?}", troubles(&ran));
}

#[test]
fn a_damaged_fingerprint_key_is_found() {
    let world = world("doctor-key");
    world.esc("values:\n  esc-sync:\n    fingerprint-key: { \"fn::secret\": \"no key\" }\n  s:\n    a: { \"fn::secret\": \"x1\" }\n");
    let ran = doctor(&world, &[]);
    assert_failed(&ran, "fingerprint-key", "no fingerprint key", "delete what stands at");
}

#[test]
fn attest_needs_a_job_that_was_given_secrets() {
    let world = world("doctor-job");
    let ran = doctor(&world, &["attest"]);
    assert_failed(&ran, "job", "no secrets were given", "toJSON(secrets)");
    let ran = world
        .program(["doctor", "attest", "--format", "json"])
        .env("ESC_SYNC_GITHUB_SECRETS", r#"{"A": "Zk3v9QxT7mWn2Lp8"}"#)
        .run();
    assert_eq!((ran.code, outcome(&ran, "job").as_str()), (0, "ok"), "{}", ran.everything());
}
