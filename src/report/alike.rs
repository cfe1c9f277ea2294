//! Entries of which exactly the same is to be said, so that it can be said once.

use std::collections::HashMap;

use super::EntryReport;
use crate::{
    judge::Finding,
    model::{Severity, Tier},
};

/// From this number on, saying it once is shorter than saying it each time.
const FEWEST: usize = 3;

/// Puts entries together whose findings differ in nothing but the place, in the
/// order in which the first of each comes. What nobody shares stays by itself.
pub(super) fn gather<'a>(entries: &[&'a EntryReport]) -> Vec<Vec<&'a EntryReport>> {
    let mut at: HashMap<Said<'a>, usize> = HashMap::new();
    let mut groups: Vec<Vec<&'a EntryReport>> = Vec::new();
    for entry in entries {
        let known = (!entry.findings.is_empty()).then(|| *at.entry(said(entry)).or_insert(groups.len()));
        match known.and_then(|index| groups.get_mut(index)) {
            Some(group) => group.push(entry),
            None => groups.push(vec![entry]),
        }
    }
    let few = |group: Vec<&'a EntryReport>| match group.len() < FEWEST {
        true => group.into_iter().map(|entry| vec![entry]).collect(),
        false => vec![group],
    };
    groups.into_iter().flat_map(few).collect()
}

/// The reason without the place it opens with, for where the place is shown beside it.
pub(super) fn beside_place(finding: &Finding) -> &str {
    let place = finding.place.as_ref().map(ToString::to_string).unwrap_or_default();
    finding.reason.strip_prefix(&place).map_or(&*finding.reason, str::trim_start)
}

/// The names of a group, tier by tier.
pub(super) fn names<'a>(group: &[&'a EntryReport]) -> Vec<(Tier, Vec<&'a str>)> {
    let of = |tier: Tier| group.iter().filter(move |entry| entry.tier == tier).map(|entry| entry.name.as_str());
    let tiers = Tier::ALL.iter().map(|tier| (*tier, of(*tier).collect::<Vec<_>>()));
    tiers.filter(|(_, names)| !names.is_empty()).collect()
}

/// A remedy and its alternative, each without quotes where it is a command alone.
pub(super) fn remedies(finding: &Finding) -> Vec<&str> {
    let (first, other) = match finding.remedy.split_once("; if ") {
        Some((first, _)) => (first, Some(&finding.remedy[first.len() + 2..])),
        None => (&*finding.remedy, None),
    };
    [Some(first), other].into_iter().flatten().filter(|text| !text.is_empty()).map(command).collect()
}

fn command(text: &str) -> &str {
    let inner = text.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
    inner.filter(|inner| !inner.contains('`')).unwrap_or(text)
}

type Said<'a> = Vec<(&'static str, Severity, &'a str, &'a str)>;

fn said(entry: &EntryReport) -> Said<'_> {
    let each = entry.findings.iter();
    each.map(|finding| (finding.rule, finding.severity, beside_place(finding), &*finding.remedy)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(remedy: &str) -> Finding {
        let (rule, severity, remedy) = ("missing", Severity::Error, remedy.to_owned());
        Finding { rule, severity, status: None, place: None, reason: "gone".into(), remedy }
    }

    #[test]
    fn a_command_alone_needs_no_quotes_and_an_alternative_stands_apart() {
        assert_eq!(remedies(&finding("`gh secret set A`")), ["gh secret set A"]);
        assert_eq!(remedies(&finding("gh secret set A")), ["gh secret set A"]);
        assert_eq!(remedies(&finding("`a` and `b`")), ["`a` and `b`"]);
        assert_eq!(remedies(&finding("`a`; if it is meant, allow it")), ["a", "if it is meant, allow it"]);
        assert!(remedies(&finding("")).is_empty());
    }
}
