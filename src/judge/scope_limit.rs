//! How many names fit into a scope, and how many more the mapping wants there (G13).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Finding,
    rule::{Check, Rule},
    world::{Findings, World},
};
use crate::model::{App, GithubScope, Listing, SecretName, Severity, Slot};

pub(super) const RULE: Rule = Rule {
    tiered: false,
    silenceable: false,
    ..Rule::new("scope-limit", Severity::Error, Check::World(check), "a scope of GitHub is full, or nearly")
};

fn check(world: &World, findings: &mut Findings) {
    let github = &world.snapshot.github;
    let wanted = wanted(world);
    for (scope, names) in listed(&github.secrets) {
        findings.of_world.extend(state(scope, Slot::Secret, &names, &wanted));
    }
    for (scope, names) in listed(&github.variables) {
        findings.of_world.extend(state(scope, Slot::Variable, &names, &wanted));
    }
}

type Wanted<'a> = BTreeMap<(&'a GithubScope, Slot), BTreeSet<&'a SecretName>>;

fn wanted<'a>(world: &World<'a>) -> Wanted<'a> {
    let mut wanted: Wanted = BTreeMap::new();
    for place in world.mapping.entries.iter().flat_map(|entry| &entry.github) {
        wanted.entry((&*place.scope, place.slot)).or_default().insert(&place.name);
    }
    wanted
}

/// Per organization, repository and environment (GitHub docs, security/secrets and
/// workflows-and-actions/variables, read 2026-11). Known for Actions only.
fn limit(scope: &GithubScope, slot: Slot) -> Option<usize> {
    match (scope, slot) {
        _ if scope.app() != App::Actions => None,
        (GithubScope::Organization { .. }, _) => Some(1000),
        (GithubScope::Repository { .. }, Slot::Variable) => Some(500),
        (GithubScope::Environment { .. }, _) | (GithubScope::Repository { .. }, Slot::Secret) => Some(100),
    }
}

fn listed<T>(
    listings: &BTreeMap<Arc<GithubScope>, Listing<T>>,
) -> impl Iterator<Item = (&GithubScope, BTreeSet<&SecretName>)> {
    let read = listings.iter().filter_map(|(scope, listing)| Some((&**scope, listing.as_ref().ok()?)));
    read.filter(|(scope, _)| scope.app() == App::Actions).map(|(scope, listing)| (scope, listing.keys().collect()))
}

fn state(scope: &GithubScope, slot: Slot, names: &BTreeSet<&SecretName>, wanted: &Wanted) -> Option<Finding> {
    let limit = limit(scope, slot)?;
    let mine = wanted.get(&(scope, slot));
    let missing = mine.map_or(0, |mine| mine.difference(names).count());
    let total = names.len() + missing;
    let kind = slot.as_str();
    let (severity, reason) = if total > limit && missing > 0 {
        let reason = format!(
            "{scope} holds {} of at most {limit} {kind}s, and the mapping wants {missing} more there",
            names.len()
        );
        (Severity::Error, reason)
    } else if total * 10 >= limit * 9 {
        (
            Severity::Warning,
            format!("{scope} holds {} of at most {limit} {kind}s, with {missing} more wanted", names.len()),
        )
    } else {
        return None;
    };
    let remedy = "delete what nobody uses (see unmanaged), or keep values in ESC and open it in the workflow".into();
    Some(Finding { rule: RULE.id, severity, status: None, place: None, reason, remedy })
}

#[cfg(test)]
mod tests {
    use crate::{judge::testing::Case, model::Severity};

    fn judged(listed: usize, wanted: usize) -> Option<(Severity, String)> {
        let mut case = Case::new();
        for at in 0..listed {
            case = case.repository_lists("acme/app", &format!("L{at:04}"));
        }
        for at in 0..wanted {
            case = case.repository_only("acme/app", &format!("W{at:04}"));
        }
        let judged = case.judge();
        judged
            .findings
            .iter()
            .find(|finding| finding.rule == "scope-limit")
            .map(|finding| (finding.severity, finding.reason.clone()))
    }

    #[test]
    fn g13_a_full_scope_is_counted_before_the_first_write() {
        assert_eq!(judged(85, 4), None);
        assert_eq!(judged(85, 5).map(|(severity, _)| severity), Some(Severity::Warning));
        assert_eq!(judged(100, 0).map(|(severity, _)| severity), Some(Severity::Warning));
        let (severity, reason) = judged(99, 2).expect("full");
        assert_eq!(severity, Severity::Error);
        assert_eq!(reason, "acme/app holds 99 of at most 100 secrets, and the mapping wants 2 more there");
    }
}
