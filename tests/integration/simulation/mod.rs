//! Deterministic simulation: programs of deeds, runs and mishaps by the thousand, each from a seed.
//!
//! The client, the stores, the engine and the rules are the real ones; only the network,
//! the clock and chance are simulated. `docs/contributing.md` says how to replay a seed.

mod actors;
mod disk;
mod driver;
mod faults;
mod faults_everywhere;
mod ground;
mod history;
mod invariants;
mod repeats;
mod rng;
mod runner;
mod stops;
mod truth;
mod world;

use self::{driver::play_shard, runner::Check};

/// So many tests share the seeds, that all cores have some.
const SHARDS: u64 = 4;

#[test]
fn i5_i10_i11_i15_check_tells_the_truth_over_seeds_1_of_4() {
    play_shard(0, SHARDS, &Check);
}

#[test]
fn i5_i10_i11_i15_check_tells_the_truth_over_seeds_2_of_4() {
    play_shard(1, SHARDS, &Check);
}

#[test]
fn i5_i10_i11_i15_check_tells_the_truth_over_seeds_3_of_4() {
    play_shard(2, SHARDS, &Check);
}

#[test]
fn i5_i10_i11_i15_check_tells_the_truth_over_seeds_4_of_4() {
    play_shard(3, SHARDS, &Check);
}
