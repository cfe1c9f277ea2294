//! Every rule has a section in `docs/rules.md`, and every section a rule.

use esc_sync::{judge::RULES, model::Severity, scan};

const DOCS: &str = include_str!("../../../docs/rules.md");

#[test]
fn every_rule_has_a_section_and_every_section_a_rule() {
    let sections: Vec<&str> = DOCS.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let of_trees = scan::RULES.iter().map(|rule| rule.id);
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).chain(of_trees).collect();
    assert_eq!(sections, ids);
}

#[test]
fn every_section_opens_with_the_severity_of_its_rule() {
    for rule in RULES {
        let (_, section) = DOCS.split_once(&format!("## {}\n\n", rule.id)).expect("there");
        let opening =
            section.strip_prefix('*').and_then(|rest| rest.split('*').next()).expect("opens with its severity");
        assert!(opening.starts_with(word(rule.severity)), "{}: {opening}", rule.id);
        let tiered = rule.severity == Severity::Error && rule.tiered;
        assert_eq!(opening.contains("tiered"), tiered, "{}: {opening}", rule.id);
    }
}

#[test]
fn so_does_every_rule_of_trees() {
    for rule in scan::RULES {
        let (_, section) = DOCS.split_once(&format!("## {}\n\n", rule.id)).expect("there");
        assert!(section.starts_with(&format!("*{}.*", word(rule.severity))), "{}", rule.id);
    }
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Note => "Note",
    }
}
