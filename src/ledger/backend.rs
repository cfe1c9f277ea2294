//! The small contract that every kind of state keeps: get, put if unchanged, append, list.

use std::{fmt, time::Duration};

use futures_util::future::BoxFuture;

/// Where state is kept. Keys are relative paths of plain segments: `ledger.json`, `journal/20261121-ab12`.
///
/// All of it must hold for every implementation; `tests/integration/ledger` runs one
/// conformance suite over all of them.
pub trait Backend: fmt::Debug + Send + Sync {
    /// For messages: the URL without any credential.
    fn describe(&self) -> String;

    /// The document and its tag; `None` if there is none.
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Stored>, StateFault>>;

    /// Replaces the document whole if it is as `expected` says; else `PutFault::Changed` and nothing is written.
    /// Once it returns, the document survives the death of this process and of the machine.
    fn put<'a>(&'a self, key: &'a str, bytes: &'a [u8], expected: Expected) -> BoxFuture<'a, Result<Tag, PutFault>>;

    /// Adds to the end of a log; whole lines or nothing are ever seen by a reader, in the order of appends.
    fn append<'a>(&'a self, log: &'a str, lines: &'a [u8]) -> BoxFuture<'a, Result<(), StateFault>>;

    /// The same for lines that may be lost with the machine (not with this process): what is
    /// not there then counts as unknown.
    fn append_soon<'a>(&'a self, log: &'a str, lines: &'a [u8]) -> BoxFuture<'a, Result<(), StateFault>> {
        self.append(log, lines)
    }

    /// All lines of a log; empty if there is none. A last line without its newline was never appended.
    fn read_log<'a>(&'a self, log: &'a str) -> BoxFuture<'a, Result<Vec<u8>, StateFault>>;

    /// Keys of documents and logs that begin with `prefix`, sorted.
    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, StateFault>>;

    /// Removes a document or a log; fine if there is none.
    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StateFault>>;

    /// The right to be the only writer, waiting for it at most so long. It ends with the guard,
    /// with the death of this process, or (shared state) some time after it.
    fn exclude<'a>(&'a self, holder: &'a str, wait: Duration) -> BoxFuture<'a, Result<Exclusion, StateFault>>;

    /// Whether writing to it sends nothing to anybody.
    fn is_local(&self) -> bool {
        false
    }

    /// Shows that it can be written to, before anything remote is (failure case C4).
    fn prove_writable(&self) -> BoxFuture<'_, Result<(), StateFault>>;
}

/// A document as it was read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stored {
    pub bytes: Vec<u8>,
    pub tag: Tag,
}

/// Says which version of a document was read; opaque.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Tag(pub Box<str>);

/// What must be there for a put to be done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Expected {
    Absent,
    Version(Tag),
}

#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PutFault {
    #[error("somebody else changed it meanwhile")]
    Changed,
    #[error(transparent)]
    Fault(#[from] StateFault),
}

/// Why state cannot be used; safe to print.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what}")]
pub struct StateFault {
    pub kind: StateFaultKind,
    pub what: String,
    pub help: String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StateFaultKind {
    /// Somebody else is writing.
    Busy,
    /// It is there and cannot be trusted: torn, edited, of somebody else.
    Damaged,
    /// Written by a newer version of this program.
    Newer,
    /// It cannot be reached, read or written.
    Unavailable,
    /// The URL makes no sense.
    Usage,
}

/// Being the only writer. Dropping it gives it up at once where the system does that (a lock on a
/// file); a lease in shared state is given back by `release`, and runs out where that is not reached.
pub struct Exclusion {
    release: Option<BoxFuture<'static, ()>>,
    _held: Box<dyn Send>,
}

impl Exclusion {
    /// Ended by dropping `held`.
    pub fn held(held: impl Send + 'static) -> Self {
        Self { release: None, _held: Box::new(held) }
    }

    /// Ended by running `release`.
    pub fn leased(release: BoxFuture<'static, ()>) -> Self {
        Self { release: Some(release), _held: Box::new(()) }
    }

    pub async fn release(mut self) {
        if let Some(release) = self.release.take() {
            release.await;
        }
    }
}

impl fmt::Debug for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exclusion")
    }
}
