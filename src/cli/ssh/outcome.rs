//! What came of a command about the key, as a report.

use crate::{
    cli::{
        args::CheckArgs,
        session::{self, Session},
    },
    engine::{Course, Ending, Preflight, Rotator, StepEnding, StepOutcome},
    judge::judge,
    model::{Snapshot, Stamp, Status},
    report::{KeyReport, Report, RotationReport, SshMachineReport, SshReport, SshState, StepEnd, StepReport},
    ssh::{
        MachineState, MachineStatus, Step,
        rotation::{Blocked, Rotation},
    },
    store::Stores,
};

/// A report of no entry at all.
pub(super) fn empty(session: &Session<'_>, stores: &Stores) -> Report {
    let snapshot = Snapshot::default();
    let args = CheckArgs::default();
    let judgement = judge(session.mapping(), &snapshot, session::judge_options(&args));
    only(session.report(&snapshot, judgement, stores, args.fail_on), &[])
}

/// The report of the entries that name the key, and of no other.
pub(super) fn only(report: Report, names: &[String]) -> Report {
    let is_meant = |name: &String| names.contains(name);
    let entries: Vec<_> = report.entries.into_iter().filter(|entry| is_meant(&entry.name)).collect();
    let incomplete = entries.iter().any(|entry| entry.status == Status::Unknown);
    Report { entries, findings: Vec::new(), incomplete, ..report }.decided()
}

/// Before anything is done.
pub(super) fn planned(report: &Report, rotator: &Rotator<'_>, preflight: &Preflight) -> Report {
    let step = |(step, what): &(Step, String)| StepReport {
        step: step.as_str().to_owned(),
        end: StepEnd::Planned,
        what: what.clone(),
    };
    let ssh = SshReport {
        key: Some(key(rotator, &preflight.rotation)),
        rotation: None,
        machines: preflight.rotation.machines.iter().map(|state| machine(state, &preflight.rotation)).collect(),
        steps: preflight.planned.iter().map(step).collect(),
        next: Some("esc-sync ssh rotate --yes".to_owned()),
        state: SshState::Idle,
        ..SshReport::default()
    };
    with(report, ssh, &preflight.remarks)
}

/// A rotation that is under way, before the next of its steps is done.
pub(super) fn going_on(report: Report, rotator: &Rotator<'_>, rotation: &Rotation, step: Step) -> Report {
    let what = match step {
        Step::Cancel => "take the new key back from wherever it was put",
        Step::Retire => "take the old key from every machine, and delete what is left of it",
        _ => "go on from here",
    };
    let planned = StepReport { step: step.as_str().to_owned(), end: StepEnd::Planned, what: what.to_owned() };
    let ssh = SshReport {
        key: Some(key(rotator, rotation)),
        rotation: Some(self::rotation(rotation)),
        machines: rotation.machines.iter().map(|state| machine(state, rotation)).collect(),
        steps: vec![planned],
        ..SshReport::default()
    };
    with(&report, ssh, &[])
}

/// After it was done, as far as it was.
pub(super) fn told(report: &Report, rotator: &Rotator<'_>, course: &Course) -> Report {
    let rotation = &course.rotation;
    let ssh = SshReport {
        key: Some(key(rotator, rotation)),
        rotation: Some(self::rotation(rotation)),
        machines: rotation.machines.iter().map(|state| machine(state, rotation)).collect(),
        steps: course.steps.iter().map(step).collect(),
        next: next(course),
        state: state(course),
        ..SshReport::default()
    };
    let mut remarks = course.remarks.clone();
    if rotation.compromised && rotation.step == Step::Done {
        remarks.push(
            "sessions that were opened with the old key before are still open: close them on the machines (`who`, then `pkill -KILL -t TTY`)".to_owned(),
        );
    }
    with(report, ssh, &remarks)
}

/// There was nothing to go on with.
pub(super) fn nothing(report: Report, command: &str) -> Report {
    let remarks = vec![format!("no rotation is under way: {command} has nothing to do")];
    let ssh = SshReport { state: SshState::Idle, ..SshReport::default() };
    with(&report, ssh, &remarks)
}

