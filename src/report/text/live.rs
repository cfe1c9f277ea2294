//! Live checks: who was asked, what it said, how that is known, and what was learned beside it.

use std::io;

use unicode_width::UnicodeWidthStr;

use super::{Cell, Ink, LONGEST_NAME, LONGEST_REASON, Text, cell, quoted};
use crate::{
    model::ProbeVerdict,
    report::{
        EndpointReport, ProbeReport, Report,
        escape::{clipped, visible},
    },
};

impl Text<'_> {
    pub(super) fn live(&mut self, report: &Report) -> io::Result<()> {
        self.probes(&report.probes)?;
        self.endpoints(report)
    }

    fn probes(&mut self, probes: &[ProbeReport]) -> io::Result<()> {
        if probes.is_empty() {
            return Ok(());
        }
        self.page.blank()?;
        self.page.row(0, 2, &[cell(&format!("live checks ({})", probes.len()), Ink::Bold)])?;
        let name = widest(probes.iter().map(|probe| probe.entry.as_str()));
        let (mut shown, folded): (Vec<_>, Vec<_>) =
            probes.iter().partition(|probe| self.verbose || !probe.is_of_form());
        shown.sort_by_key(|probe| (probe.is_of_form(), probe.verdict));
        for probe in shown {
            let verdict = Cell { column: VERDICT, ..cell(probe.verdict.as_str(), ink(probe.verdict)) };
            let entry = Cell { ink: Ink::Bold, column: name, ..quoted(&probe.entry) };
            let (asked, known) = (probe.asked(), probe.known());
            self.page.row(2, 6, &[verdict, entry, quoted(&asked), Cell { ink: Ink::Dim, ..quoted(&known) }])?;
            // What is wrong is said where the entry is, with its remedy.
            self.page.prose(6, 6, Ink::Dim, &clipped(&probe.learned(), LONGEST_REASON))?;
        }
        self.of_form(&folded)
    }

    /// Of all that nobody can be asked about the same is to be said.
    fn of_form(&mut self, probes: &[&ProbeReport]) -> io::Result<()> {
        if probes.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = probes.iter().map(|probe| clipped(&probe.entry, LONGEST_NAME)).collect();
        let text = format!("{} checked offline only, by their form: {}", probes.len(), names.join(", "));
        self.page.prose(2, 6, Ink::Dim, &text)
    }

    fn endpoints(&mut self, report: &Report) -> io::Result<()> {
        let mut endpoints: Vec<&EndpointReport> = report.endpoints.iter().collect();
        endpoints.sort_by_key(|endpoint| endpoint.verdict);
        if endpoints.is_empty() {
            return Ok(());
        }
        self.page.blank()?;
        self.page.row(0, 2, &[cell(&format!("endpoints ({})", endpoints.len()), Ink::Bold)])?;
        let name = widest(endpoints.iter().map(|endpoint| endpoint.name.as_str()));
        for endpoint in endpoints {
            let health = Cell { column: HEALTH, ..cell(endpoint.health(), ink(endpoint.verdict)) };
            let label = Cell { ink: Ink::Bold, column: name, ..quoted(&endpoint.name) };
            let at = format!("{}:{}", report.mapping, endpoint.at.line);
            let known = endpoint.known();
            let dim = |text| Cell { ink: Ink::Dim, ..quoted(text) };
            self.page.row(2, 6, &[health, label, quoted(&endpoint.host), dim(&known), dim(&at)])?;
        }
        Ok(())
    }
}

fn ink(verdict: ProbeVerdict) -> Ink {
    match verdict {
        ProbeVerdict::Live => Ink::Good,
        ProbeVerdict::Limited => Ink::Warn,
        ProbeVerdict::Rejected | ProbeVerdict::Unknown => Ink::Bad,
    }
}

fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(|text| visible(text).width()).max().unwrap_or(0).min(LONGEST_COLUMN)
}

/// Longer names push what follows them.
const LONGEST_COLUMN: usize = 40;
/// `rejected` and `unhealthy` are the longest words of their kind.
const VERDICT: usize = 8;
const HEALTH: usize = 9;
