//! The read cases of G1–G25 seen from the command line.

use esc_sync::sandbox::{Effect, Fault};
use serde_json::json;

use crate::support::{
    program::Ran,
    world::{World, entry, rules, status},
};

const SECRETS: &str = "/orgs/acme/actions/secrets";

fn world(name: &str) -> World {
    let world = World::with_entries(name, &["ONE: s.one", "TWO: s.two"]);
    world.esc_secrets(&[("one", "value-of-one-51c2"), ("two", "value-of-two-88ab")]);
    world.org_secret("ONE", "value-of-one-51c2").org_secret("TWO", "value-of-two-88ab");
    world
}

/// A world of `count` healthy organization secrets, `N000` and on.
fn many(name: &str, count: usize) -> World {
    let entries: Vec<_> = (0..count).map(|at| format!("N{at:03}: s.n{at:03}")).collect();
    let world = World::with_entries(name, &entries.iter().map(String::as_str).collect::<Vec<_>>());
    let names: Vec<_> = (0..count).map(|at| (format!("n{at:03}"), format!("value-{at:03}-of-many-7f3a"))).collect();
    world.esc_secrets(&names.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect::<Vec<_>>());
    for (key, value) in &names {
        world.org_secret(&key.to_uppercase(), value);
    }
    world
}

fn assert_unknown(ran: &Ran) -> String {
    assert_eq!(ran.code, 3, "{}", ran.everything());
    let report = ran.json();
    assert_eq!(report["verdict"], "unknown");
    assert_eq!(status(&report, "ONE"), "unknown", "{report:#}");
    assert_eq!(report["counts"]["missing"], 0);
    entry(&report, "ONE")["findings"][0].to_string()
}

#[test]
fn g1_retry_after_is_waited_out_and_nothing_is_sent_before() {
    let world = many("g1", 120);
    world.fault(Fault::status(429, "slow down").header("retry-after", "1").at(SECRETS));
    let ran = world.check([]);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    let github: Vec<_> = world.requests().into_iter().filter(|request| request.store == "github").collect();
    let pause = github[1].arrived_us - github[0].arrived_us;
    assert!(pause >= 1_000_000, "a request came {pause} µs after the refusal");
    assert_eq!(github.len(), 3, "one refused, two pages");
}

#[test]
fn g2_an_empty_budget_ends_the_run_with_the_time_of_return() {
    let world = world("g2");
    let reset = (world.running.now() + 3_000).to_string();
    let fault = Fault::status(403, "API rate limit exceeded")
        .header("x-ratelimit-remaining", "0")
        .header("x-ratelimit-reset", &reset);
    world.fault(fault.at(SECRETS).forever());
    let said = assert_unknown(&world.check([]));
    assert!(said.contains("run again after"), "{said}");
    assert_eq!(world.asked(SECRETS), 1, "no request before the reset");
}

#[test]
fn g4_a_missing_right_is_named_and_not_tried_again() {
    let world = world("g4");
    let fault = Fault::status(403, "Resource not accessible by integration")
        .header("x-accepted-github-permissions", "organization_secrets=read");
    world.fault(fault.at(SECRETS).forever());
    let said = assert_unknown(&world.check([]));
    assert!(said.contains("organization_secrets=read"), "{said}");
    assert_eq!(world.asked(SECRETS), 1);
}

#[test]
fn g5_a_refused_token_ends_at_once() {
    let world = world("g5");
    world.fault(Fault::status(401, "Bad credentials").at(SECRETS).forever());
    let ran = world.check([]);
    let said = assert_unknown(&ran);
    assert!(said.contains("GITHUB_TOKEN"), "{said}");
    assert_eq!(world.asked(SECRETS), 1);
}

#[test]
fn g8_a_repository_that_is_not_there_is_unknown_and_never_a_missing_secret() {
    let world = World::with_entries("g8", &["ONE: { esc: s.one, github: { repository: acme/gone } }"]);
    world.esc_secrets(&[("one", "value-of-one-51c2")]);
    assert_unknown(&world.check([]));
}

#[test]
fn g11_short_repeated_or_lying_pages_are_listed_again_and_then_unknown() {
    let effects = || {
        [
            Effect::Page { drop: 3, repeat: 0, serve: None },
            Effect::Page { drop: 0, repeat: 2, serve: None },
            Effect::Page { drop: 0, repeat: 0, serve: Some(1) },
            Effect::TotalCount { value: 500 },
            Effect::TotalCount { value: 7 },
        ]
    };
    for effect in effects() {
        let world = many("g11", 130);
        world.fault(Fault::new(effect).at("page=2"));
        let ran = world.check([]);
        assert_eq!(ran.code, 0, "one bad page is read again: {}", ran.everything());
    }
    for effect in effects() {
        let world = many("g11-stays", 130);
        world.fault(Fault::new(effect).at(SECRETS).forever());
        let ran = world.check([]);
        let report = ran.json();
        let bad = ["N000", "N101", "N129"].map(|name| status(&report, name).to_owned());
        assert_eq!((ran.code, bad), (3, ["unknown", "unknown", "unknown"].map(str::to_owned)), "{}", ran.everything());
    }
}

