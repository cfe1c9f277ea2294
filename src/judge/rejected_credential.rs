//! The service says that the credential is not valid.

use super::{
    Finding, probed, remedy,
    rule::{Check, Rule},
    subject::Subject,
};
use crate::model::{ProbeEvidence, ProbeResult, ProbeVerdict, Severity, Status};

pub(super) const RULE: Rule = Rule::new(
    "rejected-credential",
    Severity::Error,
    Check::Entry(check),
    "the service does not accept the credential",
)
.of_live_checks();

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    let Some(result) = probed::result(subject).filter(|result| result.verdict == ProbeVerdict::Rejected) else {
        return;
    };
    let place = probed::place(subject);
    let store = place.as_ref().map(|place| format!("`{}`", remedy::store(subject, place))).unwrap_or_default();
    let otherwise = format!("issue a new one at the service and store it with {store}");
    findings.push(Finding {
        reason: reason(result),
        remedy: probed::advice(result, otherwise),
        ..subject.finding(&RULE, Some(Status::Rejected), place)
    });
}

fn reason(result: &ProbeResult) -> String {
    let statement = match (result.evidence, result.expires_at) {
        (ProbeEvidence::Offline, None) => "its own form says that the credential cannot be valid".to_owned(),
        (ProbeEvidence::Offline, Some(at)) => format!("its own form says that the credential was good until {at}"),
        (ProbeEvidence::Network, _) => format!("{} does not accept the credential", probed::who(result)),
    };
    probed::with_words(statement, result)
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        model::{Evidence, ProbeReason, ProbeVerdict, Severity, Status, Tier},
    };

    #[test]
    fn a_rejected_credential_is_an_error_by_tier_and_its_status_says_so() {
        for (tier, severity) in
            [(Tier::Critical, Severity::Error), (Tier::Important, Severity::Error), (Tier::Optional, Severity::Warning)]
        {
            let case = Case::new().secret("A", "a").tier(tier).value("a", "7f3c9a1e5b2d8046").listed("A");
            let about = case.probed("A", ProbeVerdict::Rejected, ProbeReason::RejectedByService).judge_one();
            assert_eq!((about.status, about.evidence), (Status::Rejected, Evidence::Value));
            let finding = only(&about, "rejected-credential");
            assert_eq!(finding.severity, severity);
            assert_eq!(finding.reason, "api.example.com does not accept the credential: as it was told");
        }
    }
}
