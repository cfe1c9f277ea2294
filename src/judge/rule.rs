//! The table of rules, and what a rule is.

use super::{
    Finding, Subject, alias_present, beyond_hundred, conflict, denied_value, drifted, duplicate_value, exhausted_quota,
    expiring_credential, hidden_config, invisible, key_due, key_halves_differ, limited_credential, malformed_key,
    malformed_value, missing, moved_repository, not_base64, outdated_document, placeholder, plain_secret,
    rejected_credential, rotation_open, scope_limit, shadowed, stray_whitespace, too_old, undetermined_value,
    unexpected_value, unhealthy_endpoint, unmanaged, unprobed, unreachable_endpoint, unreadable, unsettled_write,
    unused_allowance, unverified, value_mismatch, value_too_large, wide_policy,
    world::{Findings, World},
};
use crate::model::{Severity, Tier};

/// One thing that can be wrong.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Stable, kebab-case; the anchor in `docs/rules.md`.
    pub id: &'static str,
    /// In a few words, as a heading.
    pub summary: &'static str,
    /// For a critical or important entry.
    pub severity: Severity,
    /// Whether an error about an optional entry is only a warning.
    pub tiered: bool,
    /// Whether an entry's `allow` may silence it.
    pub silenceable: bool,
    /// Whether it has something to say only after live checks, so that a plain check neither repeats nor refutes it.
    pub live: bool,
    pub(super) check: Check,
}

/// What a rule looks at.
#[derive(Clone, Copy)]
pub(super) enum Check {
    /// One entry by itself.
    Entry(fn(&Subject, &mut Vec<Finding>)),
    /// All entries and listings together.
    World(fn(&World, &mut Findings)),
    /// Stated by the judge itself, once an entry's other findings are known.
    Last,
}

pub const RULES: &[Rule] = &[
    alias_present::RULE,
    beyond_hundred::RULE,
    conflict::RULE,
    denied_value::RULE,
    drifted::RULE,
    duplicate_value::RULE,
    exhausted_quota::RULE,
    expiring_credential::RULE,
    hidden_config::RULE,
    invisible::RULE,
    key_due::RULE,
    key_halves_differ::RULE,
    limited_credential::RULE,
    malformed_key::RULE,
    malformed_value::RULE,
    missing::RULE,
    moved_repository::RULE,
    not_base64::RULE,
    outdated_document::RULE,
    placeholder::RULE,
    plain_secret::RULE,
    rejected_credential::RULE,
    rotation_open::RULE,
    scope_limit::RULE,
    shadowed::RULE,
    stray_whitespace::RULE,
    too_old::RULE,
    undetermined_value::RULE,
    unexpected_value::RULE,
    unhealthy_endpoint::RULE,
    unmanaged::RULE,
    unprobed::RULE,
    unreachable_endpoint::RULE,
    unreadable::RULE,
    unsettled_write::RULE,
    unused_allowance::RULE,
    unverified::RULE,
    value_mismatch::RULE,
    value_too_large::RULE,
    wide_policy::RULE,
];

/// What the documentation says of a rule: the section under its id, in Markdown.
pub fn help(id: &str) -> Option<&'static str> {
    const DOCUMENT: &str = include_str!("../../docs/rules.md");
    let (_, section) = DOCUMENT.split_once(&format!("\n## {id}\n"))?;
    Some(section.split_once("\n## ").map_or(section, |(own, _)| own).trim())
}

/// The rule of that id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// Whether findings of that id are known from asking a service.
pub fn is_live(id: &str) -> bool {
    rule(id).is_some_and(|rule| rule.live)
}

impl Rule {
    /// Most rules: as bad as the entry is important, and open to exceptions.
    pub(super) const fn new(id: &'static str, severity: Severity, check: Check, summary: &'static str) -> Self {
        Self { id, summary, severity, tiered: true, silenceable: true, live: false, check }
    }

    pub(super) const fn of_live_checks(self) -> Self {
        Self { live: true, ..self }
    }

    pub fn severity_for(&self, tier: Tier) -> Severity {
        match (self.severity, tier) {
            (Severity::Error, Tier::Optional) if self.tiered => Severity::Warning,
            (severity, _) => severity,
        }
    }

    /// How bad it is, in the words of the documentation.
    pub fn severity_words(&self) -> &'static str {
        match (self.severity, self.tiered) {
            (Severity::Error, true) => "error; warning for optional entries",
            (severity, _) => severity.as_str(),
        }
    }
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rule").field("id", &self.id).field("severity", &self.severity).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_sorted_unique_and_the_severity_follows_the_tier() {
        assert!(RULES.windows(2).all(|pair| pair[0].id < pair[1].id));
        let missing = rule("missing").expect("there");
        assert_eq!(missing.severity_for(Tier::Critical), Severity::Error);
        assert_eq!(missing.severity_for(Tier::Important), Severity::Error);
        assert_eq!(missing.severity_for(Tier::Optional), Severity::Warning);
        assert_eq!(rule("unreadable").expect("there").severity_for(Tier::Optional), Severity::Error);
    }

    #[test]
    fn what_live_checks_alone_know_is_told_apart() {
        let live: Vec<&str> = RULES.iter().filter(|rule| rule.live).map(|rule| rule.id).collect();
        let named = [
            "exhausted-quota",
            "expiring-credential",
            "limited-credential",
            "rejected-credential",
            "unhealthy-endpoint",
            "unprobed",
            "unreachable-endpoint",
        ];
        assert_eq!(live, named);
    }
}
