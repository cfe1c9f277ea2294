//! The clock: starts runs when they are due, one at a time, and writes what they tell on the board.

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use super::{
    account::{Account, Said},
    alert::AlertOptions,
    board::{MappingState, Role, Shared},
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
        let _ = signals;
    }
}

impl std::fmt::Debug for Keeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keeper").field("options", &self.options).finish_non_exhaustive()
    }
}
