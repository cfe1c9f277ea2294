//! Two entries hold the same secret: either one is wrong, or one is a copy to forget.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Finding,
    line::list,
    placeholder::placeholder_family,
    remedy,
    rule::{Check, Rule},
    world::{Findings, World},
};
use crate::{
    mapping::{Entry, EscPlace},
    model::{Kind, Place, SecretValue, Severity, group_equal},
};

pub(super) const RULE: Rule =
    Rule::new("duplicate-value", Severity::Warning, Check::World(check), "the same value under two names");

type Member<'a> = (usize, &'a Entry, &'a EscPlace);

fn check(world: &World, findings: &mut Findings) {
    let members = world.mapping.entries.iter().enumerate().filter_map(|(at, entry)| member(world, at, entry));
    for group in group_equal(members) {
        state(world, &group, findings);
    }
}

fn member<'a>(world: &World<'a>, at: usize, entry: &'a Entry) -> Option<(Member<'a>, &'a SecretValue)> {
    let esc = entry.esc.as_ref().filter(|_| entry.kind == Kind::Secret)?;
    let value = world.snapshot.esc.get(&esc.environment)?.as_ref().ok()?.root.lookup(&esc.path)?;
    match &value.kind {
        crate::model::EscKind::Text(text) if !value.unknown => Some(((at, entry, esc), text)),
        _ => None,
    }
}

/// Entries that share a path are one value by intent; placeholders are spoken of elsewhere.
fn state(world: &World, group: &[Member], findings: &mut Findings) {
    let mut by_place: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (_, entry, esc) in group {
        by_place.entry((&esc.environment, &esc.path)).or_default().insert(&entry.name);
    }
    let names: BTreeSet<_> = by_place.values().flatten().copied().collect();
    if by_place.len() < 2 || names.len() < 2 || is_placeholder(world, group) {
        return;
    }
    for (at, entry, esc) in group {
        let own = &by_place[&(&esc.environment, &esc.path)];
        let total = names.len() - own.len();
        let others = list(names.iter().filter(|name| !own.contains(*name)), total, 20);
        let subject = world.subject(entry);
        let place = entry.esc_place();
        let shown = place.as_ref().map(Place::to_string).unwrap_or_default();
        findings.by_entry[*at].push(Finding {
            reason: format!("{shown} holds the same value as {others}"),
            remedy: format!(
                "issue a key of its own and store it with `{}`; if they are one thing, {}",
                place.as_ref().map(|place| remedy::store(&subject, place)).unwrap_or_default(),
                remedy::edit(&subject, "point both entries at one ESC path"),
            ),
            ..subject.finding(&RULE, None, place)
        });
    }
}

fn is_placeholder(world: &World, group: &[Member]) -> bool {
    let held = group.first().and_then(|(at, entry, _)| member(world, *at, entry));
    held.is_some_and(|((_, entry, _), value)| placeholder_family(entry.kind, value).is_some())
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        model::Severity,
    };

    #[test]
    fn v10_equal_values_under_two_names_are_named_to_each_other() {
        let value = "7f3c9a1e5b2d80467f3c9a1e5b2d8046";
        let case = Case::new().secret("A", "a").secret("B", "b").secret("C", "c");
        let judged = case.value("a", value).value("b", value).value("c", "other-7f3c9a1e5b2d8046").judge();
        assert_eq!(only(&judged.entries[0], "duplicate-value").severity, Severity::Warning);
        assert!(only(&judged.entries[0], "duplicate-value").reason.ends_with("the same value as B"));
        assert!(only(&judged.entries[1], "duplicate-value").reason.ends_with("the same value as A"));
        assert!(judged.entries[2].findings.iter().all(|finding| finding.rule != "duplicate-value"));
    }

    #[test]
    fn one_path_shared_by_two_names_and_placeholders_are_not_duplicates() {
        let shared = Case::new().secret("A", "a").secret("B", "a").value("a", "7f3c9a1e5b2d80467f3c9a1e5b2d8046");
        let empty = Case::new().secret("A", "a").secret("B", "b").value("a", "").value("b", "");
        let config = Case::new().config("A", "a").config("B", "b").plain_value("a", "prod").plain_value("b", "prod");
        for case in [shared, empty, config] {
            let judged = case.judge();
            assert!(
                judged
                    .entries
                    .iter()
                    .flat_map(|about| &about.findings)
                    .all(|finding| finding.rule != "duplicate-value")
            );
        }
    }
}
