//! Test cases of writes: what would be, what was, what was left alone.

use std::{
    collections::HashSet,
    io::{self, Write},
};

use super::{
    super::{
        ActionReport, HeldBackReport, OutcomeReport, Report, SshMachineReport, SshReport, escape::markup,
        writes::end_word,
    },
    Outcome,
};
use crate::{
    model::{Stage, StageOutcome},
    plan::End,
};

pub(super) struct Case {
    pub(super) name: String,
    pub(super) outcome: Outcome,
    pub(super) kind: &'static str,
    pub(super) message: String,
    pub(super) help: String,
}

pub(super) fn cases(report: &Report) -> Vec<Case> {
    let ended: HashSet<usize> = report.outcomes.iter().map(|outcome| outcome.action).collect();
    let planned = report.actions.iter().filter(|action| !ended.contains(&action.id)).map(Case::from);
    let outcomes = report.outcomes.iter().map(Case::from);
    let ssh = report.ssh.iter().flat_map(of_ssh);
    let stages = report.doctor.iter().flat_map(|doctor| doctor.stages.iter().map(Case::from));
    planned.chain(outcomes).chain(report.held_back.iter().map(Case::from)).chain(ssh).chain(stages).collect()
}

/// One for each machine, and one for the rotation as a whole.
fn of_ssh(ssh: &SshReport) -> Vec<Case> {
    let is_open = ssh.is_in_trouble();
    let state = Case {
        name: "the machines' key".to_owned(),
        outcome: if is_open { Outcome::Failure } else { Outcome::Passed },
        kind: ssh.state.as_str(),
        message: ssh.rotation.as_ref().map_or_else(String::new, |rotation| format!("rotation at {}", rotation.step)),
        help: ssh.next.clone().unwrap_or_default(),
    };
    ssh.machines.iter().map(|machine| of_machine(machine, is_open)).chain([state]).collect()
}

fn of_machine(machine: &SshMachineReport, is_open: bool) -> Case {
    let (outcome, message) = match machine.is_troubled() {
        // What is not in the way of this run is left for another.
        true => (if is_open { Outcome::Failure } else { Outcome::Skipped }, machine.why.clone()),
        false => (Outcome::Passed, machine.opens()),
    };
    Case {
        name: format!("machine {} ({}): {}", machine.name, machine.address, machine.status),
        outcome,
        kind: "machine",
        message,
        help: machine.help.clone(),
    }
}

impl From<&Stage> for Case {
    fn from(stage: &Stage) -> Self {
        let about = if stage.about.is_empty() { String::new() } else { format!(" ({})", stage.about) };
        Self {
            name: format!("{}{about}", stage.kind.as_str()),
            outcome: match stage.outcome {
                StageOutcome::Failed => Outcome::Failure,
                StageOutcome::Unknown => Outcome::Error,
                StageOutcome::Skipped | StageOutcome::Untried => Outcome::Skipped,
                StageOutcome::Warning | StageOutcome::Ok => Outcome::Passed,
            },
            kind: stage.outcome.as_str(),
            message: stage.what.clone(),
            help: stage.help.clone(),
        }
    }
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
