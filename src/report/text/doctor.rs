//! Stages one below the other, each with what was found and, where it is not well, what to do.

use std::io;

use super::{Cell, Ink, LONGEST_REASON, Text, cell, quoted};
use crate::{
    model::{Stage, StageOutcome},
    report::{DoctorReport, escape::clipped},
};

impl Text<'_> {
    pub(super) fn doctor(&mut self, doctor: &DoctorReport) -> io::Result<()> {
        self.page.blank()?;
        let name = doctor.stages.iter().map(|stage| stage.kind.as_str().len()).max().unwrap_or(0);
        doctor.stages.iter().try_for_each(|stage| self.stage(stage, name))
    }

    fn stage(&mut self, stage: &Stage, name: usize) -> io::Result<()> {
        let outcome = Cell { column: OUTCOME, ..cell(stage.outcome.as_str(), ink(stage.outcome)) };
        let kind = Cell { column: name, ..cell(stage.kind.as_str(), Ink::Plain) };
        self.page.row(2, 6, &[outcome, kind, quoted(&stage.about)])?;
        self.page.prose(6, 6, Ink::Plain, &clipped(&stage.what, LONGEST_REASON))?;
        if stage.help.is_empty() {
            return Ok(());
        }
        self.page.whole(6, "fix:", Ink::Command, &stage.help)
    }
}

fn ink(outcome: StageOutcome) -> Ink {
    match outcome {
        StageOutcome::Failed | StageOutcome::Unknown => Ink::Bad,
        StageOutcome::Warning => Ink::Warn,
        StageOutcome::Ok => Ink::Good,
        StageOutcome::Skipped | StageOutcome::Untried => Ink::Dim,
    }
}

/// `untried` and `unknown` are the longest words of their kind.
const OUTCOME: usize = 7;
