//! Blanks or line ends around a value of one line.

use super::{
    Finding,
    format::Expected,
    line::{is_blank, trimmed},
    remedy,
    rule::{Check, Rule},
    subject::{Held, Subject},
};
use crate::model::{Severity, Status};

pub(super) const RULE: Rule =
    Rule::new("stray-whitespace", Severity::Warning, Check::Entry(check), "blanks or line ends around the value");

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    if subject.format.as_ref().is_some_and(Expected::is_key) {
        return;
    }
    for held in subject.held() {
        if let Some(what) = stray(&held) {
            let reason = format!("{} {what}; a service may take it as part of the credential", held.place());
            let remedy = format!("store it without: `{}`", remedy::store(subject, &held.home()));
            let status = Some(Status::Malformed);
            findings.push(Finding { reason, remedy, ..subject.finding(&RULE, status, Some(held.place())) });
        }
    }
}

/// What stands around the value, unless it is a text of several lines or nothing at all.
fn stray(held: &Held) -> Option<&'static str> {
    // Only the ends are looked at, and only their kind is told.
    let text = held.value.expose_text()?;
    let inner = trimmed(text);
    if inner.is_empty() || inner.len() == text.len() || inner.contains('\n') || inner.starts_with("-----BEGIN") {
        return None;
    }
    let tail = &text[text.trim_end_matches(is_blank).len()..];
    let starts = text.starts_with(is_blank);
    Some(match (starts, tail) {
        (true, "") => "starts with a blank",
        (true, _) => "starts and ends with blanks or line ends",
        (false, tail) if tail.contains('\r') => "ends with a carriage return",
        (false, tail) if tail.contains('\n') => "ends with a newline",
        (false, _) => "ends with a blank",
    })
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        model::Status,
    };

    #[test]
    fn v1_v5_ends_are_told_by_kind() {
        let body = "7f3c9a1e5b2d8046";
        for (value, what) in [
            (format!(" {body}"), "starts with a blank"),
            (format!("\u{feff}{body}"), "starts with a blank"),
            (format!("{body}\n"), "ends with a newline"),
            (format!("{body}\r\n"), "ends with a carriage return"),
            (format!("{body}\t"), "ends with a blank"),
            (format!("\n{body} "), "starts and ends"),
        ] {
            let about = Case::new().secret("A", "a").value("a", &value).listed("A").judge_one();
            assert_eq!(about.status, Status::Malformed);
            assert!(only(&about, "stray-whitespace").reason.contains(what), "{what}");
        }
        for value in [body.to_string(), format!("{{\n\"a\": \"{body}\"\n}}\n"), format!("a {body}")] {
            let about = Case::new().secret("A", "a").value("a", &value).listed("A").judge_one();
            assert_eq!(about.status, Status::Unverified);
        }
    }
}
