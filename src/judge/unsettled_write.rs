//! A write of an earlier run has no known end, so nobody knows what GitHub holds.
//!
//! Like a place that could not be read it is never softened by a tier and never silenced.

use super::{
    Finding, by_sync,
    recalled::Recalled,
    rule::{Check, Rule},
    subject::Subject,
};
use crate::model::{Place, Severity, Status};

pub(super) const RULE: Rule = Rule {
    tiered: false,
    silenceable: false,
    ..Rule::new("unsettled-write", Severity::Error, Check::Entry(check), "a write of an earlier run has no known end")
};

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    for side in &subject.github {
        let Recalled::Unsettled(record, pending) = &side.recalled else { continue };
        let why = if pending.acknowledged {
            "GitHub took it, but its stamp was not read back yet"
        } else {
            "its answer never came"
        };
        let reason = format!("run {} began to write {} and {why}: what it holds is not known", record.run, side.place);
        let remedy = by_sync::sync(subject);
        let place = Some(Place::Github(side.place.clone()));
        findings.push(Finding { reason, remedy, ..subject.finding(&RULE, Some(Status::Unknown), place) });
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, STAMP, only},
        model::{Evidence, Severity, Status, Tier},
    };

    #[test]
    fn g19_a_write_without_a_known_end_is_unknown_and_the_check_incomplete() {
        let case = Case::new().secret("A", "a").tier(Tier::Optional).value("a", "7f3c9a1e5b2d8046");
        let about = case.listed_at("A", STAMP).pending("A", "7f3c9a1e5b2d8046").judge_one();
        assert_eq!((about.status, about.evidence), (Status::Unknown, Evidence::None));
        assert!(about.is_incomplete());
        let finding = only(&about, "unsettled-write");
        assert_eq!(finding.severity, Severity::Error);
        insta::assert_snapshot!(finding.reason, @"run r1 began to write github acme secret A and its answer never came: what it holds is not known");
        assert_eq!(finding.remedy, "esc-sync sync --only A");
    }

    #[test]
    fn a_write_whose_place_is_gone_is_missing() {
        let about = Case::new().secret("A", "a").value("a", "7f3c9a1e5b2d8046").none_listed().pending("A", "x");
        assert_eq!(about.judge_one().status, Status::Missing);
    }
}
