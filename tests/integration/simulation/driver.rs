//! Programs: made from a seed, played in a world, and judged after every step.
//!
//! The same seed makes the same program and the same run, to the last request.
//! `ESC_SYNC_SEED=N` replays one; `ESC_SYNC_SEEDS=N` says how many are played in all.

use std::{collections::BTreeSet, fmt, sync::Arc, time::Duration};

use futures_util::future::LocalBoxFuture;
use tokio::time::Instant;

use super::{
    actors::{self, Deed, Fresh},
    faults::Faults,
    history::History,
    invariants::{Broken, Permits, bounds, conduct, copies, records, settled, status, status::Seen},
    rng::Rng,
    runner::{Check, Runner, Said},
    syncing::Writing,
    truth::Truth,
    world::{Count, SimWorld, Weather, Wire},
};
use crate::ledger::crash_disk::Stop;

/// One step of a program.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Do(Deed),
    Run(Kind, Weather),
}

/// What is run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Check,
    Write(Writing),
}

/// Programs of one kind of run, or of all of them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Repertoire {
    Checks,
    All,
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
    /// How long the history was when it began.
    begun: usize,
    /// Environments that could not be opened when it began.
    closed: BTreeSet<&'static str>,
}

/// Plays the share of seeds that belongs to one of so many shards.
pub(crate) fn play_shard(shard: u64, shards: u64, repertoire: Repertoire) {
    if let Some(seed) = number("ESC_SYNC_SEED") {
        if seed % shards == shard {
            play(seed, repertoire).unwrap_or_else(|failure| panic!("{failure}"));
        }
        return;
    }
    let seeds = number("ESC_SYNC_SEEDS").unwrap_or(SEEDS);
    for seed in (shard..seeds).step_by(usize::try_from(shards).expect("few shards")) {
        play(seed, repertoire).unwrap_or_else(|failure| panic!("{failure}"));
    }
}

/// In all, unless ESC_SYNC_SEEDS says otherwise; whole suites play more.
const SEEDS: u64 = 10_000;
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
pub(crate) fn play(seed: u64, repertoire: Repertoire) -> Result<(), Failure> {
    in_paused_time(async {
        let mut rng = Rng::new(seed);
        let mut fresh = Fresh::default();
        let world = SimWorld::new(&mut rng, &mut fresh);
        let steps = program(&mut rng, &mut fresh, repertoire);
        play_steps(&world, steps, seed).await
    })
}

/// Plays steps in a world; every invariant is asked after every run.
pub(crate) async fn play_steps(world: &Arc<SimWorld>, steps: Vec<Step>, seed: u64) -> Result<(), Failure> {
    let (mut undisturbed, mut settled) = (None, 0);
    for (at, step) in steps.iter().enumerate() {
        let found = match step {
            Step::Do(deed) => {
                world.act(deed);
                undisturbed = None;
                Ok(())
            }
            Step::Run(kind, weather) => {
                let ran = run(world, weather.clone(), kind, seed).await;
                if ran.said.as_ref().is_some_and(|said| said.recorded) {
                    settled = ran.number + 1;
                }
                let found = judge(world, weather, (*kind, &ran), settled, seed.is_multiple_of(THOROUGH));
                found.and_then(|()| repeat(world, weather, &mut undisturbed, (*kind, ran)))
            }
        };
        found.map_err(|broken| Failure { seed, steps: steps.clone(), at, broken })?;
    }
    Ok(())
}

/// Deeds and runs by turns; the last two runs are undisturbed.
fn program(rng: &mut Rng, fresh: &mut Fresh, repertoire: Repertoire) -> Vec<Step> {
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
            weather.meanwhile = Some((rng.below(40), actors::deed(rng, fresh)));
        }
        steps.push(Step::Run(repertoire.kind(rng), weather));
    }
    let last = repertoire.kind(rng);
    for _ in 0..2 {
        steps.push(Step::Run(last, Weather::new(Faults::Never, rng.fork())));
    }
    steps
}

impl Repertoire {
    fn kind(self, rng: &mut Rng) -> Kind {
        const KINDS: [Kind; 7] = [
            Kind::Check,
            Kind::Write(Writing::Attest),
            Kind::Write(Writing::FromGithub),
            Kind::Write(Writing::SyncInJob),
            Kind::Write(Writing::Sync),
            Kind::Write(Writing::Sync),
            Kind::Write(Writing::Sync),
        ];
        match self {
            Self::Checks => Kind::Check,
            Self::All => *rng.pick(&KINDS),
        }
    }
}

