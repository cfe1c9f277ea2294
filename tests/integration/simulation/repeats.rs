//! The simulation itself: the same seed must make the same run, or no failure could be replayed.

use super::{
    actors::Fresh,
    driver::{Kind, in_paused_time, run},
    faults::Faults,
    history::{Event, What},
    invariants::Permits,
    rng::Rng,
    syncing::Writing,
    world::{SimWorld, Weather},
};

/// Everything that happened in three disturbed runs of `sync`, as text.
fn played(seed: u64) -> Vec<String> {
    in_paused_time(async {
        let mut rng = Rng::new(seed);
        let world = SimWorld::new(&mut rng, &mut Fresh::default());
        for _ in 0..3 {
            let weather = Weather::new(Faults::ByChance { rng: rng.fork(), per_mille: 200 }, rng.fork());
            run(&world, weather, &Kind::Write(Writing::Sync), seed).await;
        }
        let own = Permits::of_the_mapping().own;
        let is_random = |event: &&Event| matches!(&event.what, What::Wrote { spot, .. } if own.contains(spot));
        // The fingerprint key is random.
        world.history(|history| history.events.iter().filter(|event| !is_random(event)).map(told).collect())
    })
}

/// Session ids come from the emulator's own randomness and decide nothing.
fn told(event: &Event) -> String {
    let text = format!("{event:?}");
    match text.split_once("/open/") {
        Some((before, after)) => {
            format!("{before}/open/{}", after.trim_start_matches(|id: char| id.is_ascii_hexdigit()))
        }
        None => text,
    }
}

#[test]
fn a_seed_makes_the_same_requests_at_the_same_moments() {
    for seed in 0..50 {
        let (first, second) = (played(seed), played(seed));
        assert!(first.len() > 5, "{first:?}");
        assert_eq!(first, second, "seed {seed}");
    }
}