fn with(report: &Report, ssh: SshReport, remarks: &[String]) -> Report {
    let remarks = report.remarks.iter().chain(remarks).cloned().collect();
    Report { ssh: Some(ssh), remarks, ..report.clone() }.decided()
}

fn state(course: &Course) -> SshState {
    match &course.ending {
        Ending::Cancelled | Ending::Done | Ending::Overlap => SshState::Done,
        // The gate of time is shut on purpose: a run that came to it has still done what it could.
        Ending::Blocked(Blocked::Overlap(_)) if course.steps.is_empty() => SshState::Refused,
        Ending::Blocked(_) | Ending::Incomplete | Ending::Interrupted => SshState::Incomplete,
    }
}

fn next(course: &Course) -> Option<String> {
    let command = match &course.ending {
        Ending::Done | Ending::Cancelled => return None,
        Ending::Overlap => "esc-sync ssh retire".to_owned(),
        Ending::Blocked(Blocked::Overlap(until)) => {
            format!("esc-sync ssh retire (after {until}, or with --now)")
        }
        Ending::Blocked(Blocked::StillOpen(_)) => "esc-sync ssh retire".to_owned(),
        _ if course.rotation.step == Step::Cancel => "esc-sync ssh cancel".to_owned(),
        _ => "esc-sync ssh resume".to_owned(),
    };
    Some(command)
}

fn step(outcome: &StepOutcome) -> StepReport {
    let what = match outcome.help.is_empty() {
        true => outcome.what.clone(),
        false => format!("{}; {}", outcome.what, outcome.help),
    };
    let end = match outcome.end {
        StepEnding::Done => StepEnd::Done,
        StepEnding::Open => StepEnd::Incomplete,
        StepEnding::Skipped => StepEnd::Skipped,
    };
    StepReport { step: outcome.step.as_str().to_owned(), end, what }
}

pub(super) fn rotation(rotation: &Rotation) -> RotationReport {
    // Once the old key is being retired, both are good no longer.
    let overlap = rotation.overlap_until.filter(|_| rotation.step <= Step::Overlap);
    RotationReport {
        id: rotation.id.clone(),
        step: rotation.step.as_str().to_owned(),
        begun: rotation.begun.to_string(),
        old: rotation.old.to_string(),
        new: rotation.new.as_ref().map(ToString::to_string),
        compromised: rotation.compromised,
        overlap_until: overlap.map(|until| until.to_string()),
    }
}

/// The key that is in force after it.
fn key(rotator: &Rotator<'_>, rotation: &Rotation) -> KeyReport {
    let in_force = rotation.new.as_ref().filter(|_| rotation.switched.is_some()).unwrap_or(&rotation.old);
    let now = (rotator.applying.now)();
    let max_age_days = rotator.spec.max_age_days;
    let age_days = rotation.switched.map(|since| now.days_since(since));
    KeyReport {
        fingerprint: in_force.to_string(),
        file: Some(rotation.files.current.display().to_string()),
        since: rotation.switched.map(|since| since.to_string()),
        age_days,
        max_age_days,
        is_due: age_days.zip(max_age_days).map(|(age, most)| age > i64::from(most)),
    }
}

pub(super) fn machine(state: &MachineState, rotation: &Rotation) -> SshMachineReport {
    let opens_with: &[&str] = match state.status {
        MachineStatus::Excluded => &[],
        MachineStatus::Installed | MachineStatus::Pending => &["old"],
        MachineStatus::Proved => &["old", "new"],
        MachineStatus::Retired => &["new"],
    };
    // A machine that never answered was proved to open with nothing.
    let is_known = state.machine_id.is_some() || state.why.is_empty();
    let help = match state.status {
        _ if state.why.is_empty() => String::new(),
        _ if rotation.step >= Step::Overlap => "esc-sync ssh retire tries it again".to_owned(),
        _ => "esc-sync ssh resume tries it again".to_owned(),
    };
    SshMachineReport {
        name: state.machine.name.to_string(),
        address: state.machine.address(),
        status: state.status.as_str().to_owned(),
        opens_with: opens_with.iter().filter(|_| is_known).map(|key| (*key).to_owned()).collect(),
        why: state.why.clone(),
        help,
        since: Some(shown(state.at)),
    }
}

fn shown(at: Stamp) -> String {
    at.to_string()
}
