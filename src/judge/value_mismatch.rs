//! Both sides are known and do not hold the same bytes.

use super::{
    Finding, by_sync,
    recalled::{Moved, Recalled, Trace},
    rule::{Check, Rule},
    subject::{Comparison, GithubSide, JobSide, Subject},
};
use crate::model::{Encoding, Place, Severity, Status};

pub(super) const RULE: Rule =
    Rule::new("value-mismatch", Severity::Error, Check::Entry(check), "ESC and GitHub hold different values");

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    // Where both sides changed since they agreed, `conflict` speaks.
    for side in subject.github.iter().filter(|side| subject.differs(side) && subject.moved(side) != Moved::Both) {
        let mut reason = match &side.recalled {
            Recalled::Differs(trace) => recalled(side, trace),
            _ => compared(subject, side),
        };
        reason.push_str(match subject.moved(side) {
            Moved::Esc => "; ESC changed since they last agreed",
            Moved::Github => "; GitHub changed since they last agreed",
            Moved::Both | Moved::Unknown => "",
        });
        let remedy = by_sync::decide(subject, side);
        let place = Some(Place::Github(side.place.clone()));
        findings.push(Finding { reason, remedy, ..subject.finding(&RULE, Some(Status::Mismatch), place) });
    }
}

fn compared(subject: &Subject, side: &GithubSide) -> String {
    let seen = if matches!(side.job, JobSide::Value(_)) { ", seen as this job's own secret" } else { "" };
    let unwrapped = match subject.entry.detail().encoding {
        Encoding::Base64 => ", taken out of its base64,",
        Encoding::None => "",
    };
    let how = match subject.compare(side) {
        Comparison::DiffersAtEnds => "they differ only in blanks or line ends at the ends",
        _ => "they are different",
    };
    format!("{}{seen} and ESC's value{unwrapped} were compared byte for byte: {how}", side.place)
}

