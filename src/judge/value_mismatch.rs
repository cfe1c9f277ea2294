//! Both sides were read and do not hold the same bytes.

use super::{
    Finding, remedy,
    rule::{Check, Rule},
    subject::{Comparison, GithubSide, JobSide, Subject},
};
use crate::model::{Direction, Encoding, Place, Severity, Status};

pub(super) const RULE: Rule =
    Rule::new("value-mismatch", Severity::Error, Check::Entry(check), "ESC and GitHub hold different values");

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    for side in &subject.github {
        let how = match subject.compare(side) {
            Comparison::Differs => "they are different",
            Comparison::DiffersAtEnds => "they differ only in blanks or line ends at the ends",
            Comparison::Equal | Comparison::Unseen => continue,
        };
        findings.push(differs(subject, side, how));
    }
}

fn differs(subject: &Subject, side: &GithubSide, how: &str) -> Finding {
    let place = Place::Github(side.place.clone());
    let esc = subject.esc.as_ref().map(|side| &side.place);
    let seen = if matches!(side.job, JobSide::Value(_)) { ", seen as this job's own secret" } else { "" };
    let unwrapped = match subject.entry.detail().encoding {
        Encoding::Base64 => ", taken out of its base64,",
        Encoding::None => "",
    };
    let reason = format!("{place}{seen} and ESC's value{unwrapped} were compared byte for byte: {how}");
    let remedy = match (subject.entry.direction, esc) {
        (Direction::GithubToEsc, Some(esc)) => {
            format!("store GitHub's value in ESC: `{}`", remedy::store(subject, esc))
        }
        _ => format!("store ESC's value on GitHub: `{}`", remedy::copy(subject, &place)),
    };
    Finding { reason, remedy, ..subject.finding(&RULE, Some(Status::Mismatch), Some(place)) }
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        model::{Evidence, Status},
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
