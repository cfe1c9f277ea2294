//! Entries of which exactly the same is to be said, so that it can be said once.

use std::{borrow::Cow, collections::HashMap};

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
pub(super) fn remedies(remedy: &str) -> Vec<&str> {
    let (first, other) = match remedy.split_once("; if ") {
        Some((first, _)) => (first, Some(&remedy[first.len() + 2..])),
        None => (remedy, None),
    };
    [Some(first), other].into_iter().flatten().filter(|text| !text.is_empty()).map(command).collect()
}

fn command(text: &str) -> &str {
    let inner = text.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
    inner.filter(|inner| !inner.contains('`')).unwrap_or(text)
}

/// The remedy as it is said of several: with `NAME` where each has its own.
pub(super) fn shared_remedy<'a>(entry: &EntryReport, finding: &'a Finding) -> Cow<'a, str> {
    let (name, remedy) = (entry.name.as_str(), finding.remedy.as_str());
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if name.is_empty() || !name.bytes().all(is_part) || !remedy.contains(name) {
        return Cow::Borrowed(remedy);
    }
    let mut shared = String::with_capacity(remedy.len());
    let mut rest = 0;
    for (at, _) in remedy.match_indices(name) {
        let before = remedy[..at].bytes().next_back().is_some_and(is_part);
        let after = remedy[at + name.len()..].bytes().next().is_some_and(is_part);
        if !before && !after {
            shared.push_str(&remedy[rest..at]);
            shared.push_str("NAME");
            rest = at + name.len();
        }
    }
    shared.push_str(&remedy[rest..]);
    Cow::Owned(shared)
}

type Said<'a> = Vec<(&'static str, Severity, &'a str, Cow<'a, str>)>;

fn said<'a>(entry: &'a EntryReport) -> Said<'a> {
    let each = entry.findings.iter();
    let said =
        |finding: &'a Finding| (finding.rule, finding.severity, beside_place(finding), shared_remedy(entry, finding));
    each.map(said).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Evidence, Kind, Status},
        yaml::Position,
    };

    #[test]
    fn a_command_alone_needs_no_quotes_and_an_alternative_stands_apart() {
        assert_eq!(remedies("`gh secret set A`"), ["gh secret set A"]);
        assert_eq!(remedies("gh secret set A"), ["gh secret set A"]);
        assert_eq!(remedies("`a` and `b`"), ["`a` and `b`"]);
        assert_eq!(remedies("`a`; if it is meant, allow it"), ["a", "if it is meant, allow it"]);
        assert!(remedies("").is_empty());
    }

    fn entry(name: &str, remedy: &str) -> EntryReport {
        let finding = Finding {
            rule: "unverified",
            severity: Severity::Warning,
            status: None,
            place: None,
            reason: "hidden".into(),
            remedy: remedy.into(),
        };
        EntryReport {
            name: name.into(),
            service: None,
            tier: Tier::Important,
            kind: Kind::Secret,
            status: Status::Unverified,
            evidence: Evidence::Presence,
            findings: vec![finding],
            places: Vec::new(),
            at: Position { line: 1, column: 1 },
        }
    }

    #[test]
    fn remedies_that_differ_by_the_name_alone_are_the_same() {
        let entries = ["A", "B_KEY", "C"].map(|name| entry(name, &format!("`sync --overwrite {name}`")));
        let all: Vec<&EntryReport> = entries.iter().collect();
        assert_eq!(gather(&all).len(), 1);
        assert_eq!(shared_remedy(&entries[1], &entries[1].findings[0]), "`sync --overwrite NAME`");
        let inside = entry("KEY", "MY_KEY, KEY_2 and KEY");
        assert_eq!(shared_remedy(&inside, &inside.findings[0]), "MY_KEY, KEY_2 and NAME");
        let hostile = entry("", "x");
        assert_eq!(shared_remedy(&hostile, &hostile.findings[0]), "x");
    }
}
