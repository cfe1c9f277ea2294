//! ESC answered, but has no usable value: unknown, null, or no text (E11).

use super::{
    Finding,
    rule::{Check, Rule},
    subject::Subject,
};
use crate::model::{Cause, Reading, Severity, Status};

pub(super) const RULE: Rule = Rule {
    tiered: false,
    silenceable: false,
    ..Rule::new("undetermined-value", Severity::Error, Check::Entry(check), "ESC has no usable value")
};

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    let Some(side) = &subject.esc else { return };
    let Reading::Unknown(unread) = &side.reading else { return };
    if unread.cause == Cause::Undetermined {
        let place = side.place.clone();
        let reason = format!("{place} gives no value: {}", unread.what);
        let remedy = unread.help.clone();
        findings.push(Finding { reason, remedy, ..subject.finding(&RULE, Some(Status::Unknown), Some(place)) });
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        model::{EscKind, Severity, Status},
    };

    #[test]
    fn e11_unknown_null_and_what_is_no_text_are_unknown() {
        let kinds = [
            EscKind::Null,
            EscKind::Bool(true),
            EscKind::Number("12".into()),
            EscKind::List(Vec::new()),
            EscKind::Object(Default::default()),
        ];
        for kind in kinds {
            let about = Case::new().secret("A", "a").node("a", kind, false).listed("A").judge_one();
            assert_eq!(about.status, Status::Unknown);
            assert_eq!(only(&about, "undetermined-value").severity, Severity::Error);
        }
        let about = Case::new().secret("A", "a").node("a", EscKind::Text("[unknown]".into()), true).listed("A");
        assert_eq!(about.judge_one().status, Status::Unknown);
    }
}
