//! The credential works now, and will not for long.

use super::{
    Finding, probed, remedy,
    rule::{Check, Rule},
    subject::Subject,
};
use crate::model::{ProbeVerdict, Severity};

pub(super) const RULE: Rule = Rule::new(
    "expiring-credential",
    Severity::Warning,
    Check::Entry(check),
    "the credential expires within two weeks, or has expired",
)
.of_live_checks();

const WARNED_DAYS: i64 = 14;

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    // One that is rejected has a finding of its own.
    let result = probed::result(subject).filter(|result| result.verdict != ProbeVerdict::Rejected);
    let Some((result, at)) = result.and_then(|result| Some((result, result.expires_at?))) else { return };
    let left = at.days_since(subject.world.options.now);
    if left > WARNED_DAYS {
        return;
    }
    let reason = match left {
        ..0 => format!("by {}, the credential was good until {at}", probed::who(result)),
        0 => format!("by {}, the credential is good until {at}, for less than a day", probed::who(result)),
        days => format!("by {}, the credential is good until {at}, for {days} more days", probed::who(result)),
    };
    let place = probed::place(subject);
    let store = place.as_ref().map(|place| format!("`{}`", remedy::store(subject, place))).unwrap_or_default();
    let remedy = format!("issue a new one at the service and store it with {store}");
    findings.push(Finding { reason, remedy, ..subject.finding(&RULE, None, place) });
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, NOW, only},
        model::{ProbeReason, ProbeVerdict, Severity, Stamp},
    };

    #[test]
    fn two_weeks_before_its_end_a_credential_is_warned_of() {
        let expiring = |seconds: i64| {
            let case = Case::new().secret("A", "a").value("a", "7f3c9a1e5b2d8046").listed("A");
            let case = case.probed("A", ProbeVerdict::Live, ProbeReason::Accepted);
            case.expiring("A", Stamp(NOW.0 + seconds)).judge_one()
        };
        const DAY: i64 = 86_400;
        for (seconds, said) in [(-1, "was good"), (1, "less than a day"), (14 * DAY, "for 14 more days")] {
            let about = expiring(seconds);
            let finding = only(&about, "expiring-credential");
            assert!(finding.severity == Severity::Warning && finding.reason.contains(said), "{}", finding.reason);
        }
        assert!(expiring(15 * DAY).findings.iter().all(|finding| finding.rule != "expiring-credential"));
    }
}
