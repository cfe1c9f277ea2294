//! The service knows the credential, and does not let it do what was asked.

use super::{
    Finding, probed,
    rule::{Check, Rule},
    subject::Subject,
};
use crate::model::{ProbeReason, ProbeVerdict, Severity};

pub(super) const RULE: Rule = Rule::new(
    "limited-credential",
    Severity::Warning,
    Check::Entry(check),
    "the service accepts the credential, but not for what was asked",
)
.of_live_checks();

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    let limited = |reason| reason != ProbeReason::Exhausted;
    let result = probed::result(subject).filter(|result| result.verdict == ProbeVerdict::Limited);
    let Some(result) = result.filter(|result| limited(result.reason)) else { return };
    let statement =
        format!("{} accepts the credential, with a limit ({}{})", probed::who(result), result.reason, scopes(result));
    let otherwise = "give it the rights it needs, or allow limited-credential with a reason".to_owned();
    findings.push(Finding {
        reason: probed::with_words(statement, result),
        remedy: probed::advice(result, otherwise),
        ..subject.finding(&RULE, None, probed::place(subject))
    });
}

fn scopes(result: &crate::model::ProbeResult) -> String {
    let scopes = result.facts.iter().find(|(name, _)| *name == "scopes");
    scopes.map(|(_, scopes)| format!("; its scopes: {scopes}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        model::{ProbeReason, ProbeVerdict, Severity, Status},
    };

    #[test]
    fn v12_a_credential_without_the_rights_is_a_warning_that_says_which_it_has() {
        let case = Case::new().secret("A", "a").value("a", "7f3c9a1e5b2d8046").listed("A");
        let about = case.probed("A", ProbeVerdict::Limited, ProbeReason::Scope).judge_one();
        assert_eq!(about.status, Status::Unverified);
        let finding = only(&about, "limited-credential");
        assert_eq!(finding.severity, Severity::Warning);
        assert_eq!(
            finding.reason,
            "api.example.com accepts the credential, with a limit (scope; its scopes: read): as it was told"
        );
    }
}
