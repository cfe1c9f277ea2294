//! What is remembered between runs: the ledger, the journal and the audit log, wherever they are kept.
//!
//! I/O over `model` alone: it knows no store and decides nothing. Nothing in here can
//! hold a value. Invariants: a document is replaced whole or not at all, and only if
//! nobody replaced it meanwhile; what cannot be trusted (torn, edited, newer, of
//! another organization) is refused by name and never taken for "in sync".

pub mod audit;
pub mod audit_chain;
pub mod backend;
pub mod disk;
pub mod document;

pub mod file;
mod folder;
mod form;
pub mod journal;
mod journal_lines;
mod key;
mod line;
pub mod memory;
mod records;
mod wording;

pub use records::Ledger;