impl Runner for Kind {
    fn run(&self, wire: Arc<Wire>, seed: u64) -> LocalBoxFuture<'_, Said> {
        match self {
            Self::Check => Check.run(wire, seed),
            Self::Write(writing) => writing.run(wire, seed),
        }
    }
}

/// One run on the first machine, to its end or to its crash, which drops all it had in memory.
pub(crate) async fn run(world: &Arc<SimWorld>, weather: Weather, runner: &dyn Runner, seed: u64) -> Ran {
    let ran = run_on(world, 0, weather, runner, seed).await;
    if ran.said.is_none() {
        world.restart(0, seed.is_multiple_of(2));
    }
    ran
}

/// One run on a machine, which stays off if it crashes.
pub(crate) async fn run_on(
    world: &Arc<SimWorld>,
    machine: usize,
    weather: Weather,
    runner: &dyn Runner,
    seed: u64,
) -> Ran {
    let (before, closed, started) = (world.truth(), world.closed(), Instant::now());
    let begun = world.history(|history| history.events.len());
    let wire = world.begin(machine, weather);
    let said = tokio::select! {
        biased;
        () = wire.power.lost() => None,
        said = runner.run(Arc::clone(&wire), seed) => Some(said),
    };
    Ran { said, count: wire.count(), number: wire.number, took: started.elapsed(), before, begun, closed }
}

/// What must hold of a run right after another of its kind, both undisturbed; keeps what the next one must know.
fn repeat(
    world: &SimWorld,
    weather: &Weather,
    undisturbed: &mut Option<(Kind, Said)>,
    (kind, ran): (Kind, Ran),
) -> Result<(), Broken> {
    let is_calm = matches!(weather.faults, Faults::Never) && weather.meanwhile.is_none();
    let said = ran.said.filter(|_| is_calm);
    if let (Some((before, first)), Some(second)) = (&*undisturbed, &said)
        && *before == kind
    {
        world.history(|history| settled::i2_idempotence(first, (second, ran.number), history))?;
    }
    *undisturbed = said.map(|said| (kind, said));
    Ok(())
}

/// Asks every invariant. Of the runs before `settled` all is recorded.
fn judge(world: &SimWorld, weather: &Weather, ran: (Kind, &Ran), settled: usize, thorough: bool) -> Result<(), Broken> {
    let (kind, ran) = ran;
    let bounds = if kind == Kind::Check { &bounds::LOOKING } else { &bounds::WRITING };
    bounds::i11_bounded(ran.count, ran.took, bounds)?;
    world.history(|history| match kind {
        Kind::Check => bounds::i15_only_reads(history, ran.number),
        Kind::Write(_) => judge_writes(history, settled).and_then(|()| records::i13_one_writer(history)),
    })?;
    let Some(said) = &ran.said else { return Ok(()) };
    records::i13_state_is_whole(said)?;
    let after = world.truth();
    records::i8_no_mark(&said.text)?;
    if thorough {
        records::i8_no_leak(&said.text, [&ran.before, &after])?;
    }
    let closed = world.closed();
    let disturbed = weather.meanwhile.is_some();
    // Somebody may have acted while it looked: then it may have seen any of the worlds of the time.
    let worlds = if disturbed { world.history(|history| history.worlds_since(ran.begun)) } else { vec![after] };
    let seen = Seen {
        worlds: &worlds,
        closed: &[&closed, &ran.closed][..1 + usize::from(disturbed)],
        disturbed: disturbed || ran.count.faults > 0,
        remembers: kind != Kind::Check,
        in_job: !matches!(kind, Kind::Check | Kind::Write(Writing::Sync)),
        shadowed: world.history(copies::shadowed),
    };
    status::i5_truth(&said.statuses, &seen)
}

/// What must hold of all that was written so far.
pub(crate) fn judge_writes(history: &History, settled: usize) -> Result<(), Broken> {
    let permits = Permits::of_the_mapping();
    records::i12_monotone_audit(history, &permits, settled)?;
    copies::i1_last_copy(history, &permits)?;
    copies::i3_no_silent_overwrite(history, &permits)?;
    conduct::i6_fidelity(history)?;
    conduct::i7_confinement(history, &permits)?;
    conduct::i9_placeholders_stay(history)?;
    conduct::i10_nothing_is_emptied(history, &permits)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.broken)?;
        writeln!(f, "replay it with ESC_SYNC_SEED={}; it shows after step {} of:", self.seed, self.at)?;
        self.steps.iter().enumerate().try_for_each(|(at, step)| writeln!(f, "{at:>3} {step:?}"))
    }
}
