//! Who did what and when: lines that are chained by their hashes.
//!
//! Kept as documents of some hundred lines, so that an append is one replacement: it
//! is there whole or not at all, and two writers cannot both continue one line. The
//! head (number and hash of the last line) is a document of its own, written after
//! the lines; killed in between it is behind, which is fine, and never ahead, which
//! is how lines missing at the end show. Invariants: no value and no fingerprint in
//! here; a line is never changed. The chain shows what was changed afterwards; it is
//! no proof against somebody who writes a whole new log and a new head, unless a head
//! was noted elsewhere.

use serde::{Deserialize, Serialize};

use crate::crypto;

use super::{
    audit_chain::{AuditEntry, AuditLine, Broken, GENESIS, extend, lines_of, verify},
    backend::{Backend, Expected, PutFault, StateFault, StateFaultKind, Stored},
    line,
};

const FOLDER: &str = "audit/";
const HEAD: &str = "audit.head";
const DIGEST: &str = "check";

/// Lines of one document; the next one begins when there are more.
const PART: u64 = 500;
const ATTEMPTS: usize = 20;

/// The last line there is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Head {
    pub seq: u64,
    pub hash: Box<str>,
}

impl Head {
    pub(super) fn start() -> Self {
        Self { seq: 0, hash: GENESIS.into() }
    }
}

/// The whole log as it is kept.
#[derive(Clone, Debug)]
pub struct AuditLog {
    pub bytes: Vec<u8>,
    /// `None`: nothing was ever recorded.
    pub head: Option<Head>,
}

impl AuditLog {
    pub async fn read(backend: &dyn Backend) -> Result<Self, StateFault> {
        // Before the lines: it may fall behind while they are read, and must not be ahead of them.
        let head = read_head(backend).await?.map(|(head, _)| head);
        let mut bytes = Vec::new();
        for part in backend.list(FOLDER).await? {
            bytes.extend(backend.get(&part).await?.map(|part| part.bytes).unwrap_or_default());
        }
        Ok(Self { bytes, head })
    }

    /// All lines, or the first that is not as it was written.
    pub fn verify(&self) -> Result<Vec<AuditLine>, Broken> {
        verify(&self.bytes, self.head.as_ref())
    }
}

/// Continues the chain. The entries survive the death of the machine when this returns.
pub async fn append(backend: &dyn Backend, entries: &[AuditEntry]) -> Result<(), StateFault> {
    match append_lines(backend, entries).await? {
        Some(head) => advance(backend, &head).await,
        None => Ok(()),
    }
}

/// The same while more is to follow soon: the head is behind until then.
pub async fn append_first(backend: &dyn Backend, entries: &[AuditEntry]) -> Result<(), StateFault> {
    append_lines(backend, entries).await.map(drop)
}

async fn append_lines(backend: &dyn Backend, entries: &[AuditEntry]) -> Result<Option<Head>, StateFault> {
    if entries.is_empty() {
        return Ok(None);
    }
    let known = match read_head(backend).await? {
        Some((head, _)) => head,
        // A log without a head would be one that somebody shortened.
        None => start(backend).await?,
    };
    for _ in 0..ATTEMPTS {
        if let Some(head) = append_once(backend, entries, &known).await? {
            return Ok(Some(head));
        }
    }
    let what = format!("other runs keep writing to the audit log in {}", backend.describe());
    Err(StateFault::new(StateFaultKind::Busy, what, "let them end, and run again"))
}

/// `None`: somebody else continued the same line.
async fn append_once(backend: &dyn Backend, entries: &[AuditEntry], known: &Head) -> Result<Option<Head>, StateFault> {
    let last = backend.list(FOLDER).await?.pop();
    let part = match &last {
        Some(key) => backend.get(key).await?.map(|stored| (key, stored)),
        None => None,
    };
    let (head, first) = match &part {
        Some((_, stored)) => ends_of(&stored.bytes).ok_or_else(|| broken(backend))?,
        None => (Head::start(), 1),
    };
    // Behind what was recorded: continuing would hide that lines are missing.
    if head.seq < known.seq {
        return Err(broken(backend));
    }
    let (lines, next) = extend(&head, entries);
    let put = match part {
        Some((key, Stored { mut bytes, tag })) if head.seq - first + 1 < PART => {
            bytes.extend(lines.as_bytes());
            backend.put(key, &bytes, Expected::Version(tag)).await
        }
        _ => backend.put(&format!("{FOLDER}{:012}", head.seq + 1), lines.as_bytes(), Expected::Absent).await,
    };
    match put {
        Ok(_) => Ok(Some(next)),
        Err(PutFault::Changed) => Ok(None),
        Err(PutFault::Fault(fault)) => Err(fault),
    }
}

/// The last line of a part, and the number of its first.
fn ends_of(part: &[u8]) -> Option<(Head, u64)> {
    let lines = lines_of(part, None).ok()?;
    let last = lines.last()?;
    Some((Head { seq: last.seq, hash: last.hash.clone() }, lines.first()?.seq))
}

async fn start(backend: &dyn Backend) -> Result<Head, StateFault> {
    if !backend.list(FOLDER).await?.is_empty() {
        return Err(broken(backend));
    }
    match backend.put(HEAD, write_head(&Head::start()).as_bytes(), Expected::Absent).await {
        Ok(_) | Err(PutFault::Changed) => Ok(Head::start()),
        Err(PutFault::Fault(fault)) => Err(fault),
    }
}

/// Moves the head on, never back.
async fn advance(backend: &dyn Backend, head: &Head) -> Result<(), StateFault> {
    for _ in 0..ATTEMPTS {
        let expected = match read_head(backend).await? {
            Some((there, _)) if there.seq >= head.seq => return Ok(()),
            Some((_, tag)) => Expected::Version(tag),
            None => Expected::Absent,
        };
        match backend.put(HEAD, write_head(head).as_bytes(), expected).await {
            Err(PutFault::Changed) => {}
            Ok(_) => break,
            Err(PutFault::Fault(fault)) => return Err(fault),
        }
    }
    // Others moved it on meanwhile, or will; behind is fine.
    Ok(())
}

async fn read_head(backend: &dyn Backend) -> Result<Option<(Head, super::backend::Tag)>, StateFault> {
    let Some(Stored { bytes, tag }) = backend.get(HEAD).await? else { return Ok(None) };
    let text = std::str::from_utf8(&bytes).ok().and_then(|text| text.strip_suffix('\n'));
    let head = text.and_then(|text| line::unseal::<Head>(text, DIGEST, crypto::short_digest));
    head.map(|(head, _)| Some((head, tag))).ok_or_else(|| broken(backend))
}

fn write_head(head: &Head) -> String {
    line::seal(head, DIGEST, crypto::short_digest).0
}

fn broken(backend: &dyn Backend) -> StateFault {
    let what = format!("the audit log in {} was changed or shortened", backend.describe());
    let help = "`esc-sync history` names the line; move the files `audit` and `audit.head` away to begin a new log";
    StateFault { help: help.into(), ..StateFault::damaged(what) }
}
