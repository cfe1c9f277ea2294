//! I5: what is said is what is so. A small model says what `check` must say of a world it could see whole.

use std::collections::BTreeSet;

use esc_sync::{mapping::Entry, model::Status};

use super::{Broken, broken};
use crate::simulation::{
    ground::{GROUND, spot},
    truth::{Cell, Spot, Truth, on_github},
};

/// Every status is the model's in one of the worlds the run may have seen, with one of the sets of
/// environments closed to it; `unknown` is an honest answer only if something was in the way.
pub(crate) fn i5_truth(
    said: &[Status],
    worlds: &[&Truth],
    closed: &[&BTreeSet<&str>],
    disturbed: bool,
) -> Result<(), Broken> {
    for (entry, said) in GROUND.mapping.entries.iter().zip(said) {
        let seen = worlds.iter().flat_map(|truth| closed.iter().map(move |closed| model(entry, truth, closed)));
        let models: Vec<Status> = seen.collect();
        // What a scope holds and what a repository sees are two listings: an item that came or
        // went between them is in one of them alone.
        let came_or_went = models.contains(&Status::Missing) && models.iter().any(|model| *model != Status::Missing);
        let is_torn = came_or_went && *said == Status::Invisible;
        let is_honest = models.contains(said) || is_torn || disturbed && *said == Status::Unknown;
        if !is_honest {
            return broken("I5", format!("{} is said to be {said}, and is {models:?}", entry.name));
        }
    }
    Ok(())
}

/// What is to be said of an entry by somebody who sees all that a login sees.
pub(crate) fn model(entry: &Entry, truth: &Truth, closed: &BTreeSet<&str>) -> Status {
    let places: Vec<Spot> = entry.places().map(|place| spot(&place)).collect();
    let is_closed = |place: &Spot| matches!(place, Spot::Esc { environment, .. } if closed.contains(&**environment));
    if places.iter().any(is_closed) {
        return Status::Unknown;
    }
    let held: Option<Vec<(&Spot, &Cell)>> = places.iter().map(|place| Some((place, truth.get(place)?))).collect();
    let Some(held) = held else { return Status::Missing };
    let wrapped = places.iter().any(|place| GROUND.counterparts(place).1);
    let readable: Vec<Option<Vec<u8>>> = held
        .iter()
        .filter(|(place, _)| place.is_readable())
        .map(|(place, cell)| if place.is_esc() { on_github(&cell.value, wrapped) } else { Some(cell.value.clone()) })
        .collect();
    if readable.iter().flatten().any(|value| matches!(&value[..], b"" | b"changeme")) {
        return Status::Placeholder;
    }
    if readable.iter().any(|value| value != &readable[0]) {
        return Status::Mismatch;
    }
    let unseen = |cell: &&Cell| match &cell.seen_by {
        Some(("selected", repositories)) => !repositories.iter().any(|repository| repository == "acme/app"),
        _ => false,
    };
    if held.iter().map(|(_, cell)| *cell).any(|cell| unseen(&cell)) {
        return Status::Invisible;
    }
    if readable.len() < places.len() { Status::Unverified } else { Status::Ok }
}
