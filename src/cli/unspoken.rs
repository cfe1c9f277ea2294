//! What a scan tells never repeats a known value: not where a name should stand, and not in a path (invariant I8).

use std::collections::HashMap;

use crate::{report::Report, scan::Scrub};

/// Puts marks in the place of values in names, paths and sentences.
pub(super) fn unspoken(mut report: Report, scrub: &Scrub<'_>) -> Report {
    let mut cleaner = Cleaner { scrub, seen: HashMap::new() };
    for reference in &mut report.references {
        cleaner.clean(&mut reference.name);
        cleaner.clean(&mut reference.file);
    }
    for finding in &mut report.located {
        let texts = [&mut finding.reason, &mut finding.remedy, &mut finding.file];
        texts.into_iter().chain(&mut finding.name).for_each(|text| cleaner.clean(text));
    }
    report.remarks.iter_mut().for_each(|remark| cleaner.clean(remark));
    report
}

/// A tree has a few names and paths, and each a thousand times.
struct Cleaner<'s, 'm> {
    scrub: &'s Scrub<'m>,
    /// What became of a text; `None`: it stays as it is.
    seen: HashMap<String, Option<String>>,
}

impl Cleaner<'_, '_> {
    fn clean(&mut self, text: &mut String) {
        let known = match self.seen.get(text.as_str()) {
            Some(known) => known.clone(),
            None => {
                let cleaned = self.scrub.text(text);
                self.seen.insert(text.clone(), cleaned.clone());
                cleaned
            }
        };
        if let Some(cleaned) = known {
            *text = cleaned;
        }
    }
}
