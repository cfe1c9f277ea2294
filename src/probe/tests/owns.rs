//! A probe that stands in the mapping.

use super::{NOW, ProbeReason, ProbeVerdict, Step, World, answer, asked, found, said, verdict};

const PROBE: &str = "probe: { url: 'https://api.example.com/me', headers: { Authorization: 'Bearer {value}' }, hosts: [api.example.com]";

fn world(rest: &str) -> World {
    World::of(&[("INTERNAL_TOKEN", &format!("{PROBE}{rest} }}"), "tok-1"), ("OTHER_USER", "tier: optional", "ann")])
}

fn told(rest: &str, status: u16, body: &str) -> (ProbeVerdict, ProbeReason) {
    verdict(&found(&world(rest).check("INTERNAL_TOKEN"), &[said(status, body)]))
}

#[test]
fn it_asks_what_stands_there_and_reads_it_by_status() {
    let world = world("");
    let check = world.check("INTERNAL_TOKEN");
    let ask = asked(&check, &[]);
    assert_eq!((ask.method(), ask.url(), ask.host()), ("GET", "https://api.example.com/me", "api.example.com"));
    assert_eq!(ask.headers().collect::<Vec<_>>(), [("Authorization", "Bearer tok-1")]);
    assert_eq!((&*check.id(), check.is_offline()), ("INTERNAL_TOKEN", false));
    assert_eq!(told("", 200, "{}"), (ProbeVerdict::Live, ProbeReason::Accepted));
    assert_eq!(told("", 401, ""), (ProbeVerdict::Rejected, ProbeReason::RejectedByService));
    assert_eq!(told("", 403, ""), (ProbeVerdict::Unknown, ProbeReason::BadAnswer));
    assert_eq!(told(", limited: [403]", 403, ""), (ProbeVerdict::Limited, ProbeReason::Scope));
    assert_eq!(told("", 429, ""), (ProbeVerdict::Unknown, ProbeReason::RateLimited));
    assert_eq!(told("", 302, ""), (ProbeVerdict::Unknown, ProbeReason::Redirected));
    assert_eq!(told("", 500, ""), (ProbeVerdict::Unknown, ProbeReason::Server));
    assert_eq!(told(", rejected: [302]", 302, ""), (ProbeVerdict::Rejected, ProbeReason::RejectedByService));
}

#[test]
fn a_status_that_is_not_listed_says_where_to_list_it() {
    let told = |rest: &str, status| {
        let found = found(&world(rest).check("INTERNAL_TOKEN"), &[said(status, "{}")]);
        (found.what, found.help)
    };
    let (what, help) = told("", 404);
    assert_eq!(what, "404 is in none of `live`, `rejected`, `limited` of the probe");
    assert!(help.starts_with("add 404 to the one that it means") && help.ends_with("m.yaml:5"), "{help}");
    assert!(told(", when: { live: { field: login } }", 200).0.contains("no condition of its `when` holds"));
}

#[test]
fn a_page_where_json_is_expected_is_never_live() {
    let page = "<!doctype html><title>Sign in</title>";
    assert_eq!(told(", when: { live: { field: login } }", 200, page), (ProbeVerdict::Unknown, ProbeReason::BadAnswer));
    let accepts = PROBE.replace("'Bearer {value}'", "'Bearer {value}', Accept: application/json");
    let world = World::of(&[("INTERNAL_TOKEN", &format!("{accepts} }}"), "tok-1")]);
    let told_page = found(&world.check("INTERNAL_TOKEN"), &[answer(200, &[("content-type", "text/html")], page)]);
    assert_eq!(verdict(&told_page), (ProbeVerdict::Unknown, ProbeReason::BadAnswer));
    assert_eq!(told("", 200, page).0, ProbeVerdict::Unknown, "a page in front of the service");
    let wants = PROBE.replace("'Bearer {value}'", "'Bearer {value}', Accept: text/html");
    let world = World::of(&[("INTERNAL_TOKEN", &format!("{wants} }}"), "tok-1")]);
    assert_eq!(verdict(&found(&world.check("INTERNAL_TOKEN"), &[said(200, page)])).0, ProbeVerdict::Live);
    assert_eq!(told("", 401, page).0, ProbeVerdict::Rejected, "servers refuse with a page");
}

