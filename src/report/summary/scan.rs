//! How much of a tree was looked at, and what could not be.

use std::fmt::Write as _;

use super::counted;
use crate::report::{Report, ScannedReport};

/// What was looked at, for a report that is about files.
pub(super) fn sentence(scanned: &ScannedReport, report: &Report) -> String {
    let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let mut text = format!("read {}", counted(number(scanned.files), "file"));
    for (count, what) in [(scanned.binary, "binary skipped"), (scanned.unreadable, "not readable")] {
        if count > 0 {
            write!(text, ", {count} {what}").expect("a string takes all");
        }
    }
    write!(text, ": {}", counted(report.references.len(), "reference")).expect("a string takes all");
    match scanned.values {
        None => text.push_str(", values not looked for"),
        Some(values) => {
            write!(text, ", {} looked for", counted(number(values), "known value")).expect("a string takes all");
            if scanned.plain_values > 0 {
                write!(text, " ({} more too short or too plain)", scanned.plain_values).expect("a string takes all");
            }
        }
    }
    text
}

/// What could not be found out, if anything.
pub(super) fn unknown(scanned: &ScannedReport) -> String {
    let parts =
        [(scanned.unreadable, "files could not be read"), (scanned.unknown, "references could not be compared")];
    let told: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if told.is_empty() { "a store could not be asked or did not answer".to_owned() } else { told.join("; ") }
}
