//! What the text of an SSH key is: public lines, their base64, private files, and what is wrong with them.
//!
//! Pure, and the only place that knows these forms: rules judge with it, rotation writes
//! with it. Invariants: what is accepted here OpenSSH accepts, byte by byte; a public
//! key is exactly one line, whatever its comment says; no fault quotes a key.

mod comment;
mod damage;
mod private;
mod public;
pub mod text;

#[cfg(test)]
pub(crate) mod testing;

pub use comment::made_at;
pub use damage::Damage;
pub use private::{private_key_damage, public_half};
pub use public::{KeyFingerprint, PublicKey, public_key, public_line};
