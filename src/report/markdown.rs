//! Markdown for the step summary of a workflow run, readable anywhere else, too.
//!
//! The runner drops a summary above 1 MiB whole (`actions/runner`
//! `CreateStepSummaryCommand`, read 2026-11). So this stays well below: it is cut by
//! whole entries, the worst come first, and a line says how many were left out.

mod doctor;
mod live;
mod scan;
mod ssh;
mod writes;

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use super::{
    EntryReport, Report, Summary, alike,
    escape::{
        clipped,
        markdown::{block, code, prose},
    },
    order,
};
use crate::{
    judge::Finding,
    model::{Severity, Status},
};

pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let summary = Summary::of(report);
    let mut page = Page { out, room: room(report), left_out: 0 };
    page.force(&head(report, &summary))?;
    report.ssh.iter().try_for_each(|about| ssh::write(about, &mut page))?;
    report.doctor.iter().try_for_each(|about| doctor::write(about, &mut page))?;
    writes::urgent(report, &mut page)?;
    let general: Vec<String> = order::worst_first(&report.findings).into_iter().map(item).collect();
    page.section("about no single entry", general.len(), order::worst(&report.findings), general.into_iter())?;
    scan::write(report, &mut page)?;
    for (status, entries) in order::by_status(&report.entries) {
        if status != Status::Ok {
            let worst = order::worst(entries.iter().flat_map(|entry| &entry.findings));
            let worst = if status == Status::Unknown { Some(Severity::Error) } else { worst };
            let told = alike::gather(&entries);
            page.section(status.as_str(), entries.len(), worst, told.iter().map(|group| told_of(group)))?;
        }
    }
    noted(report, &mut page)?;
    live::write(report, &mut page)?;
    writes::calm(report, &mut page)?;
    if page.left_out > 0 {
        let line = format!("\n**{} more were left out** to keep this summary within its limit.\n", page.left_out);
        page.force(&line)?;
    }
    Ok(())
}

/// With live checks it is made for a comment on a pull request, which holds much less than a summary.
fn room(report: &Report) -> usize {
    if report.probes.is_empty() && report.endpoints.is_empty() { MOST_BYTES } else { MOST_OF_A_COMMENT }
}

/// Entries that are well but were remarked upon.
fn noted(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let noted = |entry: &&EntryReport| entry.status == Status::Ok && !entry.findings.is_empty();
    let entries: Vec<&EntryReport> = report.entries.iter().filter(noted).collect();
    let worst = order::worst(entries.iter().flat_map(|entry| &entry.findings));
    page.section("ok, with a remark", entries.len(), worst, entries.iter().map(|entry| described(entry)))
}

fn head(report: &Report, summary: &Summary) -> String {
    let mut text = format!("## esc-sync {}: {}\n\n", report.command, report.verdict);
    let mapping = code(&clipped(&report.mapping, SHORT));
    write!(text, "**{}**\n\n{} Mapping: {mapping}.\n\n", summary.verdict(), sentence(summary))
        .expect("a string takes all");
    if (report.ssh.is_none() && report.scanned.is_none() && report.doctor.is_none()) || !report.entries.is_empty() {
        text.push_str(&statuses(summary));
    }
    if let Some(writes) = summary.writes() {
        writeln!(text, "\n{writes}.").expect("a string takes all");
    }
    for remark in &report.remarks {
        writeln!(text, "\n- {}", prose(&clipped(remark, LONG))).expect("a string takes all");
    }
    text
}

fn statuses(summary: &Summary) -> String {
    let mut text = String::from("| status | entries |\n| --- | ---: |\n");
    for status in Status::ALL.iter().filter(|status| summary.count(**status) > 0) {
        writeln!(text, "| {status} | {} |", summary.count(*status)).expect("a string takes all");
    }
    writeln!(text, "| **all** | **{}** |", summary.entries).expect("a string takes all");
    text
}

/// The summary as a sentence of its own.
fn sentence(summary: &Summary) -> String {
    summary.sentence().replacen("checked", "Checked", 1) + "."
}

