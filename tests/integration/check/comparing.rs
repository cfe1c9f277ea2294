//! What a check may say of equality: by value where both sides are read, never by presence.

use serde_json::json;

use crate::support::world::{World, entry, rules, status};

fn world(name: &str) -> World {
    let world = World::with_entries(name, &["SAME: s.same", "OTHER: s.other"]);
    world.esc_secrets(&[("same", "value-of-same-51c2"), ("other", "value-in-esc-88ab")]);
    world.org_secret("SAME", "value-of-same-51c2").org_secret("OTHER", "value-on-github-0d1f");
    world
}

#[test]
fn outside_actions_presence_on_both_sides_is_unverified_and_never_ok() {
    let world = world("presence");
    let ran = world.check([]);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    let report = ran.json();
    for name in ["SAME", "OTHER"] {
        assert_eq!(status(&report, name), "unverified");
        assert_eq!(entry(&report, name)["evidence"], "presence");
    }
    assert_eq!(report["counts"]["ok"], 0);
    let strict = world.check(["--require-evidence", "attested"]);
    assert_eq!(strict.code, 1, "{}", strict.everything());
}

#[test]
fn inside_actions_the_jobs_own_secrets_are_compared_by_value() {
    let world = world("job");
    let secrets =
        json!({ "SAME": "value-of-same-51c2", "OTHER": "value-on-github-0d1f", "github_token": "ghs_canary" });
    let ran = world.program(["check", "--format", "json"]).env("ESC_SYNC_GITHUB_SECRETS", &secrets.to_string()).run();
    assert_eq!(ran.code, 1, "{}", ran.everything());
    let report = ran.json();
    assert_eq!((status(&report, "SAME"), status(&report, "OTHER")), ("ok", "mismatch"));
    assert_eq!(entry(&report, "SAME")["evidence"], "value");
    assert_eq!(entry(&report, "OTHER")["evidence"], "value");
}

#[test]
fn the_jobs_secrets_may_come_in_numbered_parts() {
    let world = world("job-parts");
    let secrets = json!({ "SAME": "value-of-same-51c2", "OTHER": "value-in-esc-88ab" }).to_string();
    let (first, second) = secrets.split_at(30);
    let program = world.program(["check", "--format", "json"]).env("ESC_SYNC_GITHUB_SECRETS_1", first);
    let ran = program.env("ESC_SYNC_GITHUB_SECRETS_2", second).run();
    assert_eq!(ran.code, 0, "{}", ran.everything());
    assert_eq!(ran.json()["counts"]["ok"], 2);
}

#[test]
fn job_secrets_that_are_no_json_are_refused_without_a_word_of_them() {
    let world = world("job-broken");
    let ran = world.program(["check"]).env("ESC_SYNC_GITHUB_SECRETS", "{\"SAME\": \"canary-in-broken-json").run();
    assert_ne!(ran.code, 0);
    assert!(!ran.everything().contains("canary-in"), "{}", ran.everything());
    assert!(ran.everything().contains("ESC_SYNC_GITHUB_SECRETS"), "{}", ran.everything());
}

#[test]
fn plain_settings_are_compared_by_value_anywhere() {
    let world = World::with_entries(
        "variables",
        &[
            "REGION: { esc: c.region, kind: config }",
            "ROLE: { esc: c.role, kind: config }",
            "ACCOUNT: { esc: c.account, kind: config, expect: ZNB04675, deny: [scoobyjava-vw02766] }",
        ],
    );
    world.esc("values:\n  c:\n    region: eu-west-1\n    role: READER\n    account: https://SCOOBYJAVA-VW02766.snowflakecomputing.com\n");
    world.org_variable("REGION", "eu-west-1").org_variable("ROLE", "WRITER");
    world.org_variable("ACCOUNT", "https://SCOOBYJAVA-VW02766.snowflakecomputing.com");
    let ran = world.check([]);
    assert_eq!(ran.code, 1, "{}", ran.everything());
    let report = ran.json();
    assert_eq!(["REGION", "ROLE", "ACCOUNT"].map(|name| status(&report, name)), ["ok", "mismatch", "denied"]);
    assert_eq!(entry(&report, "REGION")["evidence"], "value");
}

