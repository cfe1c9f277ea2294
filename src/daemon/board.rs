//! All that is known now, on one board: whoever asks reads it, and only the keeper and its helpers write it.

use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError, RwLock},
};

use serde::{Deserialize, Serialize};

use super::{
    account::{Account, Said, Verdict},
    order::RunKind,
};

/// What is known at one moment. Times are seconds since 1970; ages are told by whoever knows the time.
#[derive(Clone, Debug, Default)]
pub struct Board {
    pub replica: Replica,
    pub role: Role,
    pub schedule: Vec<Scheduled>,
    pub mapping: MappingState,
    /// The last full look that came to its end, by a check, a live check or a sync.
    pub look: Option<Arc<Account>>,
    /// Whether a look came to its end since this daemon began to act.
    pub looked: bool,
    /// The last look that asked the services.
    pub live: Option<Arc<Account>>,
    pub sync: Option<Arc<Account>>,
    pub running: Option<Running>,
    /// Newest first.
    pub history: VecDeque<RunLine>,
    pub state: StateHealth,
    pub deliveries: Deliveries,
    pub counters: Counters,
    /// Set while the daemon winds down.
    pub stopping: bool,
}

/// Which of several daemons this is.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Replica {
    pub id: String,
    pub version: String,
    pub started: i64,
}

/// Whether this daemon acts.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Role {
    /// Nobody is elected yet.
    #[default]
    Undecided,
    /// The state has no election (see `docs/serve.md`): it acts and does not know of others.
    Alone,
    Leader {
        since: i64,
    },
    Standby {
        leader: Option<String>,
    },
}

/// One kind of run and when it comes next.
#[derive(Clone, Debug)]
pub struct Scheduled {
    pub kind: RunKind,
    /// As it was typed.
    pub every: String,
    /// The usual time between two runs, for judging whether one is overdue.
    pub period_s: u64,
    pub next: Option<i64>,
}

#[derive(Clone, Debug, Default)]
pub struct MappingState {
    pub file: String,
    pub digest: String,
    pub entries: usize,
    pub loaded: i64,
    /// Why the file as it is now is not in force.
    pub refused: Option<Said>,
}

#[derive(Clone, Debug)]
pub struct Running {
    pub kind: RunKind,
    pub run: String,
    pub since: i64,
}

/// One line of the history.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct RunLine {
    pub kind: RunKind,
    pub run: String,
    pub began: i64,
    pub duration_ms: u64,
    pub verdict: Verdict,
    pub exit: u8,
    /// Why it came to no end of its own: killed, out of time, could not look.
    #[serde(default)]
    pub failure: Option<String>,
    /// Entries that were ok, of so many.
    pub ok: usize,
    pub entries: usize,
    pub written: usize,
    pub unwritten: usize,
    pub proposed: usize,
    pub requests: u64,
    /// Who ran it.
    #[serde(default)]
    pub replica: String,
}

/// Whether runs can be remembered.
#[derive(Clone, Debug, Default)]
pub struct StateHealth {
    pub url: String,
    /// When it was last shown to be writable.
    pub proved: Option<i64>,
    pub fault: Option<Said>,
}

/// What became of alerts.
#[derive(Clone, Debug, Default)]
pub struct Deliveries {
    /// How many addresses alerts go to.
    pub targets: usize,
    pub sent: u64,
    pub failed: u64,
    /// Held back by the cap or the cool-down.
    pub suppressed: u64,
    /// Since when none could be delivered, and why.
    pub failing: Option<(i64, Said)>,
    pub last: Option<i64>,
}

/// What only grows while the daemon lives.
#[derive(Clone, Debug, Default)]
pub struct Counters {
    /// By kind and verdict.
    pub runs: std::collections::BTreeMap<(RunKind, Verdict), u64>,
    /// By kind: runs that were due while another was under way.
    pub skipped: std::collections::BTreeMap<RunKind, u64>,
    /// By end of a write.
    pub writes: std::collections::BTreeMap<String, u64>,
    pub requests: std::collections::BTreeMap<String, u64>,
    /// Durations in milliseconds, by kind: (sum, count) and counts up to each bound of `DURATION_BOUNDS`.
    pub durations: std::collections::BTreeMap<RunKind, Durations>,
    pub reloads: u64,
    pub reloads_refused: u64,
    pub elections: u64,
}

pub const DURATION_BOUNDS: [f64; 9] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0];

#[derive(Clone, Debug, Default)]
pub struct Durations {
    pub sum_s: f64,
    pub count: u64,
    /// Runs not longer than the bound of the same position.
    pub up_to: [u64; 9],
}

/// The history that is kept.
pub const HISTORY: usize = 500;

/// The board, shared within the process.
#[derive(Clone, Debug, Default)]
pub struct Shared(Arc<RwLock<Arc<Board>>>);

impl Shared {
    pub fn new(board: Board) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(board))))
    }

    pub fn read(&self) -> Arc<Board> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes it for everybody who reads it from now on.
    pub fn update(&self, change: impl FnOnce(&mut Board)) {
        change(Arc::make_mut(&mut self.0.write().unwrap_or_else(PoisonError::into_inner)));
    }
}

impl Role {
    pub fn acts(&self) -> bool {
        matches!(self, Self::Alone | Self::Leader { .. })
    }

    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Undecided => "undecided",
            Self::Alone => "alone",
            Self::Leader { .. } => "leader",
            Self::Standby { .. } => "standby",
        }
    }
}
