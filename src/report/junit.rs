//! JUnit XML: one test case for each entry, each write and each machine, as the test pages of CI systems read it.
//!
//! `failure` is a finding that counts, `error` an entry that could not be checked;
//! what does not count stands in `system-out`. A write that was refused or failed is a
//! `failure`, one without a known end an `error`, one left for want of knowledge is
//! `skipped`. Where the verdict rests on more than
//! the entries (findings of none, nothing checked), one more case says so, so that
//! the page is never greener than the verdict.

mod live;
mod scan;
mod writes;

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use super::{DoctorReport, EntryReport, Report, SshReport, Summary, Verdict, escape::markup};
use crate::{judge::Finding, model::Status};

pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let summary = Summary::of(report);
    let general = general_case(report, &summary);
    let extra = general.as_ref().map(|case| case.outcome);
    let mut writes = writes::cases(report);
    writes.extend(live::cases(report));
    let files = scan::findings(report);
    let in_files: Vec<Case<'_>> = files.iter().map(|found| scan::case(report, found)).collect();
    let of_entries = || report.entries.iter().map(|entry| outcome(report, entry));
    let outcomes = || {
        of_entries()
            .chain(writes.iter().map(|case| case.outcome))
            .chain(extra)
            .chain(in_files.iter().map(|case| case.outcome))
    };
    let count = |wanted| outcomes().filter(|outcome| *outcome == wanted).count();
    let totals = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}.{:03}\"",
        outcomes().count(),
        count(Outcome::Failure),
        count(Outcome::Error),
        count(Outcome::Skipped),
        report.duration.as_secs(),
        report.duration.subsec_millis()
    );
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"esc-sync\" {totals}>")?;
    writeln!(out, "  <testsuite name=\"{}\" {totals}>", markup(&format!("esc-sync {}", report.command)))?;
    writeln!(out, "    <properties>")?;
    for (name, value) in
        [("mapping", report.mapping.as_str()), ("run", &report.run), ("verdict", report.verdict.as_str())]
    {
        writeln!(out, "      <property name=\"{name}\" value=\"{}\"/>", markup(value))?;
    }
    writeln!(out, "    </properties>")?;
    for entry in &report.entries {
        write_case(report, &entry_case(report, entry), out)?;
    }
    writes.iter().try_for_each(|case| writes::write(case, out))?;
    in_files.iter().try_for_each(|case| write_case(report, case, out))?;
    if let Some(case) = general {
        write_case(report, &case, out)?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Outcome {
    Error,
    Failure,
    Passed,
    Skipped,
}

struct Case<'a> {
    class: &'a str,
    name: &'a str,
    outcome: Outcome,
    /// What the outcome is called, and in one line why.
    kind: &'a str,
    message: &'a str,
    findings: &'a [Finding],
}

fn outcome(report: &Report, entry: &EntryReport) -> Outcome {
    if entry.status == Status::Unknown {
        Outcome::Error
    } else if entry.findings.iter().any(|finding| report.counts(finding)) {
        Outcome::Failure
    } else {
        Outcome::Passed
    }
}

fn entry_case<'a>(report: &Report, entry: &'a EntryReport) -> Case<'a> {
    Case {
        class: entry.service.as_deref().unwrap_or("unassigned"),
        name: &entry.name,
        outcome: outcome(report, entry),
        kind: entry.status.as_str(),
        message: first_reason(&entry.findings).or(entry.why()).unwrap_or("could not be checked"),
        findings: &entry.findings,
    }
}

/// The case of the report as a whole, where the entries alone do not carry the verdict.
fn general_case<'a>(report: &'a Report, summary: &Summary) -> Option<Case<'a>> {
    let shown = report.entries.iter().any(|entry| outcome(report, entry) != Outcome::Passed)
        || !super::writes::troubles(report).is_empty()
        || report.ssh.as_ref().is_some_and(SshReport::is_in_trouble)
        || report.doctor.as_ref().is_some_and(DoctorReport::is_in_trouble)
        || report.located.iter().any(|finding| finding.severity <= report.fail_on);
    if report.findings.is_empty() && (shown || report.verdict == Verdict::Pass) {
        return None;
    }
    let fails = report.findings.iter().any(|finding| report.counts(finding)) || !shown;
    let outcome = match report.verdict {
        Verdict::Unknown => Outcome::Error,
        Verdict::Fail if fails => Outcome::Failure,
        Verdict::Fail | Verdict::Pass => Outcome::Passed,
    };
    let message = match first_reason(&report.findings) {
        Some(reason) => reason,
        None if summary.checked == 0 && report.ssh.is_none() && report.scanned.is_none() => "nothing was checked",
        None => "a store could not be asked or did not answer",
    };
    let kind = report.verdict.as_str();
    Some(Case { class: "esc-sync", name: "report", outcome, kind, message, findings: &report.findings })
}

/// The reason of the worst finding.
fn first_reason(findings: &[Finding]) -> Option<&str> {
    findings.iter().min_by_key(|finding| finding.severity).map(|finding| finding.reason.as_str())
}

fn write_case(report: &Report, case: &Case<'_>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "    <testcase classname=\"{}\" name=\"{}\"", markup(case.class), markup(case.name))?;
    let (counted, beside): (Vec<_>, Vec<_>) = case.findings.iter().partition(|finding| report.counts(finding));
    let element = match case.outcome {
        Outcome::Error => "error",
        Outcome::Failure => "failure",
        Outcome::Passed | Outcome::Skipped if beside.is_empty() => return writeln!(out, "/>"),
        Outcome::Passed | Outcome::Skipped => "",
    };
    writeln!(out, ">")?;
    if !element.is_empty() {
        let (kind, message) = (markup(case.kind), markup(case.message));
        writeln!(out, "      <{element} type=\"{kind}\" message=\"{message}\">{}</{element}>", lines(&counted))?;
    }
    if !beside.is_empty() {
        writeln!(out, "      <system-out>{}</system-out>", lines(&beside))?;
    }
    writeln!(out, "    </testcase>")
}

/// The findings one below the other, escaped.
fn lines(findings: &[&Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let place = finding.place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
        let head = format!("{} {}{place}", finding.severity, finding.rule);
        write!(text, "{}\n{}\n", markup(&head), markup(&finding.reason)).expect("a string takes all");
        if !finding.remedy.is_empty() {
            writeln!(text, "fix: {}", markup(&finding.remedy)).expect("a string takes all");
        }
    }
    text
}
