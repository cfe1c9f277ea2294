//! The mapping says that ESC keeps the value as base64, but it is not (V14).

use super::{
    Finding, remedy,
    rule::{Check, Rule},
    subject::Subject,
};
use crate::model::{Severity, Status};

pub(super) const RULE: Rule =
    Rule::new("not-base64", Severity::Error, Check::Entry(check), "declared base64, but it is not");

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    let Some(side) = subject.esc.as_ref().filter(|side| side.is_not_base64() && side.family.is_none()) else { return };
    let place = side.place.clone();
    let reason = format!("{place} is declared `encoding: base64`, but is not standard padded base64");
    let remedy = format!(
        "store the output of `base64` with `{}`, or {}",
        remedy::store(subject, &place),
        remedy::edit(subject, "remove `encoding: base64`")
    );
    findings.push(Finding { reason, remedy, ..subject.finding(&RULE, Some(Status::Malformed), Some(place)) });
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        model::{Encoding, Severity, Status},
    };

    #[test]
    fn v14_what_is_declared_base64_must_be() {
        let judge = |held: &str| {
            let case = Case::new().secret("A", "a").encoding(Encoding::Base64).value("a", held);
            case.listed("A").job("A", "hello-7f3c9a1e5b2d8046").judge_one()
        };
        assert_eq!(judge("aGVsbG8tN2YzYzlhMWU1YjJkODA0Ng==").status, Status::Ok);
        assert_eq!(judge("aGVsbG8tN2YzYzlh\r\nMWU1YjJkODA0Ng==\n").status, Status::Ok);
        let about = judge("hello-7f3c9a1e5b2d8046");
        assert_eq!(about.status, Status::Malformed);
        assert_eq!(only(&about, "not-base64").severity, Severity::Error);
        assert_eq!(judge("aGVsbG8tN2YzYzlhMWU1YjJkODA0Ng").status, Status::Malformed);
    }
}
