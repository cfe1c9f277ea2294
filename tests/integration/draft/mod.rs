//! Where one begins: a mapping drafted from what exists, its one form, and what is generated from it.

mod documents;
mod form;
mod init;
mod published;
