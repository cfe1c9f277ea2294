//! The chain of the audit log: how lines are written, and how a change is found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{crypto, model::Stamp};

use super::{audit::Head, form::Text, line};

const HASH: &str = "hash";

/// What the first line continues.
pub(super) const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What is to be recorded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuditEntry {
    pub at: Stamp,
    pub run: Box<str>,
    pub who: String,
    pub event: AuditEvent,
}

/// What happened. Names, places and words; never a value, never a fingerprint.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuditEvent {
    RunStarted {
        command: String,
        options: Vec<String>,
        /// The revision of each ESC environment.
        revisions: BTreeMap<String, u64>,
    },
    Intent {
        verb: String,
        name: String,
        target: String,
        source: Option<String>,
    },
    Outcome {
        verb: String,
        name: String,
        target: String,
        end: String,
        reason: String,
    },
    RunEnded {
        verdict: String,
        exit: u8,
    },
    /// Recorded by a newer version, which knows what it is.
    #[serde(skip)]
    Newer,
}

/// A recorded entry and its place in the chain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuditLine {
    pub seq: u64,
    pub entry: AuditEntry,
    pub prev: Box<str>,
    pub hash: Box<str>,
}

/// Where the chain does not hold.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line} of the audit log {why}")]
pub struct Broken {
    /// Counted from 1; one more than there are where the end is missing.
    pub line: usize,
    pub why: BrokenBy,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BrokenBy {
    #[error("is not as it was written")]
    Edited,
    #[error("does not follow the line before it: lines were removed, inserted, repeated or reordered")]
    OutOfOrder,
    #[error("is missing: the log was shortened")]
    Shortened,
    #[error("is cut off: the copy is incomplete")]
    Torn,
    #[error("cannot be vouched for: the record of the last line is missing")]
    NoHead,
}

#[derive(Deserialize, Serialize)]
struct LineForm<Event> {
    seq: u64,
    at: Text<Stamp>,
    run: Box<str>,
    who: String,
    event: Event,
    prev: Box<str>,
}

/// The lines of these entries after `head`, and the head after them.
pub(super) fn extend(head: &Head, entries: &[AuditEntry]) -> (String, Head) {
    let (mut text, mut head) = (String::new(), head.clone());
    for AuditEntry { at, run, who, event } in entries.iter().cloned() {
        let form = LineForm { seq: head.seq + 1, at: Text(at), run, who, event, prev: head.hash };
        let (line, hash) = line::seal(&form, HASH, crypto::digest_hex);
        text.push_str(&line);
        head = Head { seq: form.seq, hash: hash.into() };
    }
    (text, head)
}

/// All lines of a whole log, or the first place where it is not as it was written.
pub fn verify(bytes: &[u8], head: Option<&Head>) -> Result<Vec<AuditLine>, Broken> {
    let lines = lines_of(bytes, Some(Head::start()))?;
    let Some(head) = head else {
        return if lines.is_empty() { Ok(lines) } else { Err(Broken { line: lines.len(), why: BrokenBy::NoHead }) };
    };
    let at = usize::try_from(head.seq).unwrap_or(usize::MAX);
    match at.checked_sub(1).map(|at| lines.get(at)) {
        Some(None) => Err(Broken { line: lines.len() + 1, why: BrokenBy::Shortened }),
        Some(Some(line)) if line.hash != head.hash => Err(Broken { line: at, why: BrokenBy::Edited }),
        _ => Ok(lines),
    }
}

/// Lines that follow each other, and the line `after` if that is known.
pub(super) fn lines_of(bytes: &[u8], mut after: Option<Head>) -> Result<Vec<AuditLine>, Broken> {
    let mut lines = Vec::new();
    for (at, raw) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let broken = |why| Broken { line: at + 1, why };
        let raw = raw.strip_suffix(b"\n").ok_or(broken(BrokenBy::Torn))?;
        let line = std::str::from_utf8(raw).ok().and_then(read_line).ok_or(broken(BrokenBy::Edited))?;
        let follows = |last: &Head| last.seq.checked_add(1) == Some(line.seq) && last.hash == line.prev;
        if !after.as_ref().is_none_or(follows) {
            return Err(broken(BrokenBy::OutOfOrder));
        }
        after = Some(Head { seq: line.seq, hash: line.hash.clone() });
        lines.push(line);
    }
    Ok(lines)
}

fn read_line(text: &str) -> Option<AuditLine> {
    let (form, hash) = line::unseal::<LineForm<serde_json::Value>>(text, HASH, crypto::digest_hex)?;
    let LineForm { seq, at, run, who, event, prev } = form;
    let event = serde_json::from_value(event).unwrap_or(AuditEvent::Newer);
    Some(AuditLine { seq, entry: AuditEntry { at: at.0, run, who, event }, prev, hash: hash.into() })
}
