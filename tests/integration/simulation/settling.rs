//! What one clean `sync` leaves is what the next one wants: it writes nothing, in a thousand worlds of a thousand.

use std::sync::Arc;

use esc_sync::model::Status;

use super::{
    actors::{self, Fresh},
    driver::{Kind, Ran, in_paused_time, run},
    faults::Faults,
    ground::{GROUND, spot},
    rng::Rng,
    syncing::Writing,
    truth::Spot,
    world::{SimWorld, Weather},
};

async fn clean(world: &Arc<SimWorld>, rng: &mut Rng, seed: u64) -> Ran {
    run(world, Weather::new(Faults::Never, rng.fork()), &Kind::Write(Writing::Sync), seed).await
}

/// Places that a run wrote.
fn written(world: &SimWorld, run: usize) -> Vec<Spot> {
    world.history(|history| {
        let writes = history.our_writes().filter(|(_, number, ..)| *number == run);
        writes.map(|(_, _, spot, ..)| spot.clone()).collect()
    })
}

/// How many places the first run wrote.
fn settled(seed: u64) -> usize {
    in_paused_time(async {
        let (mut rng, mut fresh) = (Rng::new(seed), Fresh::default());
        let world = SimWorld::new(&mut rng, &mut fresh);
        for _ in 0..rng.below(6) {
            world.act(&actors::deed(&mut rng, &mut fresh));
        }
        let first = clean(&world, &mut rng, seed).await;
        let second = clean(&world, &mut rng, seed).await;
        let (first_wrote, second_wrote) = (written(&world, first.number), written(&world, second.number));
        assert!(second_wrote.is_empty(), "seed {seed}: the second sync wrote {second_wrote:?}");
        let (said, again) = (first.said.expect("no fault"), second.said.expect("no fault"));
        assert_eq!(said.statuses, again.statuses, "seed {seed}");
        for (entry, status) in GROUND.mapping.entries.iter().zip(&again.statuses) {
            let is_ours = |place: &Spot| !place.is_esc() && first_wrote.contains(place);
            // What was written is known to be right, if the repository may see it.
            if entry.places().any(|place| is_ours(&spot(&place))) {
                assert!(matches!(status, Status::Ok | Status::Invisible), "seed {seed}: {} is {status}", entry.name);
            }
        }
        first_wrote.len()
    })
}

#[test]
fn i2_a_second_sync_of_a_thousand_worlds_writes_nothing() {
    let written: usize = (0..1_000).map(settled).sum();
    assert!(written > 1_000, "only {written} places were ever written");
}
