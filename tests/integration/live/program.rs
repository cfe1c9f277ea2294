//! The program against a service on loopback: verdicts, exit codes, what is sent, and what is never told.

use super::service::{Service, answer};
use crate::support::{program::Ran, world::World};

const CANARY: &str = "canary-4f1c9a77ab21-value";

struct Case {
    world: World,
    service: Service,
}

fn case(name: &str, replies: &[(&'static str, &str)], entries: &[&str]) -> Case {
    let service = Service::new(replies);
    let entries: Vec<String> = entries.iter().map(|entry| entry.replace("PORT", &service.port.to_string())).collect();
    let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
    let world = World::with_entries(name, &entries);
    world.esc_secrets(&[("a", CANARY), ("b", CANARY), ("c", "other-7b21cc90d4e1-value")]);
    Case { world, service }
}

impl Case {
    fn run(&self, args: &[&str]) -> Ran {
        self.world.program(args.iter().copied()).run()
    }
}

const OWN: &str = "A: { esc: s.a, probe: { method: GET, url: \"http://127.0.0.1:PORT/me\", headers: { Authorization: \"Bearer {value}\" }, hosts: [127.0.0.1], live: [200], rejected: [401] } }";
const TWIN: &str = "B: { esc: s.b, probe: { method: GET, url: \"http://127.0.0.1:PORT/me\", headers: { Authorization: \"Bearer {value}\" }, hosts: [127.0.0.1], live: [200], rejected: [401] } }";

#[test]
fn each_answer_has_its_verdict_and_its_exit_code() {
    let cases = [
        (answer(200, "", "{}"), "live", 0),
        (answer(401, "", "{}"), "rejected", 1),
        (answer(500, "", "{}"), "unknown", 3),
        (answer(429, "retry-after: 17\r\n", "{}"), "unknown", 3),
        (answer(302, "location: /elsewhere\r\n", ""), "unknown", 3),
    ];
    for (reply, verdict, code) in cases {
        let case = case("live-verdicts", &[("/me", &reply)], &[OWN]);
        let ran = case.run(&["probe", "--format", "json"]);
        assert_eq!(ran.code, code, "{verdict}: {}", ran.everything());
        let report = ran.json();
        assert_eq!(report["probes"][0]["verdict"], verdict, "{report}");
        assert_eq!(report["requests"]["github"], 0);
        let seen = case.service.seen();
        assert!(seen.iter().all(|head| head.starts_with("GET /me ") && head.contains(CANARY)), "{seen:?}");
        assert_eq!(seen.len() as u64, report["requests"]["probes"].as_u64().expect("a number"));
    }
}

#[test]
fn equal_credentials_of_one_probe_are_one_request() {
    let case = case("live-twins", &[("/me", &answer(200, "", "{}"))], &[OWN, TWIN]);
    let ran = case.run(&["probe", "--format", "json"]);
    assert_eq!((ran.code, case.service.seen().len()), (0, 1), "{}", ran.everything());
    assert_eq!(ran.json()["probes"].as_array().expect("a list").len(), 2);
}

#[test]
fn x2_a_name_that_leads_to_this_machine_is_not_asked_unless_it_is_allowed() {
    let own = OWN
        .replace("http://127.0.0.1:PORT", "https://inside.localhost:PORT")
        .replace("[127.0.0.1]", "[inside.localhost]");
    let case = case("live-inside", &[], &[&own]);
    let ran = case.run(&["probe", "--format", "json"]);
    assert_eq!(ran.code, 3, "{}", ran.everything());
    let reason = ran.json()["probes"][0]["reason"].clone();
    assert!(reason == "blocked-address" || reason == "name-unknown", "{reason}");
    assert!(case.service.seen().is_empty());
}

#[test]
fn nothing_to_check_is_not_a_pass() {
    let case = case("live-nothing", &[], &["A: { esc: s.a }"]);
    let ran = case.run(&["probe"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stdout.contains("no live check was made"), "{}", ran.stdout);
}

#[test]
fn offline_nobody_is_asked() {
    let case = case("live-offline", &[("/me", &answer(200, "", "{}"))], &[OWN]);
    let ran = case.run(&["probe", "--offline", "--format", "json"]);
    assert_eq!(ran.code, 3, "{}", ran.everything());
    assert_eq!(ran.json()["probes"][0]["reason"], "not-asked");
    assert_eq!(ran.json()["probes"][0]["evidence"], "offline");
    assert!(case.service.seen().is_empty());
}

#[test]
fn a_probe_speaks_of_the_credentials_alone() {
    let own = |tier: &str| OWN.replace("{ esc: s.a,", &format!("{{ esc: s.a, tier: {tier},"));
    let case = case("live-words", &[("/me", &answer(200, "", "{}"))], &[&own("critical")]);
    let ran = case.run(&["probe"]);
    assert_eq!(ran.code, 0, "{}", ran.everything());
    assert!(ran.stdout.contains("live checks (1)") && ran.stdout.contains("1 live;"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("unverified") && !ran.stdout.contains("github"), "{}", ran.stdout);
    let report = case.run(&["probe", "--format", "json"]).json();
    assert_eq!(report["entries"][0]["status"], "ok", "{report}");
    let gate = case.run(&["probe", "--format", "gate"]).json();
    assert_eq!(gate["health_checks"][0]["status"], "healthy", "{gate}");
    let case = self::case("live-optional", &[("/me", &answer(401, "", "{}"))], &[&own("optional")]);
    assert_eq!(case.run(&["probe"]).code, 1, "who asks hears it as an error");
    let checked = case.run(&["check", "--live", "--format", "json"]).json();
    let findings = checked["entries"][0]["findings"].as_array().expect("a list").clone();
    let rejected = findings.iter().find(|finding| finding["rule"] == "rejected-credential").expect("said");
    assert_eq!(rejected["severity"], "warning");
}

#[test]
fn a_mapping_without_endpoints_says_so_when_they_are_asked_for() {
    let case = case("live-endless", &[("/me", &answer(200, "", "{}"))], &[OWN]);
    let ran = case.run(&["probe", "--endpoints"]);
    assert!(ran.stdout.contains("the mapping has no `endpoints`"), "{}", ran.stdout);
}

#[test]
fn a_check_asks_services_only_if_it_is_told_to() {
    let case = case("live-check", &[("/me", &answer(401, "", "{}"))], &[OWN]);
    let without = case.run(&["check", "--format", "json"]);
    assert!(case.service.seen().is_empty());
    assert!(without.json().get("probes").is_none() && without.json()["requests"].get("probes").is_none());
    let with = case.run(&["check", "--live", "--format", "json"]);
    assert_eq!(with.code, 1, "{}", with.everything());
    assert_eq!(with.json()["probes"][0]["verdict"], "rejected");
    let rules = with.json()["entries"][0]["findings"].to_string();
    assert!(rules.contains("rejected-credential"), "{rules}");
    assert_eq!(case.service.seen().len(), 1);
}

#[test]
fn no_output_of_a_live_check_holds_a_part_of_the_credential() {
    let echo = format!("{{\"error\":\"bad key {CANARY}\",\"message\":\"{CANARY}\"}}");
    for status in [200, 401, 403, 418, 500] {
        let reply = answer(status, &format!("x-echo: {CANARY}\r\nretry-after: {CANARY}\r\n"), &echo);
        let case = case("live-leaks", &[("/me", &reply)], &[OWN]);
        for format in ["text", "json", "markdown", "junit", "sarif", "github", "gate"] {
            let ran = case.run(&["probe", "-vvv", "--format", format]);
            for window in CANARY.as_bytes().windows(8) {
                let part = std::str::from_utf8(window).expect("text");
                assert!(!ran.everything().contains(part), "{status} {format}: {part}");
            }
        }
    }
}
