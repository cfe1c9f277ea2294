//! The metrics as a whole, and that they tell no name unless it was asked for (failure case X12).

use esc_sync::daemon::{
    Board,
    metrics::{Process, render, render_with},
};

use super::{
    board::{self, NOW},
    openmetrics::{Family, parse},
};

fn told(board: &Board, names: bool) -> std::collections::BTreeMap<String, Family> {
    parse(&render(board, NOW, names)).expect("OpenMetrics")
}

fn value(family: &Family, labels: &[(&str, &str)]) -> Option<f64> {
    let fits = |known: &super::openmetrics::Labels| labels.iter().all(|(name, value)| known[*name] == *value);
    family.samples.iter().find(|(_, known, _)| fits(known)).map(|(_, _, value)| *value)
}

#[test]
fn the_whole_text() {
    let process = Process { resident_bytes: Some(12_582_912), open_descriptors: Some(9) };
    let text = render_with(&board::full(), NOW, true, process);
    parse(&text).expect("OpenMetrics");
    insta::assert_snapshot!(text);
}

#[test]
fn every_family_is_explained_and_named_alike() {
    for (name, family) in told(&board::full(), true) {
        assert!(name.starts_with("esc_sync_") || name.starts_with("process_"), "{name}");
        assert!(!family.help.is_empty() && !family.samples.is_empty(), "{name}");
    }
}

#[test]
fn x12_names_are_told_only_if_asked_for() {
    let board = board::full();
    let silent = render(&board, NOW, false);
    for name in ["STRIPE_API_KEY", "OPENAI_API_KEY", "SENTRY_DSN", "gpu-1", "a place", "rot-1", "d1ge57"] {
        assert!(!silent.contains(name), "{name}");
    }
    let named = &told(&board, true)["esc_sync_entry"];
    assert_eq!(value(named, &[("entry", "OPENAI_API_KEY"), ("status", "missing"), ("tier", "critical")]), Some(1.0));
    assert!(!render(&board, NOW, true).contains("d1ge57"));
}

/// Zero would say that somebody looked and found none.
#[test]
fn what_nobody_looked_at_has_no_sample() {
    let told = told(&Board::default(), true);
    for silent in
        ["esc_sync_entries", "esc_sync_evidence_age_seconds", "esc_sync_proposals", "esc_sync_key_age_seconds"]
    {
        assert!(!told.contains_key(silent), "{silent}");
    }
    assert_eq!(value(&told["esc_sync_health"], &[("verdict", "unknown")]), Some(1.0));
    assert_eq!(value(&told["esc_sync_health"], &[("verdict", "healthy")]), Some(0.0));
    assert_eq!(value(&told["esc_sync_ready"], &[]), Some(0.0));
}

#[test]
fn counts_add_up_to_the_entries() {
    let told = told(&board::full(), false);
    for family in ["esc_sync_entries", "esc_sync_entries_by_evidence"] {
        let sum: f64 = told[family].samples.iter().map(|(_, _, value)| value).sum();
        assert!((sum - 3.0).abs() < f64::EPSILON, "{family}: {sum}");
    }
    assert_eq!(value(&told["esc_sync_entries"], &[("status", "missing"), ("tier", "critical")]), Some(1.0));
    assert_eq!(value(&told["esc_sync_places"], &[("store", "other"), ("reading", "other")]), None);
    assert_eq!(value(&told["esc_sync_evidence_age_seconds"], &[("of", "look")]), Some(60.0));
    assert_eq!(value(&told["esc_sync_rate_limit_remaining"], &[("store", "github")]), Some(4321.0));
    assert_eq!(value(&told["esc_sync_key_due_seconds"], &[]), Some(89.0 * 86_400.0));
}

/// What comes from others can neither end a line nor make a second series (failure cases X7 and X12).
#[test]
fn x7_hostile_texts_stay_within_their_label() {
    let text = render(&board::hostile(), NOW, true);
    assert_eq!(
        parse(&text).expect("OpenMetrics").keys().collect::<Vec<_>>(),
        told(&board::full(), true).keys().collect::<Vec<_>>()
    );
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
    assert_eq!(value(&parse(&text).expect("OpenMetrics")["esc_sync_places"], &[("store", "other")]), Some(3.0));

    let mut long = board::full();
    long.replica.version = "v".repeat(10_000);
    let info = &told(&long, false)["esc_sync_build_info"].samples[0].1["version"];
    assert!(info.len() < 300, "{}", info.len());
}

#[test]
fn the_document_has_every_metric() {
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/monitoring.md")).expect("text");
    let samples = told(&board::full(), true).into_values().flat_map(|family| family.samples);
    for (name, labels, _) in samples {
        let name = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
        let row = document.lines().find(|line| line.starts_with("| ") && line.contains(&format!("`{name}`")));
        let row = row.unwrap_or_else(|| panic!("docs/monitoring.md has no row for {name}"));
        for label in labels.keys().filter(|label| *label != "le") {
            assert!(row.contains(&format!("`{label}`")), "{name} has no {label} in docs/monitoring.md");
        }
    }
}
