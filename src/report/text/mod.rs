//! The report for people: worst first, one block for each entry, counts at the end.
//!
//! What is said is here; how it is set on lines is in `page`. Words carry the
//! meaning; colour only repeats it.

mod doctor;
mod live;
mod page;
mod scan;
mod ssh;
mod writes;

use std::io;

use unicode_width::UnicodeWidthStr;

use super::{
    EntryReport, PlaceReport, Report, Style, Summary, Verdict, alike,
    escape::{clipped, visible},
    order,
};
use crate::{
    judge::Finding,
    model::{Evidence, Severity, Status},
};
use page::{Cell, Ink, Page};

/// Text of our own, wrapped; it may hold anything (failure case X7).
pub(crate) fn paragraph(text: &str, indent: usize, hang: usize, width: usize) -> String {
    let mut out = Vec::new();
    Page::new(&mut out, width, false).prose(indent, hang, Ink::Plain, text).expect("a vector takes all");
    String::from_utf8(out).expect("a page is made of text")
}

pub(super) fn render(report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let verbose = style.verbose > 0;
    let columns = Columns::of(report, style);
    let mut text = Text { page: Page::new(out, style.width, style.color), columns, verbose };
    let title = format!("esc-sync {}", report.command);
    text.page.row(0, 2, &[cell(&title, Ink::Bold), quoted(&report.mapping)])?;
    report.ssh.iter().try_for_each(|ssh| text.ssh(ssh))?;
    report.doctor.iter().try_for_each(|doctor| text.doctor(doctor))?;
    let told = |entry: &&EntryReport| verbose || !report.is_told_by_live_check(entry);
    for (status, entries) in order::by_status(&report.entries) {
        let entries: Vec<&EntryReport> = entries.into_iter().filter(told).collect();
        text.group(status, &entries)?;
    }
    text.general(&report.findings)?;
    text.live(report)?;
    text.scan(report)?;
    text.writes(report)?;
    text.foot(report)
}

struct Text<'a> {
    page: Page<'a>,
    columns: Columns,
    verbose: bool,
}

/// Widths of the columns that all groups share.
struct Columns {
    name: usize,
    service: usize,
    rule: usize,
}

impl Columns {
    fn of(report: &Report, style: Style) -> Self {
        let verbose = style.verbose > 0;
        let told = |entry: &&EntryReport| verbose || !report.is_told_by_live_check(entry);
        let shown = || report.entries.iter().filter(told).filter(|entry| is_shown(entry, verbose));
        let widest = |widths: &mut dyn Iterator<Item = usize>, most: usize| widths.max().unwrap_or(0).min(most);
        let all = report.findings.iter().chain(shown().flat_map(|entry| &entry.findings));
        Self {
            name: widest(&mut shown().map(|entry| visible(&entry.name).width()), style.width / 2),
            service: widest(&mut shown().map(|entry| visible(service(entry)).width()), style.width / 4),
            rule: widest(&mut all.map(|finding| finding.rule.len()), style.width / 3),
        }
    }
}

