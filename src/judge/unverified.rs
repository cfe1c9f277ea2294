//! It is there, but nothing proves that it is the same on both sides.

use super::{
    Finding, by_sync, outdated,
    recalled::Recalled,
    rule::{Check, Rule},
    subject::{Comparison, GithubSide, JobSide, Subject},
};
use crate::model::{Evidence, Place, Reading, Severity, Status};

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
    let remedy = by_sync::decide_unseen(subject, first);
    findings.push(Finding {
        severity,
        reason,
        remedy,
        ..subject.finding(&RULE, Some(Status::Unverified), Some(place))
    });
}

fn is_unproved(subject: &Subject, side: &GithubSide) -> bool {
    match (&side.recalled, &subject.esc) {
        // Known to be equal, but not as well as it was asked for.
        (Recalled::Equal(_), _) => subject.world.options.require_evidence < Evidence::Attested,
        // Other rules say what is known of these.
        (Recalled::Differs(_) | Recalled::Drifted(..) | Recalled::Unsettled(..), _) => false,
        (_, Some(_)) => side.reading.exists() && subject.compare(side) == Comparison::Unseen,
        (_, None) => matches!(side.reading, Reading::Hidden(_)) && side.value().is_none(),
    }
}

fn reason(subject: &Subject, side: &GithubSide) -> String {
    let place = side.place;
    if let Recalled::Equal(trace) = &side.recalled {
        return format!("{place} is attested only, by the fingerprint {}; its value was not read now", trace.told());
    }
    if let JobSide::Doubtful(_, why) = &side.job {
        return format!("{place} exists, but was not compared: {why}");
    }
    if let JobSide::Outdated = side.job {
        return format!("{place} exists, but was not compared: {}", outdated::WHY);
    }
    match &subject.esc {
        Some(esc) if esc.is_not_base64() => {
            format!("{place} exists, but {} could not be unwrapped to compare", esc.place)
        }
        Some(_) if matches!(side.recalled, Recalled::NoKey) => format!(
            "{place} exists and ESC's value was read, but the key of the recorded fingerprints could not be, so they say nothing"
        ),
        Some(_) => format!(
            "{place} exists and ESC's value was read, but GitHub shows no values of secrets, and nothing is recorded to compare with"
        ),
        None => format!("{place} exists; GitHub shows no values of secrets"),
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, STAMP, only},
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
    fn a_fingerprint_is_enough_where_attested_is_asked_for_and_not_where_the_value_is() {
        let case = || Case::new().secret("A", "a").value("a", "7f3c9a1e5b2d8046").listed_at("A", STAMP);
        let wrote = || case().wrote("A", "7f3c9a1e5b2d8046", STAMP);
        let about = wrote().require(Evidence::Attested).judge_one();
        assert_eq!((about.status, about.findings.len()), (Status::Ok, 0));
        let about = wrote().require(Evidence::Value).judge_one();
        assert_eq!((about.status, about.evidence), (Status::Unverified, Evidence::Attested));
        let finding = only(&about, "unverified");
        assert_eq!(finding.severity, Severity::Error);
        assert!(
            finding.reason.contains("is attested only, by the fingerprint recorded by run r1"),
            "{}",
            finding.reason
        );
    }

    #[test]
    fn the_remedy_names_attesting_and_the_secret() {
        let about = Case::new().secret("A", "a").value("a", "7f3c9a1e5b2d8046").listed("A").judge_one();
        insta::assert_snapshot!(only(&about, "unverified").remedy, @"run `esc-sync attest` in a workflow with ESC_SYNC_GITHUB_SECRETS: ${{ toJSON(secrets) }}; if ESC is right, `esc-sync sync --overwrite A`");
    }

    #[test]
    fn in_one_store_only() {
        let about = Case::new().esc_only("A", "a").value("a", "7f3c9a1e5b2d8046").judge_one();
        assert_eq!((about.status, about.evidence), (Status::Ok, Evidence::Value));
        let about = Case::new().github_only("A").listed("A").judge_one();
        assert_eq!((about.status, about.evidence), (Status::Unverified, Evidence::Presence));
    }
}
