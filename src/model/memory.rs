//! What was known when we last looked: the ledger's records, free of any file or store.

use std::{collections::BTreeMap, fmt, str::FromStr};

use super::{GithubPlace, Stamp, Visibility};

/// A keyed digest of the value of one place. It says equal or not, and nothing to
/// those who have not the key; equal values in two places have different ones.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Fingerprint(pub [u8; 32]);

/// What is remembered of one GitHub place. Everything in it is about the value as GitHub holds it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Record {
    /// The value ESC and GitHub had when they were last known to agree.
    pub base: Option<Fingerprint>,
    /// What GitHub was known to hold, and under which stamp of its own.
    pub held: Option<HeldRecord>,
    /// Who saw it on GitHub when it was last written or read by us.
    pub policy: Option<Visibility>,
    /// A write whose end is not known yet.
    pub pending: Option<PendingWrite>,
    /// Whether a run of ours ever wrote this name; only such names may be pruned.
    pub written: bool,
    /// The run that last said something of it.
    pub run: Box<str>,
}

/// A value and the state of GitHub it belongs to. It speaks of the place as long as
/// GitHub's stamps are exactly these, and no longer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HeldRecord {
    pub fingerprint: Fingerprint,
    pub created_at: Option<Stamp>,
    pub updated_at: Stamp,
    pub how: Known,
}

/// How it is known what GitHub held.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Known {
    /// A job that could read it said so.
    Attested,
    /// We wrote it and GitHub said yes.
    Written,
}

/// A write that was begun and of which no answer is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PendingWrite {
    /// The value that was sent.
    pub fingerprint: Fingerprint,
    /// GitHub's stamp of the place before the write; `None`: it was not there.
    pub before: Option<Stamp>,
    /// GitHub's own time shortly before the write, by the `Date` of its last answer.
    pub begun: Option<Stamp>,
    /// GitHub said yes; only the stamp was not to be read back yet.
    pub acknowledged: bool,
    /// What stood there before was itself left by a write of ours whose end nobody saw: also where this one was not
    /// carried out, GitHub holds something that we sent.
    pub over_ours: bool,
}

/// How long after it was begun a write of ours may get its stamp, in seconds.
const WINDOW: i64 = 120;

impl PendingWrite {
    /// Whether a stamp that moved lies where this write's own must lie; `None`: it is not known when it was begun.
    pub fn can_have(&self, stamp: Stamp) -> Option<bool> {
        self.begun.map(|begun| (0..=WINDOW).contains(&(stamp.0 - begun.0)))
    }

    /// Whether what a later run found at `seen` was left by this write, or by one of ours before it.
    pub fn left(&self, seen: Option<Stamp>) -> bool {
        let settled = self.acknowledged || self.over_ours;
        match seen {
            None => false,
            Some(_) if seen == self.before => settled,
            Some(stamp) => self.can_have(stamp) == Some(true),
        }
    }
}

/// All that is remembered, beside the fingerprints of what is there now.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    pub records: BTreeMap<GithubPlace, Record>,
    /// Fingerprints of what ESC holds now, in the form GitHub should hold it; by the place it belongs to.
    pub esc_now: BTreeMap<GithubPlace, Fingerprint>,
    /// Fingerprints of what GitHub holds now, where that can be read (variables, the job's secrets).
    pub github_now: BTreeMap<GithubPlace, Fingerprint>,
    /// Whether the fingerprint key could be read, so that records can be compared with values.
    pub has_key: bool,
}

/// A text is not a fingerprint.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not 64 hexadecimal digits")]
pub struct FingerprintError;

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint")
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(FingerprintError);
        }
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| FingerprintError)?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_written_and_read_and_not_debugged() {
        let fingerprint = Fingerprint([0xa5; 32]);
        assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
        assert_eq!(format!("{fingerprint:?}"), "Fingerprint");
        for text in ["", "a5", &"A5".repeat(32), &"+1".repeat(32), &"é".repeat(32)] {
            assert_eq!(text.parse::<Fingerprint>(), Err(FingerprintError), "{text:?}");
        }
    }
}
