//! Both sides changed since they last agreed, and to different values.

use super::{
    Finding, by_sync,
    recalled::{Moved, Recalled},
    rule::{Check, Rule},
    subject::{GithubSide, Subject},
};
use crate::model::{Place, Severity, Status};

pub(super) const RULE: Rule =
    Rule::new("conflict", Severity::Error, Check::Entry(check), "both sides changed, to different values");

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    for side in &subject.github {
        if subject.differs(side) && subject.moved(side) == Moved::Both {
            findings.push(conflict(subject, side));
        }
    }
}

fn conflict(subject: &Subject, side: &GithubSide) -> Finding {
    let how = match &side.recalled {
        Recalled::Differs(trace) => format!("GitHub's is known by the fingerprint {}", trace.told()),
        _ => "both were read".into(),
    };
    let reason = format!(
        "{} and ESC's value both changed since they were last known to agree, and are different ({how})",
        side.place
    );
    let remedy = by_sync::decide(subject, side);
    let place = Some(Place::Github(side.place.clone()));
    Finding { reason, remedy, ..subject.finding(&RULE, Some(Status::Conflict), place) }
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, STAMP, only},
        mapping::ConflictPolicy,
        model::{Evidence, Severity, Stamp, Status},
    };

    const BASE: &str = "1f3c9a1e5b2d8046";
    const OURS: &str = "7f3c9a1e5b2d8046";
    const THEIRS: &str = "0f3c9a1e5b2d8046";
    const EARLIER: Stamp = Stamp(STAMP.0 - 60);

    fn case() -> Case {
        Case::new().secret("A", "a").value("a", OURS).listed_at("A", STAMP)
    }

    #[test]
    fn e8_both_moved_is_a_conflict_and_no_mere_mismatch() {
        let about = case().job("A", THEIRS).wrote("A", BASE, EARLIER).judge_one();
        assert_eq!((about.status, about.evidence), (Status::Conflict, Evidence::Value));
        let finding = only(&about, "conflict");
        assert_eq!(finding.severity, Severity::Error);
        insta::assert_snapshot!(finding.reason, @"github acme secret A and ESC's value both changed since they were last known to agree, and are different (both were read)");
        insta::assert_snapshot!(finding.remedy, @"`esc-sync sync --overwrite A`; if GitHub is right, `esc-sync sync --take A`");
        assert!(about.findings.iter().all(|finding| finding.rule != "value-mismatch"), "{:?}", about.findings);
    }

    #[test]
    fn a_change_that_was_attested_counts_as_seen() {
        let about = case().wrote("A", BASE, STAMP).attested("A", THEIRS, STAMP).judge_one();
        assert_eq!((about.status, about.evidence), (Status::Conflict, Evidence::Attested));
        insta::assert_snapshot!(only(&about, "conflict").remedy, @"`esc-sync sync --overwrite A`; if GitHub is right, `esc-sync sync --take A` in a workflow with ESC_SYNC_GITHUB_SECRETS: ${{ toJSON(secrets) }}");
    }

    #[test]
    fn both_moved_to_the_same_value_is_none() {
        assert_eq!(case().job("A", OURS).wrote("A", BASE, EARLIER).judge_one().status, Status::Ok);
    }

    #[test]
    fn our_own_write_without_a_known_end_is_nobody_elses_change() {
        let about = case().job("A", THEIRS).wrote("A", BASE, EARLIER).pending("A", THEIRS).judge_one();
        assert_eq!(about.status, Status::Mismatch);
        let about = case().job("A", THEIRS).wrote("A", BASE, EARLIER).pending("A", BASE).judge_one();
        assert_eq!(about.status, Status::Unknown, "the job may be older than that write");
    }

    #[test]
    fn a_declared_winner_needs_no_name() {
        let won = case().last(|entry| entry.on_conflict = ConflictPolicy::EscWins);
        let about = won.job("A", THEIRS).wrote("A", BASE, EARLIER).judge_one();
        assert_eq!(only(&about, "conflict").remedy, "esc-sync sync --only A");
    }
}
