//! The writes of a report as a diff of names and reasons, target by target.
//!
//! What is to be decided is told whole; what went well is only counted, and what
//! merely could not be known is named once, since its entries say the rest.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io,
};

use unicode_width::UnicodeWidthStr;

use super::{Cell, Ink, LONGEST_NAME, LONGEST_REASON, Text, cell, quoted};
use crate::{
    model::Place,
    plan::{Because, End},
    report::{
        ActionReport, HeldBackReport, OutcomeReport, Report,
        escape::{clipped, visible},
        writes::{end_word, split},
    },
};

/// From this number on, places left for the same cause are only named.
const FEW: usize = 3;

/// What is shown below one target.
#[derive(Default)]
struct Group<'a> {
    planned: Vec<&'a ActionReport>,
    ended: Vec<&'a OutcomeReport>,
    left: Vec<&'a HeldBackReport>,
}

impl Text<'_> {
    pub(super) fn writes(&mut self, report: &Report) -> io::Result<()> {
        let groups = groups(report, self.verbose);
        if !groups.is_empty() {
            self.page.blank()?;
            let heading = if report.outcomes.is_empty() { "writes planned" } else { "writes" };
            self.page.row(0, 2, &[cell(heading, Ink::Bold)])?;
        }
        for (target, group) in &groups {
            self.page.row(2, 4, &[Cell { ink: Ink::Bold, ..quoted(target) }])?;
            self.target(group)?;
        }
        if !report.remarks.is_empty() {
            self.page.blank()?;
        }
        report.remarks.iter().try_for_each(|remark| self.page.prose(0, 2, Ink::Plain, &clipped(remark, LONGEST_REASON)))
    }

    fn target(&mut self, group: &Group) -> io::Result<()> {
        let planned = group.planned.iter().map(|action| visible(&action.name).width());
        let ended = group.ended.iter().map(|outcome| visible(&outcome.name).width());
        let column = planned.chain(ended).max().unwrap_or(0).min(LONGEST_COLUMN);
        for action in &group.planned {
            let (sign, ink) = sign(action.verb);
            let what = format!("{sign} {}", action.verb);
            let what = Cell { column: PLANNED, ..cell(&what, ink) };
            self.write(what, (&action.name, column), &action.to)?;
            self.page.prose(8, 8, Ink::Plain, &clipped(&action.reason, LONGEST_REASON))?;
        }
        for outcome in &group.ended {
            let ink = if outcome.end == End::Done { Ink::Good } else { Ink::Bad };
            let what = format!("{} {}", end_word(outcome.end), outcome.verb);
            let what = Cell { column: ENDED, ..cell(&what, ink) };
            self.write(what, (&outcome.name, column), &outcome.place)?;
            self.page.prose(8, 8, Ink::Plain, &clipped(&outcome.reason, LONGEST_REASON))?;
            self.page.whole(8, "fix:", Ink::Command, &outcome.help)?;
        }
        self.left(&group.left)
    }

    /// The sign and the verb, the name, and what the target's own line does not say.
    fn write(&mut self, what: Cell<'_>, (name, column): (&str, usize), place: &Place) -> io::Result<()> {
        let (_, own) = split(place);
        let name = Cell { ink: Ink::Bold, column, ..quoted(name) };
        self.page.row(4, 8, &[what, name, Cell { ink: Ink::Dim, ..quoted(&own) }])
    }

    fn left(&mut self, left: &[&HeldBackReport]) -> io::Result<()> {
        let mut by_cause: BTreeMap<Because, Vec<&HeldBackReport>> = BTreeMap::new();
        for held in left {
            by_cause.entry(held.because).or_default().push(held);
        }
        for (because, all) in by_cause {
            if because.is_refusal() || self.verbose || all.len() < FEW {
                all.into_iter().try_for_each(|held| self.left_one(held))?;
            } else {
                let names: Vec<_> = all.iter().map(|held| clipped(&held.name, LONGEST_NAME)).collect();
                let text = format!("! left {} ({}): {}", all.len(), because.as_str(), names.join(", "));
                self.page.prose(4, 8, Ink::Warn, &text)?;
            }
        }
        Ok(())
    }

    fn left_one(&mut self, held: &HeldBackReport) -> io::Result<()> {
        let ink = if held.because.is_refusal() { Ink::Bad } else { Ink::Warn };
        let text = format!(
            "! left {} ({}): {}",
            clipped(&held.name, LONGEST_NAME),
            held.because.as_str(),
            clipped(&held.reason, LONGEST_REASON)
        );
        self.page.prose(4, 8, ink, &text)?;
        if held.because.is_refusal() || self.verbose {
            self.remedies(8, &held.remedy)?;
        }
        Ok(())
    }
}

/// Targets in the order in which the plan comes to them.
fn groups(report: &Report, verbose: bool) -> Vec<(String, Group<'_>)> {
    let mut groups = Groups::default();
    let ended: HashSet<usize> = report.outcomes.iter().map(|outcome| outcome.action).collect();
    for action in report.actions.iter().filter(|action| !ended.contains(&action.id)) {
        groups.at(&action.to).planned.push(action);
    }
    for outcome in report.outcomes.iter().filter(|outcome| verbose || outcome.end != End::Done) {
        groups.at(&outcome.place).ended.push(outcome);
    }
    for held in &report.held_back {
        groups.at(&held.place).left.push(held);
    }
    groups.all
}

#[derive(Default)]
struct Groups<'a> {
    all: Vec<(String, Group<'a>)>,
    index: HashMap<String, usize>,
}

impl<'a> Groups<'a> {
    fn at(&mut self, place: &Place) -> &mut Group<'a> {
        let (target, _) = split(place);
        let all = &mut self.all;
        let index = *self.index.entry(target).or_insert_with_key(|target| {
            all.push((target.clone(), Group::default()));
            all.len() - 1
        });
        &mut all[index].1
    }
}

fn sign(verb: &str) -> (char, Ink) {
    match verb {
        "create" => ('+', Ink::Good),
        "delete" => ('-', Ink::Bad),
        _ => ('~', Ink::Warn),
    }
}

/// Longer names push what follows them.
const LONGEST_COLUMN: usize = 40;
/// `~ restrict` and, but for a rare one, `overtaken update` are the longest.
const PLANNED: usize = 10;
const ENDED: usize = 16;