#[test]
fn conditions_part_what_one_status_means() {
    let rest = ", live: [200], rejected: [200, 401], limited: [401], when: { live: { field: data.viewer }, rejected: { field: ok, values: ['false', 'no'] }, limited: { text: missing scope } }";
    assert_eq!(told(rest, 200, r#"{"data":{"viewer":{"id":1}}}"#).0, ProbeVerdict::Live);
    assert_eq!(told(rest, 200, r#"{"ok":false}"#).0, ProbeVerdict::Rejected);
    assert_eq!(told(rest, 200, r#"{"data":{"viewer":null}}"#).0, ProbeVerdict::Unknown);
    assert_eq!(told(rest, 401, r#"{"error":"MISSING SCOPE: x"}"#).0, ProbeVerdict::Limited);
    assert_eq!(told(rest, 401, "{}").0, ProbeVerdict::Unknown);
    let plain_beside = ", rejected: [401], limited: [401], when: { limited: { text: scope } }";
    assert_eq!(told(plain_beside, 401, "scope").0, ProbeVerdict::Limited);
    assert_eq!(told(plain_beside, 401, "no").0, ProbeVerdict::Rejected);
}

#[test]
fn another_entry_can_be_the_other_half() {
    let fields = "probe: { method: POST, url: 'https://h.example/x', hosts: [h.example], headers: { Authorization: 'Basic {OTHER_USER:value}' }, body: '{\"u\":\"{OTHER_USER}\",\"q\":\"{ me { id } }\"}' }";
    let world = World::of(&[("A_TOKEN", fields, "tok-1"), ("OTHER_USER", "tier: optional", "ann")]);
    let check = world.check("A_TOKEN");
    let ask = asked(&check, &[]);
    assert_eq!(ask.sent_body(), Some(&br#"{"u":"ann","q":"{ me { id } }"}"#[..]));
    assert!(!ask.is_repeatable() && ask.headers().any(|header| header == ("Authorization", "Basic YW5uOnRvay0x")));
    assert_eq!(check.entries.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["A_TOKEN", "OTHER_USER"]);
    let world = World::of(&[("A_TOKEN", fields, "tok-1"), ("OTHER_USER", "tier: optional", "")]);
    let found = world.checked("A_TOKEN").expect("a probe").expect_err("no user");
    assert!(found.reason == ProbeReason::Incomplete && found.what.contains("OTHER_USER"), "{found:?}");
}

#[test]
fn x3_a_value_that_no_header_carries_is_not_sent() {
    let world = World::of(&[("INTERNAL_TOKEN", &format!("{PROBE} }}"), "tok\r\nHost: evil")]);
    match world.check("INTERNAL_TOKEN").step(&[], NOW) {
        Step::Done(found) => assert_eq!(verdict(&found), (ProbeVerdict::Rejected, ProbeReason::Malformed)),
        Step::Ask(ask) => panic!("sent: {ask:?}"),
    }
}

#[test]
fn private_hosts_are_allowed_by_name_alone() {
    let world = world(", allow-private: [api.example.com]");
    assert!(asked(&world.check("INTERNAL_TOKEN"), &[]).may_be_private());
}

#[test]
fn equal_probes_of_equal_values_are_asked_once() {
    let fields = format!("{PROBE} }}");
    let world = World::of(&[("A_TOKEN", &fields, "t"), ("B_TOKEN", &fields, "t"), ("C_TOKEN", &fields, "u")]);
    let [a, b, c] = ["A_TOKEN", "B_TOKEN", "C_TOKEN"].map(|name| world.check(name));
    assert!(a.same_as(&b) && !a.same_as(&c));
}
