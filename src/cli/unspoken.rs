//! What a scan tells never repeats a known value: not where a name should stand, and not in a path (invariant I8).

use crate::{report::Report, scan::Scrub};

/// Puts marks in the place of values in names, paths and sentences.
pub(super) fn unspoken(mut report: Report, scrub: &Scrub<'_>) -> Report {
    let clean = |text: &mut String| {
        if let Some(cleaned) = scrub.text(text) {
            *text = cleaned;
        }
    };
    for reference in &mut report.references {
        clean(&mut reference.name);
        clean(&mut reference.file);
    }
    for finding in &mut report.located {
        [&mut finding.reason, &mut finding.remedy, &mut finding.file]
            .into_iter()
            .chain(&mut finding.name)
            .for_each(clean);
    }
    report.remarks.iter_mut().for_each(clean);
    report
}
