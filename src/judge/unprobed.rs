//! The service was asked whether the credential works, and it could not be found out.
//!
//! Never a rejection: what is not known is not known. Where asking was not possible or not
//! wanted, that is a note.

use super::{
    Finding, probed, remedy,
    rule::{Check, Rule},
    subject::Subject,
};
use crate::model::{ProbeEvidence, ProbeReason, ProbeResult, ProbeVerdict, Severity, Status, Tier};

pub(super) const RULE: Rule = Rule::new(
    "unprobed",
    Severity::Error,
    Check::Entry(check),
    "it could not be found out whether the credential works",
)
.of_live_checks();

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    let Some(result) = probed::result(subject).filter(|result| result.verdict == ProbeVerdict::Unknown) else {
        return;
    };
    let place = probed::place(subject);
    let finding = if was_not_asked(result) {
        Finding { severity: Severity::Note, ..subject.finding(&RULE, None, place) }
    } else {
        // Of what is optional it need not be known.
        let status = (subject.entry.tier != Tier::Optional).then_some(Status::Unknown);
        subject.finding(&RULE, status, place)
    };
    let remedy = probed::advice(result, remedy(subject, result));
    findings.push(Finding { reason: probed::with_words(statement(result), result), remedy, ..finding })
}

/// Whether nobody meant to ask, or could have been asked.
fn was_not_asked(result: &ProbeResult) -> bool {
    use ProbeReason::{Incomplete, NotAsked, OfflineOnly};
    result.evidence == ProbeEvidence::Offline || matches!(result.reason, Incomplete | NotAsked | OfflineOnly)
}

fn statement(result: &ProbeResult) -> String {
    let who = result.host.as_deref().unwrap_or("the service");
    match result.reason {
        ProbeReason::BlockedAddress => format!("{who} was not asked: its address is a private one"),
        _ if was_not_asked(result) => format!("{who} was not asked whether the credential works ({})", result.reason),
        reason => format!("it could not be found out from {who} whether the credential works ({reason})"),
    }
}

fn remedy(subject: &Subject, result: &ProbeResult) -> String {
    match result.reason {
        ProbeReason::BlockedAddress => remedy::edit(
            subject,
            "if the host is meant to have a private address, name it in `allow-private` of its `probe`",
        ),
        ProbeReason::RateLimited => match result.facts.iter().find(|(name, _)| *name == "retry-after") {
            Some((_, after)) => format!("run again later; the service asks for {after} (seconds, or a date)"),
            None => "run again later".to_owned(),
        },
        ProbeReason::Redirected => "name the address that the service really has; no redirect is followed".to_owned(),
        ProbeReason::NameUnknown => "check the name of the host, and this machine's DNS".to_owned(),
        ProbeReason::Tls => "check the address of the service and this machine's certificate authorities".to_owned(),
        ProbeReason::Timeout => "run again; if the service is slow, allow more with --timeout".to_owned(),
        ProbeReason::NotAsked => "run `esc-sync probe`, with a network".to_owned(),
        ProbeReason::OfflineOnly => "nothing to do: there is no call that would be safe".to_owned(),
        ProbeReason::Incomplete => "see to the other values that its check needs".to_owned(),
        _ => "run again; if it stays, see the status page of the service".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::{
            EntryJudgement,
            testing::{Case, only},
        },
        model::{Evidence, ProbeReason, ProbeVerdict, Severity, Status, Tier},
    };

    fn unknown(tier: Tier, reason: ProbeReason) -> EntryJudgement {
        let case = Case::new().secret("A", "a").tier(tier).value("a", "7f3c9a1e5b2d8046").listed("A");
        case.probed("A", ProbeVerdict::Unknown, reason).judge_one()
    }

    #[test]
    fn what_could_not_be_found_out_is_unknown_but_for_what_is_optional() {
        for tier in [Tier::Critical, Tier::Important] {
            let about = unknown(tier, ProbeReason::Timeout);
            assert_eq!((about.status, about.evidence), (Status::Unknown, Evidence::None));
            assert!(about.is_incomplete());
            assert_eq!(only(&about, "unprobed").severity, Severity::Error);
        }
        let about = unknown(Tier::Optional, ProbeReason::Timeout);
        assert_eq!(about.status, Status::Unverified);
        assert!(!about.is_incomplete());
        assert_eq!(only(&about, "unprobed").severity, Severity::Warning);
    }

    #[test]
    fn what_was_not_to_be_asked_is_a_note() {
        for reason in [ProbeReason::NotAsked, ProbeReason::OfflineOnly, ProbeReason::Incomplete] {
            let about = unknown(Tier::Critical, reason);
            assert_eq!(about.status, Status::Unverified);
            assert!(!about.is_incomplete());
            assert_eq!(only(&about, "unprobed").severity, Severity::Note);
        }
    }

    #[test]
    fn x2_a_blocked_address_says_how_it_is_allowed() {
        let about = unknown(Tier::Important, ProbeReason::BlockedAddress);
        let finding = only(&about, "unprobed");
        assert!(finding.reason.starts_with("api.example.com was not asked: its address is a private one"));
        assert!(finding.remedy.contains("`allow-private`"), "{}", finding.remedy);
        assert_eq!(about.status, Status::Unknown);
    }
}
