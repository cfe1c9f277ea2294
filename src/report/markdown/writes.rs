//! Writes in a step summary: what is to be decided first, what is only to be known last.

use std::io;

use super::{
    super::{
        ActionReport, HeldBackReport, OutcomeReport, Report,
        escape::{
            clipped,
            markdown::{code, prose},
        },
        writes::troubles,
    },
    LONG, Page, SHORT, item,
};
use crate::{model::Severity, plan::End};

/// What was refused or not done, then what would be written.
pub(super) fn urgent(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let troubles = troubles(report);
    let parts = troubles.iter().map(|(_, finding)| item(finding));
    page.section("writes refused or not done", troubles.len(), Some(Severity::Error), parts)?;
    if report.outcomes.is_empty() {
        let parts = report.actions.iter().map(planned);
        return page.section("writes planned", report.actions.len(), Some(Severity::Error), parts);
    }
    Ok(())
}

/// What was done, and what was left without being refused.
pub(super) fn calm(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let done: Vec<&OutcomeReport> = report.outcomes.iter().filter(|outcome| outcome.end == End::Done).collect();
    page.section("writes done", done.len(), None, done.iter().map(|outcome| written(outcome)))?;
    let left: Vec<&HeldBackReport> = report.held_back.iter().filter(|held| !held.because.is_refusal()).collect();
    page.section("left as they are", left.len(), None, left.iter().map(|held| left_alone(held)))
}

fn planned(action: &ActionReport) -> String {
    let (name, place) = (code(&clipped(&action.name, SHORT)), code(&clipped(&action.to.to_string(), SHORT)));
    let reason = prose(&clipped(&action.reason, LONG));
    format!("\n- **{}** {name} at {place}: {reason}\n", action.verb)
}

fn written(outcome: &OutcomeReport) -> String {
    let (name, place) = (code(&clipped(&outcome.name, SHORT)), code(&clipped(&outcome.place.to_string(), SHORT)));
    format!("\n- **{}** {name} at {place}\n", outcome.verb)
}

fn left_alone(held: &HeldBackReport) -> String {
    let (name, place) = (code(&clipped(&held.name, SHORT)), code(&clipped(&held.place.to_string(), SHORT)));
    let reason = prose(&clipped(&held.reason, LONG));
    format!("\n- **{}** {name} at {place}: {reason}\n", held.because.as_str())
}
