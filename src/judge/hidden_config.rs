//! A plain setting kept as a secret: nobody can look up what it is.

use super::{
    Finding, remedy,
    rule::{Check, Rule},
    subject::Subject,
};
use crate::model::{Kind, Reading, Severity};

pub(super) const RULE: Rule =
    Rule::new("hidden-config", Severity::Note, Check::Entry(check), "a plain setting is kept as a secret");

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    let Some(side) = subject.esc.as_ref().filter(|_| subject.entry.kind == Kind::Config) else { return };
    if matches!(side.reading, Reading::Value { secret: true, .. }) {
        let place = side.place.clone();
        findings.push(Finding {
            reason: format!("{place} is plain configuration, but ESC keeps it as a secret"),
            remedy: format!("`{}`, or {}", remedy::store(subject, &place), remedy::edit(subject, "set `kind: secret`")),
            ..subject.finding(&RULE, None, Some(place))
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        model::Severity,
    };

    #[test]
    fn configuration_as_a_secret_is_noted() {
        let about = Case::new().config("STAGE", "s").value("s", "prod").variable("STAGE", "prod").judge_one();
        let finding = only(&about, "hidden-config");
        assert_eq!(finding.severity, Severity::Note);
        assert!(finding.remedy.starts_with("`esc env set acme/default/prod s --plaintext --string --file -`"));
    }
}
