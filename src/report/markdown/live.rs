//! Live checks as tables, worst verdict first; what is wrong stands where the entry is.

use std::io;

use super::{
    super::{
        EndpointReport, ProbeReport, Report,
        escape::{
            clipped,
            markdown::{code, prose},
        },
    },
    LONG, Page, SHORT,
};
use crate::model::{ProbeVerdict, Severity};

pub(super) fn write(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let mut probes: Vec<&ProbeReport> = report.probes.iter().collect();
    probes.sort_by_key(|probe| probe.verdict);
    let worst = worst(report.probes.iter().map(|probe| probe.verdict));
    let head = "\n| verdict | entry | asked | known by | learned |\n| --- | --- | --- | --- | --- |\n";
    table("live checks", head, worst, probes.iter().map(|probe| row(probe)), page)?;
    let mut endpoints: Vec<&EndpointReport> = report.endpoints.iter().collect();
    endpoints.sort_by_key(|endpoint| endpoint.verdict);
    let worst = self::worst(report.endpoints.iter().map(|endpoint| endpoint.verdict));
    let head = "\n| health | endpoint | host | known by | said |\n| --- | --- | --- | --- | --- |\n";
    table("endpoints", head, worst, endpoints.iter().map(|endpoint| endpoint_row(endpoint)), page)
}

/// The head goes with the first row, so that no table stands without one.
fn table(
    title: &str,
    head: &str,
    worst: Option<Severity>,
    rows: impl ExactSizeIterator<Item = String>,
    page: &mut Page<'_>,
) -> io::Result<()> {
    let total = rows.len();
    let mut head = Some(head);
    let rows = rows.map(|row| head.take().map_or_else(|| row.clone(), |head| format!("{head}{row}")));
    page.section(title, total, worst, rows)
}

fn worst(verdicts: impl Iterator<Item = ProbeVerdict>) -> Option<Severity> {
    let bad = |verdict| matches!(verdict, ProbeVerdict::Rejected | ProbeVerdict::Unknown);
    verdicts.into_iter().any(bad).then_some(Severity::Error)
}

fn row(probe: &ProbeReport) -> String {
    format!(
        "| **{}** | {} | {} | {} | {} |\n",
        probe.verdict,
        named(&probe.entry),
        said(&probe.asked()),
        said(&probe.known()),
        said(&probe.learned())
    )
}

fn endpoint_row(endpoint: &EndpointReport) -> String {
    format!(
        "| **{}** | {} | {} | {} | {} |\n",
        endpoint.health(),
        named(&endpoint.name),
        said(&endpoint.host),
        said(&endpoint.known()),
        said(&endpoint.what)
    )
}

fn named(name: &str) -> String {
    in_cell(&code(&clipped(name, SHORT)))
}

/// A bar parts cells, in code spans as well, unless a backslash stands before it.
fn in_cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// In one cell.
fn said(text: &str) -> String {
    in_cell(&prose(&clipped(text, LONG)))
}
