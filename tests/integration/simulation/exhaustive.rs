//! Two secrets and a small alphabet of steps: every program of three steps, through the whole engine.

use esc_sync::model::Slot;

use super::{
    actors::{Deed, Fresh},
    driver::{Kind, Step, in_paused_time, play_steps},
    faults::{Fault, Faults},
    ground::ENVIRONMENTS,
    rng::Rng,
    syncing::Writing,
    truth::Spot,
    world::{SimWorld, Weather},
};

/// One step of the alphabet; a value that is set is a new one each time.
#[derive(Clone, Copy, Debug)]
enum Letter {
    Copy(usize),
    Remove(usize),
    Set(usize),
    Sync,
    /// Killed right after the request of this number was applied.
    Killed(usize),
    InJob,
}

/// A secret that goes to GitHub and a word that goes both ways, each on both sides.
fn places() -> [Spot; 4] {
    [
        Spot::esc(ENVIRONMENTS[0], "s.alpha"),
        Spot::github("org:acme", Slot::Secret, "ALPHA_TOKEN"),
        Spot::esc(ENVIRONMENTS[0], "plain.delta"),
        Spot::github("org:acme", Slot::Variable, "DELTA_WORD"),
    ]
}

fn alphabet() -> Vec<Letter> {
    let each = (0..places().len()).flat_map(|at| [Letter::Set(at), Letter::Remove(at)]);
    let runs = [Letter::Sync, Letter::InJob, Letter::Killed(12), Letter::Killed(18)];
    each.chain([Letter::Copy(1), Letter::Copy(3)]).chain(runs).collect()
}

fn step(letter: Letter, fresh: &mut Fresh, rng: &mut Rng) -> Step {
    let run = |kind, faults, rng: &mut Rng| Step::Run(Kind::Write(kind), Weather::new(faults, rng.fork()));
    match letter {
        Letter::Copy(at) => Step::Do(Deed::Copy(places()[at].clone())),
        Letter::Remove(at) => Step::Do(Deed::Set(places()[at].clone(), None)),
        Letter::Set(at) => {
            let spot = places()[at].clone();
            let value = fresh.value(rng, &spot);
            Step::Do(Deed::Set(spot, Some(value)))
        }
        Letter::Sync => run(Writing::Sync, Faults::Never, rng),
        Letter::InJob => run(Writing::SyncInJob, Faults::Never, rng),
        Letter::Killed(at) => run(Writing::Sync, Faults::At(at, Fault::CrashAfter), rng),
    }
}

/// A first sync, the word, and two clean runs.
fn play(word: &[Letter]) {
    in_paused_time(async {
        let (mut rng, mut fresh) = (Rng::new(7), Fresh::default());
        let world = SimWorld::new(&mut rng, &mut fresh);
        let letters = [Letter::Sync].iter().chain(word).chain(&[Letter::Sync, Letter::Sync]);
        let steps = letters.map(|letter| step(*letter, &mut fresh, &mut rng)).collect();
        if let Err(failure) = play_steps(&world, steps, 7).await {
            panic!("{word:?}: {failure}");
        }
    });
}

/// Every word of three letters that begins with one of this half of the alphabet.
fn play_half(half: usize) {
    let alphabet = alphabet();
    for first in alphabet.iter().skip(half).step_by(2) {
        for (second, third) in alphabet.iter().flat_map(|second| alphabet.iter().map(move |third| (second, third))) {
            play(&[*first, *second, *third]);
        }
    }
}

#[test]
fn i1_i2_i3_i5_every_program_of_three_steps_1_of_2() {
    play_half(0);
}

#[test]
fn i1_i2_i3_i5_every_program_of_three_steps_2_of_2() {
    play_half(1);
}
