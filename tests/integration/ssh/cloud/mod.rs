//! What the real cloud-init makes of a document, in a root of its own.
//!
//! `apply.sh` is that root, `machine` drives it, `documents` is the table of what a
//! document does; `template` is the one that is shipped. As root, without network.

mod documents;
mod host;
mod injected;
mod login;
mod machine;
mod merging;
mod pairs;
mod table;
mod template;
