//! The stages of `doctor` in a step summary: those in trouble first, as sections.

use std::{fmt::Write as _, io};

use super::{
    super::{
        DoctorReport,
        escape::{
            clipped,
            markdown::{block, code, prose},
        },
    },
    LONG, Page, SHORT,
};
use crate::model::{Severity, Stage, StageOutcome};

pub(super) fn write(doctor: &DoctorReport, page: &mut Page<'_>) -> io::Result<()> {
    for outcome in StageOutcome::ALL {
        let stages: Vec<&Stage> = doctor.stages.iter().filter(|stage| stage.outcome == *outcome).collect();
        let worst = outcome.is_trouble().then_some(Severity::Error);
        page.section(outcome.as_str(), stages.len(), worst, stages.iter().map(|stage| told(stage)))?;
    }
    Ok(())
}

fn told(stage: &Stage) -> String {
    let about =
        if stage.about.is_empty() { String::new() } else { format!(" {}", code(&clipped(&stage.about, SHORT))) };
    let mut text = format!("\n- **{}**{about}: {}\n", stage.kind.as_str(), prose(&clipped(&stage.what, LONG)));
    if !stage.help.is_empty() {
        write!(text, "\n{}", block(&clipped(&stage.help, LONG), "  ")).expect("a string takes all");
    }
    text
}
