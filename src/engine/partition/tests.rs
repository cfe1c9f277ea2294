//! What falls to whom, over mappings by chance.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{
    mapping::{LoadOptions, load},
    model::Place,
};

fn partition(text: &str) -> Partition {
    text.parse().expect(text)
}

fn mapping(entries: &str) -> Mapping {
    let head = "version: 1\nesc: { environment: acme/default/prod }\ngithub: { organization: acme }\nentries:\n";
    let loaded = load("m.yaml", format!("{head}{entries}").as_bytes(), &LoadOptions::default());
    loaded.expect("a legal mapping").mapping
}

fn narrowed(text: &str, index: u32, of: u32) -> Mapping {
    let mut mapping = mapping(text);
    Partition::new(index, of).expect("in range").narrow(&mut mapping);
    mapping
}

/// Every address of every entry: by the entry's name, with its kind of place.
fn places(mapping: &Mapping) -> Vec<(String, Place)> {
    mapping
        .entries
        .iter()
        .flat_map(|entry| entry.github.iter().map(|place| (entry.name.to_string(), Place::Github(place.clone()))))
        .collect()
}

#[test]
fn k_is_from_1_to_n() {
    for text in ["", "1", "0/8", "9/8", "1/0", "-1/8", "a/b", "1/8/2", "1/65", " 1/8"] {
        assert_eq!(text.parse::<Partition>(), Err(NotAPartition), "{text:?}");
    }
    assert_eq!(partition("3/8").to_string(), "3/8");
    assert_eq!(Partition::of_job("0", "8"), Ok(partition("1/8")));
    assert_eq!(Partition::of_job("7", "8"), Ok(partition("8/8")));
    for (index, of) in [("8", "8"), ("", "8"), ("0", ""), ("4294967295", "8")] {
        assert_eq!(Partition::of_job(index, of), Err(NotAPartition), "{index:?} of {of:?}");
    }
}

/// Another machine or version must come to the same: these are here to stay.
#[test]
fn what_falls_to_whom_never_changes() {
    let worker = |text: &str| (1..=8).find(|index| Partition::new(*index, 8).expect("in range").has(text));
    let found = ["github acme", "github acme/app", "github acme/app@live", "github acme (dependabot)", "esc acme/a/b"]
        .map(|text| worker(text).expect("exactly one"));
    assert_eq!(found, [5, 7, 5, 7, 3]);
}

/// Two workers that each see half of an entry's places could write two values to ESC: no mapping has such an entry.
#[test]
fn an_entry_that_may_be_pulled_has_one_place_and_so_one_worker() {
    for direction in ["both", "github-to-esc"] {
        let entry = format!("direction: {direction}, github: [{{ repository: acme/a }}, {{ repository: acme/b }}]");
        let text = format!(
            "version: 1\nesc: {{ environment: acme/default/prod }}\nentries:\n  WIDE: {{ esc: s.wide, {entry} }}\n"
        );
        assert!(load("m.yaml", text.as_bytes(), &LoadOptions::default()).is_err(), "{direction}");
    }
}

#[test]
fn what_is_elsewhere_is_still_known() {
    let text = "  A: { esc: s.a, aliases: [OLD_A], github: { repository: acme/a } }\n  B: { esc: s.b, github: { repository: acme/b } }\n";
    for index in 1..=64 {
        let part = narrowed(text, index, 64);
        for name in ["A", "OLD_A", "B"] {
            assert!(part.speaks_of(&crate::model::SecretName::parse(name).expect("legal")), "{name} in {index}");
        }
        assert_eq!(part.first_environment().expect("in ESC").to_string(), "acme/default/prod");
        assert_eq!(part.known_places().count(), 2);
    }
}

#[test]
fn ten_thousand_repositories_are_divided_evenly() {
    let parts: Vec<Partition> = (1..=8).map(|index| Partition::new(index, 8).expect("in range")).collect();
    let mut shares = [0; 8];
    for number in 0..10_000 {
        let text = format!("github acme/repository-{number}");
        let at = parts.iter().position(|part| part.has(&text)).expect("exactly one has it");
        shares[at] += 1;
    }
    assert!(shares.iter().all(|share| (1_150..=1_350).contains(share)), "{shares:?}");
}

/// One entry by chance: its direction and its scopes.
fn entry() -> impl Strategy<Value = String> {
    let scope = prop_oneof![
        Just("{ organization: acme }".to_owned()),
        (0_u32..12).prop_map(|at| format!("{{ repository: acme/r{at} }}")),
        (0_u32..12, 0_u32..3).prop_map(|(at, live)| format!("{{ repository: acme/r{at}, environment: e{live} }}")),
    ];
    let scopes = prop::collection::btree_set(scope, 0..5);
    (scopes, prop_oneof![Just("esc-to-github"), Just("both"), Just("github-to-esc")], 0_u32..4).prop_map(
        |(scopes, direction, environment)| {
            let esc = format!("esc: {{ path: s.PATH, environment: acme/default/e{environment} }}");
            let direction = if scopes.len() > 1 { "esc-to-github" } else { direction };
            match scopes.is_empty() {
                true => format!("{{ {esc}, github: false }}"),
                false => {
                    let scopes: Vec<_> = scopes.into_iter().collect();
                    format!("{{ {esc}, direction: {direction}, github: [{}] }}", scopes.join(", "))
                }
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_place_of_every_entry_is_exactly_one_workers(
        entries in prop::collection::vec(entry(), 1..12),
        of in 1_u32..=64,
    ) {
        let lines = entries.iter().enumerate();
        let text: String =
            lines.map(|(at, entry)| format!("  S_{at}: {}\n", entry.replace("PATH", &format!("p{at}")))).collect();
        let whole = mapping(&text);
        let mut found: BTreeMap<(String, Place), u32> = BTreeMap::new();
        let mut alone: BTreeMap<String, u32> = BTreeMap::new();
        for index in 1..=of {
            let part = narrowed(&text, index, of);
            for place in places(&part) {
                *found.entry(place).or_default() += 1;
            }
            for entry in part.entries.iter().filter(|entry| entry.github.is_empty()) {
                *alone.entry(entry.name.to_string()).or_default() += 1;
            }
            prop_assert_eq!(part.known_places().count(), places(&whole).len());
        }
        prop_assert_eq!(found.keys().cloned().collect::<Vec<_>>(), {
            let mut all = places(&whole);
            all.sort();
            all
        });
        prop_assert!(found.values().all(|times| *times == 1), "{:?}", found);
        let in_esc_alone = whole.entries.iter().filter(|entry| entry.github.is_empty()).count();
        prop_assert_eq!((alone.len(), alone.values().all(|times| *times == 1)), (in_esc_alone, true));
    }
}
