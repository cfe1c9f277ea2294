//! An exception that excepts nothing any more. Also where exceptions are applied.

use super::{
    Finding, probed, remedy,
    rule::{Check, Rule, rule},
    subject::Subject,
};
use crate::model::Severity;

pub(super) const RULE: Rule =
    Rule::new("unused-allowance", Severity::Note, Check::Last, "an `allow` that silences nothing");

/// Takes out what the entry allows, and says which allowances took nothing out.
pub(super) fn silence(subject: &Subject, findings: &mut Vec<Finding>) {
    let allowances = &subject.entry.detail().allow;
    if allowances.is_empty() {
        return;
    }
    let mut used = vec![false; allowances.len()];
    findings.retain(|finding| {
        let silenceable = rule(finding.rule).is_some_and(|rule| rule.silenceable);
        let by = allowances.iter().position(|allowance| silenceable && &*allowance.rule == finding.rule);
        by.inspect(|at| used[*at] = true).is_none()
    });
    // Where something was not read, a rule may only not have had anything to speak of.
    if subject.has_unread() || subject.silences(&RULE) {
        return;
    }
    let idle = allowances.iter().zip(used).filter(|(_, used)| !used).map(|(allowance, _)| allowance);
    for allowance in idle.filter(|allowance| !probed::is_mute(subject, &allowance.rule)) {
        let place = subject.entry.places().next();
        let what = format!("remove `{}` from `allow`", allowance.rule);
        let reason = match rule(&allowance.rule) {
            Some(_) => format!("`{}` is allowed, but would say nothing", allowance.rule),
            None => format!("`{}` is allowed, but there is no such rule", allowance.rule),
        };
        findings.push(Finding { reason, remedy: remedy::edit(subject, &what), ..subject.finding(&RULE, None, place) });
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        model::{Cause, Severity, Status},
    };

    #[test]
    fn an_allowance_silences_its_rule_and_nothing_else() {
        let about = Case::new().esc_only("A", "a").allow("placeholder-value").value("a", "changeme").judge_one();
        assert_eq!(about.status, Status::Ok);
        assert!(about.findings.is_empty(), "{:?}", about.findings);
        let about =
            Case::new().secret("A", "a").allow("missing").value("a", "7f3c9a1e5b2d8046").none_listed().judge_one();
        assert_eq!(about.status, Status::Unverified);
    }

    #[test]
    fn what_could_not_be_read_is_never_silenced() {
        let about = Case::new().esc_only("A", "a").allow("unreadable").esc_fails(Cause::Network).judge_one();
        assert_eq!(about.status, Status::Unknown);
        only(&about, "unreadable");
    }

    #[test]
    fn an_allowance_that_silences_nothing_is_noted() {
        let case = Case::new().esc_only("A", "a").allow("too-old").allow("no-such-rule").value("a", "7f3c9a1e5b2d8046");
        let about = case.judge_one();
        assert_eq!(about.status, Status::Ok);
        let said: Vec<_> = about.findings.iter().map(|finding| (finding.severity, finding.reason.as_str())).collect();
        assert_eq!(
            said,
            [
                (Severity::Note, "`no-such-rule` is allowed, but there is no such rule"),
                (Severity::Note, "`too-old` is allowed, but would say nothing"),
            ]
        );
    }
}
