//! A secret kept where everybody may read it: in the open in ESC (E12), or as a GitHub variable.

use super::{
    Finding,
    missing::holds,
    remedy,
    rule::{Check, Rule},
    subject::{GithubSide, Subject},
};
use crate::model::{Kind, Place, Reading, Severity, Slot, Status};

pub(super) const RULE: Rule =
    Rule::new("plain-secret", Severity::Error, Check::Entry(check), "a secret is kept in the open");

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    if subject.entry.kind != Kind::Secret {
        return;
    }
    if let Some(side) = &subject.esc
        && matches!(side.reading, Reading::Value { secret: false, .. })
    {
        let place = side.place.clone();
        findings.push(Finding {
            reason: format!(
                "{place} is not marked as a secret: whoever may read the environment's definition reads it"
            ),
            remedy: format!("renew it, then `{}`", remedy::store(subject, &place)),
            ..subject.finding(&RULE, Some(Status::Malformed), Some(place))
        });
    }
    findings.extend(subject.github.iter().filter_map(|side| as_variable(subject, side)));
}

fn as_variable(subject: &Subject, side: &GithubSide) -> Option<Finding> {
    let place = side.place;
    if !holds(subject.world.snapshot, place, Slot::Variable, &place.name) {
        return None;
    }
    let secret = crate::model::GithubPlace { slot: Slot::Secret, ..place.clone() };
    let remedy = format!(
        "renew it, then `{}` and `{}`",
        remedy::store(subject, &Place::Github(secret)),
        remedy::delete(&place.scope, Slot::Variable, place.name.as_str()),
    );
    let variable = Place::Github(crate::model::GithubPlace { slot: Slot::Variable, ..place.clone() });
    let reason = format!("{variable} holds a secret; variables are shown to everybody who can read the repository");
    Some(Finding { reason, remedy, ..subject.finding(&RULE, Some(Status::Malformed), Some(variable)) })
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        model::Severity,
    };

    const VALUE: &str = "7f3c9a1e5b2d8046";

    #[test]
    fn e12_a_secret_in_the_open_is_an_error() {
        let about = Case::new().secret("A", "a").plain_value("a", VALUE).listed("A").judge_one();
        assert_eq!(only(&about, "plain-secret").severity, Severity::Error);
        let about = Case::new().secret("A", "a").value("a", VALUE).listed("A").judge_one();
        assert!(about.findings.iter().all(|finding| finding.rule != "plain-secret"));
    }

    #[test]
    fn a_secret_as_variable_is_an_error() {
        let about = Case::new().secret("A", "a").value("a", VALUE).listed("A").variable("A", VALUE).judge_one();
        let finding = only(&about, "plain-secret");
        assert!(finding.remedy.ends_with("`gh variable delete A --org acme`"), "{}", finding.remedy);
    }
}
