//! What the daemon remembers in the state, so that a restart forgets nothing and a standby shows what the leader knows.
//!
//! One document, replaced whole. It is read as text of somebody else, perhaps of another version: each part that cannot
//! be understood is left out, and nothing in it can stop the daemon. Invariant: no value and no fingerprint is in it,
//! because none is on the board.

mod form;

use std::{collections::VecDeque, sync::Arc};

use serde::{Deserialize, Serialize};
use tracing::warn;

use super::{
    account::Account,
    alert,
    board::{Board, RunLine},
};
use crate::ledger::{
    Backend, StateFault, StateFaultKind,
    backend::{Expected, PutFault},
};

/// The part of the board that is kept, in one document.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Kept {
    pub look: Option<Arc<Account>>,
    pub live: Option<Arc<Account>>,
    pub sync: Option<Arc<Account>>,
    pub history: VecDeque<RunLine>,
    pub alerts: alert::Memory,
}

/// Where it lies in the state.
pub const BOARD: &str = "serve/board.json";

/// Whoever writes leads, so that others do not often write at the same time.
const ATTEMPTS: usize = 5;

impl Kept {
    pub fn of(board: &Board, alerts: alert::Memory) -> Self {
        let Board { look, live, sync, history, .. } = board;
        Self { look: look.clone(), live: live.clone(), sync: sync.clone(), history: history.clone(), alerts }
    }
}

/// Writes it down; the last writer wins, since only a leader writes.
pub async fn keep(backend: &dyn Backend, kept: &Kept) -> Result<(), StateFault> {
    let bytes = form::write(kept);
    for _ in 0..ATTEMPTS {
        let there = backend.get(BOARD).await?;
        let expected = match there {
            Some(there) if there.bytes == bytes => return Ok(()),
            Some(there) => Expected::Version(there.tag),
            None => Expected::Absent,
        };
        match backend.put(BOARD, &bytes, expected).await {
            Ok(_) => return Ok(()),
            Err(PutFault::Changed) => {}
            Err(PutFault::Fault(fault)) => return Err(fault),
        }
    }
    let what = format!("other replicas keep writing what the service knows to {}", backend.describe());
    Err(StateFault::new(StateFaultKind::Busy, what, "see whether daemons with different leases share this state"))
}

/// What was written down; nothing where there is none, or where it cannot be understood.
pub async fn load(backend: &dyn Backend) -> Result<Option<Kept>, StateFault> {
    let Some(stored) = backend.get(BOARD).await? else { return Ok(None) };
    match form::read(&stored.bytes) {
        Ok(kept) => Ok(Some(kept)),
        Err(why) => {
            warn!("what the service knew before is left aside: {BOARD} in {} {why}", backend.describe());
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests;
