//! GitHub's copy was changed by somebody else, to something that cannot be seen.

use super::{
    Finding, by_sync,
    recalled::{Recalled, Trace},
    rule::{Check, Rule},
    subject::{GithubSide, Subject},
};
use crate::model::{Place, Severity, Stamp, Status};

pub(super) const RULE: Rule =
    Rule::new("drifted", Severity::Error, Check::Entry(check), "GitHub's copy was changed by somebody else");

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    for side in &subject.github {
        if let Recalled::Drifted(trace, now) = &side.recalled {
            findings.push(drifted(subject, side, trace, *now));
        }
    }
}

fn drifted(subject: &Subject, side: &GithubSide, trace: &Trace, now: Stamp) -> Finding {
    let Trace { record, held } = trace;
    let verb = trace.deed();
    let reason = if held.updated_at == now {
        format!(
            "{} was deleted and made anew after run {} {verb} it (at {now}); GitHub does not show what it holds",
            side.place, record.run
        )
    } else {
        format!(
            "{} was changed at {now} after run {} {verb} it (at {}); GitHub does not show what to",
            side.place, record.run, held.updated_at
        )
    };
    let remedy = by_sync::decide_unseen(subject, side);
    let place = Some(Place::Github(side.place.clone()));
    Finding { reason, remedy, ..subject.finding(&RULE, Some(Status::Drifted), place) }
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, STAMP, only},
        model::{Direction, Evidence, Severity, Stamp, Status, Tier},
    };

    const VALUE: &str = "7f3c9a1e5b2d8046";

    fn case(listed: Stamp) -> Case {
        Case::new().secret("A", "a").value("a", VALUE).listed_at("A", listed)
    }

    #[test]
    fn i3_a_secret_changed_by_hand_is_drifted_and_not_ok() {
        // An earlier stamp is as different as a later one (C6).
        for listed in [Stamp(STAMP.0 + 60), Stamp(STAMP.0 - 60)] {
            let about = case(listed).wrote("A", VALUE, STAMP).judge_one();
            assert_eq!((about.status, about.evidence), (Status::Drifted, Evidence::Presence));
            assert_eq!(only(&about, "drifted").severity, Severity::Error);
            assert!(about.findings.iter().all(|finding| finding.rule != "unverified"), "{:?}", about.findings);
        }
        let about = case(Stamp(STAMP.0 + 60)).wrote("A", VALUE, STAMP).judge_one();
        insta::assert_snapshot!(only(&about, "drifted").reason, @"github acme secret A was changed at 2027-01-14T09:20:00Z after run r1 wrote it (at 2027-01-14T09:19:00Z); GitHub does not show what to");
        insta::assert_snapshot!(only(&about, "drifted").remedy, @"`esc-sync sync --overwrite A`; if GitHub may be right, run `esc-sync attest` in a workflow with ESC_SYNC_GITHUB_SECRETS: ${{ toJSON(secrets) }}");
    }

    #[test]
    fn a_secret_deleted_and_made_anew_within_the_second_is_drifted() {
        let about = case(STAMP).wrote("A", VALUE, STAMP).made("A", Stamp(1), Stamp(2)).judge_one();
        assert_eq!(about.status, Status::Drifted);
        assert!(only(&about, "drifted").reason.contains("was deleted and made anew after run r1"));
        let about = case(STAMP).wrote("A", VALUE, STAMP).made("A", Stamp(1), Stamp(1)).judge_one();
        assert_eq!(about.status, Status::Ok);
    }

    #[test]
    fn it_needs_no_key_and_follows_the_tier() {
        let about = case(Stamp(1)).tier(Tier::Optional).attested("A", VALUE, STAMP).without_key().judge_one();
        assert_eq!(only(&about, "drifted").severity, Severity::Warning);
        assert!(only(&about, "drifted").reason.contains("run r1 attested it"));
    }

    #[test]
    fn what_github_alone_holds_may_change_there() {
        let about = Case::new().github_only("A").listed_at("A", Stamp(1)).attested("A", VALUE, STAMP).judge_one();
        assert_eq!(about.status, Status::Unverified);
        let from_github = case(Stamp(1)).direction(Direction::GithubToEsc).attested("A", VALUE, STAMP).judge_one();
        insta::assert_snapshot!(only(&from_github, "drifted").remedy, @"run `esc-sync sync --only A` in a workflow with ESC_SYNC_GITHUB_SECRETS: ${{ toJSON(secrets) }}");
    }
}
