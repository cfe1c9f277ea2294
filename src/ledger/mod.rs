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
pub(crate) mod fault;
pub mod file;
mod folder;
mod form;
pub mod journal;
mod journal_lines;
pub mod journal_parts;
pub(crate) mod key;
pub mod lease;
mod line;
pub mod memory;
#[cfg(feature = "object-store")]
pub mod object;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod postgres_url;
mod records;
pub mod url;
mod wording;

pub use audit::AuditLog;
pub use audit_chain::{AuditEntry, AuditEvent, AuditLine, Broken};
pub use backend::{Backend, Exclusion, StateFault, StateFaultKind};
pub use document::Identity;
pub use journal::{EndedLine, Header, Intent, Journal, KeptRun};
pub use records::Ledger;
