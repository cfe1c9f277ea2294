//! A plain setting has a value that the mapping denies.

use super::{
    Finding,
    fixed::{Likeness, likeness},
    remedy,
    rule::{Check, Rule},
    subject::{Held, Subject},
};
use crate::model::{Severity, Status};

pub(super) const RULE: Rule =
    Rule::new("denied-value", Severity::Error, Check::Entry(check), "the value is one that must not be used");

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    if subject.entry.detail().deny.is_empty() {
        return;
    }
    for held in subject.held() {
        if let Some(at) = denied_by(subject, &held) {
            let reason =
                format!("{} holds a value that the mapping denies (number {} of its list)", held.place(), at + 1);
            let remedy = remedy::store(subject, &held.home());
            findings.push(Finding {
                reason,
                remedy,
                ..subject.finding(&RULE, Some(Status::Denied), Some(held.place()))
            });
        }
    }
}

/// Which denied value it is. A denial without a region covers all regions of the account.
pub(super) fn denied_by(subject: &Subject, held: &Held) -> Option<usize> {
    // The text is compared with the mapping's own; only a position comes out.
    let text = held.value.expose_text()?;
    subject.entry.detail().deny.iter().position(|denied| likeness(subject, text, denied) != Likeness::Different)
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        model::{Evidence, Status},
    };

    #[test]
    fn the_three_wrong_accounts_are_denied_in_any_spelling() {
        let deny = ["scoobyjava-vw02766", "UHDECNO-CVB64222", "ZNB04675.us-east-1.us-east-1"];
        for (text, at) in [
            ("scoobyjava-vw02766", 0),
            ("SCOOBYJAVA-VW02766.snowflakecomputing.com", 0),
            ("https://uhdecno-cvb64222.snowflakecomputing.com/", 1),
            ("UHDECNO-CVB64222.us-east-1", 1),
            ("ZNB04675.us-east-1.us-east-1", 2),
        ] {
            let case = Case::new().config("SNOWFLAKE_ACCOUNT", "s.account").service("snowflake").deny(&deny);
            let about = case.expect(&["ZNB04675"]).plain_value("s.account", text).none_listed().judge_one();
            let finding = only(&about, "denied-value");
            assert!(finding.reason.contains(&format!("(number {} of its list)", at + 1)), "{}", finding.reason);
            assert!(!finding.reason.to_lowercase().contains("0467") && !finding.reason.contains("uhdec"));
            assert!(about.findings.iter().all(|finding| finding.rule != "unexpected-value"));
        }
    }

    #[test]
    fn the_right_one_is_not() {
        let case = Case::new()
            .config("SNOWFLAKE_ACCOUNT", "s.account")
            .service("snowflake")
            .deny(&["ZNB04675.us-east-1.us-east-1"]);
        let about = case.plain_value("s.account", "ZNB04675").variable("SNOWFLAKE_ACCOUNT", "ZNB04675").judge_one();
        assert_eq!((about.status, about.evidence), (Status::Ok, Evidence::Value));
    }
}
