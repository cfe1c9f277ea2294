//! Checks and synchronizes secrets between Pulumi ESC and GitHub, and tells the truth about both.
//!
//! One pipeline: parse (`mapping`) → observe (`engine` over `store`) → judge
//! (`judge`) → plan (`plan`) → apply (`engine`) → report (`report`). Commands (`cli`)
//! differ by where they stop. Parsing, judging, planning and reporting are pure: the same input gives the
//! same output, without clock, network, files or environment. `ledger` is what
//! runs remember of each other. `daemon` is checks and syncs on a clock. `sandbox` is the emulator of both stores; only `cli` and the tests may use it.

pub mod cli;
pub mod crypto;
pub mod daemon;
pub mod documents;
pub mod draft;
pub mod engine;
pub mod http;
pub mod judge;
pub mod keys;
pub mod ledger;
pub mod mapping;
pub mod model;
pub mod plan;
pub mod probe;
pub mod report;
pub mod sandbox;
pub mod scan;
pub mod ssh;
pub mod store;
pub mod yaml;
