//! I2 and I4: a settled world stays as it is, and a disturbed one ends where the undisturbed one does.

use super::{Broken, Permits, broken, conduct::without_stamps};
use crate::simulation::{
    history::{History, Who},
    runner::Said,
    truth::Truth,
};

/// I2: after a run that did all it was to do, and no deed of others, the next writes nothing and ends well too.
pub(crate) fn i2_idempotence(first: &Said, second: (&Said, usize), history: &History) -> Result<(), Broken> {
    let (said, number) = second;
    if !first.succeeded {
        return Ok(());
    }
    let begun = history.events.iter().position(|event| event.who == Who::Run(number)).unwrap_or(history.events.len());
    if let Some((_, _, spot, _, _)) =
        history.our_writes().find(|(position, run, ..)| *position >= begun && *run == number)
    {
        return broken("I2", format!("run {number} had nothing to do and wrote {spot:?}"));
    }
    if said.succeeded {
        Ok(())
    } else {
        broken("I2", format!("run {number} had nothing to do and did not end well: {said:?}"))
    }
}

/// I4: the same values, seen by the same, in the same places.
pub(crate) fn i4_same_world(disturbed: &Truth, undisturbed: &Truth) -> Result<(), Broken> {
    let (disturbed, undisturbed) = (without_stamps(disturbed), without_stamps(undisturbed));
    // What the program keeps for itself, the fingerprint key, is random.
    let own = Permits::of_the_mapping().own;
    let places = disturbed.keys().chain(undisturbed.keys()).filter(|spot| !own.contains(*spot));
    let differs = places.into_iter().find(|spot| disturbed.get(*spot) != undisturbed.get(*spot));
    match differs {
        Some(spot) => {
            let (is, should) = (disturbed.get(spot), undisturbed.get(spot));
            broken("I4", format!("{spot:?} is {is:?} and without the fault it is {should:?}"))
        }
        None => Ok(()),
    }
}