impl Text<'_> {
    /// All entries of one status. Those that are well are only counted unless asked for.
    fn group(&mut self, status: Status, entries: &[&EntryReport]) -> io::Result<()> {
        let shown: Vec<&EntryReport> = entries.iter().copied().filter(|entry| is_shown(entry, self.verbose)).collect();
        if shown.is_empty() {
            return Ok(());
        }
        let heading = match entries.len() - shown.len() {
            0 => format!("{status} ({})", entries.len()),
            silent => format!("{status} ({}, {silent} of them without a remark)", entries.len()),
        };
        self.page.blank()?;
        self.page.row(0, 2, &[cell(&heading, status_ink(status))])?;
        let told: Vec<Vec<&EntryReport>> = match self.verbose {
            true => shown.into_iter().map(|entry| vec![entry]).collect(),
            false => alike::gather(&shown),
        };
        for group in told {
            match group.as_slice() {
                [entry] => self.entry(entry)?,
                several => self.alike(several)?,
            }
        }
        Ok(())
    }

    fn entry(&mut self, entry: &EntryReport) -> io::Result<()> {
        let evidence = match entry.evidence {
            Evidence::None => String::new(),
            known => format!("evidence: {known}"),
        };
        let [name, tier, service] = self.label(entry);
        self.page.row(2, 4, &[name, tier, service, cell(&evidence, Ink::Dim)])?;
        for finding in &entry.findings {
            self.finding(finding, &finding.remedy, true)?;
        }
        let unsaid = entry.findings.is_empty();
        let verbose = self.verbose;
        let mut places = entry.places.iter().filter(|place| verbose || unsaid && place.is_unknown());
        places.try_for_each(|place| self.place(place))
    }

    /// Entries of which exactly the same is to be said: said once, then their names.
    fn alike(&mut self, entries: &[&EntryReport]) -> io::Result<()> {
        let heading = format!("{} entries, all for the same reason", entries.len());
        self.page.row(2, 4, &[cell(&heading, Ink::Bold)])?;
        for finding in &entries[0].findings {
            self.finding(finding, &alike::shared_remedy(entries[0], finding), false)?;
        }
        for (tier, names) in alike::names(entries) {
            let shown: Vec<String> = names.iter().map(|name| clipped(name, LONGEST_NAME).into_owned()).collect();
            self.page.prose(6, 8, Ink::Plain, &format!("{tier} ({}): {}", names.len(), shown.join(", ")))?;
        }
        Ok(())
    }

    fn label<'b>(&self, entry: &'b EntryReport) -> [Cell<'b>; 3] {
        [
            Cell { ink: Ink::Bold, column: self.columns.name, ..quoted(&entry.name) },
            Cell { column: TIER, ..cell(entry.tier.as_str(), Ink::Plain) },
            Cell { column: self.columns.service, ..quoted(service(entry)) },
        ]
    }

    fn finding(&mut self, finding: &Finding, remedy: &str, placed: bool) -> io::Result<()> {
        let place = finding.place.as_ref().filter(|_| placed).map(ToString::to_string).unwrap_or_default();
        let severity = Cell { column: SEVERITY, ..cell(finding.severity.as_str(), severity_ink(finding.severity)) };
        let rule = Cell { column: self.columns.rule, ..cell(finding.rule, Ink::Plain) };
        self.page.row(4, 6, &[severity, rule, quoted(&place)])?;
        self.page.prose(6, 6, Ink::Plain, &clipped(alike::beside_place(finding), LONGEST_REASON))?;
        self.remedies(6, remedy)
    }

    /// The remedy and its alternative, never broken, so that they can be copied.
    fn remedies(&mut self, indent: usize, remedy: &str) -> io::Result<()> {
        for (remedy, label) in alike::remedies(remedy).into_iter().zip(["fix:", "or: "]) {
            self.page.whole(indent, label, Ink::Command, remedy)?;
        }
        Ok(())
    }

    fn place(&mut self, place: &PlaceReport) -> io::Result<()> {
        let reading = Cell { column: 7, ..cell(place.reading, Ink::Dim) };
        let stamp = place.updated_at.as_deref().unwrap_or_default();
        self.page.row(4, 6, &[reading, quoted(&place.place), quoted(stamp)])?;
        self.page.prose(6, 6, Ink::Dim, &clipped(place.why().unwrap_or_default(), LONGEST_REASON))
    }

    /// What belongs to no entry, set apart.
    fn general(&mut self, findings: &[Finding]) -> io::Result<()> {
        if findings.is_empty() {
            return Ok(());
        }
        let heading = format!("about no single entry ({})", findings.len());
        self.page.blank()?;
        self.page.row(0, 2, &[cell(&heading, Ink::Bold)])?;
        order::worst_first(findings).into_iter().try_for_each(|finding| self.finding(finding, &finding.remedy, true))
    }

    fn foot(&mut self, report: &Report) -> io::Result<()> {
        let summary = Summary::of(report);
        let ink = match report.verdict {
            Verdict::Pass => Ink::Good,
            Verdict::Fail | Verdict::Unknown => Ink::Bad,
        };
        self.page.blank()?;
        self.page.prose(0, 2, Ink::Plain, &summary.sentence())?;
        self.page.prose(0, 2, Ink::Plain, &summary.writes().unwrap_or_default())?;
        self.page.prose(0, 2, ink, &summary.verdict())
    }
}

fn is_shown(entry: &EntryReport, verbose: bool) -> bool {
    verbose || entry.status != Status::Ok || !entry.findings.is_empty()
}

fn service(entry: &EntryReport) -> &str {
    entry.service.as_deref().unwrap_or_default()
}

/// A word of ours.
fn cell(text: &str, ink: Ink) -> Cell<'_> {
    Cell { text: text.into(), ink, column: 0 }
}

/// A name from outside.
fn quoted(text: &str) -> Cell<'_> {
    let text = match clipped(text, LONGEST_NAME) {
        std::borrow::Cow::Borrowed(whole) => visible(whole),
        std::borrow::Cow::Owned(cut) => visible(&cut).into_owned().into(),
    };
    Cell { text, ink: Ink::Plain, column: 0 }
}

fn status_ink(status: Status) -> Ink {
    match status {
        Status::Ok => Ink::Good,
        Status::Stale | Status::Unverified => Ink::Warn,
        _ => Ink::Bad,
    }
}

fn severity_ink(severity: Severity) -> Ink {
    match severity {
        Severity::Error => Ink::Bad,
        Severity::Warning => Ink::Warn,
        Severity::Note => Ink::Dim,
    }
}

/// `important` and `warning` are the longest words of their kind.
const TIER: usize = 9;
const SEVERITY: usize = 7;
const LONGEST_NAME: usize = 300;
const LONGEST_REASON: usize = 2_000;
