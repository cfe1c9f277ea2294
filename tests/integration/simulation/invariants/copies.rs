//! I1 and I3: no value is lost, and nobody's change is written over in silence.

use std::collections::BTreeSet;

use super::{Broken, Permits, broken};
use crate::simulation::{
    ground::GROUND,
    history::{Event, History, Note, What, Who},
    truth::{Cell, Spot, on_github},
};

/// I1: what our writes replace is still somewhere, if others brought it: in another place, or in a revision of ESC.
pub(crate) fn i1_last_copy(history: &History, permits: &Permits) -> Result<(), Broken> {
    if history.our_writes().next().is_none() {
        return Ok(());
    }
    let mut in_esc: BTreeSet<Vec<u8>> = BTreeSet::new();
    let mut remember = |spot: &Spot, value: &[u8]| {
        if spot.is_esc() {
            in_esc.insert(value.to_vec());
            in_esc.extend(on_github(value, GROUND.counterparts(spot).1));
        }
    };
    history.start.iter().for_each(|(spot, cell)| remember(spot, &cell.value));
    for event in &history.events {
        if let What::Wrote { spot, after: Some(cell), .. } = &event.what {
            remember(spot, &cell.value);
        }
    }
    for (position, run, spot, before, after) in history.our_writes() {
        let Some(lost) = before.filter(|before| after.is_none_or(|after| after.value != before.value)) else {
            continue;
        };
        let is_allowed = permits.overwrite.contains(spot)
            || permits.remove.contains(spot)
            || is_worthless(spot, lost)
            || is_raced(&history.events[..position], run, spot)
            || came_after_the_look(&history.events[..position], run, spot);
        let elsewhere =
            || history.truth_before(position).iter().any(|(other, cell)| other != spot && cell.value == lost.value);
        if !is_allowed && !lost.value.is_empty() && !in_esc.contains(&lost.value) && !elsewhere() {
            return broken("I1", format!("run {run} removed the only copy of {lost:?} from {spot:?}"));
        }
    }
    Ok(())
}

/// I3: what others changed since we last wrote it, or last saw it agree, is left alone
/// unless it was named, or a winner declared. On GitHub, which compares nothing before it
/// writes, a change that raced with ours is excused (failure case G22). Placeholders are nobody's work.
pub(crate) fn i3_no_silent_overwrite(history: &History, permits: &Permits) -> Result<(), Broken> {
    for (position, run, spot, before, after) in history.our_writes() {
        let Some(before) = before else { continue };
        let keeps = after.is_some_and(|after| after.value == before.value);
        let is_named = permits.overwrite.contains(spot) || permits.remove.contains(spot);
        if keeps || is_named || is_worthless(spot, before) {
            continue;
        }
        let past = &history.events[..position];
        match last_word(past, spot) {
            LastWord::Ours => {}
            LastWord::Theirs(_) if is_raced(past, run, spot) => {}
            LastWord::Theirs(at) => {
                let when = history.events.get(at).map_or(0, |event| event.at);
                return broken("I3", format!("run {run} wrote over {spot:?}, which another changed at {when}"));
            }
            LastWord::Start => {
                return broken("I3", format!("run {run} wrote over {spot:?}, of which it could know nothing"));
            }
        }
    }
    Ok(())
}

enum LastWord {
    Ours,
    /// At this position.
    Theirs(usize),
    /// It has been so since before everything.
    Start,
}

fn last_word(past: &[Event], of: &Spot) -> LastWord {
    let word = past.iter().enumerate().rev().find_map(|(at, event)| match (&event.what, event.who) {
        // The same value once more, or for others to see, is no other value.
        (What::Wrote { spot, before, after }, Who::Actor) if spot == of && value(before) != value(after) => {
            Some(LastWord::Theirs(at))
        }
        (What::Wrote { spot, .. } | What::Agreed { spot }, Who::Run(_)) if spot == of => Some(LastWord::Ours),
        _ => None,
    });
    word.unwrap_or(LastWord::Start)
}

fn value(cell: &Option<Cell>) -> Option<&[u8]> {
    cell.as_ref().map(|cell| &cell.value[..])
}

