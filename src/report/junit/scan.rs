//! A test case for each finding in a file.

use super::{Case, Outcome};
use crate::{
    judge::Finding,
    report::{LocatedFinding, Report, order},
};

/// A finding in a file, as one of the others, and its place.
pub(super) struct InFile {
    at: String,
    findings: [Finding; 1],
}

pub(super) fn findings(report: &Report) -> Vec<InFile> {
    order::located(&report.located).into_iter().map(in_file).collect()
}

fn in_file(located: &LocatedFinding) -> InFile {
    let LocatedFinding { rule, severity, file, line, column, reason, remedy, .. } = located;
    let (reason, remedy) = (reason.clone(), remedy.clone());
    let finding = Finding { rule, severity: *severity, status: None, place: None, reason, remedy };
    InFile { at: format!("{file}:{line}:{column}"), findings: [finding] }
}

pub(super) fn case<'a>(report: &Report, found: &'a InFile) -> Case<'a> {
    let [finding] = &found.findings;
    Case {
        class: finding.rule,
        name: &found.at,
        outcome: if report.counts(finding) { Outcome::Failure } else { Outcome::Passed },
        kind: finding.rule,
        message: &finding.reason,
        findings: &found.findings,
    }
}