fn recalled(side: &GithubSide, trace: &Trace) -> String {
    format!("{} does not hold ESC's value: known from the fingerprint {}", side.place, trace.told())
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, STAMP, only},
        model::{Direction, Evidence, Stamp, Status},
    };

    const VALUE: &str = "7f3c9a1e5b2d8046";

    #[test]
    fn inside_a_job_values_are_compared() {
        let case = || Case::new().secret("A", "a").value("a", VALUE).listed("A");
        let about = case().job("A", VALUE).judge_one();
        assert_eq!((about.status, about.evidence), (Status::Ok, Evidence::Value));
        assert!(about.findings.is_empty(), "{:?}", about.findings);
        let about = case().job("A", "0f3c9a1e5b2d8046").judge_one();
        assert_eq!((about.status, about.evidence), (Status::Mismatch, Evidence::Value));
        assert!(only(&about, "value-mismatch").reason.ends_with("they are different"));
    }

    #[test]
    fn a_recorded_fingerprint_tells_that_esc_changed() {
        let case = || Case::new().secret("A", "a").value("a", VALUE).listed_at("A", STAMP);
        let about = case().wrote("A", "0f3c9a1e5b2d8046", STAMP).judge_one();
        assert_eq!((about.status, about.evidence), (Status::Mismatch, Evidence::Attested));
        let finding = only(&about, "value-mismatch");
        insta::assert_snapshot!(finding.reason, @"github acme secret A does not hold ESC's value: known from the fingerprint recorded by run r1 at 2027-01-14T09:19:00Z; ESC changed since they last agreed");
        assert_eq!(finding.remedy, "esc-sync sync --only A");
        assert!(about.findings.iter().all(|finding| finding.rule != "unverified"), "{:?}", about.findings);
        // Attested without a base: nobody knows who changed, so somebody has to say who is right.
        let about = case().attested("A", "0f3c9a1e5b2d8046", STAMP).judge_one();
        assert_eq!((about.status, about.evidence), (Status::Mismatch, Evidence::Attested));
        assert!(only(&about, "value-mismatch").remedy.starts_with("`esc-sync sync --overwrite A`; if GitHub is right"));
    }

    #[test]
    fn i3_what_somebody_changed_on_github_is_overwritten_by_name_only() {
        let case = Case::new().secret("A", "a").value("a", VALUE).listed_at("A", STAMP);
        let about = case.wrote("A", VALUE, Stamp(STAMP.0 - 60)).job("A", "0f3c9a1e5b2d8046").judge_one();
        let finding = only(&about, "value-mismatch");
        assert!(finding.reason.ends_with("; GitHub changed since they last agreed"), "{}", finding.reason);
        assert_eq!(finding.remedy, "`esc-sync sync --overwrite A`; if GitHub is right, `esc-sync sync --take A`");
    }

    #[test]
    fn what_may_not_travel_is_mended_where_it_is() {
        let about = Case::new().secret("A", "a").value("a", "changeme").listed("A").job("A", VALUE).judge_one();
        insta::assert_snapshot!(only(&about, "value-mismatch").remedy, @"`esc-sync sync --take A`; if GitHub is wrong, too, `gh secret set A --org acme --visibility all`");
        let about = Case::new().secret("A", "a").value("a", VALUE).listed("A").job("A", "changeme").judge_one();
        assert_eq!(only(&about, "value-mismatch").remedy, "esc-sync sync --only A");
    }

    #[test]
    fn the_direction_decides_who_is_followed() {
        let case = |direction| {
            let case = Case::new().secret("A", "a").value("a", VALUE).listed_at("A", STAMP).direction(direction);
            case.wrote("A", VALUE, Stamp(STAMP.0 - 60)).job("A", "0f3c9a1e5b2d8046").judge_one()
        };
        for direction in [Direction::GithubToEsc, Direction::Both] {
            assert_eq!(only(&case(direction), "value-mismatch").remedy, "esc-sync sync --only A", "{direction}");
        }
    }

    #[test]
    fn v1_a_difference_at_the_ends_is_said_to_be_one() {
        let about =
            Case::new().secret("A", "a").value("a", VALUE).listed("A").job("A", &format!("{VALUE}\n")).judge_one();
        assert!(only(&about, "value-mismatch").reason.ends_with("at the ends"));
    }

    #[test]
    fn variables_are_compared_without_a_job() {
        let case = || Case::new().config("URL", "u").plain_value("u", "https://api.acme.io");
        assert_eq!(case().variable("URL", "https://api.acme.io").judge_one().status, Status::Ok);
        assert_eq!(case().variable("URL", "https://api.acme.dev").judge_one().status, Status::Mismatch);
    }

    #[test]
    fn g15_a_nearer_secret_may_be_what_the_job_sees() {
        let case = Case::new().secret("A", "a").value("a", VALUE).listed("A").repository_lists("acme/app", "A");
        let about = case.job("A", "0f3c9a1e5b2d8046").judge_one();
        assert_eq!(about.status, Status::Unverified);
        assert!(only(&about, "unverified").reason.contains("acme/app holds a secret of the same name"));
    }

    #[test]
    fn v2_v5_v6_v7_v8_v9_values_are_bytes_and_nothing_else() {
        for text in ["e\u{301}", "@file", "-x", "=1+1", "no", "1e3", "0123", "a\0b", "{\"a\": 1}", "%41", "a'b\"c\\"] {
            let value = format!("{text}{VALUE}");
            let case = || Case::new().secret("A", "a").value("a", &value).listed("A");
            assert_eq!(case().job("A", &value).judge_one().status, Status::Ok, "{text:?}");
        }
        let composed = Case::new().secret("A", "a").value("a", &format!("\u{e9}{VALUE}")).listed("A");
        assert_eq!(composed.job("A", &format!("e\u{301}{VALUE}")).judge_one().status, Status::Mismatch);
    }
}