#[test]
fn missing_on_either_side_is_named_with_the_command_that_mends_it() {
    let world =
        World::with_entries("missing", &["HERE: s.here", "THERE: s.there", "LATER: { esc: s.later, tier: optional }"]);
    world.esc_secrets(&[("here", "value-of-here-51c2")]);
    world.org_secret("THERE", "value-of-there-88ab");
    let ran = world.check([]);
    assert_eq!(ran.code, 1, "{}", ran.everything());
    let report = ran.json();
    assert_eq!(["HERE", "THERE", "LATER"].map(|name| status(&report, name)), ["missing"; 3]);
    let remedy = |name| entry(&report, name)["findings"][0]["remedy"].as_str().expect("a remedy").to_owned();
    assert_eq!(remedy("HERE"), "esc-sync sync --only HERE");
    assert!(remedy("THERE").contains("esc env set acme/default/production s.there"), "{}", remedy("THERE"));
    assert_eq!(entry(&report, "LATER")["findings"][0]["severity"], "warning");
}

#[test]
fn a_secret_a_repository_cannot_see_is_invisible() {
    let mapping = "version: 1\nesc: { environment: acme/default/production }\n\
                   github: { organization: acme, visible-to: [acme/app] }\nentries:\n  SEEN: s.seen\n  HIDDEN: s.hidden\n";
    let world = World::with_mapping("invisible", mapping);
    world.esc_secrets(&[("seen", "value-of-seen-51c2"), ("hidden", "value-of-hidden-88ab")]);
    world.org_secret("SEEN", "value-of-seen-51c2");
    world.secret(
        "/orgs/acme/actions",
        "HIDDEN",
        "value-of-hidden-88ab",
        &json!({ "visibility": "selected", "selected_repository_ids": [] }),
    );
    let report = world.check([]).json();
    assert_eq!((status(&report, "SEEN"), status(&report, "HIDDEN")), ("unverified", "invisible"));
}

#[test]
fn m14_a_name_that_no_entry_has_is_listed_and_left_alone() {
    let world = World::with_entries("unmanaged", &["ONE: s.one"]);
    world.esc_secrets(&[("one", "value-of-one-51c2")]);
    world.org_secret("ONE", "value-of-one-51c2").org_secret("LEFT_OVER", "whatever-it-is-77aa");
    let ran = world.check([]);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    let findings = ran.json()["findings"].clone();
    assert!(findings.to_string().contains("LEFT_OVER"), "{findings:#}");
    assert!(world.requests().iter().all(|request| request.method == "GET" || request.path.ends_with("/open")));
}

#[test]
fn dependabot_codespaces_and_environment_secrets_are_looked_up_in_their_own_scope() {
    let world = World::with_entries(
        "scopes",
        &[
            "D: { esc: s.d, github: { organization: acme, app: dependabot } }",
            "C: { esc: s.c, github: { organization: acme, app: codespaces } }",
            "R: { esc: s.r, github: { repository: acme/app } }",
            "E: { esc: s.e, github: { repository: acme/app, environment: production } }",
        ],
    );
    world.esc_secrets(&[
        ("d", "value-of-d-51c2-x"),
        ("c", "value-of-c-88ab-x"),
        ("r", "value-of-r-1f1f-x"),
        ("e", "value-of-e-2e2e-x"),
    ]);
    world.ask("PUT", "/repos/acme/app/environments/production", &serde_json::Value::Null);
    world.secret("/orgs/acme/dependabot", "D", "value-of-d-51c2-x", &json!({ "visibility": "all" }));
    world.secret("/orgs/acme/codespaces", "C", "value-of-c-88ab-x", &json!({ "visibility": "all" }));
    world.secret("/repos/acme/app/actions", "R", "value-of-r-1f1f-x", &json!({}));
    world.secret("/repos/acme/app/environments/production", "E", "value-of-e-2e2e-x", &json!({}));
    let ran = world.check([]);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    let report = ran.json();
    for name in ["D", "C", "R", "E"] {
        assert_eq!(status(&report, name), "unverified", "{name} {:?}", rules(&report, name));
    }
}