/// Whether the change came after the run's last look at a place of GitHub, and what it saw
/// there was ours, or had been there from the start.
fn overtaken(past: &[Event], change: usize, run: usize, spot: &Spot) -> bool {
    let Spot::Github { scope: of, slot: kind, .. } = spot else { return false };
    let looked = |event: &Event| {
        event.who == Who::Run(run) && matches!(&event.what, What::Listed { scope, slot } if scope == of && slot == kind)
    };
    let was_absent = matches!(&past[change].what, What::Wrote { before: None, .. });
    !past[change..].iter().any(looked)
        && past[..change].iter().any(looked)
        && (was_absent || matches!(last_word(&past[..change], spot), LastWord::Ours | LastWord::Start))
}

/// Whether others brought the value after the run's last look at the scope: a write to GitHub cannot
/// be made to depend on what is there, so that no client keeps it (failure case G22).
fn came_after_the_look(past: &[Event], run: usize, spot: &Spot) -> bool {
    let Spot::Github { scope: of, slot: kind, .. } = spot else { return false };
    let looked = |event: &Event| {
        event.who == Who::Run(run) && matches!(&event.what, What::Listed { scope, slot } if scope == of && slot == kind)
    };
    match last_word(past, spot) {
        LastWord::Theirs(at) => !past[at..].iter().any(looked) && past[..at].iter().any(looked),
        LastWord::Ours | LastWord::Start => false,
    }
}

/// Whether the last change of a place by others came so close to a write of ours that no client
/// can tell: after the run's last look at its scope, or right after our own write before it.
fn is_raced(past: &[Event], run: usize, spot: &Spot) -> bool {
    match last_word(past, spot) {
        LastWord::Theirs(at) => {
            overtaken(past, at, run, spot) || in_our_shadow(past, at, spot) || is_unsettled(past, at, spot)
        }
        LastWord::Ours | LastWord::Start => false,
    }
}

/// GitHub compares nothing before it writes and tells whole seconds, and by how much its stamps
/// and the times of its answers are apart is not known: who writes within this time after us
/// leaves a stamp that may be ours.
const SHADOW: i64 = 2;

fn in_our_shadow(past: &[Event], change: usize, spot: &Spot) -> bool {
    let before = past[..change].iter().rev().find_map(|event| match (&event.what, event.who) {
        (What::Wrote { spot: of, .. }, who) if of == spot => Some((event.at, who)),
        _ => None,
    });
    !spot.is_esc() && before.is_some_and(|(at, who)| who != Who::Actor && past[change].at - at <= SHADOW)
}

/// A write of ours whose end nobody saw may have come just as well: for two minutes after it was
/// begun the stamp counts as ours, and the write is repeated.
fn is_unsettled(past: &[Event], change: usize, spot: &Spot) -> bool {
    const WINDOW: i64 = 120;
    let noted = |event: &Event, wanted: Note| matches!(&event.what, What::Noted { spot: of, note } if of == spot && *note == wanted);
    let intents = past[..change].iter().filter(|event| noted(event, Note::Intent));
    let mut open =
        intents.filter(|intent| !past.iter().any(|event| event.who == intent.who && noted(event, Note::Outcome)));
    !spot.is_esc() && open.any(|intent| past[change].at - intent.at <= WINDOW)
}

/// The places whose last change, by others, stands in the shadow of ours: what is said of them may be wrong.
pub(crate) fn shadowed(history: &History) -> BTreeSet<Spot> {
    let past = &history.events[..];
    let places = GROUND.mapped.iter().filter(|spot| match last_word(past, spot) {
        LastWord::Theirs(at) => in_our_shadow(past, at, spot),
        LastWord::Ours | LastWord::Start => false,
    });
    places.cloned().collect()
}

/// A placeholder, or nothing: it is not a value, and is replaced.
fn is_worthless(spot: &Spot, cell: &Cell) -> bool {
    let (_, wrapped) = GROUND.counterparts(spot);
    let plain = if spot.is_esc() { on_github(&cell.value, wrapped) } else { Some(cell.value.clone()) };
    plain.is_some_and(|plain| matches!(&plain[..], b"" | b"changeme"))
}
