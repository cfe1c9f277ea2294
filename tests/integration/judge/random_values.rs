//! What is drawn by lot is never a placeholder, whatever words it holds by chance.

use esc_sync::{
    judge::placeholder_family,
    model::{Kind, SecretValue},
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

const PREFIXES: &[&str] = &[
    "",
    "sk-",
    "sk-proj-",
    "sk-ant-api03-",
    "sk-or-v1-",
    "ghp_",
    "github_pat_",
    "gsk_",
    "hf_",
    "lin_api_",
    "ntn_",
    "secret_",
    "sk_test_",
    "pk_test_",
    "sk-test-",
    "pul-",
    "npm_",
    "figd_",
    "xoxb-",
    "xai-",
    "pplx-",
    "apify_api_",
    "AKIA",
    "secret_demo_",
    "test_",
    "your_",
];

/// Always the same numbers: a failure is a failure every time.
fn check(strategy: impl Strategy<Value = String>, cases: u32) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&(prop::sample::select(PREFIXES), strategy), |(prefix, body)| {
        for kind in [Kind::Secret, Kind::Config] {
            let family = placeholder_family(kind, &SecretValue::from(format!("{prefix}{body}")));
            prop_assert!(family.is_none(), "{prefix}{body} as {family:?}");
        }
        Ok(())
    });
    outcome.expect("no random value is a placeholder");
}

/// Evenly drawn letters; a character class would draw its ranges evenly.
fn drawn(alphabet: &str, len: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = String> {
    let letters: Vec<char> = alphabet.chars().collect();
    prop::collection::vec(prop::sample::select(letters), len).prop_map(|letters| letters.into_iter().collect())
}

const BASE62: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

#[test]
fn base62_bodies() {
    check(drawn(BASE62, 24..=100), 20_000);
}

#[test]
fn base64_bodies() {
    check(drawn(&format!("{BASE62}-_"), 24..=100), 10_000);
    check(drawn(&format!("{BASE62}+/"), 24..=100), 10_000);
}

#[test]
fn hexadecimal_bodies() {
    check(drawn("0123456789abcdef", 24..=100), 10_000);
}

#[test]
fn lower_case_bodies() {
    check(drawn("abcdefghijklmnopqrstuvwxyz0123456789", 24..=64), 10_000);
}

#[test]
fn uuids() {
    check("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", 5_000);
}

#[test]
fn bodies_with_a_word_in_the_middle() {
    check("[A-Za-z0-9]{16,40}(test|your|demo|todo|fake|Test|YOUR|changeme|Placeholder)[A-Za-z0-9]{16,40}", 10_000);
}

#[test]
fn x4_a_megabyte_takes_no_longer_than_its_ends() {
    for unit in ["your-key-here ", "x", "${A", "<", "aaaa-", "[secret]", "change", "AAAA"] {
        let long = SecretValue::from(unit.repeat(1_000_000 / unit.len()));
        let family = placeholder_family(Kind::Secret, &long);
        assert_eq!(family.is_some(), unit.len() == 1 || unit == "AAAA", "{unit}");
    }
}
