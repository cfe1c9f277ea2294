//! What is remembered between runs: the ledger, the journal and the audit log, wherever they are kept.
//!
//! I/O over `model` alone: it knows no store and decides nothing. Nothing in here can
//! hold a value. Invariants: a document is replaced whole or not at all, and only if
//! nobody replaced it meanwhile; what cannot be trusted (torn, edited, newer, of
//! another organization) is refused by name and never taken for "in sync".

pub mod backend;
pub(crate) mod fault;
pub mod lease;
#[cfg(feature = "object-store")]
pub mod object;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod postgres_url;
pub mod url;
