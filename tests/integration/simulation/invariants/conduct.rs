//! I6, I7, I9 and I10: what is written is the other side's value, goes where the mapping
//! says, is worth writing, and takes nothing away.

use super::{Broken, Permits, broken};
use crate::simulation::{
    ground::GROUND,
    history::{Event, History, What, Who},
    truth::{Cell, Spot, Truth, on_github},
};

/// I6: what arrived is what the other side held during the run, byte for byte.
pub(crate) fn i6_fidelity(history: &History) -> Result<(), Broken> {
    for (position, run, spot, before, after) in history.our_writes() {
        let Some(after) = after else { continue };
        let (others, wrapped) = GROUND.counterparts(spot);
        let unchanged = before.is_some_and(|before| before.value == after.value);
        // Where nothing stands on the other side, it is no place of the mapping: I7 speaks of that.
        if unchanged || others.is_empty() {
            continue;
        }
        let github_form = |spot: &Spot, cell: &Cell| {
            if spot.is_esc() { on_github(&cell.value, wrapped) } else { Some(cell.value.clone()) }
        };
        let arrived = github_form(spot, after);
        let mut sources = others.iter().flat_map(|other| {
            held_during(history, run, position, other).into_iter().map(|cell| github_form(other, &cell))
        });
        if arrived.is_none() || !sources.any(|source| source == arrived) {
            return broken("I6", format!("run {run} wrote {after:?} to {spot:?}, which the other side never held"));
        }
    }
    Ok(())
}

/// All that stood at a place from the run's first sign of life to the event at `position`.
fn held_during(history: &History, run: usize, position: usize, of: &Spot) -> Vec<Cell> {
    let begun = history.events.iter().position(|event| event.who == Who::Run(run)).unwrap_or(position);
    let at_start = history.truth_before(begun).remove(of);
    let later = history.events[begun..position].iter().filter_map(|event: &Event| match &event.what {
        What::Wrote { spot, after, .. } if spot == of => after.clone(),
        _ => None,
    });
    at_start.into_iter().chain(later).collect()
}

/// I7: only places of the mapping are written, and who sees them stays as it is or as declared.
pub(crate) fn i7_confinement(history: &History, permits: &Permits) -> Result<(), Broken> {
    for (position, run, spot, before, after) in history.our_writes() {
        if permits.own.contains(spot) || permits.remove.contains(spot) {
            continue;
        }
        if !GROUND.mapped.contains(spot) {
            return broken("I7", format!("run {run} changed {spot:?}, which is not in the mapping"));
        }
        let (Some(before), Some(after)) = (before, after) else { continue };
        let declared = declared(spot);
        let is_kept = before.seen_by == after.seen_by || declared.is_some() && after.seen_by == declared;
        if !is_kept && !touched_meanwhile(history, run, position, spot) {
            let why = format!("run {run} let others see {spot:?}: {:?} became {:?}", before.seen_by, after.seen_by);
            return broken("I7", why);
        }
        if before.secret != after.secret {
            return broken("I7", format!("run {run} made a secret of {spot:?} plain, or the other way round"));
        }
    }
    Ok(())
}

/// Whether others wrote it, or changed who sees it, after the run had looked and before it wrote:
/// GitHub compares nothing before it writes (failure case G22).
fn touched_meanwhile(history: &History, run: usize, position: usize, of: &Spot) -> bool {
    let Spot::Github { scope: wanted, slot: kind, .. } = of else { return false };
    let looked = history.events.iter().position(|event| {
        event.who == Who::Run(run)
            && matches!(&event.what, What::Listed { scope, slot } if scope == wanted && slot == kind)
    });
    let since = &history.events[looked.unwrap_or(position)..position];
    since.iter().any(|event| event.who == Who::Actor && matches!(&event.what, What::Wrote { spot, .. } if spot == of))
}

/// Who is to see a place, where the mapping says it.
fn declared(of: &Spot) -> Option<(&'static str, Vec<String>)> {
    let Spot::Github { scope, .. } = of else { return None };
    let entry = GROUND.mapping.entries.iter().find(|entry| {
        let mut places = entry.places().map(|place| crate::simulation::ground::spot(&place));
        places.any(|place| place == *of)
    })?;
    let repositories = || entry.visible_to.iter().map(ToString::to_string).collect();
    use esc_sync::mapping::DeclaredVisibility as Declared;
    entry.detail().visibility.filter(|_| scope.starts_with("org:")).map(|visibility| match visibility {
        Declared::All => ("all", Vec::new()),
        Declared::Private => ("private", Vec::new()),
        Declared::Selected => ("selected", repositories()),
    })
}

/// I9: what is no value is never written anywhere.
pub(crate) fn i9_placeholders_stay(history: &History) -> Result<(), Broken> {
    for (_, run, spot, before, after) in history.our_writes() {
        let Some(after) = after.filter(|after| before.is_none_or(|before| before.value != after.value)) else {
            continue;
        };
        let (_, wrapped) = GROUND.counterparts(spot);
        let plain = if spot.is_esc() { on_github(&after.value, wrapped) } else { Some(after.value.clone()) };
        if plain.is_none_or(|plain| NO_VALUES.contains(&plain.trim_ascii())) {
            return broken("I9", format!("run {run} wrote {after:?} to {spot:?}"));
        }
    }
    Ok(())
}

/// Those the actors use, and those a store's own words could become.
const NO_VALUES: [&[u8]; 5] = [b"", b"changeme", b"[unknown]", b"null", b"[secret]"];

/// I10: nothing is deleted or emptied unless that was asked for by name.
pub(crate) fn i10_nothing_is_emptied(history: &History, permits: &Permits) -> Result<(), Broken> {
    for (_, run, spot, before, after) in history.our_writes() {
        let emptied = before.is_some() && after.is_none_or(|after| after.value.is_empty());
        if emptied && !permits.remove.contains(spot) {
            return broken("I10", format!("run {run} emptied {spot:?}"));
        }
    }
    Ok(())
}

/// Two truths without their stamps, for comparing.
pub(crate) fn without_stamps(truth: &Truth) -> Truth {
    truth.iter().map(|(spot, cell)| (spot.clone(), Cell { stamp: 0, ..cell.clone() })).collect()
}
