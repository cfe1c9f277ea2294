//! The vocabulary all rooms speak: names, values, places, readings, statuses.
//!
//! Nothing here does I/O, knows a clock, or decides anything. A new noun of the
//! product arrives in `docs/architecture.md` first and here second.

#[macro_use]
mod words;

pub(crate) use words::words;

mod live;
mod memory;
mod name;
mod path;
mod place;
mod reading;
mod secret;
mod snapshot;
mod ssh;
mod stage;
mod stamp;
mod status;
mod text;

pub use live::{EndpointResult, LiveKnowledge, ProbeEvidence, ProbeReason, ProbeResult, ProbeVerdict};
pub use memory::{Fingerprint, FingerprintError, HeldRecord, Known, Memory, PendingWrite, Record};
pub use name::{NameError, SecretName};
pub use path::{EscPath, PathError, Segment};
pub use place::{App, EnvironmentRef, GithubPlace, GithubScope, Place, RefError, RepoRef, Slot};
pub use reading::{Cause, Meta, Reading, Unread, Visibility};
pub use secret::{SecretValue, group_equal};
pub use snapshot::{
    EscKind, EscSnapshot, EscValue, GithubSnapshot, JobSnapshot, Listing, Snapshot, StaleDocument, Variable,
};
pub use ssh::{RotationKnowledge, SshKnowledge};
pub use stage::{Stage, StageKind, StageOutcome};
pub use stamp::{Stamp, StampError};
pub use status::{Direction, Encoding, Evidence, Kind, Severity, Status, Tier};
pub use text::printable;
