//! The table of what a scan states. Each id has its section in `docs/rules.md`.

use crate::model::Severity;

/// One thing that can be wrong in a tree.
#[derive(Debug)]
pub struct Rule {
    /// Stable, kebab-case; the anchor in `docs/rules.md`.
    pub id: &'static str,
    pub summary: &'static str,
    pub severity: Severity,
}

const fn rule_of(id: &'static str, severity: Severity, summary: &'static str) -> Rule {
    Rule { id, summary, severity }
}

/// Sorted by id.
pub const RULES: &[Rule] = &[
    rule_of("denied-literal", Severity::Error, "a file has a value that the mapping denies"),
    rule_of("dynamic-reference", Severity::Note, "only a run knows which secret is meant"),
    rule_of("escaped-expression", Severity::Note, "a backslash does not keep an expression from being expanded"),
    rule_of("illegal-reference", Severity::Error, "a name that GitHub cannot hold is referred to"),
    rule_of("invalid-workflow", Severity::Warning, "a workflow is no valid YAML"),
    rule_of("leaked-value", Severity::Error, "a file holds the value of a secret"),
    rule_of("missing-reference", Severity::Error, "a workflow refers to what is not there"),
    rule_of("misspelt-reference", Severity::Error, "a workflow refers to another name than the mapping has"),
    rule_of("outdated-literal", Severity::Warning, "a file sets another value than the mapping expects"),
    rule_of("unmapped-name", Severity::Note, "code reads a credential that no entry has"),
    rule_of("unmapped-reference", Severity::Warning, "a workflow refers to what no entry has"),
    rule_of("unreadable-file", Severity::Warning, "a file could not be read"),
    rule_of("unused-secret", Severity::Note, "no file refers to an entry"),
];

/// The rule of that id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.binary_search_by(|rule| rule.id.cmp(id)).ok().map(|at| &RULES[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_sorted_unique_and_found() {
        assert!(RULES.windows(2).all(|pair| pair[0].id < pair[1].id));
        assert!(RULES.iter().all(|own| rule(own.id).is_some_and(|found| found.id == own.id)));
    }
}
