//! What people and machines are told: one `Report`, rendered by one file per format.
//!
//! Pure over a writer: nothing here knows a terminal, a clock or a store. No type
//! in this room can hold a value. Every text that came from outside is escaped by
//! the format that prints it.

mod alike;
mod doctor;
pub mod escape;
mod gate;
mod github;
mod json;
mod junit;
mod live;
mod markdown;
mod order;
mod sarif;
mod scan;
mod ssh;
mod summary;
mod text;
mod writes;

use std::{fmt, io, sync::Arc, time::Duration};

pub use doctor::DoctorReport;
pub(crate) use json::json_of;
pub use live::{EndpointReport, ProbeReport};
pub use scan::{LocatedFinding, ReferenceReport, ScannedReport};
pub use ssh::{KeyReport, RegistryReport, RotationReport, SshMachineReport, SshReport, SshState, StepEnd, StepReport};
pub use summary::Summary;
pub(crate) use text::paragraph;
pub use writes::{ActionReport, HeldBackReport, OutcomeReport};

use crate::{
    judge::Finding,
    model::{Evidence, Kind, Severity, Stamp, Status, Tier, Unread},
    plan::End,
    yaml::Position,
};

/// The result of a command.
#[derive(Clone, Debug)]
pub struct Report {
    /// `check`, `plan`, …
    pub command: &'static str,
    /// What `decided` made of all that follows.
    pub verdict: Verdict,
    /// The mapping file, as it is shown.
    pub mapping: String,
    /// Entries in the mapping's order.
    pub entries: Vec<EntryReport>,
    /// Findings that belong to no entry.
    pub findings: Vec<Finding>,
    /// What would be written, in the plan's order; empty for commands that write nothing.
    pub actions: Vec<ActionReport>,
    /// What is left as it is although the sides are not known to agree.
    pub held_back: Vec<HeldBackReport>,
    /// What became of the actions, as far as any was begun or given up.
    pub outcomes: Vec<OutcomeReport>,
    /// Sentences about the run as a whole: how long it will take, how to put back what it replaced.
    pub remarks: Vec<String>,
    /// What is told of the machines' key by the commands that are about it.
    pub ssh: Option<SshReport>,
    /// What live checks of credentials came to, in the mapping's order.
    pub probes: Vec<ProbeReport>,
    /// What health endpoints said, in the mapping's order.
    pub endpoints: Vec<EndpointReport>,
    /// What a source tree refers to, in the order of its files.
    pub references: Vec<ReferenceReport>,
    /// Findings about a place in a file of a source tree.
    pub located: Vec<LocatedFinding>,
    /// What a command needs, as `doctor` looked at it.
    pub doctor: Option<DoctorReport>,
    /// How much of a source tree was looked at, by the command that looks at one.
    pub scanned: Option<ScannedReport>,
    /// Whether any store could not be asked or did not answer (exit code 3).
    pub incomplete: bool,
    /// Whether there was nothing to look at, rightly: it falls to other workers of a fleet.
    pub idle: bool,
    /// Requests sent, by store, in a fixed order.
    pub requests: Vec<(String, u64)>,
    /// What stores said of their limits on requests.
    pub budgets: Vec<BudgetReport>,
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
    pub service: Option<Arc<str>>,
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
    pub why: Option<Arc<Unread>>,
}

/// What is left of a store's limit on requests, by its own latest word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BudgetReport {
    pub store: &'static str,
    pub limit: u64,
    pub remaining: u64,
    pub resets_at: Stamp,
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

/// How the text for people is set; the other formats have no choice to make.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Style {
    /// Columns of the terminal. Commands to copy are never broken, whatever it is.
    pub width: usize,
    /// Whether colour may repeat what the words say.
    pub color: bool,
    /// From 1 on, entries that are well and every place are listed, too.
    pub verbose: u8,
}

/// Writes `report` in `format`; an error is always one of `out`.
pub fn render(format: Format, report: &Report, style: &Style, out: &mut dyn io::Write) -> io::Result<()> {
    match format {
        Format::Gate => gate::render(report, out),
        Format::Github => github::render(report, out),
        Format::Json => json::render(report, out),
        Format::Junit => junit::render(report, out),
        Format::Markdown => markdown::render(report, out),
        Format::Sarif => sarif::render(report, out),
        Format::Text => text::render(report, *style, out),
    }
}

impl Report {
    /// The report with the verdict that its other fields come to.
    pub fn decided(self) -> Self {
        Self { verdict: summary::decide(&self), ..self }
    }

    /// The exit code of the contract: of all causes that hold, the one with the highest number.
    pub fn exit_code(&self) -> u8 {
        if self.held_back.iter().any(|held| held.because.is_refusal())
            || self.ssh.as_ref().is_some_and(|ssh| ssh.state == SshState::Refused)
        {
            return 5;
        }
        let ssh_open = self.ssh.as_ref().is_some_and(SshReport::is_left_open);
        if ssh_open || self.outcomes.iter().any(|outcome| outcome.end != End::Done) {
            return 4;
        }
        match self.verdict {
            Verdict::Pass => 0,
            Verdict::Fail => 1,
            Verdict::Unknown => 3,
        }
    }

    /// Whether this finding alone makes the verdict `fail`.
    pub fn counts(&self, finding: &Finding) -> bool {
        finding.severity <= self.fail_on
    }
}

impl PlaceReport {
    pub fn is_unknown(&self) -> bool {
        self.reading == "unknown"
    }

    /// Why it is unknown, in words.
    fn why(&self) -> Option<&str> {
        self.why.as_ref().map(|unread| unread.what.as_str())
    }
}

impl EntryReport {
    /// Why it could not be checked, as far as a place said so.
    fn why(&self) -> Option<&str> {
        self.places.iter().filter(|place| place.is_unknown()).find_map(PlaceReport::why)
    }
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 80, color: false, verbose: 0 }
    }
}

impl Format {
    pub const ALL: &'static [Self] =
        &[Self::Text, Self::Json, Self::Markdown, Self::Junit, Self::Sarif, Self::Github, Self::Gate];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Github => "github",
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
            Self::Sarif => "sarif",
            Self::Text => "text",
        }
    }

    /// The format written `word`, if there is one.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.as_str() == word)
    }
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Pass => "pass",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
