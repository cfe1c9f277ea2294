//! What is wrong in files, for a page.

use std::io;

use super::{LONG, Page, SHORT};
use crate::report::{
    LocatedFinding, Report, alike,
    escape::{
        clipped,
        markdown::{block, code, prose},
    },
    order,
};

pub(super) fn write(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let located = order::located(&report.located);
    let worst = located.first().map(|finding| finding.severity);
    let items: Vec<String> = located.into_iter().map(item).collect();
    page.section("in files", items.len(), worst, items.into_iter())
}

fn item(finding: &LocatedFinding) -> String {
    let at = format!("{}:{}:{}", clipped(&finding.file, SHORT), finding.line, finding.column);
    let mut text = format!("\n- **{}** {} in {}", finding.severity, code(finding.rule), code(&at));
    text.push_str(&format!(": {}\n", prose(&clipped(&finding.reason, LONG))));
    for remedy in alike::remedies(&finding.remedy) {
        text.push('\n');
        text.push_str(&block(&clipped(remedy, LONG), "  "));
    }
    text
}