/// One entry, or several of which the same is to be said.
fn told_of(group: &[&EntryReport]) -> String {
    let [first, _, ..] = group else { return group.iter().map(|entry| described(entry)).collect() };
    let mut text = format!("\n#### {} entries, all for the same reason\n", group.len());
    for finding in first.findings.iter().take(MOST_FINDINGS) {
        text.push_str(&item(&Finding {
            reason: alike::beside_place(finding).to_owned(),
            remedy: alike::shared_remedy(first, finding).into_owned(),
            place: None,
            ..finding.clone()
        }));
    }
    for (tier, names) in alike::names(group) {
        let names: Vec<String> = names.iter().map(|name| code(&clipped(name, SHORT))).collect();
        writeln!(text, "\n- {tier}: {}", names.join(", ")).expect("a string takes all");
    }
    text
}

fn described(entry: &EntryReport) -> String {
    let mut text = format!("\n#### {}\n\n{}", code(&clipped(&entry.name, SHORT)), entry.tier);
    if let Some(service) = &entry.service {
        write!(text, ", {}", code(&clipped(service, SHORT))).expect("a string takes all");
    }
    writeln!(text, ", evidence: {}", entry.evidence).expect("a string takes all");
    if let Some(why) = entry.why().filter(|_| entry.findings.is_empty()) {
        writeln!(text, "\n- could not be checked: {}", prose(&clipped(why, LONG))).expect("a string takes all");
    }
    for finding in entry.findings.iter().take(MOST_FINDINGS) {
        text.push_str(&item(finding));
    }
    let more = entry.findings.len().saturating_sub(MOST_FINDINGS);
    if more > 0 {
        writeln!(text, "\n- and {more} more findings").expect("a string takes all");
    }
    text
}

fn item(finding: &Finding) -> String {
    let mut text = format!("\n- **{}** {}", finding.severity, code(finding.rule));
    if let Some(place) = &finding.place {
        write!(text, " at {}", code(&clipped(&place.to_string(), SHORT))).expect("a string takes all");
    }
    writeln!(text, ": {}", prose(&clipped(alike::beside_place(finding), LONG))).expect("a string takes all");
    for remedy in alike::remedies(&finding.remedy) {
        text.push('\n');
        text.push_str(&block(&clipped(remedy, LONG), "  "));
    }
    text
}

/// What is written, and how much more may be.
struct Page<'a> {
    out: &'a mut dyn Write,
    room: usize,
    left_out: usize,
}

impl Page<'_> {
    /// A collapsible section; open if it holds an error. Once a part did not fit,
    /// no later one is written: what is there is always the worst.
    fn section(
        &mut self,
        title: &str,
        total: usize,
        worst: Option<Severity>,
        mut parts: impl ExactSizeIterator<Item = String>,
    ) -> io::Result<()> {
        let number = parts.len();
        if number == 0 || self.left_out > 0 {
            self.left_out += number;
            return Ok(());
        }
        let open = if worst == Some(Severity::Error) { " open" } else { "" };
        self.force(&format!("\n<details{open}><summary>{title}: {total}</summary>\n"))?;
        while let Some(part) = parts.next() {
            if part.len() > self.room {
                self.left_out = parts.len() + 1;
                break;
            }
            self.force(&part)?;
        }
        self.force("\n</details>\n")
    }

    fn force(&mut self, text: &str) -> io::Result<()> {
        self.room = self.room.saturating_sub(text.len());
        self.out.write_all(text.as_bytes())
    }
}

/// The head and what closes the page fit into the rest of the 1 MiB.
const MOST_BYTES: usize = 900 * 1024;
/// GitHub takes comments of 65,536 characters.
const MOST_OF_A_COMMENT: usize = 58_000;
const MOST_FINDINGS: usize = 20;
/// Characters of a name, and of a sentence or command.
const SHORT: usize = 300;
const LONG: usize = 2_000;
