//! The bytes a write sends, out of the snapshot (I6).
//!
//! The only function of this room that hands out a value, and the only place where one
//! is changed: by the encoding the mapping declares, and by nothing else.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::Write;
use crate::{
    judge::github_form,
    mapping::Entry,
    model::{Encoding, Place, SecretValue, Snapshot},
};

/// The value that a write carries, in the form its target holds; `None` if the write
/// carries none, or if the value is not to be had.
pub fn value_for(write: &Write, entry: &Entry, snapshot: &Snapshot) -> Option<SecretValue> {
    let encoding = entry.detail().encoding;
    match write {
        Write::Push { from: from @ Place::Esc { .. }, .. } => github_form(encoding, snapshot.reading(from).value()?),
        // Between places of GitHub nothing is wrapped.
        Write::Push { from, .. } => snapshot.reading(from).value().cloned(),
        Write::Pull { from, .. } => Some(esc_form(encoding, snapshot.reading(from).value()?)),
        // What is set was made elsewhere: no snapshot has it.
        Write::Restrict { .. } | Write::Prune { .. } | Write::Set { .. } | Write::Unset { .. } => None,
    }
}

/// What ESC should hold, given what GitHub holds.
fn esc_form(encoding: Encoding, held: &SecretValue) -> SecretValue {
    match encoding {
        Encoding::None => held.clone(),
        // Wrapping is what the declared encoding asks for; the result is a secret again.
        Encoding::Base64 => SecretValue::from(STANDARD.encode(held.expose())),
    }
}
