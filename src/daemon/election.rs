//! Which of several daemons acts: one document in the state, renewed by its holder, watched by the others.
//!
//! The leader writes it anew three times a lease. Whoever saw it stand still for a whole lease, by a clock of its own,
//! puts itself in its place, on condition that it is still the version that was watched. A leader that could not renew
//! for two thirds of a lease steps down before that. Clocks of two machines are never compared.
//!
//! What this promises: at any moment at most one daemon has reason to believe that it leads. What it does not: a
//! process that is stopped between finding that it leads and acting on it acts late. What keeps the stores whole then
//! is that runs exclude each other, that every write to the state is conditional, and that tags and stamps are looked
//! at before a value is written.

mod clock;
mod document;
mod elector;
mod origin;
mod term;
mod watched;

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time};

use self::{document::Leadership, elector::Elector, origin::Origin};
use super::board::{Replica, Role};
use crate::ledger::{
    Backend,
    backend::{Expected, PutFault},
};

pub use self::{
    clock::{Clock, SinceBoot},
    document::LEADER,
};

/// What an elector goes by.
#[derive(Clone, Debug)]
pub struct ElectionOptions {
    /// A leader that is silent for so long is taken over from.
    pub lease: Duration,
}

/// Stands for election until it is dropped; says on the channel what it is now.
pub async fn stand(backend: Arc<dyn Backend>, me: Replica, options: ElectionOptions, role: watch::Sender<Role>) {
    stand_by(Arc::new(SinceBoot), backend, me, options, role).await;
}

/// The same by a given clock.
pub async fn stand_by(
    clock: Arc<dyn Clock>,
    backend: Arc<dyn Backend>,
    me: Replica,
    options: ElectionOptions,
    role: watch::Sender<Role>,
) {
    let mut elector = Elector::new(clock, backend, &me, &options, role);
    loop {
        let tenure = elector.watch().await;
        elector.lead(tenure).await;
    }
}

/// Gives leadership back at an orderly end, so that nobody has to wait for it to run out. What stood for election was
/// dropped before, or it would take it again.
pub async fn resign(backend: &dyn Backend, me: &Replica) {
    // Whoever is killed for being slow to end gives nothing back, and is taken over from a lease later.
    drop(time::timeout(PATIENCE, give_back(backend, me)).await);
}

const PATIENCE: Duration = Duration::from_secs(5);
const ATTEMPTS: usize = 5;

async fn give_back(backend: &dyn Backend, me: &Replica) {
    // A renewal that was under way may be done between our look and our write.
    for _ in 0..ATTEMPTS {
        let Ok(Some(stored)) = backend.get(LEADER).await else { return };
        let there = Leadership::read(&stored);
        if !is_ours(&there, me) {
            return;
        }
        match backend.put(LEADER, &there.given_back().bytes(), Expected::Version(stored.tag)).await {
            Err(PutFault::Changed) => {}
            _ => return,
        }
    }
}

fn is_ours(there: &Leadership, me: &Replica) -> bool {
    there.holder.as_deref() == Some(&*me.id) && there.origin == Origin::here()
}

#[cfg(test)]
mod tests;
