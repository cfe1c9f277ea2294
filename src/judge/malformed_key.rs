//! A private or public key that `ssh` would not take.

use super::{
    Finding,
    line::trimmed,
    remedy,
    rule::{Check, Rule},
    subject::{Held, Subject},
};
use crate::{
    keys::{self, Damage},
    mapping::catalogue::Shape,
    model::{Kind, SecretValue, Severity, Status},
};

pub(super) const RULE: Rule =
    Rule::new("malformed-key", Severity::Error, Check::Entry(check), "the key is not in a form that ssh reads");

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    for held in subject.held().filter(|held| held.family.is_none()) {
        if let Some(damage) = damage(subject, &held) {
            let reason = format!("{} is not a key that ssh can use: {}", held.place(), damage.reason());
            let remedy = format!("{}, then store it with `{}`", damage.repair(), remedy::store(subject, &held.home()));
            let status = Some(Status::Malformed);
            findings.push(Finding { reason, remedy, ..subject.finding(&RULE, status, Some(held.place())) });
        }
    }
}

fn damage(subject: &Subject, held: &Held) -> Option<Damage> {
    match subject.format.as_ref().and_then(|format| format.shape()) {
        Some(Shape::PrivateKey) => keys::private_key_damage(held.value),
        Some(Shape::PublicKey) => keys::public_line(held.value).err(),
        Some(Shape::PublicKeyBase64) => keys::public_key(held.value).err(),
        _ if subject.entry.kind == Kind::Secret && is_framed(held.value) => keys::private_key_damage(held.value),
        _ => None,
    }
}

/// Whether it says of itself that it is a private key.
fn is_framed(value: &SecretValue) -> bool {
    // Only the frame is looked for.
    let Some(text) = value.expose_text() else { return false };
    let text = trimmed(text);
    let end = text.char_indices().nth(60).map_or(text.len(), |(at, _)| at);
    text.starts_with("-----BEGIN ") && text[..end].contains("PRIVATE KEY-----")
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use crate::{
        judge::testing::{Case, only, private_key, public_key},
        model::{Severity, Status},
    };

    fn key(value: &str) -> crate::judge::EntryJudgement {
        Case::new()
            .secret("DEPLOY_SSH_PRIVATE_KEY", "k")
            .service("ssh")
            .value("k", value)
            .listed("DEPLOY_SSH_PRIVATE_KEY")
            .judge_one()
    }

    #[test]
    fn v1_a_key_is_good_only_in_the_form_that_ssh_reads() {
        assert_eq!(key(private_key()).status, Status::Unverified);
        assert_eq!(key(&format!("{}\n\n", private_key())).status, Status::Unverified);
        for (damaged, word) in [
            (private_key().trim_end().to_string(), "final newline"),
            (private_key().replace('\n', "\r\n"), "CRLF"),
            (format!("\n{}", private_key()), "blank line"),
        ] {
            let about = key(&damaged);
            assert_eq!(about.status, Status::Malformed, "{word}");
            let finding = only(&about, "malformed-key");
            assert!(finding.reason.contains(word), "{}", finding.reason);
            assert_eq!(finding.severity, Severity::Error);
            assert!(about.findings.iter().all(|finding| finding.rule != "stray-whitespace"));
        }
    }

    #[test]
    fn a_frame_is_enough_to_be_looked_at() {
        let about = Case::new().secret("A", "k").value("k", private_key().trim_end()).listed("A").judge_one();
        assert_eq!(only(&about, "malformed-key").status, Some(Status::Malformed));
    }

    #[test]
    fn v13_a_public_key_is_equal_by_meaning_however_wrapped() {
        let wrapped = |width: usize| {
            let text = STANDARD.encode(public_key());
            text.as_bytes().chunks(width).map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>().join("\r\n")
        };
        let commented = STANDARD.encode(format!("{} test@laptop\r\n", public_key().trim_end()));
        for other in [wrapped(1000), wrapped(20), commented] {
            let case = Case::new().config("LAMBDA_LABS_SSH_PUBLIC_KEY", "k").service("lambda-labs");
            let about =
                case.plain_value("k", &wrapped(1000)).variable("LAMBDA_LABS_SSH_PUBLIC_KEY", &other).judge_one();
            assert_eq!(about.status, Status::Ok, "{:?}", about.findings);
        }
        let case =
            Case::new().config("LAMBDA_LABS_SSH_PUBLIC_KEY", "k").service("lambda-labs").plain_value("k", public_key());
        assert_eq!(case.variable("LAMBDA_LABS_SSH_PUBLIC_KEY", public_key()).judge_one().status, Status::Malformed);
    }
}
