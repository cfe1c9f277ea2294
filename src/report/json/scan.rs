//! References and located findings, as `report/v1` has them.

use serde::Serialize;

use crate::report::{LocatedFinding, ReferenceReport, ScannedReport};

#[derive(Serialize)]
pub(super) struct ReferenceV1<'a> {
    name: &'a str,
    kind: &'static str,
    file: &'a str,
    line: u32,
    column: u32,
    status: &'static str,
}

#[derive(Serialize)]
pub(super) struct LocatedV1<'a> {
    rule: &'static str,
    severity: &'static str,
    name: Option<&'a str>,
    file: &'a str,
    line: u32,
    column: u32,
    reason: &'a str,
    remedy: &'a str,
}

#[derive(Serialize)]
pub(super) struct ScannedV1 {
    files: u64,
    bytes: u64,
    binary: u64,
    unreadable: u64,
    values: Option<u64>,
    plain_values: u64,
}

impl<'a> From<&'a ReferenceReport> for ReferenceV1<'a> {
    fn from(reference: &'a ReferenceReport) -> Self {
        let ReferenceReport { name, kind, file, line, column, status } = reference;
        Self { name, kind, file, line: *line, column: *column, status }
    }
}

impl<'a> From<&'a LocatedFinding> for LocatedV1<'a> {
    fn from(finding: &'a LocatedFinding) -> Self {
        Self {
            rule: finding.rule,
            severity: finding.severity.as_str(),
            name: finding.name.as_deref(),
            file: &finding.file,
            line: finding.line,
            column: finding.column,
            reason: &finding.reason,
            remedy: &finding.remedy,
        }
    }
}

impl From<&ScannedReport> for ScannedV1 {
    fn from(scanned: &ScannedReport) -> Self {
        let ScannedReport { files, bytes, binary, unreadable, values, plain_values, .. } = *scanned;
        Self { files, bytes, binary, unreadable, values, plain_values }
    }
}
