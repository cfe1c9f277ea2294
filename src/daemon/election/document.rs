//! The one document of an election: who leads, as its holder wrote it down.
//!
//! Other replicas read it, also those of another version: every field may be missing, and what cannot be read is the
//! document of somebody we do not know.

use serde::{Deserialize, Serialize};

use super::origin::Origin;
use crate::{crypto, ledger::backend::Stored, model::printable};

/// Where it lies in the state.
pub const LEADER: &str = "serve/leader.json";

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Leadership {
    /// Nobody: it was given back.
    pub(super) holder: Option<String>,
    /// Chosen anew by each candidate: tells our own write, whose answer was lost, from another's.
    pub(super) claim: String,
    pub(super) origin: Origin,
    /// One more with each take-over.
    pub(super) term: u64,
    /// One more with each renewal, so that no two renewals are the same bytes: some stores name a version by these.
    pub(super) renewal: u64,
}

impl Leadership {
    pub(super) fn new(holder: &str) -> Self {
        let (holder, claim) = (Some(holder.to_owned()), crypto::random_id(12));
        Self { holder, claim, origin: Origin::here(), term: 0, renewal: 0 }
    }

    pub(super) fn read(stored: &Stored) -> Self {
        let unknown = || Self { holder: Some("somebody whose document cannot be read".to_owned()), ..Self::default() };
        let there: Option<Self> = serde_json::from_slice(&stored.bytes).ok();
        // The first term is 1: a document without one is none of ours.
        there.filter(|there| there.term > 0).unwrap_or_else(unknown)
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts and numbers become JSON")
    }

    /// The next version, of the same term.
    pub(super) fn renewed(&self) -> Self {
        Self { renewal: self.renewal.saturating_add(1), ..self.clone() }
    }

    /// Nobody's, from now on.
    pub(super) fn given_back(&self) -> Self {
        Self { holder: None, ..self.renewed() }
    }

    /// Another machine wrote the name, and it is shown.
    pub(super) fn holder_shown(&self) -> Option<String> {
        self.holder.as_deref().map(|holder| printable(holder, 80))
    }
}
