//! All integration tests, in one binary: one link, one set of shared support code.

mod judge;
mod mapping;
mod report;
mod sandbox_esc;
mod sandbox_github;
mod stores;