#[test]
fn g9_a_moved_repository_is_followed_on_the_same_host_only() {
    let elsewhere = World::new("g9-elsewhere");
    let world = World::with_entries("g9", &["ONE: { esc: s.one, github: { repository: acme/app } }"]);
    world.esc_secrets(&[("one", "value-of-one-51c2")]);
    world.secret("/repos/acme/app/actions", "ONE", "value-of-one-51c2", &json!({}));
    let there = format!("{}/repos/acme/app/actions/secrets?per_page=100&page=1", elsewhere.running.url);
    world.fault(Fault::new(Effect::Redirect { status: 301, location: there }).at("/repos/acme/app").forever());
    assert_unknown(&world.check([]));
    assert!(elsewhere.requests().is_empty(), "the credential left its origin");
}

#[test]
fn g14_a_secret_beyond_the_first_hundred_is_invisible_to_the_workflow() {
    let mapping_tail =
        "github: { organization: acme, visible-to: [acme/app] }\nentries:\n  N000: s.n000\n  N104: s.n104\n";
    let world = World::with_mapping(
        "g14",
        &format!("version: 1\nesc: {{ environment: acme/default/production }}\n{mapping_tail}"),
    );
    world.esc_secrets(&[("n000", "value-000-of-many-7f3a"), ("n104", "value-104-of-many-7f3a")]);
    for at in 0..105 {
        world.org_secret(&format!("N{at:03}"), &format!("value-{at:03}-of-many-7f3a"));
    }
    let report = world.check([]).json();
    assert_eq!(status(&report, "N104"), "invisible");
    assert_eq!(status(&report, "N000"), "unverified");
}

#[test]
fn g15_the_nearer_scope_wins_and_the_check_says_so() {
    let mapping = "version: 1\nesc: { environment: acme/default/production }\n\
                   github: { organization: acme, visible-to: [acme/app] }\nentries:\n  ONE: s.one\n";
    let world = World::with_mapping("g15", mapping);
    world.esc_secrets(&[("one", "value-of-one-51c2")]);
    world.org_secret("ONE", "value-of-one-51c2");
    world.secret("/repos/acme/app/actions", "ONE", "another-value-c0de", &json!({}));
    let report = world.check([]).json();
    assert!(rules(&report, "ONE").contains(&"shadowed"), "{report:#}");
}

#[test]
fn g24_a_base_address_with_a_prefix_works() {
    let world = world("g24");
    let ran = world
        .program(["check", "--format", "json"])
        .env("GITHUB_API_URL", &format!("{}/api/v3/", world.running.url))
        .run();
    assert_eq!(ran.code, 0, "{}", ran.everything());
    assert_eq!(world.asked("/api/v3/orgs/acme/actions/secrets"), 1);
}

#[test]
fn x13_a_link_to_another_host_is_not_followed() {
    let elsewhere = World::new("x13-elsewhere");
    let world = many("x13", 130);
    world.fault(Fault::new(Effect::Relink { origin: elsewhere.running.url.clone() }).at(SECRETS).forever());
    let ran = world.check([]);
    assert_eq!(ran.code, 3, "{}", ran.everything());
    assert!(elsewhere.requests().is_empty(), "the credential left its origin");
}

#[test]
fn an_unreachable_github_is_unknown_and_exit_3() {
    let world = world("github-unreachable");
    let ran = world.program(["check", "--format", "json"]).env("GITHUB_API_URL", "http://127.0.0.1:9").run();
    assert_unknown(&ran);
    let ran = world.program(["check", "--format", "json"]).env("GITHUB_TOKEN", "").run();
    assert!(assert_unknown(&ran).contains("GITHUB_TOKEN"));
}

#[test]
fn plain_http_to_another_machine_is_refused_before_anything_is_sent() {
    let world = world("plain-http");
    let ran = world.program(["check", "--format", "json"]).env("GITHUB_API_URL", "http://192.0.2.1").run();
    assert_eq!(ran.code, 2, "{}", ran.everything());
    assert!(ran.stderr.contains("https"), "{}", ran.stderr);
    assert!(world.requests().is_empty());
}
