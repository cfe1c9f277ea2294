//! Everything the rules look at, with the indexes that keep judging linear.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use super::{Finding, JudgeOptions, Subject};
use crate::{
    mapping::{Entry, Mapping},
    model::{App, GithubPlace, GithubScope, Slot, Snapshot},
};

pub(super) struct World<'a> {
    pub(super) mapping: &'a Mapping,
    pub(super) snapshot: &'a Snapshot,
    pub(super) options: JudgeOptions,
    /// Repositories and environments (Actions) that hold a name, in their order.
    bound: HashMap<(Slot, &'a str), Vec<&'a GithubScope>>,
    /// Every name the mapping speaks of.
    named: HashSet<&'a str>,
    /// The places that are some entry's own.
    mapped: HashSet<(&'a GithubScope, Slot, &'a str)>,
    /// The scopes in which some entry has a place; others are listed only for what shadows.
    managed: HashSet<&'a GithubScope>,
}

/// What rules have to say, by whom it concerns.
pub(super) struct Findings {
    pub(super) by_entry: Vec<Vec<Finding>>,
    pub(super) of_world: Vec<Finding>,
}

impl Findings {
    pub(super) fn new(entries: usize) -> Self {
        Self { by_entry: (0..entries).map(|_| Vec::new()).collect(), of_world: Vec::new() }
    }
}

impl<'a> World<'a> {
    pub(super) fn new(mapping: &'a Mapping, snapshot: &'a Snapshot, options: JudgeOptions) -> Self {
        let places = || mapping.known_places();
        let aliases = mapping.known().flat_map(|entry| &entry.detail().aliases);
        let own = mapping.known().map(|entry| &entry.name);
        let named = places().map(|place| &place.name).chain(aliases).chain(own).map(|name| name.as_str()).collect();
        let mapped = places().map(|place| (&*place.scope, place.slot, place.name.as_str())).collect();
        let managed = places().map(|place| &*place.scope).collect();
        Self { mapping, snapshot, options, bound: bound_names(snapshot), named, mapped, managed }
    }

    pub(super) fn subjects(&'a self) -> impl Iterator<Item = Subject<'a>> {
        self.mapping.entries.iter().map(|entry| self.subject(entry))
    }

    pub(super) fn subject(&'a self, entry: &'a Entry) -> Subject<'a> {
        Subject::new(self, entry)
    }

    /// Whether any entry goes by this name or alias, wherever it lives.
    pub(super) fn names(&self, name: &str) -> bool {
        self.named.contains(name)
    }

    /// Whether any entry has a place in this scope.
    pub(super) fn manages(&self, scope: &GithubScope) -> bool {
        self.managed.contains(scope)
    }

    /// Whether this is a place of some entry.
    pub(super) fn maps(&self, scope: &GithubScope, slot: Slot, name: &str) -> bool {
        self.mapped.contains(&(scope, slot, name))
    }

    /// The scopes whose value of that name wins over the place's own.
    pub(super) fn nearer(&self, place: &GithubPlace) -> Vec<&'a GithubScope> {
        if place.scope.app() != App::Actions {
            return Vec::new();
        }
        let scopes = self.bound.get(&(place.slot, place.name.as_str())).map_or(&[][..], Vec::as_slice);
        scopes.iter().copied().filter(|scope| wins_over(scope, &place.scope)).collect()
    }
}

/// Environment before repository before organization
/// (GitHub docs, security/secrets: precedence, read 2026-11).
fn wins_over(nearer: &GithubScope, farther: &GithubScope) -> bool {
    match (nearer, farther) {
        (GithubScope::Organization { .. }, _) | (_, GithubScope::Environment { .. }) => false,
        (_, GithubScope::Organization { organization, .. }) => {
            nearer.repository().is_some_and(|repository| repository.owner.eq_ignore_ascii_case(organization))
        }
        (GithubScope::Environment { repository: inner, .. }, GithubScope::Repository { repository: outer, .. }) => {
            inner == outer
        }
        (GithubScope::Repository { .. }, GithubScope::Repository { .. }) => false,
    }
}

fn bound_names(snapshot: &Snapshot) -> HashMap<(Slot, &str), Vec<&GithubScope>> {
    let mut bound: HashMap<_, Vec<_>> = HashMap::new();
    collect_bound(&snapshot.github.secrets, Slot::Secret, &mut bound);
    collect_bound(&snapshot.github.variables, Slot::Variable, &mut bound);
    bound
}

fn collect_bound<'a, T>(
    listings: &'a BTreeMap<Arc<GithubScope>, crate::model::Listing<T>>,
    slot: Slot,
    bound: &mut HashMap<(Slot, &'a str), Vec<&'a GithubScope>>,
) {
    let read = listings.iter().filter_map(|(scope, listing)| Some((&**scope, listing.as_ref().ok()?)));
    let near = read.filter(|(scope, _)| scope.app() == App::Actions && scope.repository().is_some());
    for (scope, listing) in near {
        for name in listing.keys() {
            bound.entry((slot, name.as_str())).or_default().push(scope);
        }
    }
}
