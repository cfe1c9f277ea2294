//! Which of several daemons acts: one document in the state, renewed by its holder, watched by the others.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use super::board::{Replica, Role};
use crate::ledger::Backend;

/// What an elector goes by.
#[derive(Clone, Debug)]
pub struct ElectionOptions {
    /// A leader that is silent for so long is taken over from.
    pub lease: Duration,
}

/// Stands for election until it is dropped; says on the channel what it is now.
pub async fn stand(backend: Arc<dyn Backend>, me: Replica, options: ElectionOptions, role: watch::Sender<Role>) {
    let _ = (backend, me, options);
    role.send_replace(Role::Alone);
    std::future::pending().await
}

/// Gives leadership back at an orderly end, so that nobody has to wait for it to run out.
pub async fn resign(backend: &dyn Backend, me: &Replica) {
    let _ = (backend, me);
}
