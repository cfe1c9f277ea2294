//! Each request of a run x each way to fail, then one clean run: the same world as without the fault (C1, I4).

use super::{
    actors::Fresh,
    driver::{Kind, in_paused_time, run},
    faults::{Fault, Faults, WAYS},
    invariants::settled::i4_same_world,
    rng::Rng,
    syncing::Writing,
    truth::Truth,
    world::{SimWorld, Weather},
};

/// What is left after one run with a fault and one without, and how many requests the first sent.
fn played(seed: u64, faults: Faults, kind: Kind) -> (Truth, usize, Vec<esc_sync::model::Status>) {
    in_paused_time(async {
        let mut rng = Rng::new(seed);
        let world = SimWorld::new(&mut rng, &mut Fresh::default());
        let delays = rng.fork();
        let first = run(&world, Weather::new(faults, delays.clone()), &kind, seed).await;
        let clean = run(&world, Weather::new(Faults::Never, delays), &kind, seed).await;
        (world.truth(), first.count.requests, clean.said.expect("nothing crashes a clean run").statuses)
    })
}

/// Tries every fault at every request of the worlds of some seeds.
pub(crate) fn everywhere(seeds: std::ops::Range<u64>, kind: Kind) {
    let mut tried = 0;
    for seed in seeds {
        let (undisturbed, requests, statuses) = played(seed, Faults::Never, kind);
        assert!(requests > 3, "seed {seed}: {requests} requests");
        for (at, way) in (0..requests).flat_map(|at| WAYS.map(|way| (at, way))) {
            let (disturbed, _, after) = played(seed, Faults::At(at, way), kind);
            let place = || format!("seed {seed}, {way:?} at request {at}");
            i4_same_world(&disturbed, &undisturbed).unwrap_or_else(|broken| panic!("{}: {broken}", place()));
            assert_eq!(after, statuses, "{}", place());
            tried += 1;
        }
    }
    assert!(tried > WAYS.len());
}

#[test]
fn c1_check_after_any_fault_at_any_request_says_the_same() {
    everywhere(0..6, Kind::Check);
}

#[test]
fn c1_i4_sync_after_any_fault_at_any_request_ends_in_the_same_world() {
    everywhere(0..2, Kind::Write(Writing::Sync));
}

#[test]
fn c1_i4_sync_in_a_job_after_any_fault_at_any_request_ends_in_the_same_world() {
    everywhere(2..3, Kind::Write(Writing::SyncInJob));
}

/// A fault that no run notices would prove nothing.
#[test]
fn the_ways_to_fail_are_felt() {
    in_paused_time(async {
        for way in WAYS {
            let mut rng = Rng::new(3);
            let world = SimWorld::new(&mut rng, &mut Fresh::default());
            let weather = Weather::new(Faults::At(0, way), rng.fork());
            let ran = run(&world, weather, &Kind::Check, 3).await;
            assert_eq!(ran.count.faults, 1, "{way:?}");
            let crashed = matches!(way, Fault::CrashBefore | Fault::CrashAfter);
            assert_eq!(ran.said.is_none(), crashed, "{way:?}");
        }
    });
}
