//! E1–E8 and E10, E18 seen from the command line: what the check says when ESC fails it.
//!
//! In each of them nothing is called missing that was not looked at.

use esc_sync::sandbox::{Effect, Fault};
use serde_json::{Value, json};

use crate::support::{
    program::Ran,
    world::{World, entry, status},
};

fn world(name: &str) -> World {
    let world = World::with_entries(name, &["ONE: s.one", "TWO: s.two"]);
    world.esc_secrets(&[("one", "value-of-one-51c2"), ("two", "value-of-two-88ab")]);
    world.org_secret("ONE", "value-of-one-51c2").org_secret("TWO", "value-of-two-88ab");
    world
}

/// Exit 3, verdict unknown, every entry unknown and none missing; the reason is returned.
fn assert_unknown(ran: &Ran) -> String {
    assert_eq!(ran.code, 3, "{}", ran.everything());
    let report = ran.json();
    assert_eq!(report["verdict"], "unknown");
    for name in ["ONE", "TWO"] {
        assert_eq!(status(&report, name), "unknown", "{report:#}");
    }
    assert_eq!(report["counts"]["missing"], 0);
    assert_eq!(report["counts"]["checked"], 0);
    entry(&report, "ONE")["findings"][0]["reason"].as_str().expect("a reason").to_owned()
}

#[test]
fn e1_a_server_error_that_passes_is_retried() {
    let world = world("e1");
    world.fault(Fault::status(503, "busy").at("/open"));
    let ran = world.check([]);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    assert_eq!(status(&ran.json(), "ONE"), "unverified");
    assert_eq!(world.asked("/open"), 3, "two opens and one read");
}

#[test]
fn e1_a_server_error_that_stays_is_unknown() {
    for code in [500, 502, 503, 504] {
        let world = world("e1-stays");
        world.fault(Fault::status(code, "canary-body-of-the-server").at("/api/esc").forever());
        assert_unknown(&world.check(["--timeout", "700ms"]));
        assert!(world.asked("/open") > 1, "it was tried again");
    }
}

#[test]
fn e2_an_answer_that_never_comes_or_drips_ends_with_the_deadline() {
    let effects = [Effect::Hang { applied: false }, Effect::Drip { bytes: 1, interval_ms: 200 }];
    for effect in effects {
        let world = world("e2");
        world.fault(Fault::new(effect).at("/open/").forever());
        let reason = assert_unknown(&world.check(["--timeout", "600ms"]));
        assert!(reason.contains("within 0.6 s"), "{reason}");
    }
}

#[test]
fn e3_a_cut_or_broken_answer_is_a_failed_read() {
    let effects =
        [Effect::Truncate { bytes: 40 }, Effect::Reset { applied: false }, Effect::ContentLength { value: 1 << 20 }];
    for effect in effects {
        let world = world("e3");
        world.fault(Fault::new(effect).at("/open/").forever());
        assert_unknown(&world.check(["--timeout", "600ms"]));
    }
}

#[test]
fn e3_an_answer_that_is_not_the_json_it_claims_to_be_is_a_failed_read() {
    let bodies = ["<html>hello</html>", "{\"properties\": {\"s\": ", "[]", "\"text\"", "{}"];
    for body in bodies {
        let world = world("e3-json");
        let effect = Effect::Answer { status: 200, headers: [].into(), body: body.to_owned() };
        world.fault(Fault::new(effect).at("/open/").forever());
        assert_unknown(&world.check(["--timeout", "600ms"]));
    }
}

#[test]
fn e4_a_huge_answer_or_a_bomb_is_refused() {
    let huge = 40 << 20;
    for effect in [Effect::Oversize { bytes: huge }, Effect::GzipBomb { bytes: huge }] {
        let world = world("e4");
        world.fault(Fault::new(effect).at("/open/").forever());
        let reason = assert_unknown(&world.check(["--timeout", "20s"]));
        assert!(reason.contains("32 MB"), "{reason}");
    }
}

#[test]
fn e5_a_refused_token_is_not_tried_twice_and_is_named_not_shown() {
    let world = world("e5");
    world.fault(Fault::status(401, "Unauthorized").at("/api/esc").forever());
    let ran = world.check([]);
    assert_unknown(&ran);
    assert_eq!(world.asked("/api/esc"), 1);
    assert!(ran.stdout.contains("PULUMI_ACCESS_TOKEN"), "{}", ran.stdout);
    assert!(!ran.everything().contains("pul-canary"), "{}", ran.everything());
}

