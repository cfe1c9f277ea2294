//! Two runs at once over one world: with one state, of which one waits for the other, or each with its own.

use std::sync::Arc;

use futures_util::future::join;

use super::{
    actors::{self, Deed, Fresh},
    driver::{Kind, in_paused_time, judge_writes, run_on},
    faults::Faults,
    invariants::{Broken, records},
    rng::Rng,
    syncing::Writing,
    world::{SimWorld, Weather},
};

const KINDS: [Kind; 4] = [
    Kind::Write(Writing::Sync),
    Kind::Write(Writing::Sync),
    Kind::Write(Writing::SyncInJob),
    Kind::Write(Writing::FromGithub),
];

/// Two runs at once, then two clean ones on each machine, of which the second has nothing to do.
fn pair(seed: u64, machines: [usize; 2]) {
    let failed = |broken: Broken| panic!("seed {seed}: {broken}");
    in_paused_time(async {
        let (mut rng, mut fresh) = (Rng::new(seed), Fresh::default());
        let world = SimWorld::new(&mut rng, &mut fresh);
        if rng.chance(500) {
            let calm = Weather::new(Faults::Never, rng.fork());
            run_on(&world, machines[0], calm, &Kind::Write(Writing::Sync), seed).await;
        }
        for _ in 0..rng.below(4) {
            let deed = actors::deed(&mut rng, &mut fresh);
            // A run that may not write is no second writer.
            if !matches!(deed, Deed::Allow(..)) {
                world.act(&deed);
            }
        }
        let mut run = |machine: usize| {
            let (kind, weather) = (*rng.pick(&KINDS), Weather::new(Faults::Never, rng.fork()));
            let world = Arc::clone(&world);
            async move { run_on(&world, machine, weather, &kind, seed).await }
        };
        let (first, second) = join(run(machines[0]), run(machines[1])).await;
        for ran in [first, second] {
            let said = ran.said.expect("nothing crashes it");
            records::i13_state_is_whole(&said).unwrap_or_else(failed);
        }
        world.history(|history| judge_writes(history, 0)).unwrap_or_else(failed);
        if machines[0] == machines[1] {
            world.history(records::i13_one_writer).unwrap_or_else(failed);
        }
        settles(&world, machines, &mut rng, seed).await;
    });
}

async fn settles(world: &Arc<SimWorld>, machines: [usize; 2], rng: &mut Rng, seed: u64) {
    let mut last = 0;
    for round in 0..2 {
        for machine in machines {
            let calm = Weather::new(Faults::Never, rng.fork());
            let ran = run_on(world, machine, calm, &Kind::Write(Writing::Sync), seed).await;
            let said = ran.said.expect("nothing crashes it");
            assert!(!said.is_damaged && said.recorded, "seed {seed}: {}", said.text);
            last = if round == 0 { ran.number } else { last };
        }
    }
    world.history(|history| {
        judge_writes(history, last + 1).unwrap_or_else(|broken| panic!("seed {seed}: {broken}"));
        let late: Vec<_> = history.our_writes().filter(|(_, run, ..)| *run > last).collect();
        assert!(late.is_empty(), "seed {seed}: still writing {late:?}");
    });
}

#[test]
fn i13_two_runs_at_once_over_one_state_lose_nothing() {
    (0..1_000).for_each(|seed| pair(seed, [0, 0]));
}

#[test]
fn g22_two_runs_at_once_with_a_state_each_lose_nothing() {
    (0..1_000).for_each(|seed| pair(seed, [0, 1]));
}
