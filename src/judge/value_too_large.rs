//! More than GitHub takes.

use super::{
    Finding, remedy,
    rule::{Check, Rule},
    subject::Subject,
};
use crate::model::{Severity, Status};

/// GitHub documents 48 KB and not whether that is 48,000 or 49,152 bytes, of plaintext
/// or ciphertext (docs, security/secrets, read 2026-11); the smaller is certain.
const MOST_BYTES: usize = 48_000;

pub(super) const RULE: Rule =
    Rule::new("value-too-large", Severity::Error, Check::Entry(check), "the value is larger than GitHub takes");

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    if subject.entry.github.is_empty() {
        return;
    }
    for held in subject.held().filter(|held| held.value.len() > MOST_BYTES) {
        findings.push(Finding {
            reason: format!(
                "{} holds more than {MOST_BYTES} bytes, the most that is sure to fit on GitHub (48 KB)",
                held.place()
            ),
            remedy: format!(
                "split it or fetch it at run time; a shorter value is stored with `{}`",
                remedy::store(subject, &held.home())
            ),
            ..subject.finding(&RULE, Some(Status::Malformed), Some(held.place()))
        });
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use crate::{judge::testing::Case, model::Encoding};

    fn body(len: usize) -> String {
        "7f3c9a1e5b2d8046".chars().cycle().take(len).collect()
    }

    fn is_flagged(case: Case) -> bool {
        case.listed("A").judge_one().findings.iter().any(|finding| finding.rule == "value-too-large")
    }

    #[test]
    fn v3_the_limit_is_in_bytes_of_plaintext() {
        for (len, flagged) in [(48_000, false), (48_001, true), (49_151, true), (49_152, true), (49_153, true)] {
            assert_eq!(is_flagged(Case::new().secret("A", "a").value("a", &body(len))), flagged, "{len}");
            let wrapped =
                Case::new().secret("A", "a").encoding(Encoding::Base64).value("a", &STANDARD.encode(body(len)));
            assert_eq!(is_flagged(wrapped), flagged, "the base64 of {len}");
        }
    }
}
