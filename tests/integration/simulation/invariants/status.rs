//! I5: what is said is what is so. A small model says what `check` must say of a world it could see whole.

use std::collections::BTreeSet;

use esc_sync::{mapping::Entry, model::Status};

use super::{Broken, broken};
use crate::simulation::{
    ground::{GROUND, spot},
    truth::{Cell, Spot, Truth, on_github},
};

/// What a run may have seen.
pub(crate) struct Seen<'a> {
    /// The worlds that were there while it looked; a run that reads one place after the other
    /// may have seen each of them in another one.
    pub(crate) worlds: &'a [Truth],
    /// The sets of environments that were closed to it.
    pub(crate) closed: &'a [&'a BTreeSet<&'a str>],
    /// Something was in the way.
    pub(crate) disturbed: bool,
    /// It may know more than a login sees: from a ledger, or from a job.
    pub(crate) remembers: bool,
    pub(crate) in_job: bool,
    /// Places of which nobody can know better.
    pub(crate) shadowed: BTreeSet<Spot>,
}

/// Every status is the model's in one of the worlds the run may have seen, with one of the sets of
/// environments closed to it; `unknown` is an honest answer only if something was in the way.
pub(crate) fn i5_truth(said: &[Status], seen: &Seen<'_>) -> Result<(), Broken> {
    for (entry, said) in GROUND.mapping.entries.iter().zip(said) {
        let places: Vec<Spot> = entry.places().map(|place| spot(&place)).collect();
        if places.iter().any(|place| seen.shadowed.contains(place)) {
            continue;
        }
        let combined = combined(&places, seen.worlds);
        let models: Vec<Status> =
            combined.iter().flat_map(|truth| seen.closed.iter().map(|closed| model(entry, truth, closed))).collect();
        // What a scope holds and what a repository sees are two listings: an item that came or
        // went between them is in one of them alone.
        let came_or_went = models.contains(&Status::Missing) && models.iter().any(|model| *model != Status::Missing);
        let is_torn = came_or_went && *said == Status::Invisible;
        // The end of an earlier write to it may not be known, and that comes before all else.
        let may_be_open = seen.remembers && places.iter().any(|place| !place.is_readable());
        // Where GitHub did not tell when the job was queued, what a run made since is not in the job's hands.
        let is_unhanded = seen.in_job && seen.disturbed && *said == Status::Invisible;
        let is_known = || {
            seen.remembers
                && combined.iter().any(|truth| models.iter().any(|model| knows(*said, *model, &places, truth)))
        };
        let may_be_unknown = (seen.disturbed || may_be_open) && *said == Status::Unknown;
        let is_honest = models.contains(said) || is_torn || is_unhanded || may_be_unknown || is_known();
        if !is_honest {
            return broken("I5", format!("{} is said to be {said}, and is {models:?}", entry.name));
        }
    }
    Ok(())
}

/// Each place as it was in any of the worlds.
fn combined(places: &[Spot], worlds: &[Truth]) -> Vec<Truth> {
    let mut combined = vec![Truth::new()];
    for place in places {
        let mut held: Vec<Option<&Cell>> = Vec::new();
        for cell in worlds.iter().map(|truth| truth.get(place)) {
            if !held.contains(&cell) {
                held.push(cell);
            }
        }
        let with = |truth: &Truth, cell: &Option<&Cell>| {
            let mut truth = truth.clone();
            truth.extend(cell.map(|cell| (place.clone(), cell.clone())));
            truth
        };
        combined = combined.iter().flat_map(|truth| held.iter().map(move |cell| with(truth, cell))).collect();
    }
    combined
}

/// Whether who remembers, or is in a job, may say this where a login alone says `model`.
/// *Equal* and *not equal* must be so; that something changed, or cannot be known, is always honest of what is hidden.
fn knows(said: Status, model: Status, places: &[Spot], truth: &Truth) -> bool {
    let wrapped = places.iter().any(|place| GROUND.counterparts(place).1);
    let values: Vec<Option<Vec<u8>>> = places
        .iter()
        .filter_map(|place| Some((place, truth.get(place)?)))
        .map(|(place, cell)| if place.is_esc() { on_github(&cell.value, wrapped) } else { Some(cell.value.clone()) })
        .collect();
    let is_equal = values.iter().all(|value| value == &values[0]);
    match model {
        Status::Mismatch => matches!(said, Status::Conflict | Status::Drifted),
        Status::Invisible | Status::Unverified => match said {
            Status::Ok => is_equal && model == Status::Unverified,
            Status::Placeholder => values.iter().flatten().any(|value| matches!(&value[..], b"" | b"changeme")),
            Status::Mismatch => !is_equal,
            Status::Conflict | Status::Drifted => true,
            _ => false,
        },
        _ => false,
    }
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
