//! SSH keys and what they open: pairs and files, logins, the stages of a rotation, cloud-init.
//!
//! It reaches machines by the system's `ssh` and files of this machine; it knows no store
//! and keeps no state: `engine` brings both. Invariants: a private half is in memory
//! that is wiped, or in the one file that was declared for it, and nowhere else; no key
//! is ever an argument or in the environment of a child.

pub mod inject;
pub mod remote;
pub mod rotation;

pub use remote::{Identity, Installed, LoginCause, LoginFault, Machine, Proved, Remote, Removed};
