//! Programs: made from a seed, played in a world, and judged after every step.
//!
//! The same seed makes the same program and the same run, to the last request.
//! `ESC_SYNC_SEED=N` replays one; `ESC_SYNC_SEEDS=N` says how many are played in all.

use std::{collections::BTreeSet, fmt, sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    actors::{self, Deed, Fresh},
    faults::Faults,
    invariants::{Broken, Permits, bounds, conduct, copies, records, settled, status},
    rng::Rng,
    runner::{Runner, Said},
    truth::Truth,
    world::{Count, SimWorld, Weather},
};
use crate::ledger::crash_disk::Stop;

/// One step of a program.
#[derive(Clone, Debug)]
enum Step {
    Do(Deed),
    Run(Weather),
}

/// A program that broke an invariant.
pub(crate) struct Failure {
    seed: u64,
    steps: Vec<Step>,
    /// The step after which it showed.
    at: usize,
    broken: Broken,
}

/// What is known of a run when it is over.
pub(crate) struct Ran {
    /// `None`: it crashed.
    pub(crate) said: Option<Said>,
    pub(crate) count: Count,
    pub(crate) number: usize,
    pub(crate) took: Duration,
    pub(crate) before: Truth,
    /// Environments that could not be opened when it began.
    closed: BTreeSet<&'static str>,
}

/// Plays the share of seeds that belongs to one of so many shards.
pub(crate) fn play_shard(shard: u64, shards: u64, runner: &dyn Runner) {
    if let Some(seed) = number("ESC_SYNC_SEED") {
        if seed % shards == shard {
            play(seed, runner).unwrap_or_else(|failure| panic!("{failure}"));
        }
        return;
    }
    let seeds = number("ESC_SYNC_SEEDS").unwrap_or(SEEDS);
    for seed in (shard..seeds).step_by(usize::try_from(shards).expect("few shards")) {
        play(seed, runner).unwrap_or_else(|failure| panic!("{failure}"));
    }
}

/// In all, unless ESC_SYNC_SEEDS says otherwise; whole suites play more.
const SEEDS: u64 = 1_000;
/// Of so many seeds one has its output searched for every rendering of every value.
const THOROUGH: u64 = 64;

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is not a number")))
}

/// A runtime on which waiting costs nothing and the order is always the same.
pub(crate) fn in_paused_time<T>(play: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(play)
}

/// Plays the program of one seed.
pub(crate) fn play(seed: u64, runner: &dyn Runner) -> Result<(), Failure> {
    in_paused_time(async {
        let mut rng = Rng::new(seed);
        let mut fresh = Fresh::default();
        let world = SimWorld::new(&mut rng, &mut fresh);
        let steps = program(&mut rng, &mut fresh);
        let mut undisturbed = None;
        for (at, step) in steps.iter().enumerate() {
            let found = match step {
                Step::Do(deed) => {
                    world.act(deed);
                    undisturbed = None;
                    Ok(())
                }
                Step::Run(weather) => {
                    let ran = run(&world, weather.clone(), runner, seed).await;
                    let found = judge(&world, weather, runner, &ran, seed.is_multiple_of(THOROUGH));
                    found.and_then(|()| repeat(&world, weather, &mut undisturbed, ran))
                }
            };
            found.map_err(|broken| Failure { seed, steps: steps.clone(), at, broken })?;
        }
        Ok(())
    })
}

/// Deeds and runs by turns; the last two runs are undisturbed.
fn program(rng: &mut Rng, fresh: &mut Fresh) -> Vec<Step> {
    let mut steps = Vec::new();
    for _ in 0..=rng.below(3) {
        for _ in 0..rng.below(4) {
            steps.push(Step::Do(actors::deed(rng, fresh)));
        }
        let per_mille = *rng.pick(&[0, 60, 200]);
        let mut weather = Weather::new(Faults::ByChance { rng: rng.fork(), per_mille }, rng.fork());
        if rng.chance(150) {
            let stop = *rng.pick(&[Stop::Before, Stop::Half, Stop::After]);
            weather.disk_stop = Some((1 + rng.below(20), stop));
        }
        if rng.chance(250) {
            weather.meanwhile = Some((rng.below(10), actors::deed(rng, fresh)));
        }
        steps.push(Step::Run(weather));
    }
    for _ in 0..2 {
        steps.push(Step::Run(Weather::new(Faults::Never, rng.fork())));
    }
    steps
}

/// One run, to its end or to its crash, which drops all it had in memory.
pub(crate) async fn run(world: &Arc<SimWorld>, weather: Weather, runner: &dyn Runner, seed: u64) -> Ran {
    let (before, closed, started) = (world.truth(), world.closed(), Instant::now());
    let wire = world.begin(weather);
    let said = tokio::select! {
        biased;
        () = wire.power.lost() => None,
        said = runner.run(Arc::clone(&wire), seed) => Some(said),
    };
    if said.is_none() {
        world.restart(seed.is_multiple_of(2));
    }
    Ran { said, count: wire.count(), number: wire.number, took: started.elapsed(), before, closed }
}

/// What must hold of a run right after another, both undisturbed; keeps what the next one must know.
fn repeat(world: &SimWorld, weather: &Weather, undisturbed: &mut Option<Said>, ran: Ran) -> Result<(), Broken> {
    let is_calm = matches!(weather.faults, Faults::Never) && weather.meanwhile.is_none();
    let said = ran.said.filter(|_| is_calm);
    if let (Some(first), Some(second)) = (&*undisturbed, &said) {
        world.history(|history| settled::i2_idempotence(first, (second, ran.number), history))?;
    }
    *undisturbed = said;
    Ok(())
}

/// Asks every invariant.
fn judge(world: &SimWorld, weather: &Weather, runner: &dyn Runner, ran: &Ran, thorough: bool) -> Result<(), Broken> {
    let permits = Permits::of_the_mapping();
    bounds::i11_bounded(ran.count, ran.took)?;
    world.history(|history| {
        if !runner.writes() {
            return bounds::i15_only_reads(history, ran.number);
        }
        records::i12_monotone_audit(history, ran.number)?;
        copies::i1_last_copy(history, &permits)?;
        copies::i3_no_silent_overwrite(history, &permits)?;
        conduct::i6_fidelity(history)?;
        conduct::i7_confinement(history, &permits)?;
        conduct::i9_placeholders_stay(history)?;
        conduct::i10_nothing_is_emptied(history, &permits)?;
        records::i13_one_writer(history)
    })?;
    let Some(said) = &ran.said else { return Ok(()) };
    let after = world.truth();
    records::i8_no_mark(&said.text)?;
    if thorough {
        records::i8_no_leak(&said.text, [&ran.before, &after])?;
    }
    // Somebody may have acted while it looked: then it may have seen either world.
    let closed = world.closed();
    let disturbed = weather.meanwhile.is_some();
    let from = usize::from(!disturbed);
    let (worlds, closed) = ([&ran.before, &after], [&ran.closed, &closed]);
    status::i5_truth(&said.statuses, &worlds[from..], &closed[from..], disturbed || ran.count.faults > 0)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.broken)?;
        writeln!(f, "replay it with ESC_SYNC_SEED={}; it shows after step {} of:", self.seed, self.at)?;
        self.steps.iter().enumerate().try_for_each(|(at, step)| writeln!(f, "{at:>3} {step:?}"))
    }
}
