//! A login that is obtained when first needed, kept while it lives, and obtained
//! anew once when the store does not take it any more. Many may ask; one obtains.

use std::{fmt, time::Duration};

use tokio::{sync::Mutex, time::Instant};

use crate::{http::Credential, model::Unread};

#[derive(Default)]
pub(super) struct Lease(Mutex<Option<Held>>);

/// A credential and which one in the row it is.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) credential: Credential,
    pub(super) generation: u64,
    until: Instant,
}

/// Renewed this long before it ends.
const MARGIN: Duration = Duration::from_secs(300);

impl Lease {
    /// The credential, obtained if there is none that lives, or if the one of generation `refused` is it.
    pub(super) async fn hold(
        &self,
        refused: Option<u64>,
        obtain: impl AsyncFnOnce() -> Result<(Credential, Duration), Unread>,
    ) -> Result<Held, Unread> {
        let mut held = self.0.lock().await;
        let usable = |held: &&Held| Some(held.generation) != refused && Instant::now() < held.until;
        if let Some(held) = held.as_ref().filter(usable) {
            return Ok(held.clone());
        }
        let generation = held.as_ref().map_or(0, |old| old.generation + 1);
        let (credential, lifetime) = obtain().await?;
        let until = Instant::now() + lifetime.saturating_sub(MARGIN).max(lifetime / 2);
        Ok(held.insert(Held { credential, generation, until }).clone())
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lease")
    }
}
