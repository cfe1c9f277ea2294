//! What the process does at once to keep its memory and files to itself.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit, umask};

/// No core image, no reading of our `/proc` entries by other processes of this user,
/// and files that only the owner can read (failure case X15).
///
/// Each step is tried alone: a sandboxed host may refuse one, and a secret tool that
/// refuses to start for that reason would be replaced by a script.
pub(crate) fn harden() {
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::debug!(%error, "the process stays dumpable");
    }
    if let Err(error) = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }) {
        tracing::debug!(%error, "the core limit stays as it is");
    }
    umask(rustix::fs::Mode::from_raw_mode(0o077));
}
