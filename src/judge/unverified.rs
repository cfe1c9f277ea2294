//! It is there, but nothing proves that it is the same on both sides.

use super::{
    Finding,
    rule::{Check, Rule},
    subject::{Comparison, GithubSide, JobSide, Subject},
};
use crate::model::{App, Evidence, Place, Reading, Severity, Slot, Status};

pub(super) const RULE: Rule = Rule {
    tiered: false,
    ..Rule::new("unverified", Severity::Warning, Check::Entry(check), "it exists, but was not proved equal")
};

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    if subject.esc.as_ref().is_some_and(|side| !side.reading.exists()) {
        return;
    }
    let mut hidden = subject.github.iter().filter(|side| is_unproved(subject, side));
    let Some(first) = hidden.next() else { return };
    let rest = hidden.count();
    let place = Place::Github(first.place.clone());
    let mut reason = reason(subject, first);
    if rest > 0 {
        reason.push_str(&format!(" (so it is in {rest} more of its places)"));
    }
    // Presence is the evidence here; whoever asks for better gets an error.
    let severity =
        if subject.world.options.require_evidence < Evidence::Presence { Severity::Error } else { RULE.severity };
    let remedy = remedy(first);
    findings.push(Finding {
        severity,
        reason,
        remedy,
        ..subject.finding(&RULE, Some(Status::Unverified), Some(place))
    });
}

fn is_unproved(subject: &Subject, side: &GithubSide) -> bool {
    match subject.esc {
        Some(_) => side.reading.exists() && subject.compare(side) == Comparison::Unseen,
        None => matches!(side.reading, Reading::Hidden(_)) && side.value().is_none(),
    }
}

fn reason(subject: &Subject, side: &GithubSide) -> String {
    let place = side.place;
    if let JobSide::Doubtful(_, why) = &side.job {
        return format!("{place} exists, but was not compared: {why}");
    }
    match &subject.esc {
        Some(esc) if esc.is_not_base64() => {
            format!("{place} exists, but {} could not be unwrapped to compare", esc.place)
        }
        Some(_) => format!(
            "{place} exists and ESC's value was read, but GitHub shows no values of secrets, and nothing is recorded to compare with"
        ),
        None => format!("{place} exists; GitHub shows no values of secrets"),
    }
}

fn remedy(side: &GithubSide) -> String {
    if side.place.slot == Slot::Secret && side.place.scope.app() == App::Actions {
        "run `esc-sync check` in a workflow that can use it, with ESC_SYNC_GITHUB_SECRETS: ${{ toJSON(secrets) }}"
            .into()
    } else {
        "nobody but its consumer can read it back; store it once more if in doubt".into()
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        model::{Evidence, Severity, Status, Tier},
    };

    #[test]
    fn on_both_sides_but_hidden_is_never_ok() {
        let about = Case::new().secret("A", "a").value("a", "7f3c9a1e5b2d8046").listed("A").judge_one();
        assert_eq!((about.status, about.evidence), (Status::Unverified, Evidence::Presence));
        assert_eq!(only(&about, "unverified").severity, Severity::Warning);
        let silenced = Case::new().secret("A", "a").allow("unverified").value("a", "7f3c9a1e5b2d8046").listed("A");
        assert_eq!(silenced.judge_one().status, Status::Unverified);
    }

    #[test]
    fn better_evidence_can_be_required() {
        for evidence in [Evidence::Attested, Evidence::Value] {
            let case = Case::new().secret("A", "a").tier(Tier::Optional).value("a", "7f3c9a1e5b2d8046").listed("A");
            assert_eq!(only(&case.require(evidence).judge_one(), "unverified").severity, Severity::Error);
        }
    }

    #[test]
    fn in_one_store_only() {
        let about = Case::new().esc_only("A", "a").value("a", "7f3c9a1e5b2d8046").judge_one();
        assert_eq!((about.status, about.evidence), (Status::Ok, Evidence::Value));
        let about = Case::new().github_only("A").listed("A").judge_one();
        assert_eq!((about.status, about.evidence), (Status::Unverified, Evidence::Presence));
    }
}
