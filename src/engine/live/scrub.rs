//! The last look at what a service said before anybody hears it: no part of the credential goes on.
//!
//! Probes quote no answers but messages that they cleaned. Services echo what they were sent, in ways
//! nobody foresaw; so whatever repeats a part of a value is dropped whole, here, for all probes.

use std::collections::HashSet;

use zeroize::Zeroizing;

use crate::{model::SecretValue, probe::Found};

/// So many bytes in a row are a part of a value.
const RUN: usize = 8;

/// The parts of one credential.
pub(super) struct Scrub(Vec<Zeroizing<Vec<u8>>>);

impl Scrub {
    pub(super) fn new(values: impl Iterator<Item = SecretValue>) -> Self {
        // Values are looked for here, in what is about to be told.
        Self(values.map(|value| Zeroizing::new(value.expose().to_vec())).filter(|value| !value.is_empty()).collect())
    }

    pub(super) fn clean(&self, mut found: Found) -> Found {
        if self.tells(&found.what) {
            found.what = format!(
                "the credential is {}; the service's words repeat a part of it and are not shown",
                found.verdict
            );
        }
        if self.tells(&found.help) {
            found.help = String::new();
        }
        found.facts.retain(|(_, fact)| !self.tells(fact));
        found
    }

    /// Whether eight bytes in a row, or all of a shorter value that is no word, stand in `text`.
    fn tells(&self, text: &str) -> bool {
        if text.is_empty() {
            return false;
        }
        let runs: HashSet<&[u8]> = text.as_bytes().windows(RUN).collect();
        self.0.iter().any(|value| match value.len() {
            RUN.. => value.windows(RUN).any(|run| runs.contains(run)),
            short => is_no_word(value) && text.as_bytes().windows(short).any(|run| run == value.as_slice()),
        })
    }
}

/// A short user name may well be a word of ours.
fn is_no_word(value: &[u8]) -> bool {
    value.len() > 3 && value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ProbeReason, ProbeVerdict};

    fn found(what: &str, fact: &str) -> Found {
        let facts = vec![("account", fact.to_owned()), ("scopes", "read".to_owned())];
        Found { facts, ..Found::unknown(ProbeReason::BadAnswer, what) }
    }

    #[test]
    fn what_repeats_a_part_of_a_value_is_not_told() {
        let scrub = Scrub::new(["sk-canary-4f1c9a77ab21".into(), "pin4".into()].into_iter());
        for echo in ["bad key sk-canary***", "…9a77ab21", "no pin4 here"] {
            let cleaned = scrub.clean(found(echo, echo));
            assert_eq!(cleaned.verdict, ProbeVerdict::Unknown);
            assert!(!cleaned.what.contains(echo), "{echo}");
            assert_eq!(cleaned.facts, [("scopes", "read".to_owned())], "{echo}");
        }
        let kept = scrub.clean(found("the key was revoked", "acme"));
        assert_eq!((kept.what.as_str(), kept.facts.len()), ("the key was revoked", 2));
    }
}
