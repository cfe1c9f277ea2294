//! Test cases of writes: what would be, what was, what was left alone.

use std::{
    collections::HashSet,
    io::{self, Write},
};

use super::{
    super::{ActionReport, HeldBackReport, OutcomeReport, Report, escape::markup, writes::end_word},
    Outcome,
};
use crate::plan::End;

pub(super) struct Case {
    name: String,
    pub(super) outcome: Outcome,
    kind: &'static str,
    message: String,
    help: String,
}

pub(super) fn cases(report: &Report) -> Vec<Case> {
    let ended: HashSet<usize> = report.outcomes.iter().map(|outcome| outcome.action).collect();
    let planned = report.actions.iter().filter(|action| !ended.contains(&action.id)).map(Case::from);
    let outcomes = report.outcomes.iter().map(Case::from);
    planned.chain(outcomes).chain(report.held_back.iter().map(Case::from)).collect()
}

impl From<&ActionReport> for Case {
    fn from(action: &ActionReport) -> Self {
        Self {
            name: format!("{} {} ({})", action.verb, action.name, action.to),
            outcome: Outcome::Passed,
            kind: "planned",
            message: action.reason.clone(),
            help: String::new(),
        }
    }
}

impl From<&OutcomeReport> for Case {
    fn from(ended: &OutcomeReport) -> Self {
        let outcome = match ended.end {
            End::Done => Outcome::Passed,
            End::Unknown => Outcome::Error,
            End::Failed | End::NotBegun | End::Overtaken => Outcome::Failure,
        };
        Self {
            name: format!("{} {} ({})", ended.verb, ended.name, ended.place),
            outcome,
            kind: end_word(ended.end),
            message: ended.reason.clone(),
            help: ended.help.clone(),
        }
    }
}

impl From<&HeldBackReport> for Case {
    fn from(held: &HeldBackReport) -> Self {
        // What could not be found out is an error of its entry already.
        let outcome = if held.because.is_refusal() { Outcome::Failure } else { Outcome::Skipped };
        Self {
            name: format!("leave {} ({})", held.name, held.place),
            outcome,
            kind: held.because.as_str(),
            message: held.reason.clone(),
            help: held.remedy.clone(),
        }
    }
}

pub(super) fn write(case: &Case, out: &mut dyn Write) -> io::Result<()> {
    let (kind, message) = (markup(case.kind), markup(&case.message));
    write!(out, "    <testcase classname=\"esc-sync\" name=\"{}\">", markup(&case.name))?;
    match case.outcome {
        Outcome::Error => troubled("error", case, out)?,
        Outcome::Failure => troubled("failure", case, out)?,
        Outcome::Skipped => write!(out, "<skipped message=\"{kind}: {message}\"/>")?,
        Outcome::Passed => write!(out, "<system-out>{kind}: {message}</system-out>")?,
    }
    writeln!(out, "</testcase>")
}

fn troubled(element: &str, case: &Case, out: &mut dyn Write) -> io::Result<()> {
    let (kind, message) = (markup(case.kind), markup(&case.message));
    let help = if case.help.is_empty() { String::new() } else { format!("fix: {}", markup(&case.help)) };
    write!(out, "<{element} type=\"{kind}\" message=\"{message}\">{help}</{element}>")
}
