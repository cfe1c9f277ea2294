//! What holds for all rules together.

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use super::{
    EntryJudgement, RULES,
    testing::{Case, NOW, STAMP, private_key},
};
use crate::model::{Encoding, ProbeReason, ProbeVerdict, Stamp, Visibility};

#[test]
fn the_set_of_rules() {
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    insta::assert_snapshot!(ids.join(" "), @"alias-present beyond-hundred conflict denied-value drifted duplicate-value exhausted-quota expiring-credential hidden-config invisible key-due key-halves-differ limited-credential malformed-key malformed-value missing moved-repository not-base64 outdated-document placeholder-value plain-secret rejected-credential rotation-open scope-limit shadowed stray-whitespace too-old undetermined-value unexpected-value unhealthy-endpoint unmanaged unprobed unreachable-endpoint unreadable unsettled-write unused-allowance unverified value-mismatch value-too-large wide-policy");
}

/// One world in which every rule has something to say, around the given values.
fn world(values: &[String]) -> Case {
    let value = |at: usize| values[at % values.len()].as_str();
    let deny: Vec<&str> = vec![value(3)];
    let mut case = Case::new()
        .ssh("a", 1)
        .stores_private("b")
        .rotating("roll-out")
        .secret("A", "a")
        .alias("A_OLD")
        .allow("too-old")
        .value("a", value(0))
        .listed("A")
        .listed("A_OLD")
        .job("A", value(1))
        .secret("B", "b")
        .value("b", value(0))
        .listed_as("B", Visibility::All)
        .visibility(crate::mapping::DeclaredVisibility::Selected)
        .secret("C", "c")
        .plain_value("c", &format!(" {}\n", value(2)))
        .listed("C")
        .max_age(1)
        .listed_at("C", Stamp(0))
        .config("D", "d")
        .deny(&deny)
        .plain_value("d", value(3))
        .variable("D", value(4))
        .config("E", "e")
        .expect(&deny)
        .value("e", value(4))
        .variable("E", value(5))
        .secret("F", "f")
        .service("openai")
        .encoding(Encoding::Base64)
        .value("f", value(6))
        .listed("F")
        .secret("OPENAI_API_KEY", "g")
        .service("openai")
        .value("g", value(7))
        .listed("OPENAI_API_KEY")
        .secret("X_PRIVATE_KEY", "h")
        .service("ssh")
        .value("h", &format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n", value(8)))
        .secret("I", "i")
        .value("i", &value(9).repeat(4000))
        .listed("I")
        .variable("I", value(9))
        .sees("acme/app", "OTHER")
        .secret("J", "j")
        .value("j", &format!("{}****", value(10)))
        .repository_lists("acme/app", "J")
        .listed("J")
        .secret("K", "k")
        .value("k", value(10))
        .listed("K")
        .sees("acme/app", "K")
        .secret("L", "l")
        .value("l", value(5))
        .listed_at("L", Stamp(7))
        .wrote("L", value(6), STAMP)
        .secret("M", "m")
        .value("m", value(7))
        .listed_at("M", STAMP)
        .pending("M", value(8))
        .secret("N", "n")
        .value("n", value(9))
        .listed_at("N", STAMP)
        .wrote("N", value(10), STAMP)
        .attested("N", value(8), STAMP)
        .secret("O", "o")
        .value("o", value(9))
        .listed_at("O", STAMP)
        .wrote("O", value(10), STAMP)
        .listed("STRANGER")
        .probed("A", ProbeVerdict::Limited, ProbeReason::Scope)
        .probed("B", ProbeVerdict::Live, ProbeReason::Exhausted)
        .probed("C", ProbeVerdict::Rejected, ProbeReason::RejectedByService)
        .probed("F", ProbeVerdict::Unknown, ProbeReason::Timeout)
        .probed("K", ProbeVerdict::Live, ProbeReason::Accepted)
        .expiring("K", NOW)
        .endpoint("frontend", true, ProbeVerdict::Rejected)
        .endpoint("backend", true, ProbeVerdict::Unknown);
    case.snapshot.job.as_mut().expect("A is in it").partial = true;
    case.snapshot.github.moved.insert("acme/old".parse().expect("a repository"));
    for at in 0..101 {
        case = case.sees("acme/app", &format!("N{at:03}")).repository_lists("acme/app", &format!("N{at:03}"));
    }
    case
}

fn spoken(judged: &super::Judgement) -> String {
    format!("{judged:?}")
}

#[test]
fn no_rule_prints_any_part_of_a_value() {
    let mut runner = runner(64);
    let body = proptest::collection::vec("[a-zA-Z0-9+/]{12,40}", 11);
    for _ in 0..64 {
        let values = body.new_tree(&mut runner).expect("generates").current();
        let text = spoken(&world(&values).judge());
        for value in &values {
            for window in value.as_bytes().windows(6) {
                let window = std::str::from_utf8(window).expect("letters");
                assert!(!text.contains(window), "{window} in {text}");
            }
        }
    }
    let text = spoken(&Case::new().secret("K", "k").value("k", private_key().trim_end()).listed("K").judge());
    assert!(
        private_key()
            .lines()
            .filter(|line| !line.starts_with("---"))
            .all(|line| !text.contains(&line[..6.min(line.len())]) || line.len() < 6)
    );
}

#[test]
fn that_world_makes_nearly_every_rule_speak() {
    let values: Vec<String> = (0..11).map(|at| format!("v{at}k7f3c9a1e5b2d80{at}")).collect();
    let judged = world(&values).judge();
    let mut said: Vec<&str> = judged
        .entries
        .iter()
        .flat_map(|about| &about.findings)
        .chain(&judged.findings)
        .map(|finding| finding.rule)
        .collect();
    said.sort_unstable();
    said.dedup();
    let silent: Vec<&str> = RULES.iter().map(|rule| rule.id).filter(|id| !said.contains(id)).collect();
    insta::assert_snapshot!(silent.join(" "), @"outdated-document undetermined-value unreadable");
}

#[test]
fn judging_does_not_depend_on_the_order_of_entries() {
    let values: Vec<String> = (0..11).map(|at| format!("v{at}k7f3c9a1e5b2d80{at}")).collect();
    let by_name = |mut case: Case, turn: usize| {
        let len = case.mapping.entries.len();
        case.mapping.entries.rotate_left(turn % len);
        if turn % 2 == 1 {
            case.mapping.entries.reverse();
        }
        case.fill_views();
        case.fill_fingerprints();
        let judged = super::judge(&case.mapping, &case.snapshot, case.options);
        let mut about: Vec<(String, EntryJudgement)> =
            case.mapping.entries.iter().map(|entry| entry.name.to_string()).zip(judged.entries).collect();
        about.sort_by(|one, other| one.0.cmp(&other.0));
        format!("{about:?} {:?}", judged.findings)
    };
    let straight = by_name(world(&values), 0);
    for turn in 1..11 {
        assert_eq!(by_name(world(&values), turn), straight);
    }
}

#[test]
fn findings_are_worst_first() {
    let values: Vec<String> = (0..11).map(|at| format!("v{at}k7f3c9a1e5b2d80{at}")).collect();
    for about in world(&values).judge().entries {
        assert!(
            about.findings.windows(2).all(|pair| (pair[0].severity, pair[0].rule) <= (pair[1].severity, pair[1].rule))
        );
        assert!(about.findings.iter().all(|finding| !finding.reason.is_empty() && !finding.remedy.is_empty()));
        let worst = about.findings.iter().filter_map(|finding| finding.status).min();
        assert!(worst.is_none_or(|worst| about.status <= worst));
    }
}

/// Always the same numbers: a failure is a failure every time.
fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}
