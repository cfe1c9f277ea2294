//! Keys, machines and cloud-init documents, against the real programs.

mod causes;
mod client;
mod cloud;
mod edits;
mod inject;
mod keys;
mod logins;
pub(crate) mod rig;
mod rotation;
mod sandbox;
