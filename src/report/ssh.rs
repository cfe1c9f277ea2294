//! What is told of the machines' key: which is in force, what a rotation has come to, and what to do next.
//!
//! Fingerprints of public keys, names and times; no type here can hold a key. The
//! state decides the exit code; a step that was not done never leaves a `pass`.

use crate::{judge::Finding, model::Severity};

/// The key, its rotation, and the machines that it opens.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SshReport {
    pub key: Option<KeyReport>,
    pub rotation: Option<RotationReport>,
    pub machines: Vec<SshMachineReport>,
    pub registry: Vec<RegistryReport>,
    pub steps: Vec<StepReport>,
    /// The command to run next.
    pub next: Option<String>,
    pub state: SshState,
}

/// The key in force.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct KeyReport {
    pub fingerprint: String,
    /// Where its private half lies.
    pub file: Option<String>,
    /// Since when it is in force.
    pub since: Option<String>,
    pub age_days: Option<i64>,
    pub max_age_days: Option<u32>,
    /// `None` where its age or the limit is not known.
    pub is_due: Option<bool>,
}

/// A rotation that is not over, or the one this run ended.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RotationReport {
    pub id: String,
    pub step: String,
    pub begun: String,
    /// Fingerprints.
    pub old: String,
    pub new: Option<String>,
    pub compromised: bool,
    pub overlap_until: Option<String>,
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SshMachineReport {
    pub name: String,
    pub address: String,
    pub status: String,
    /// `old`, `new`, or both: the keys that were proved to open it.
    pub opens_with: Vec<String>,
    /// What stands in the way; empty where nothing does.
    pub why: String,
    pub help: String,
    /// When that was found out.
    pub since: Option<String>,
}

/// One key of Lambda's registry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RegistryReport {
    pub name: String,
    pub id: String,
    pub fingerprint: Option<String>,
    /// `in force`, `new`, `old` or `other`.
    pub role: &'static str,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StepReport {
    pub step: String,
    pub end: StepEnd,
    pub what: String,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum StepEnd {
    Done,
    Failed,
    /// Some of it is done; doing it again does the rest.
    Incomplete,
    Planned,
    Skipped,
}

/// What a run leaves the key's rotation as.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum SshState {
    Done,
    /// A machine does not open with the key in force.
    Failed,
    /// Nothing is under way.
    #[default]
    Idle,
    /// Not everything is done, and doing it again is safe.
    Incomplete,
    /// Nothing was changed, since something must be decided first.
    Refused,
    /// A person has to look: a machine may be left without a key that opens it.
    Unsafe,
}

impl SshReport {
    /// Whether something is left to do that this run should have done.
    pub fn is_left_open(&self) -> bool {
        matches!(self.state, SshState::Incomplete | SshState::Unsafe)
            || self.steps.iter().any(|step| matches!(step.end, StepEnd::Failed | StepEnd::Incomplete))
    }

    /// Whether the run ends with another code than 0 for it.
    pub(super) fn is_in_trouble(&self) -> bool {
        self.is_left_open() || self.state == SshState::Refused
    }
}

impl SshMachineReport {
    /// Whether it stands in the way of what was to be done.
    pub(super) fn is_troubled(&self) -> bool {
        !self.why.is_empty()
    }

    /// Which keys were proved to open it, in words.
    pub(super) fn opens(&self) -> String {
        match self.opens_with.as_slice() {
            [] => "no key was proved to open it".to_owned(),
            keys => format!("opens with {}", keys.join(" and ")),
        }
    }
}

impl KeyReport {
    /// Its age and its limit; what is not known is said to be so.
    pub(super) fn age(&self) -> String {
        let age = match (&self.since, self.age_days) {
            (Some(since), Some(days)) => format!("in force since {since}: {}", days_old(days)),
            (Some(since), None) => format!("in force since {since}"),
            (None, Some(days)) => days_old(days),
            (None, None) => "how old it is, is not known".to_owned(),
        };
        let limit = match (self.max_age_days, self.is_due) {
            (Some(most), Some(true)) => format!("to be rotated: at most {most} days are allowed"),
            (Some(most), Some(false)) => format!("at most {most} days are allowed"),
            (Some(most), None) => format!("at most {most} days are allowed, and whether they have passed is not known"),
            (None, _) => "the mapping sets no limit (max-age)".to_owned(),
        };
        format!("{age}; {limit}")
    }
}

fn days_old(days: i64) -> String {
    if days == 1 { "1 day old".to_owned() } else { format!("{days} days old") }
}

impl RotationReport {
    /// What there is to know of it beside its step, one sentence each.
    pub(super) fn facts(&self) -> Vec<String> {
        let new = self.new.as_deref().unwrap_or("not made yet");
        let mut facts =
            vec![format!("begun {}", self.begun), format!("old key {}", self.old), format!("new key {new}")];
        facts.extend(self.overlap_until.as_ref().map(|until| format!("both keys are good until {until}")));
        if self.compromised {
            facts.push("the old key is compromised: there is no overlap".to_owned());
        }
        facts
    }
}

/// The id under which a machine in the way is shown where findings are.
pub(super) const MACHINE: &str = "ssh-machine";

/// Machines that stand in the way, in the words of findings.
pub(super) fn troubles(ssh: Option<&SshReport>) -> Vec<Finding> {
    let Some(ssh) = ssh else { return Vec::new() };
    let severity = if ssh.is_in_trouble() { Severity::Error } else { Severity::Warning };
    let troubled = ssh.machines.iter().filter(|machine| machine.is_troubled());
    troubled
        .map(|machine| {
            let reason = format!("{} ({}) is {}: {}", machine.name, machine.address, machine.status, machine.why);
            Finding { rule: MACHINE, severity, status: None, place: None, reason, remedy: machine.help.clone() }
        })
        .collect()
}

impl StepEnd {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Incomplete => "incomplete",
            Self::Planned => "planned",
            Self::Skipped => "skipped",
        }
    }
}

impl SshState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Idle => "idle",
            Self::Incomplete => "incomplete",
            Self::Refused => "refused",
            Self::Unsafe => "unsafe",
        }
    }
}
