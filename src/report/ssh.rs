//! What is told of the machines' key: which is in force, what a rotation has come to, and what to do next.
//!
//! Fingerprints of public keys, names and times; no type here can hold a key. The
//! state decides the exit code; a step that was not done never leaves a `pass`.

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
}

impl SshMachineReport {
    /// Whether it stands in the way of what was to be done.
    pub(super) fn is_troubled(&self) -> bool {
        !self.why.is_empty()
    }
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
