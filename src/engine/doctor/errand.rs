//! The commands that can be looked after, and what each of them needs: a table.

/// Which places of the mapping a command reads.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reads {
    /// All, in both stores.
    Both,
    /// ESC's alone, whatever is selected.
    Esc,
    /// Those that hold a value with a live check: GitHub's only where ESC has none.
    Live,
    /// None: no store is asked.
    Nothing,
}

/// What one command needs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Errand {
    pub command: &'static str,
    pub reads: Reads,
    /// It reads what runs remember of each other, and the fingerprint key it was made with.
    pub state: bool,
    /// It writes to ESC and GitHub.
    pub writes_stores: bool,
    /// It writes the state, and keeps a fingerprint key in ESC once.
    pub writes_state: bool,
    /// It looks back into ESC's revisions.
    pub revisions: bool,
    /// It compares with the secrets of a job.
    pub job: bool,
    /// It logs in to machines.
    pub machines: bool,
    /// It asks Lambda, where the mapping says so.
    pub lambda: bool,
}

const READS: Errand = Errand {
    command: "check",
    reads: Reads::Both,
    state: true,
    writes_stores: false,
    writes_state: false,
    revisions: false,
    job: false,
    machines: false,
    lambda: false,
};
const WRITES: Errand = Errand { writes_stores: true, writes_state: true, ..READS };
const NEEDS_NOTHING: Errand = Errand { reads: Reads::Nothing, state: false, ..READS };
const ROTATES: Errand = Errand { machines: true, lambda: true, ..WRITES };

pub const ERRANDS: &[Errand] = &[
    READS,
    Errand { command: "plan", ..READS },
    Errand { command: "sync", ..WRITES },
    Errand { command: "attest", writes_state: true, job: true, ..READS },
    Errand { command: "rollback", revisions: true, ..WRITES },
    Errand { command: "ssh rotate", ..ROTATES },
    Errand { command: "ssh resume", ..ROTATES },
    Errand { command: "ssh cancel", ..ROTATES },
    Errand { command: "ssh retire", ..ROTATES },
    Errand { command: "ssh verify", machines: true, lambda: true, ..READS },
    Errand { command: "ssh status", lambda: true, ..READS },
    Errand { command: "probe", reads: Reads::Live, state: false, ..READS },
    Errand { command: "scan", state: false, ..READS },
    Errand { command: "redact", reads: Reads::Esc, state: false, ..READS },
    Errand { command: "init", state: false, ..READS },
    Errand { command: "explain", ..READS },
    Errand { command: "history", reads: Reads::Nothing, ..READS },
    Errand { command: "docs", ..NEEDS_NOTHING },
    Errand { command: "mapping", ..NEEDS_NOTHING },
    Errand { command: "mapping lint", ..NEEDS_NOTHING },
    Errand { command: "mapping fmt", ..NEEDS_NOTHING },
    Errand { command: "mapping schema", ..NEEDS_NOTHING },
    Errand { command: "sandbox", ..NEEDS_NOTHING },
];

impl Errand {
    /// The errand of that command.
    pub fn of(command: &str) -> Option<&'static Self> {
        ERRANDS.iter().find(|errand| errand.command == command)
    }

    /// Whether it is about the machines' key.
    pub(super) fn is_about_the_key(&self) -> bool {
        self.lambda
    }
}
