//! What is remembered between runs, and the kinds of state that keep it.

mod audit;
pub(crate) mod conformance;
mod crash;
pub(crate) mod crash_disk;
mod document;
mod files;
mod journal;
mod kill;
mod records;
mod sample;
pub(crate) mod shared;

use std::sync::Arc;

use esc_sync::ledger::{backend::Backend, file::FileState, memory::MemoryState};

use self::conformance::{Effort, run_all};
use crate::support::program::folder;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c7_files_keep_the_contract() {
    let folder = folder("conformance").join("state");
    run_all(|| Arc::new(FileState::new(&folder)), Effort::FULL).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c7_memory_keeps_the_contract() {
    let state = MemoryState::new();
    run_all(|| Arc::new(state.clone()) as Arc<dyn Backend>, Effort::FULL).await;
}
