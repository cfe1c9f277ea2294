//! Every row against its table of answers, and the order of the table itself.

use super::{
    super::{
        PROBES, Probe, Way,
        call::{Outcome, Rule},
    },
    ProbeReason, ProbeVerdict, answer,
    answers::{ANSWERS, Answers},
    asked, found, said, verdict, world_of,
};
use crate::mapping::{Hole, catalogue};

/// A row that asks by HTTP; databases have tests of their own.
fn asking() -> impl Iterator<Item = &'static Probe> {
    PROBES.iter().filter(|probe| !probe.calls().is_empty())
}

fn rules(probe: &Probe) -> impl Iterator<Item = &'static Rule> {
    probe.calls().iter().flat_map(|call| call.rules)
}

fn gives(probe: &Probe, verdict: ProbeVerdict) -> bool {
    rules(probe).any(|rule| matches!(rule.outcome, Outcome::Says(saying) if saying.verdict == verdict))
}

fn each_answer(test: impl Fn(&Answers, &'static Probe)) {
    for answers in ANSWERS {
        test(answers, Probe::by_id(answers.id).unwrap_or_else(|| panic!("no row {}", answers.id)));
    }
}

#[test]
fn every_row_that_asks_has_its_table_of_answers() {
    let without: Vec<_> = asking().filter(|probe| ANSWERS.iter().all(|row| row.id != probe.id)).map(|p| p.id).collect();
    assert!(without.is_empty(), "rows without answers: {without:?}");
    each_answer(|answers, probe| {
        for (verdict, given) in [
            (ProbeVerdict::Live, answers.live),
            (ProbeVerdict::Limited, answers.limited),
            (ProbeVerdict::Rejected, answers.rejected),
        ] {
            assert_eq!(!given.is_empty(), gives(probe, verdict), "{} {verdict}", answers.id);
        }
    });
    assert!(asking().count() >= 40, "{}", asking().count());
}

#[test]
fn answers_mean_what_their_table_says() {
    each_answer(|answers, probe| {
        let world = world_of(probe, answers.values);
        let name = world.mapping.entries[0].name.as_str();
        let check = world.check(name);
        assert_eq!(&*check.id(), probe.id);
        for (wanted, given) in [
            (ProbeVerdict::Live, answers.live),
            (ProbeVerdict::Limited, answers.limited),
            (ProbeVerdict::Rejected, answers.rejected),
        ] {
            for (status, body) in given {
                let mut heard: Vec<_> = answers.lead.iter().map(|(status, body)| said(*status, body)).collect();
                heard.push(said(*status, body));
                let found = found(&check, &heard);
                assert_eq!(found.verdict, wanted, "{} {status} {body}: {found:?}", answers.id);
                assert!(!found.what.is_empty(), "{}", answers.id);
                assert_eq!(found.help.is_empty(), verdict(&found) == (ProbeVerdict::Live, ProbeReason::Accepted));
            }
        }
    });
}

/// Whatever the service: none of these says anything of the credential.
#[test]
fn mishaps_prove_nothing_for_any_row() {
    let page = "<!DOCTYPE html><html><body>Sign in</body></html>";
    each_answer(|answers, probe| {
        let world = world_of(probe, answers.values);
        let check = world.check(world.mapping.entries[0].name.as_str());
        let lead = || answers.lead.iter().map(|(status, body)| said(*status, body)).collect::<Vec<_>>();
        let anonymous = probe.calls()[answers.lead.len()].anonymous;
        for (status, headers, body, reason) in [
            (429, &[("retry-after", "7")][..], "{}", ProbeReason::RateLimited),
            (500, &[][..], r#"{"ok":true}"#, ProbeReason::Server),
            (503, &[][..], page, ProbeReason::Server),
            (529, &[][..], "", ProbeReason::Server),
            (302, &[("location", "https://evil.example/")][..], "", ProbeReason::Redirected),
            (200, &[("content-type", "text/html; charset=utf-8")][..], "hello", ProbeReason::BadAnswer),
            (200, &[][..], page, ProbeReason::BadAnswer),
            (401, &[][..], page, ProbeReason::BadAnswer),
            (200, &[("content-type", "application/json")][..], r#"{"data":[{"id":"#, ProbeReason::BadAnswer),
            (200, &[][..], "", ProbeReason::BadAnswer),
            (204, &[][..], "", ProbeReason::BadAnswer),
            (418, &[][..], "{}", ProbeReason::BadAnswer),
        ] {
            if anonymous && status < 429 {
                continue;
            }
            let mut heard = lead();
            heard.push(answer(status, headers, body));
            let found = found(&check, &heard);
            assert_eq!(verdict(&found), (ProbeVerdict::Unknown, reason), "{} {status} {body}", answers.id);
            assert_eq!(status == 429, found.what.contains("7 seconds"), "{}", answers.id);
            assert!(found.facts.is_empty() && found.expires_at.is_none());
        }
    });
}

#[test]
fn no_status_alone_makes_a_credential_live() {
    for probe in asking() {
        for rule in rules(probe) {
            let Outcome::Says(saying) = rule.outcome else { continue };
            let bare = saying.verdict == ProbeVerdict::Live && rule.when.is_empty();
            assert!(!bare, "{} {:?}", probe.id, rule.statuses);
        }
    }
}

#[test]
fn the_table_is_in_order_and_names_what_exists() {
    assert!(PROBES.windows(2).all(|pair| pair[0].id < pair[1].id), "sorted by id, each once");
    for probe in PROBES {
        let id = probe.id;
        assert!(catalogue::service(probe.service).is_some(), "{id}: no service {}", probe.service);
        assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'), "{id}");
        assert_eq!(probe.parts[0].name, "value", "{id}");
        assert!(!probe.parts[0].optional && probe.parts.iter().all(|part| !part.names.is_empty()), "{id}");
        assert!(!probe.source.is_empty(), "{id}");
        let asks_nobody_by_name = matches!(probe.way, Way::Offline(_) | Way::Steps(_));
        assert_eq!(probe.hosts.is_empty(), asks_nobody_by_name, "{id}");
        assert!(probe.calls().len() <= 3, "{id}");
        assert!(Probe::by_id(id).is_some_and(|found| found.id == id));
    }
}

/// What a row's function makes of the others, beside what the row declares.
const DERIVED: [&str; 11] =
    ["address", "authorization", "date", "email", "granular", "host", "key", "name", "plain", "tenant", "token"];

#[test]
fn templates_name_only_declared_parts_and_urls_carry_no_credential() {
    for probe in asking() {
        let part = |name: &str| probe.parts.iter().find(|part| part.name == name);
        let derived = matches!(probe.way, Way::Derived(..));
        for call in probe.calls() {
            let headers = call.headers.iter().map(|(_, template)| *template);
            for template in headers.chain([call.url]).chain(call.body) {
                for (hole, name) in Hole::all(template).flat_map(|hole| hole.parts().map(move |name| (hole, name))) {
                    match part(name) {
                        Some(part) => {
                            assert!(!part.optional || hole.default.is_some(), "{}: {name} may be absent", probe.id)
                        }
                        None => assert!(derived && DERIVED.contains(&name), "{}: {name} is no part", probe.id),
                    }
                }
            }
            assert!(Hole::all(call.url).all(|hole| hole.name != "value"), "{}: a credential in a URL", probe.id);
            assert!(call.url.starts_with("https://") || call.url.starts_with('{'), "{}", probe.id);
            assert!(call.headers.iter().all(|(name, _)| *name == name.to_ascii_lowercase()), "{}", probe.id);
        }
    }
}

#[test]
fn every_row_asks_a_host_it_names() {
    each_answer(|answers, probe| {
        let world = world_of(probe, answers.values);
        let check = world.check(world.mapping.entries[0].name.as_str());
        let mut heard = Vec::new();
        for lead in answers.lead.iter().map(Some).chain([None]) {
            let ask = asked(&check, &heard);
            let named = probe.hosts.iter().any(|host| {
                *host == ask.host()
                    || host.strip_prefix('*').is_some_and(|rest| ask.host().ends_with(rest))
                    || (*host == "{base}" && answers.values.iter().any(|(_, value)| value.contains(ask.host())))
            });
            assert!(named, "{} asks {}", probe.id, ask.host());
            assert!(ask.url().starts_with("https://") && !ask.url().contains('{'), "{}", ask.url());
            assert!(!ask.may_be_private());
            heard.extend(lead.map(|(status, body)| said(*status, body)));
        }
    });
}
