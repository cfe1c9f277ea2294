//! What a command needs, as `doctor` looked at it: a list of stages, and what they come to.
//!
//! A stage that failed, that nobody could look at, or that was skipped makes the verdict
//! `unknown` (exit 3); a warning and what cannot be tried without writing do not.

use super::Report;
use crate::{
    judge::Finding,
    model::{Severity, Stage, StageOutcome},
};

/// All that was looked at, in the order in which one thing depends on another.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DoctorReport {
    pub stages: Vec<Stage>,
}

impl DoctorReport {
    pub(super) fn troubled(&self) -> usize {
        self.stages.iter().filter(|stage| stage.outcome.is_trouble()).count()
    }

    pub(super) fn is_in_trouble(&self) -> bool {
        self.troubled() > 0
    }

    /// How many there were, and what they came to.
    pub(super) fn sentence(&self) -> String {
        let number = |outcome: StageOutcome| self.stages.iter().filter(|stage| stage.outcome == outcome).count();
        let counts = StageOutcome::ALL.iter().filter(|outcome| number(**outcome) > 0);
        let counts: Vec<String> = counts.map(|outcome| format!("{} {}", number(*outcome), outcome.as_str())).collect();
        let plural = if self.stages.len() == 1 { "" } else { "s" };
        format!("{} stage{plural}: {}", self.stages.len(), counts.join(", "))
    }
}

/// Stages that are not well, in the words of findings, for formats that know nothing else.
pub(super) fn troubles(report: &Report) -> Vec<Finding> {
    let severity = |outcome| match outcome {
        StageOutcome::Failed | StageOutcome::Unknown => Some(Severity::Error),
        StageOutcome::Skipped | StageOutcome::Warning => Some(Severity::Warning),
        StageOutcome::Untried => Some(Severity::Note),
        StageOutcome::Ok => None,
    };
    let stages = report.doctor.iter().flat_map(|doctor| &doctor.stages);
    stages
        .filter_map(|stage| {
            let severity = severity(stage.outcome)?;
            let about = if stage.about.is_empty() { String::new() } else { format!("{}: ", stage.about) };
            let reason = format!("{about}{}", stage.what);
            let remedy = stage.help.clone();
            Some(Finding { rule: stage.kind.as_str(), severity, status: None, place: None, reason, remedy })
        })
        .collect()
}
