//! All that happened in one program, in order: what the invariants are asked of.

use esc_sync::model::Slot;

use super::truth::{Cell, Spot, Truth};

/// Who did something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Who {
    /// A person, or any program but ours.
    Actor,
    /// Our run of this number.
    Run(usize),
}

/// One thing that happened; no two writes share a moment.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) at: i64,
    pub(crate) who: Who,
    pub(crate) what: What,
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    /// A place was written; `None` is: nothing there.
    Wrote { spot: Spot, before: Option<Cell>, after: Option<Cell> },
    /// A run could see that a mapped place holds what its other side holds.
    Agreed { spot: Spot },
    /// A run was told what stands in a scope of GitHub.
    Listed { scope: Box<str>, slot: Slot },
    /// A run sent a request.
    Asked { method: Box<str>, path: Box<str> },
    /// The audit log got a line about what a run does to a place; who wrote the line is not said.
    Noted { spot: Spot, note: Note },
}

/// What a line of the audit log says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Note {
    Intent,
    /// Written by the run itself, or by a later one that settles what it left.
    Outcome,
    /// The same, and the end is not known.
    Unknown,
}

/// The start, and everything since.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    pub(crate) start: Truth,
    pub(crate) events: Vec<Event>,
}

impl History {
    pub(crate) fn add(&mut self, at: i64, who: Who, what: What) {
        self.events.push(Event { at, who, what });
    }

    /// Records every place in which `before` and `after` differ. A stamp alone is a difference: somebody wrote.
    pub(crate) fn add_difference(&mut self, at: i64, who: Who, before: &Truth, after: &Truth) {
        for (spot, cell) in before {
            if after.get(spot) != Some(cell) {
                let what =
                    What::Wrote { spot: spot.clone(), before: Some(cell.clone()), after: after.get(spot).cloned() };
                self.add(at, who, what);
            }
        }
        for (spot, cell) in after.iter().filter(|(spot, _)| !before.contains_key(*spot)) {
            self.add(at, who, What::Wrote { spot: spot.clone(), before: None, after: Some(cell.clone()) });
        }
    }

    /// Our writes: position, run, place, what was there and what came.
    pub(crate) fn our_writes(&self) -> impl Iterator<Item = (usize, usize, &Spot, Option<&Cell>, Option<&Cell>)> {
        self.events.iter().enumerate().filter_map(|(at, event)| match (&event.what, event.who) {
            (What::Wrote { spot, before, after }, Who::Run(run)) => {
                Some((at, run, spot, before.as_ref(), after.as_ref()))
            }
            _ => None,
        })
    }

    /// What stood everywhere at this position, and after each later change.
    pub(crate) fn worlds_since(&self, position: usize) -> Vec<Truth> {
        let mut worlds = vec![self.truth_before(position)];
        let changes = (position..self.events.len()).filter(|at| matches!(self.events[*at].what, What::Wrote { .. }));
        worlds.extend(changes.map(|at| self.truth_before(at + 1)));
        worlds
    }

    /// What stood everywhere just before the event at this position.
    pub(crate) fn truth_before(&self, position: usize) -> Truth {
        let mut truth = self.start.clone();
        for event in &self.events[..position] {
            if let What::Wrote { spot, after, .. } = &event.what {
                match after {
                    Some(cell) => drop(truth.insert(spot.clone(), cell.clone())),
                    None => drop(truth.remove(spot)),
                }
            }
        }
        truth
    }
}