#[test]
fn g15_a_job_value_that_may_be_a_nearer_scopes_proves_nothing_of_the_organizations() {
    let world = world("job-shadowed");
    world.secret("/repos/acme/app/actions", "OTHER", "value-of-the-repository-31aa", &json!({}));
    let secrets = json!({ "SAME": "value-of-same-51c2", "OTHER": "value-of-the-repository-31aa" }).to_string();
    let program = world.program(["check", "--format", "json"]).env("ESC_SYNC_GITHUB_SECRETS", &secrets);
    let report = program.env("GITHUB_REPOSITORY", "acme/app").run().json();
    assert_eq!((status(&report, "SAME"), status(&report, "OTHER")), ("ok", "unverified"));
    assert!(rules(&report, "OTHER").contains(&"shadowed"), "{report:#}");
}

#[test]
fn a_variable_a_repository_cannot_see_is_invisible() {
    let mapping = "version: 1\nesc: { environment: acme/default/production }\ngithub: { organization: acme, visible-to: [acme/app] }\n\
                   entries:\n  SEEN: { esc: c.seen, kind: config }\n  HIDDEN: { esc: c.hidden, kind: config }\n";
    let world = World::with_mapping("invisible-variable", mapping);
    world.esc("values:\n  c:\n    seen: one\n    hidden: two\n");
    world.org_variable("SEEN", "one");
    let nobody = json!({ "name": "HIDDEN", "value": "two", "visibility": "selected", "selected_repository_ids": [] });
    world.ask("POST", "/orgs/acme/actions/variables", &nobody);
    let ran = world.check([]);
    assert_eq!(ran.code, 1, "{}", ran.everything());
    let report = ran.json();
    assert_eq!((status(&report, "SEEN"), status(&report, "HIDDEN")), ("ok", "invisible"));
    assert_eq!(world.asked("/organization-variables"), 1);
}

#[test]
fn a_jobs_value_proves_nothing_of_an_environment_it_may_run_outside_of() {
    let world = World::with_entries(
        "job-environment",
        &["E: { esc: s.e, github: { repository: acme/app, environment: production } }"],
    );
    world.esc_secrets(&[("e", "value-of-e-2e2e-x")]);
    world.ask("PUT", "/repos/acme/app/environments/production", &serde_json::Value::Null);
    world.secret("/repos/acme/app/environments/production", "E", "a-wrong-value-91aa", &json!({}));
    let secrets = json!({ "E": "value-of-e-2e2e-x" }).to_string();
    let run = |repository: &str| {
        let program = world.program(["check", "--format", "json"]).env("ESC_SYNC_GITHUB_SECRETS", &secrets);
        program.env("GITHUB_REPOSITORY", repository).run().json()
    };
    world.secret("/repos/acme/app/actions", "E", "value-of-e-2e2e-x", &json!({}));
    assert_eq!(status(&run("acme/app"), "E"), "unverified", "the repository's own may be what the job got");
    assert_eq!(status(&run(""), "E"), "unverified", "nothing is known of the other scopes");
}

#[test]
fn a_job_that_was_given_no_secrets_is_no_witness() {
    let world = world("job-empty");
    let ran =
        world.program(["check", "--format", "json"]).env("ESC_SYNC_GITHUB_SECRETS", "{\"github_token\": \"x\"}").run();
    assert_eq!(ran.code, 0, "{}", ran.everything());
    assert_eq!(status(&ran.json(), "SAME"), "unverified");
    assert!(ran.stderr.contains("no secrets"), "{}", ran.stderr);
}
