//! SSH keys against the real OpenSSH: servers of our own, and what a login finds there.

mod logins;
pub(crate) mod rig;
