//! What people and machines are told: one `Report`, rendered by one file per format.
//!
//! Pure over a writer: nothing here knows a terminal, a clock or a store. No type
//! in this room can hold a value. Every text that came from outside is escaped by
//! the format that prints it.

use std::time::Duration;

use crate::{
    judge::Finding,
    model::{Evidence, Kind, Severity, Status, Tier},
    yaml::Position,
};

/// The result of a command.
#[derive(Clone, Debug)]
pub struct Report {
    /// `check`, `plan`, …
    pub command: &'static str,
    pub verdict: Verdict,
    /// The mapping file, as it is shown.
    pub mapping: String,
    /// Entries in the mapping's order.
    pub entries: Vec<EntryReport>,
    /// Findings that belong to no entry.
    pub findings: Vec<Finding>,
    /// Whether any store could not be asked or did not answer (exit code 3).
    pub incomplete: bool,
    /// Requests sent, by store, in a fixed order.
    pub requests: Vec<(String, u64)>,
    pub duration: Duration,
    /// The run's id.
    pub run: String,
    /// From which severity on the verdict is `fail`.
    pub fail_on: Severity,
}

/// One entry with all that was found out.
#[derive(Clone, Debug)]
pub struct EntryReport {
    pub name: String,
    pub service: Option<String>,
    pub tier: Tier,
    pub kind: Kind,
    pub status: Status,
    pub evidence: Evidence,
    pub findings: Vec<Finding>,
    pub places: Vec<PlaceReport>,
    /// Where the mapping declares it.
    pub at: Position,
}

/// What one place said, without its value.
#[derive(Clone, Debug)]
pub struct PlaceReport {
    /// As a person writes it.
    pub place: String,
    /// `esc`, `github` or `job`.
    pub store: &'static str,
    /// `absent`, `hidden`, `value` or `unknown`.
    pub reading: &'static str,
    /// GitHub's own stamp.
    pub updated_at: Option<String>,
    /// Why it is unknown.
    pub why: Option<String>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    Fail,
    Pass,
    Unknown,
}

/// What a report can be written as.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    Gate,
    Github,
    Json,
    Junit,
    Markdown,
    Sarif,
    Text,
}
