//! The fingerprint key of a writing run: the one that is kept, or a new one and where it is to be kept.

use crate::{
    crypto::fingerprint::FingerprintKey,
    ledger::StateFault,
    mapping::{EscPlace, Mapping},
    model::{Place, Reading},
    plan::Plan,
};

use super::{Observed, apply::Seen, recall};

/// The key that this run remembers values by.
#[derive(Debug)]
pub(super) struct RunKey {
    pub(super) key: FingerprintKey,
    /// Where a new one is to be kept before anything is remembered by it.
    pub(super) keep_at: Option<EscPlace>,
}

/// Why nothing of a plan was begun.
#[derive(Debug, thiserror::Error)]
pub enum Unwritable {
    #[error("the fingerprint key in {place} could not be read: {why}")]
    KeyUnread { place: String, why: String, help: String },
    #[error("{place} holds something that is no fingerprint key")]
    KeyDamaged { place: String },
    #[error("the fingerprint key could not be kept in {place}: {why}")]
    KeyNotKept { place: String, why: String, help: String },
    #[error(transparent)]
    State(#[from] StateFault),
}

impl RunKey {
    /// `None`: the plan has nothing to remember by a fingerprint.
    pub(super) fn find(
        mapping: &Mapping,
        observed: &Observed,
        plan: &Plan,
        seen: &[Seen],
    ) -> Result<Option<Self>, Unwritable> {
        if let Some(key) = &observed.key {
            return Ok(Some(Self { key: key.clone(), keep_at: None }));
        }
        let needed = !seen.is_empty() || plan.actions.iter().any(|action| action.write.moves_a_value());
        let Some(place) = recall::key_place(mapping).filter(|_| needed) else { return Ok(None) };
        let at = Place::Esc { environment: place.environment.clone(), path: place.path.clone() };
        match observed.snapshot.reading(&at) {
            Reading::Absent => Ok(Some(Self { key: FingerprintKey::generate(), keep_at: Some(place) })),
            Reading::Unknown(unread) => Err(Unwritable::KeyUnread {
                place: at.to_string(),
                why: unread.what.clone(),
                help: unread.help.clone(),
            }),
            Reading::Hidden(_) | Reading::Value { .. } => Err(Unwritable::KeyDamaged { place: at.to_string() }),
        }
    }
}

impl Unwritable {
    /// What a person can do about it.
    pub fn help(&self) -> String {
        match self {
            Self::KeyUnread { help, .. } | Self::KeyNotKept { help, .. } => help.clone(),
            Self::KeyDamaged { place } => {
                format!("delete what stands at {place}; the next run makes a key, and nothing is known until then")
            }
            Self::State(fault) => fault.help.clone(),
        }
    }
}
