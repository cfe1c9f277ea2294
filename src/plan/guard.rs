//! Which values must not travel, whatever the direction and whoever was named.
//!
//! A placeholder stops on every path and for every tier (I9); so does what a rule of
//! error level says of the very place the value would come from. An entry's `allow`
//! lifts the rule it names, and nothing lifts the emptiness of a value.

use super::decide::Fitness;
use crate::{
    judge::{EntryJudgement, Family, placeholder_family, rule},
    mapping::Entry,
    model::{Place, SecretValue, Severity},
};

/// Rules that speak of a value by itself, and whether such a value is worth nothing.
const RULES: &[(&str, Fitness)] = &[
    ("denied-value", Fitness::Worthless),
    ("malformed-key", Fitness::Unfit),
    ("malformed-value", Fitness::Unfit),
    ("not-base64", Fitness::Unfit),
    ("placeholder-value", Fitness::Worthless),
    ("undetermined-value", Fitness::Unfit),
    ("unexpected-value", Fitness::Unfit),
    ("value-too-large", Fitness::Unfit),
];

const PLACEHOLDER: &str = "placeholder-value";

/// Whether the value at `place` may travel. What was never judged may not.
pub(super) fn fitness(entry: &Entry, judged: Option<&EntryJudgement>, place: &Place, value: &SecretValue) -> Fitness {
    if value.is_empty() || placeholder(entry, value).is_some() {
        return Fitness::Worthless;
    }
    let Some(judged) = judged else { return Fitness::Unfit };
    let about_it = judged.findings.iter().filter(|finding| finding.place.as_ref() == Some(place));
    let verdicts =
        about_it.filter(|finding| finding.severity != Severity::Note).filter_map(|finding| verdict(finding.rule));
    verdicts.fold(Fitness::Fit, |worst, verdict| match (worst, verdict) {
        (Fitness::Unfit, _) | (_, Fitness::Unfit) => Fitness::Unfit,
        (Fitness::Worthless, _) | (_, Fitness::Worthless) => Fitness::Worthless,
        (Fitness::Fit, Fitness::Fit) => Fitness::Fit,
    })
}

/// The family of a placeholder that the entry does not allow.
pub(super) fn placeholder(entry: &Entry, value: &SecretValue) -> Option<Family> {
    if entry.allows(PLACEHOLDER).is_some() { None } else { placeholder_family(entry.kind, value) }
}

/// The rule's own level counts: an entry that is only optional is no reason to spread a bad value.
fn verdict(id: &str) -> Option<Fitness> {
    let (_, verdict) = RULES.iter().find(|(known, _)| *known == id)?;
    rule(id).filter(|rule| rule.severity == Severity::Error).map(|_| *verdict)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_the_table_exists() {
        for (id, _) in RULES {
            assert!(rule(id).is_some(), "{id}");
        }
        assert_eq!(verdict("malformed-value"), None);
        assert_eq!(verdict("value-mismatch"), None);
        assert_eq!(verdict("denied-value"), Some(Fitness::Worthless));
    }
}
