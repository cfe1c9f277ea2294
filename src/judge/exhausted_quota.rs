//! The service accepts the credential, and its quota is used up.

use super::{
    Finding, probed,
    rule::{Check, Rule},
    subject::Subject,
};
use crate::model::{ProbeReason, ProbeVerdict, Severity};

pub(super) const RULE: Rule = Rule::new(
    "exhausted-quota",
    Severity::Warning,
    Check::Entry(check),
    "the credential works, but its quota is used up",
)
.of_live_checks();

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    let is_accepted = |verdict| matches!(verdict, ProbeVerdict::Limited | ProbeVerdict::Live);
    let result = probed::result(subject).filter(|result| result.reason == ProbeReason::Exhausted);
    let Some(result) = result.filter(|result| is_accepted(result.verdict)) else { return };
    let statement = format!("{} accepts the credential, and its quota is used up", probed::who(result));
    findings.push(Finding {
        reason: probed::with_words(statement, result),
        remedy: probed::advice(result, "raise the quota at the service, or wait until it begins anew".to_owned()),
        ..subject.finding(&RULE, None, probed::place(subject))
    });
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        model::{ProbeReason, ProbeVerdict, Severity},
    };

    #[test]
    fn a_used_up_quota_is_a_warning_and_no_limit_of_rights() {
        for verdict in [ProbeVerdict::Limited, ProbeVerdict::Live] {
            let case = Case::new().secret("A", "a").value("a", "7f3c9a1e5b2d8046").listed("A");
            let about = case.probed("A", verdict, ProbeReason::Exhausted).judge_one();
            assert_eq!(only(&about, "exhausted-quota").severity, Severity::Warning);
            assert!(about.findings.iter().all(|finding| finding.rule != "limited-credential"));
        }
    }
}
