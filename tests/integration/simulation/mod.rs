//! Deterministic simulation: programs of deeds, runs and mishaps by the thousand, each from a seed.
//!
//! The client, the stores, the engine and the rules are the real ones; only the network,
//! the clock and chance are simulated. `docs/contributing.md` says how to replay a seed.

mod actors;
mod disk;
pub(crate) mod driver;
mod exhaustive;
mod faults;
mod faults_everywhere;
mod ground;
mod history;
mod invariants;
mod pairs;
mod repeats;
pub(crate) mod rng;
mod runner;
mod settling;
mod stops;
mod syncing;
mod truth;
pub(crate) mod world;

use self::driver::{Repertoire, play_shard};

/// So many tests share the seeds, that all cores have some.
const SHARDS: u64 = 8;

/// A tenth of the seeds is played by `check` alone.
const CHECKS: u64 = 10;

#[test]
fn i5_i10_i11_i15_check_tells_the_truth_over_seeds() {
    play_shard(0, CHECKS, Repertoire::Checks);
}

#[test]
fn i1_i2_i3_i5_i6_i7_i8_i9_i10_i11_i12_i13_sync_keeps_every_invariant_over_seeds_1_of_8() {
    play_shard(0, SHARDS, Repertoire::All);
}

#[test]
fn i1_i2_i3_i5_i6_i7_i8_i9_i10_i11_i12_i13_sync_keeps_every_invariant_over_seeds_2_of_8() {
    play_shard(1, SHARDS, Repertoire::All);
}

#[test]
fn i1_i2_i3_i5_i6_i7_i8_i9_i10_i11_i12_i13_sync_keeps_every_invariant_over_seeds_3_of_8() {
    play_shard(2, SHARDS, Repertoire::All);
}

#[test]
fn i1_i2_i3_i5_i6_i7_i8_i9_i10_i11_i12_i13_sync_keeps_every_invariant_over_seeds_4_of_8() {
    play_shard(3, SHARDS, Repertoire::All);
}

#[test]
fn i1_i2_i3_i5_i6_i7_i8_i9_i10_i11_i12_i13_sync_keeps_every_invariant_over_seeds_5_of_8() {
    play_shard(4, SHARDS, Repertoire::All);
}

#[test]
fn i1_i2_i3_i5_i6_i7_i8_i9_i10_i11_i12_i13_sync_keeps_every_invariant_over_seeds_6_of_8() {
    play_shard(5, SHARDS, Repertoire::All);
}

#[test]
fn i1_i2_i3_i5_i6_i7_i8_i9_i10_i11_i12_i13_sync_keeps_every_invariant_over_seeds_7_of_8() {
    play_shard(6, SHARDS, Repertoire::All);
}

#[test]
fn i1_i2_i3_i5_i6_i7_i8_i9_i10_i11_i12_i13_sync_keeps_every_invariant_over_seeds_8_of_8() {
    play_shard(7, SHARDS, Repertoire::All);
}
