//! What a run tells of itself: names, statuses, reasons and times, never a value and no fingerprint.
//!
//! It crosses from the run's process to the daemon, and through shared state to the other replicas, so it is read as
//! text of somebody else: every field may be missing, and nothing in it is shown unescaped.

use serde::{Deserialize, Serialize};

use super::order::RunKind;
use crate::model::{Evidence, Kind, Severity, Status, Tier};

/// One run, ended.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Account {
    pub kind: RunKind,
    pub run: String,
    /// Seconds since 1970, by the clock of the machine it ran on.
    pub began: i64,
    pub ended: i64,
    pub duration_ms: u64,
    /// The exit code its command would have had.
    pub exit: u8,
    pub verdict: Verdict,
    /// Why it could not be carried out; then nothing else is known from it.
    #[serde(default)]
    pub failure: Option<Said>,
    #[serde(default)]
    pub mapping: String,
    #[serde(default)]
    pub entries: Vec<EntryAccount>,
    /// Findings that belong to no entry.
    #[serde(default)]
    pub findings: Vec<FindingAccount>,
    #[serde(default)]
    pub endpoints: Vec<EndpointAccount>,
    /// What was written, or not.
    #[serde(default)]
    pub outcomes: Vec<OutcomeAccount>,
    /// What waits for a person.
    #[serde(default)]
    pub proposed: Vec<ProposedAccount>,
    /// What is left as it is, and why.
    #[serde(default)]
    pub held_back: Vec<HeldAccount>,
    #[serde(default)]
    pub rotation: Option<KeyAccount>,
    #[serde(default)]
    pub requests: Vec<(String, u64)>,
    #[serde(default)]
    pub budgets: Vec<BudgetAccount>,
    #[serde(default)]
    pub remarks: Vec<String>,
    /// Nothing of the mapping falls to this worker of a fleet.
    #[serde(default)]
    pub idle: bool,
}

/// What a run came to.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Verdict {
    Fail,
    Unknown,
    Pass,
}

crate::model::words! { Verdict { Fail => "fail", Unknown => "unknown", Pass => "pass" } }

#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Said {
    pub what: String,
    #[serde(default)]
    pub help: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct EntryAccount {
    pub name: String,
    #[serde(default)]
    pub service: Option<String>,
    pub tier: Tier,
    pub kind: Kind,
    pub status: Status,
    pub evidence: Evidence,
    #[serde(default)]
    pub findings: Vec<FindingAccount>,
    #[serde(default)]
    pub places: Vec<PlaceAccount>,
    /// What its service said of it, if it was asked.
    #[serde(default)]
    pub probe: Option<ProbeAccount>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct FindingAccount {
    pub rule: String,
    pub severity: Severity,
    #[serde(default)]
    pub status: Option<Status>,
    /// At or above `--fail-on`.
    pub counts: bool,
    /// Known from asking a service, so that a plain check neither repeats nor refutes it.
    pub live: bool,
    #[serde(default)]
    pub place: Option<String>,
    pub reason: String,
    #[serde(default)]
    pub remedy: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct PlaceAccount {
    pub place: String,
    /// `esc`, `github` or `job`.
    pub store: String,
    /// `absent`, `hidden`, `value` or `unknown`.
    pub reading: String,
    #[serde(default)]
    pub updated_at: Option<String>,
    #[serde(default)]
    pub why: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ProbeAccount {
    pub verdict: crate::model::ProbeVerdict,
    pub what: String,
    #[serde(default)]
    pub host: Option<String>,
    pub checked_at: i64,
    #[serde(default)]
    pub expires_at: Option<i64>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct EndpointAccount {
    pub name: String,
    pub blocking: bool,
    pub verdict: crate::model::ProbeVerdict,
    pub what: String,
    pub host: String,
    pub latency_ms: u64,
    pub checked_at: i64,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct OutcomeAccount {
    pub name: String,
    pub verb: String,
    pub place: String,
    /// `done`, `failed`, `not-begun`, `overtaken` or `unknown`.
    pub end: String,
    #[serde(default)]
    pub reason: String,
}

/// A write that waits for a person, who approves it by `sync --plan @proposed`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ProposedAccount {
    pub name: String,
    pub verb: String,
    pub place: String,
    pub why: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct HeldAccount {
    pub name: String,
    pub place: String,
    pub because: String,
    pub reason: String,
    #[serde(default)]
    pub remedy: String,
}

/// The machines' key and its rotation.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct KeyAccount {
    /// When the key in force was switched to.
    #[serde(default)]
    pub since: Option<i64>,
    #[serde(default)]
    pub max_age_days: Option<u32>,
    /// The rotation that is open, by its id and step.
    #[serde(default)]
    pub open: Option<String>,
    #[serde(default)]
    pub step: Option<String>,
    #[serde(default)]
    pub begun: Option<i64>,
    #[serde(default)]
    pub overlap_until: Option<i64>,
    #[serde(default)]
    pub unproved: Vec<String>,
    #[serde(default)]
    pub still_open: Vec<String>,
}

/// What a store last said of its limit on requests.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct BudgetAccount {
    pub store: String,
    pub limit: u64,
    pub remaining: u64,
    pub resets_at: i64,
}

impl FindingAccount {
    /// Whether it makes a look fail: that something could not be found out is no finding of what is wrong.
    pub fn is_found(&self) -> bool {
        self.counts && self.status != Some(Status::Unknown)
    }
}

/// The exit code of what could not be found out.
pub(super) const COULD_NOT_FIND_OUT: u8 = 3;

impl Account {
    /// A run of which nothing is known yet; whoever makes an account says what it is.
    pub fn of_nothing(kind: RunKind, run: String) -> Self {
        Self {
            kind,
            run,
            began: 0,
            ended: 0,
            duration_ms: 0,
            exit: COULD_NOT_FIND_OUT,
            verdict: Verdict::Unknown,
            failure: None,
            mapping: String::new(),
            entries: Vec::new(),
            findings: Vec::new(),
            endpoints: Vec::new(),
            outcomes: Vec::new(),
            proposed: Vec::new(),
            held_back: Vec::new(),
            rotation: None,
            requests: Vec::new(),
            budgets: Vec::new(),
            remarks: Vec::new(),
            idle: false,
        }
    }

    /// Whether it looked at anything at all.
    pub fn is_look(&self) -> bool {
        self.failure.is_none() && self.kind != RunKind::Deliver && (self.idle || !self.entries.is_empty())
    }
}
