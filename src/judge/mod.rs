//! What is wrong: rules over a mapping and what the stores said.
//!
//! Pure. Each rule is one file and one line in `RULES`; it states findings and
//! prints nothing. Judging ignores the order in which answers came.

use crate::{
    mapping::Mapping,
    model::{Evidence, Place, Severity, Snapshot, Stamp, Status},
};

/// A rule's statement about an entry or, outside any entry, about the world.
#[derive(Clone, Debug)]
pub struct Finding {
    pub rule: &'static str,
    pub severity: Severity,
    /// What the finding makes of the entry; `None` leaves its status alone.
    pub status: Option<Status>,
    pub place: Option<Place>,
    /// What is wrong and how that is known; never any part of a value.
    pub reason: String,
    /// The command or the edit that mends it.
    pub remedy: String,
}

/// All that is said of one entry.
#[derive(Clone, Debug)]
pub struct EntryJudgement {
    pub status: Status,
    pub evidence: Evidence,
    /// Worst first, then by rule and place.
    pub findings: Vec<Finding>,
}

/// All that is said of a mapping, entry by entry in the mapping's order.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    pub entries: Vec<EntryJudgement>,
    /// Findings that belong to no entry: a store not read, a limit near, names nobody manages.
    pub findings: Vec<Finding>,
}

/// What judging depends on beside the mapping and the snapshot.
#[derive(Clone, Copy, Debug)]
pub struct JudgeOptions {
    pub now: Stamp,
    /// The weakest evidence that passes; below it, `unverified` is an error.
    pub require_evidence: Evidence,
}

/// Judges every entry selected by `chosen` (all entries are known to the rules that compare them).
pub fn judge(_mapping: &Mapping, _snapshot: &Snapshot, _options: JudgeOptions) -> Judgement {
    Judgement::default()
}
