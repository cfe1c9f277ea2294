//! A value does not look like what its service issues, or its `format` asks for.
//!
//! A warning, never a verdict: services change their shapes without asking.

use super::{
    Finding, remedy,
    rule::{Check, Rule},
    subject::{EscSide, Subject},
};
use crate::model::{Severity, Status};

pub(super) const RULE: Rule =
    Rule::new("malformed-value", Severity::Warning, Check::Entry(check), "the value does not look like its format");

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    let Some(expected) = &subject.format else { return };
    for held in subject.held().filter(|held| held.family.is_none()) {
        if expected.fits(held.value) || (held.is_in_esc() && is_unwrapped_in_vain(subject)) {
            continue;
        }
        let reason = format!("{} does not look like {}", held.place(), expected.summary());
        let remedy = format!(
            "store the right value with `{}`; if this one is right, {}",
            remedy::store(subject, &held.home()),
            remedy::edit(subject, "correct `format`, or allow malformed-value with a reason"),
        );
        findings.push(Finding {
            reason,
            remedy,
            ..subject.finding(&RULE, Some(Status::Malformed), Some(held.place()))
        });
    }
}

/// Text that is not the base64 it is declared to be has its own finding.
fn is_unwrapped_in_vain(subject: &Subject) -> bool {
    subject.esc.as_ref().is_some_and(EscSide::is_not_base64)
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        model::{Severity, Status},
    };

    #[test]
    fn the_service_implies_a_format_and_the_entry_may_say_another() {
        let body = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567";
        let judge = |value: &str| {
            let case = Case::new().secret("PULUMI_ACCESS_TOKEN", "p").service("pulumi").value("p", value);
            case.listed("PULUMI_ACCESS_TOKEN").judge_one()
        };
        assert_eq!(judge(&format!("pul-{body}")).status, Status::Unverified);
        let about = judge(&format!("pat-{body}"));
        assert_eq!(about.status, Status::Malformed);
        let finding = only(&about, "malformed-value");
        assert_eq!(finding.severity, Severity::Warning);
        assert_eq!(
            finding.reason,
            "esc acme/default/prod p does not look like a Pulumi token: pul- and 40 hexadecimal digits"
        );
        let case = Case::new().secret("PULUMI_ACCESS_TOKEN", "p").service("pulumi").format("^pat-[0-9a-f]+$");
        let about = case.value("p", &format!("pat-{body}")).listed("PULUMI_ACCESS_TOKEN").judge_one();
        assert_eq!(about.status, Status::Unverified);
    }
}