#[test]
fn e6_one_forbidden_environment_leaves_the_others_checked() {
    let mapping = "version: 1\ngithub: { organization: acme }\nentries:\n  \
                   ONE: { esc: { path: s.one, environment: acme/default/production } }\n  \
                   TWO: { esc: { path: s.two, environment: acme/default/locked } }\n";
    let world = World::with_mapping("e6", mapping);
    world.esc_secrets(&[("one", "value-of-one-51c2")]);
    world.esc_environment("acme/default/locked", "values: {}\n");
    world.org_secret("ONE", "value-of-one-51c2").org_secret("TWO", "value-of-two-88ab");
    world.fault(Fault::status(403, "forbidden").at("/default/locked").forever());
    let ran = world.check([]);
    assert_eq!(ran.code, 3, "{}", ran.everything());
    let report = ran.json();
    assert_eq!(status(&report, "ONE"), "unverified");
    assert_eq!(status(&report, "TWO"), "unknown");
}

#[test]
fn e7_a_missing_environment_is_unknown_and_an_expired_session_is_opened_again() {
    let gone = World::with_entries("e7", &["ONE: s.one"]);
    gone.org_secret("ONE", "value-of-one-51c2");
    let ran = gone.check([]);
    assert_eq!(ran.code, 3, "{}", ran.everything());
    assert_eq!(status(&ran.json(), "ONE"), "unknown");

    let expired = world("e7-expired");
    expired.fault(Fault::status(404, "session expired").at("/open/"));
    let ran = expired.check([]);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    assert_eq!(status(&ran.json(), "ONE"), "unverified");
}

#[test]
fn e10_diagnostics_are_a_failed_read_with_their_place() {
    let world = world("e10");
    let body = json!({ "code": 400, "message": "Bad Request", "diagnostics": [{
        "severity": "error", "summary": "unknown import", "path": "imports[0]",
        "range": { "environment": "default/production", "begin": { "line": 2, "column": 5, "byte": 9 }, "end": { "line": 2, "column": 9, "byte": 13 } }
    }] });
    let effect = Effect::Answer { status: 400, headers: [].into(), body: body.to_string() };
    world.fault(Fault::new(effect).at("/open").forever());
    let reason = assert_unknown(&world.check([]));
    assert!(reason.contains("imports[0]"), "{reason}");
}

#[test]
fn e11_what_is_no_text_is_unknown_and_not_an_outage() {
    let world = World::with_entries(
        "e11",
        &["NUMBER: v.number", "NOTHING: v.nothing", "LIST: v.list", "OPENED: v.opened", "TEXT: v.text"],
    );
    world.esc(
        "values:\n  v:\n    number: 12\n    nothing: null\n    list: [a]\n    text: { \"fn::secret\": \"fine-and-long-91b7\" }\n    \
         opened: { \"fn::open::aws-secrets\": { region: x } }\n",
    );
    for name in ["NUMBER", "NOTHING", "LIST", "OPENED", "TEXT"] {
        world.org_secret(name, "fine-and-long-91b7");
    }
    let ran = world.check([]);
    assert_eq!(ran.code, 1, "{}", ran.everything());
    let report = ran.json();
    for name in ["NUMBER", "NOTHING", "LIST", "OPENED"] {
        assert_eq!(status(&report, name), "unknown", "{name}");
    }
    assert_eq!(status(&report, "TEXT"), "unverified");
}

#[test]
fn e18_a_redirect_to_another_host_is_not_followed() {
    let elsewhere = World::new("e18-elsewhere");
    let world = world("e18");
    let effect = Effect::Redirect { status: 302, location: format!("{}/api/esc/stolen", elsewhere.running.url) };
    world.fault(Fault::new(effect).at("/open").forever());
    assert_unknown(&world.check([]));
    assert!(elsewhere.requests().is_empty(), "the credential left its origin");
}

#[test]
fn an_unreachable_esc_is_unknown_and_exit_3() {
    let world = world("unreachable");
    let ran = world.program(["check", "--format", "json"]).env("PULUMI_BACKEND_URL", "http://127.0.0.1:9").run();
    assert_unknown(&ran);
    let ran = world.program(["check", "--format", "json"]).env("PULUMI_ACCESS_TOKEN", "").run();
    assert_unknown(&ran);
    assert!(ran.stdout.contains("PULUMI_ACCESS_TOKEN"), "{}", ran.stdout);
    let _: Value = ran.json();
}
