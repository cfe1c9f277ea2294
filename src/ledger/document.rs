//! The ledger as bytes: JSON with one record a line, under a checksum.
//!
//! Invariants: the same content has the same bytes; what is read back is what was
//! written, or it is refused by name; a version that this program does not know is
//! never read as if it did. The checksum is against accidents. Against other people
//! there is the folder's mode, and against guessing the key of the fingerprints.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::{Deserialize, Serialize};

use crate::{
    crypto,
    model::{Fingerprint, GithubPlace, HeldRecord, Known, PendingWrite, Record, Stamp},
};

use super::{
    backend::StateFault,
    form::{GithubForm, Text, VisibilityForm},
};

/// Raised whenever an older program could misunderstand what is written.
const VERSION: u64 = 1;
const HEAD: &str = "{\n\"version\": 1,\n\"checksum\": \"";
const DIGITS: usize = 64;

/// Whose secrets a ledger speaks of.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The ESC organization and the address of its service.
    pub esc: String,
    /// The GitHub organization and the address of its service.
    pub github: String,
}

/// All of the ledger.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LedgerDocument {
    pub identity: Identity,
    /// Names the fingerprint key; tells nothing of it.
    pub key_id: Option<String>,
    pub records: BTreeMap<GithubPlace, Record>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentForm {
    #[serde(rename = "version")]
    _version: u64,
    #[serde(rename = "checksum")]
    _checksum: Box<str>,
    identity: Identity,
    key: Option<String>,
    records: Vec<RecordForm>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct RecordForm {
    at: GithubForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<Text<Fingerprint>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    held: Option<HeldForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<VisibilityForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pending: Option<PendingForm>,
    written: bool,
    run: Box<str>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct HeldForm {
    fingerprint: Text<Fingerprint>,
    created_at: Option<Text<Stamp>>,
    updated_at: Text<Stamp>,
    how: KnownForm,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum KnownForm {
    Attested,
    Written,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct PendingForm {
    fingerprint: Text<Fingerprint>,
    before: Option<Text<Stamp>>,
    begun: Option<Text<Stamp>>,
    acknowledged: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    over_ours: bool,
}

/// What is usual needs no word.
fn is_false(flag: &bool) -> bool {
    !flag
}

impl LedgerDocument {
    /// One that remembers nothing.
    pub fn empty(identity: Identity) -> Self {
        Self { identity, key_id: None, records: BTreeMap::new() }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut rest = String::with_capacity(512 * (self.records.len() + 1));
        rest.push_str("\",\n\"identity\": ");
        rest.push_str(&json(&self.identity));
        let _ = write!(rest, ",\n\"key\": {},\n\"records\": [", json(&self.key_id));
        for (at, (place, record)) in self.records.iter().enumerate() {
            rest.push_str(if at == 0 { "\n" } else { ",\n" });
            rest.push_str(&json(&RecordForm::new(place, record)));
        }
        rest.push_str("\n]\n}\n");
        format!("{HEAD}{}{rest}", checksum(&rest)).into_bytes()
    }

    /// Reads what `to_bytes` wrote, unchanged; `place` is where it was, for the message.
    pub fn from_bytes(bytes: &[u8], place: &str) -> Result<Self, StateFault> {
        if bytes.is_empty() {
            return Err(StateFault::damaged(format!("the ledger in {place} is an empty file")));
        }
        if let Some(version) = newer(bytes) {
            return Err(StateFault::newer(&format!("the ledger in {place}"), version));
        }
        let damaged = || StateFault::damaged(format!("the ledger in {place} is cut off, or was changed by hand"));
        if !is_as_written(bytes) {
            return Err(damaged());
        }
        let form: DocumentForm = serde_json::from_slice(bytes).map_err(|_| damaged())?;
        let records = form.records.into_iter().map(RecordForm::record).collect::<Option<_>>().ok_or_else(damaged)?;
        Ok(Self { identity: form.identity, key_id: form.key, records })
    }

    /// Refuses a ledger of another organization or service.
    pub fn belongs_to(&self, identity: &Identity, place: &str) -> Result<(), StateFault> {
        if self.identity == *identity {
            return Ok(());
        }
        let (theirs, ours) = (&self.identity, identity);
        let what = format!(
            "the ledger in {place} is of ESC {} and GitHub {}, and not of ESC {} and GitHub {}",
            theirs.esc, theirs.github, ours.esc, ours.github
        );
        let help = "name a place of its own for each pair of organizations with `--state`";
        Err(StateFault { help: help.into(), ..StateFault::damaged(what) })
    }
}

/// The version, if it is one that this program does not know yet.
fn newer(bytes: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u64,
    }
    // A ledger of our own version need not be read twice.
    if bytes.starts_with(HEAD.as_bytes()) {
        return None;
    }
    let versioned: Versioned = serde_json::from_slice(bytes).ok()?;
    (versioned.version > VERSION).then_some(versioned.version)
}

fn is_as_written(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).ok();
    let parts = text.and_then(|text| text.strip_prefix(HEAD)?.split_at_checked(DIGITS));
    parts.is_some_and(|(digits, rest)| digits == checksum(rest))
}

fn checksum(rest: &str) -> String {
    crypto::digest_hex(rest.as_bytes())
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers and lists become JSON")
}

impl RecordForm {
    fn new(place: &GithubPlace, record: &Record) -> Self {
        let held = record.held.map(|held| HeldForm {
            fingerprint: Text(held.fingerprint),
            created_at: held.created_at.map(Text),
            updated_at: Text(held.updated_at),
            how: match held.how {
                Known::Attested => KnownForm::Attested,
                Known::Written => KnownForm::Written,
            },
        });
        let pending = record.pending.map(|pending| PendingForm {
            fingerprint: Text(pending.fingerprint),
            before: pending.before.map(Text),
            begun: pending.begun.map(Text),
            acknowledged: pending.acknowledged,
            over_ours: pending.over_ours,
        });
        Self {
            at: place.into(),
            base: record.base.map(Text),
            held,
            policy: record.policy.as_ref().map(Into::into),
            pending,
            written: record.written,
            run: record.run.clone(),
        }
    }

    fn record(self) -> Option<(GithubPlace, Record)> {
        let held = self.held.map(|held| HeldRecord {
            fingerprint: held.fingerprint.0,
            created_at: held.created_at.map(|stamp| stamp.0),
            updated_at: held.updated_at.0,
            how: match held.how {
                KnownForm::Attested => Known::Attested,
                KnownForm::Written => Known::Written,
            },
        });
        let pending = self.pending.map(|pending| PendingWrite {
            fingerprint: pending.fingerprint.0,
            before: pending.before.map(|stamp| stamp.0),
            begun: pending.begun.map(|stamp| stamp.0),
            acknowledged: pending.acknowledged,
            over_ours: pending.over_ours,
        });
        let record = Record {
            base: self.base.map(|base| base.0),
            held,
            policy: self.policy.map(Into::into),
            pending,
            written: self.written,
            run: self.run,
        };
        Some((self.at.try_into().ok()?, record))
    }
}
