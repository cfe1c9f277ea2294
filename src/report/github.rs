//! Annotations for GitHub Actions: workflow commands on the log.
//!
//! The runner keeps ten errors, ten warnings and ten notices of a step and cuts a
//! message at 4,096 characters (`actions/runner` `ExecutionContext.cs`, read
//! 2026-11). So the verdict comes first, then the worst of each level, and where
//! there are more the level's last place counts them. Every line is a command of
//! ours; no text from outside can end one or start another.

use std::io;

use super::{
    EntryReport, LocatedFinding, Report, Summary, Verdict, doctor,
    escape::{clipped, visible, workflow_data, workflow_property},
    order, ssh, writes,
};
use crate::{judge::Finding, model::Severity};

pub(super) fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let summary = Summary::of(report);
    let level = if report.verdict == Verdict::Pass { Severity::Note } else { Severity::Error };
    let title = format!("esc-sync {}: {}", report.command, report.verdict);
    let (verdict, checked, written) = (summary.verdict(), summary.sentence(), summary.writes());
    let lines: Vec<&str> = [&*verdict, &*checked].into_iter().chain(written.as_deref()).collect();
    command(out, level, &title, None, &lines)?;

    let mut troubles = writes::troubles(report);
    troubles.extend(ssh::troubles(report.ssh.as_ref()).into_iter().map(|finding| (None, finding)));
    troubles.extend(doctor::troubles(report).into_iter().map(|finding| (None, finding)));
    let findings = order::findings(report, &troubles);
    let located = order::located(&report.located);
    for severity in Severity::ALL {
        let room = KEPT - usize::from(*severity == level);
        let own = findings.iter().filter(|(_, finding)| finding.severity == *severity);
        let in_files = located.iter().filter(|finding| finding.severity == *severity);
        let number = own.clone().count() + in_files.clone().count();
        let shown = if number > room { room - 1 } else { number };
        for finding in in_files.clone().take(shown) {
            point_at(out, finding)?;
        }
        for (entry, finding) in own.take(shown.saturating_sub(in_files.count())) {
            annotate(out, report, *entry, finding)?;
        }
        if number > shown {
            let message = format!("{} more of this level; the whole report names them", number - shown);
            command(out, *severity, "esc-sync: more findings", None, &[&message])?;
        }
    }
    Ok(())
}

fn annotate(
    out: &mut dyn io::Write,
    report: &Report,
    entry: Option<&EntryReport>,
    finding: &Finding,
) -> io::Result<()> {
    let title = match entry {
        Some(entry) => format!("{}: {}", entry.name, finding.rule),
        None => finding.rule.to_owned(),
    };
    let place = finding.place.as_ref().map(|place| format!("at {place}"));
    let remedy = (!finding.remedy.is_empty()).then(|| format!("fix: {}", finding.remedy));
    let lines: Vec<&str> =
        std::iter::once(finding.reason.as_str()).chain(place.as_deref()).chain(remedy.as_deref()).collect();
    let at = entry.map(|entry| entry.at).or_else(|| report.endpoint_of(finding).map(|endpoint| endpoint.at));
    let line = at.map_or(1, |at| at.line.max(1));
    command(out, finding.severity, &title, Some((&report.mapping, line, None)), &lines)
}

/// At its own place in a file.
fn point_at(out: &mut dyn io::Write, finding: &LocatedFinding) -> io::Result<()> {
    let title = match &finding.name {
        Some(name) => format!("{name}: {}", finding.rule),
        None => finding.rule.to_owned(),
    };
    let remedy = (!finding.remedy.is_empty()).then(|| format!("fix: {}", finding.remedy));
    let lines: Vec<&str> = std::iter::once(finding.reason.as_str()).chain(remedy.as_deref()).collect();
    let at = (&*finding.file, finding.line, Some(finding.column));
    command(out, finding.severity, &title, Some(at), &lines)
}

/// One command. The runner gives the line breaks of its message back after it has
/// read the command, so they part the lines of ours and never come from outside.
fn command(
    out: &mut dyn io::Write,
    severity: Severity,
    title: &str,
    at: Option<(&str, u32, Option<u32>)>,
    lines: &[&str],
) -> io::Result<()> {
    let name = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    write!(out, "::{name} ")?;
    if let Some((file, line, column)) = at {
        write!(out, "file={},line={line},", workflow_property(&clipped(file, SHORT)))?;
        if let Some(column) = column {
            write!(out, "col={column},")?;
        }
    }
    let message: Vec<_> = lines.iter().map(|line| workflow_data(&clipped(&visible(line), LONG))).collect();
    writeln!(out, "title={}::{}", workflow_property(&clipped(title, SHORT)), message.join("%0A"))
}

/// Of each level, in one step.
const KEPT: usize = 10;
/// Characters of a title or a file name.
const SHORT: usize = 200;
/// Characters of one line of a message: three of them stay below 4,096.
const LONG: usize = 1_300;
