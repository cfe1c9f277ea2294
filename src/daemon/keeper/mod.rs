//! The clock: starts runs when they are due, one at a time, and writes what they tell on the board.
//!
//! `course.rs` is the loop and `turns.rs` what becomes of each event. `timetable.rs` says what is due; `running.rs` leads
//! a run to its end, bounded by `under_way.rs`, and `posting.rs` puts its account on the board; `telling.rs` has alerts
//! delivered as `letters.rs` orders them; `memory.rs` asks the state and `recalling.rs` takes its answers. Invariants:
//! no two runs at once, none unless this replica acts, and nothing is waited for in a way that stops the pulse.

mod course;
mod lane;
mod letters;
mod memory;
mod posting;
mod recalling;
mod running;
mod telling;
mod timetable;
mod turns;
mod under_way;

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use super::{
    account::{Account, Said},
    alert::AlertOptions,
    board::{MappingState, Role, Shared},
    notify::Manager,
    order::{Order, WriteBudget},
    pulse::Pulse,
    schedule::Schedule,
};
use crate::ledger::Backend;

/// Whoever carries out runs: a process for each of them, or a script in a test.
pub trait Runs: Send + Sync {
    /// Ends when the run did. Dropping the future kills the run at once.
    fn run(&self, order: Order) -> BoxFuture<'_, Result<Account, RunFault>>;

    /// Asks the run under way (not a delivery) to end: nothing new is begun, what is in flight is settled
    /// (failure case C3).
    fn stop(&self);
}

/// Why a run told nothing.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what}")]
pub struct RunFault {
    pub what: String,
    pub help: String,
}

/// Where the mapping comes from. Read at every tick; the last valid one stays in force (failure case M13).
pub trait Mappings: Send + Sync {
    /// The text as it is now and what it is, or why it cannot be used.
    fn read(&self) -> Result<(String, MappingState), Said>;
}

/// What a keeper goes by.
#[derive(Clone, Debug)]
pub struct KeeperOptions {
    pub check: Schedule,
    pub live: Schedule,
    pub sync: Schedule,
    /// `None`: a tenth of the time between runs, 30 s at most.
    pub jitter: Option<Duration>,
    /// A run that takes longer is asked to end, then killed.
    pub run_limit: Duration,
    /// Writes to GitHub: at once, and within any hour, shared by all runs.
    pub writes: WriteBudget,
    /// Between two writes once the burst is used up.
    pub write_interval: Duration,
    /// Those who share these limits, this one among them.
    pub workers: u32,
    pub alerts: AlertOptions,
}

/// The loop and all it talks to.
pub struct Keeper {
    pub options: KeeperOptions,
    pub board: Shared,
    pub runs: Arc<dyn Runs>,
    pub mappings: Arc<dyn Mappings>,
    /// Where the board is kept; `None`: nowhere (a state in which every write is a revision).
    pub state: Option<Arc<dyn Backend>>,
    pub role: watch::Receiver<Role>,
    pub pulse: Pulse,
    pub wall: Wall,
    /// Whoever wants to hear of it, such as systemd.
    pub manager: Manager,
}

/// The clock on the wall: seconds since 1970. It may jump.
pub type Wall = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The one of this machine.
pub fn wall_clock() -> Wall {
    Arc::new(|| jiff::Timestamp::now().as_second())
}

/// What the process is told from outside.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Signal {
    /// End in order; a second one ends at once.
    Stop,
    /// Read the mapping and check now (`SIGHUP`).
    Reload,
}

impl Keeper {
    /// Runs until it is told to stop and everything has settled.
    pub async fn keep(self, signals: tokio::sync::mpsc::Receiver<Signal>) {
        course::Course::new(self).run(signals).await;
    }
}

impl std::fmt::Debug for Keeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keeper").field("options", &self.options).finish_non_exhaustive()
    }
}
