//! SSH keys against the real OpenSSH: servers of our own, and what a login finds there.

mod causes;
mod client;
mod edits;
mod logins;
pub(crate) mod rig;
