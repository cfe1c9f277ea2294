//! What is wrong in files, worst first, each with its place; and, if asked for, all that the tree refers to.

use std::io;

use super::{Cell, Ink, LONGEST_NAME, LONGEST_REASON, SEVERITY, Text, cell, quoted, severity_ink};
use crate::report::{LocatedFinding, Report, escape::clipped, order};

impl Text<'_> {
    pub(super) fn scan(&mut self, report: &Report) -> io::Result<()> {
        if !report.located.is_empty() {
            self.page.blank()?;
            let heading = format!("in files ({})", report.located.len());
            self.page.row(0, 2, &[cell(&heading, Ink::Bold)])?;
            order::located(&report.located).into_iter().try_for_each(|finding| self.located(finding))?;
        }
        if self.verbose && !report.references.is_empty() {
            self.page.blank()?;
            let heading = format!("references ({})", report.references.len());
            self.page.row(0, 2, &[cell(&heading, Ink::Bold)])?;
            for reference in &report.references {
                let at = format!("{}:{}:{}", reference.file, reference.line, reference.column);
                let status = Cell { column: STATUS, ..cell(reference.status, Ink::Plain) };
                let kind = Cell { column: KIND, ..cell(reference.kind, Ink::Dim) };
                self.page.row(2, 4, &[status, kind, quoted(&reference.name), quoted(&at)])?;
            }
        }
        Ok(())
    }

    fn located(&mut self, finding: &LocatedFinding) -> io::Result<()> {
        let at = format!("{}:{}:{}", clipped(&finding.file, LONGEST_NAME), finding.line, finding.column);
        let severity = Cell { column: SEVERITY, ..cell(finding.severity.as_str(), severity_ink(finding.severity)) };
        let rule = Cell { column: RULE, ..cell(finding.rule, Ink::Plain) };
        let name = Cell { ink: Ink::Bold, ..quoted(finding.name.as_deref().unwrap_or_default()) };
        self.page.row(2, 4, &[severity, rule, quoted(&at), name])?;
        self.page.prose(4, 4, Ink::Plain, &clipped(&finding.reason, LONGEST_REASON))?;
        self.remedies(4, &finding.remedy)
    }
}

/// The longest words of their kinds.
const STATUS: usize = "unmapped".len();
const KIND: usize = "environment".len();
const RULE: usize = "unmapped-reference".len();
