//! A plain setting has another value than the mapping fixes.

use super::{
    Finding,
    denied_value::denied_by,
    fixed::{Likeness, likeness},
    remedy,
    rule::{Check, Rule},
    subject::{Held, Subject},
};
use crate::model::{Severity, Status};

pub(super) const RULE: Rule =
    Rule::new("unexpected-value", Severity::Error, Check::Entry(check), "the value is not the one the mapping fixes");

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    if subject.entry.detail().expect.is_empty() {
        return;
    }
    for held in subject.held() {
        if held.family.is_none() && denied_by(subject, &held).is_none() {
            findings.extend(compared(subject, held));
        }
    }
}

fn compared(subject: &Subject, held: Held) -> Option<Finding> {
    match best(subject, &held) {
        Likeness::Same => None,
        Likeness::SameWithRegion => Some(Finding {
            severity: Severity::Note,
            reason: format!("{} is the expected Snowflake account, written with its region", held.place()),
            remedy: format!("store it without the region: {}", remedy::store(subject, &held.home())),
            ..subject.finding(&RULE, None, Some(held.place()))
        }),
        Likeness::Different => Some(Finding {
            reason: format!("{} holds none of the values that `expect` of the mapping allows", held.place()),
            remedy: remedy::store(subject, &held.home()),
            ..subject.finding(&RULE, Some(Status::Denied), Some(held.place()))
        }),
    }
}

fn best(subject: &Subject, held: &Held) -> Likeness {
    // The text is compared with the mapping's own; only the outcome comes out.
    let Some(text) = held.value.expose_text() else { return Likeness::Different };
    if is_launch_name(subject) && subject.entry.detail().expect.iter().any(|stem| is_of_stem(text, stem)) {
        return Likeness::Same;
    }
    let found: Vec<Likeness> =
        subject.entry.detail().expect.iter().map(|fixed| likeness(subject, text, fixed)).collect();
    let preferred = [Likeness::Same, Likeness::SameWithRegion];
    preferred.into_iter().find(|likeness| found.contains(likeness)).unwrap_or(Likeness::Different)
}

/// Whether a rotation writes it: another name each time, of which only the stem is fixed.
fn is_launch_name(subject: &Subject) -> bool {
    let ssh = subject.world.mapping.ssh.as_deref();
    ssh.is_some_and(|ssh| ssh.launch_key_name.is_some() && ssh.launch_key_name == subject.entry.esc)
}

fn is_of_stem(text: &str, stem: &str) -> bool {
    text.strip_prefix(stem).is_some_and(|suffix| suffix.len() > 1 && suffix.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        model::{Severity, Status},
    };

    fn account(value: &str) -> crate::judge::EntryJudgement {
        let case = Case::new().config("SNOWFLAKE_ACCOUNT", "s.account").service("snowflake").expect(&["ZNB04675"]);
        case.plain_value("s.account", value).variable("SNOWFLAKE_ACCOUNT", value).judge_one()
    }

    #[test]
    fn another_value_is_refused_and_a_region_is_noted() {
        assert_eq!(account("ZNB04675").status, Status::Ok);
        assert_eq!(account("QQQ11111").status, Status::Denied);
        assert_eq!(account("ZNB04675.us-east-1.us-east-1").status, Status::Denied);
        let about = account("ZNB04675.us-east-1");
        assert_eq!(about.status, Status::Ok);
        assert!(about.findings.iter().all(|finding| finding.severity == Severity::Note));
        assert_eq!(about.findings.len(), 2);
    }

    #[test]
    fn plain_words_are_compared_as_they_are() {
        let judge = |value: &str| {
            let case = Case::new().config("STAGE", "stage").expect(&["prod"]).plain_value("stage", value);
            case.variable("STAGE", value).judge_one()
        };
        assert_eq!(judge("prod").status, Status::Ok);
        assert_eq!(judge("production").status, Status::Denied);
        assert_eq!(judge("PROD").status, Status::Denied);
        assert_eq!(judge("prod\n").findings.iter().filter(|finding| finding.rule == "unexpected-value").count(), 0);
        assert_eq!(
            only(
                &Case::new()
                    .config("STAGE", "stage")
                    .expect(&["prod"])
                    .plain_value("stage", "x")
                    .variable("STAGE", "prod")
                    .judge_one(),
                "unexpected-value"
            )
            .severity,
            Severity::Error
        );
    }

    #[test]
    fn a_name_that_rotations_write_is_fixed_by_its_stem() {
        let judge = |value: &str, launches: bool| {
            let case =
                Case::new().config("KEY_NAME", "l.name").plain_value("l.name", value).variable("KEY_NAME", value);
            let mut case = case.expect(&["deploy"]).ssh("l.public", 100);
            let place = case.mapping.entries[0].esc.clone().filter(|_| launches);
            case.mapping.ssh.as_mut().expect("ssh").launch_key_name = place;
            case.judge_one().status
        };
        assert_eq!([judge("deploy", true), judge("deploy-ab12cd34", true)], [Status::Ok; 2]);
        for (value, launches) in [("deploy-", true), ("deployment", true), ("other", true), ("deploy-ab12", false)] {
            assert_eq!(judge(value, launches), Status::Denied, "{value}");
        }
    }
}
