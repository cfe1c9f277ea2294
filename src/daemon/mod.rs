//! `serve`: checks and syncs on a clock, and what people and machines may see of it.
//!
//! The daemon itself never holds a value or a token of a store: every run is a process of its own (`Runs`), which
//! is told an `Order` and leaves an `Account` of names, statuses and times. What is known is on one `Board`;
//! health, metrics, page and alerts are pure functions of it and of the time. Invariants: nothing is
//! called healthy that was not looked at lately; one run at a time; a standby starts none.

pub mod account;
pub mod alert;
pub mod board;
pub mod budget;
pub mod combined;
pub mod door;
pub mod election;
pub mod health;
pub mod keeper;
pub mod kept;
pub mod metrics;
pub mod notify;
pub mod order;
pub mod page;
pub mod pulse;
pub mod readiness;
#[cfg(test)]
mod sample;
pub mod schedule;

pub use account::Account;
pub use board::{Board, Shared};
pub use combined::{Combined, combined};
pub use keeper::{Keeper, KeeperOptions, RunFault, Runs, Signal};
pub use order::{Order, RunKind};
pub use pulse::Pulse;
