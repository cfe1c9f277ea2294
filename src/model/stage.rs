//! What a command needs before it can do its work, looked at one by one: the vocabulary of `doctor`.
//!
//! Words and sentences alone; nothing here can hold a value or a login.

/// What was looked at: stable ids, each with its row in `docs/doctor.md`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum StageKind {
    Mapping,
    EscNetwork,
    EscTls,
    EscClock,
    EscLogin,
    EscOpen,
    EscRevisions,
    EscDefinition,
    EscWrite,
    FingerprintKey,
    GithubNetwork,
    GithubTls,
    GithubClock,
    GithubLogin,
    GithubBudget,
    GithubList,
    GithubVisible,
    GithubPublicKey,
    GithubWrite,
    LambdaNetwork,
    LambdaTls,
    LambdaClock,
    LambdaLogin,
    Job,
    StateRead,
    StateWrite,
    StateLock,
    SshClient,
    SshKnownHosts,
    SshPrivateKey,
}

/// What a look came to, worst first.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum StageOutcome {
    /// The command could not do its work.
    Failed,
    /// It could not be found out.
    Unknown,
    /// Not looked at, because of an earlier stage or of `--offline`.
    Skipped,
    /// Nobody can tell without writing; nothing speaks against it.
    Untried,
    /// It will do, for now.
    Warning,
    Ok,
}

/// One look and what came of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stage {
    pub kind: StageKind,
    /// Of what: an address, an environment, a scope, a file; empty where there is but one.
    pub about: String,
    pub outcome: StageOutcome,
    /// In a sentence.
    pub what: String,
    /// What a person can do about it; empty where nothing is to be done.
    pub help: String,
}

impl Stage {
    pub fn new(kind: StageKind, about: impl Into<String>, outcome: StageOutcome, what: impl Into<String>) -> Self {
        Self { kind, about: about.into(), outcome, what: what.into(), help: String::new() }
    }

    pub fn ok(kind: StageKind, about: impl Into<String>, what: impl Into<String>) -> Self {
        Self::new(kind, about, StageOutcome::Ok, what)
    }

    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: help.into(), ..self }
    }
}

impl StageOutcome {
    /// Whether the command may not be relied on to work.
    pub fn is_trouble(self) -> bool {
        matches!(self, Self::Failed | Self::Unknown | Self::Skipped)
    }
}

words! {
    StageKind {
        Mapping => "mapping",
        EscNetwork => "esc-network",
        EscTls => "esc-tls",
        EscClock => "esc-clock",
        EscLogin => "esc-login",
        EscOpen => "esc-open",
        EscRevisions => "esc-revisions",
        EscDefinition => "esc-definition",
        EscWrite => "esc-write",
        FingerprintKey => "fingerprint-key",
        GithubNetwork => "github-network",
        GithubTls => "github-tls",
        GithubClock => "github-clock",
        GithubLogin => "github-login",
        GithubBudget => "github-budget",
        GithubList => "github-list",
        GithubVisible => "github-visible",
        GithubPublicKey => "github-public-key",
        GithubWrite => "github-write",
        LambdaNetwork => "lambda-network",
        LambdaTls => "lambda-tls",
        LambdaClock => "lambda-clock",
        LambdaLogin => "lambda-login",
        Job => "job",
        StateRead => "state-read",
        StateWrite => "state-write",
        StateLock => "state-lock",
        SshClient => "ssh-client",
        SshKnownHosts => "ssh-known-hosts",
        SshPrivateKey => "ssh-private-key",
    }
    StageOutcome {
        Failed => "failed",
        Unknown => "unknown",
        Skipped => "skipped",
        Untried => "untried",
        Warning => "warning",
        Ok => "ok",
    }
}
