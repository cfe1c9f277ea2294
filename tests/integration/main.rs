//! All integration tests, in one binary: one link, one set of shared support code.

mod cases;
mod check;
mod docs;
mod draft;
mod job;
mod judge;
mod layering;
mod ledger;
mod mapping;
mod mishaps;
mod plan;
mod report;
mod rotation;
mod sandbox_esc;
mod sandbox_github;
mod sandbox_lambda;
mod simulation;
mod ssh;
mod stores;
mod support;
mod sync;
mod sync_esc;
mod sync_github;
