//! Which reads a mapping needs: each address once, whatever the number of entries.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    mapping::{DeclaredVisibility, Entry, Mapping},
    model::{App, EnvironmentRef, GithubPlace, GithubScope, RepoRef, Slot},
};

use super::Selection;

/// All that will be asked. Entries that are not selected cost no request.
#[derive(Debug, Default)]
pub struct ReadPlan {
    pub environments: BTreeSet<Arc<EnvironmentRef>>,
    /// Environments whose newest revision's date is a proof of age for some entry.
    pub revisions: BTreeSet<Arc<EnvironmentRef>>,
    pub secrets: BTreeSet<Arc<GithubScope>>,
    pub variables: BTreeSet<Arc<GithubScope>>,
    /// Repositories of which is asked which organization secrets they really see.
    pub seen: BTreeSet<RepoRef>,
    /// Scopes listed only to find names that shadow others; entries do not depend on them.
    pub shadowing: BTreeSet<Arc<GithubScope>>,
    /// Secrets whose exact list of repositories is declared, so that the list must be read.
    pub selected: BTreeSet<GithubPlace>,
}

impl ReadPlan {
    pub fn new(mapping: &Mapping, selection: &Selection) -> Self {
        let mut plan = Self::default();
        for entry in mapping.entries.iter().filter(|entry| selection.contains(entry)) {
            plan.add(entry);
        }
        plan.shadowing = plan.shadowing.difference(&plan.secrets).cloned().collect();
        plan
    }

    /// Inside a job its own repository's secrets may stand before the organization's, so that
    /// the value the job sees is another scope's.
    pub fn add_job(&mut self, repository: &RepoRef) {
        let scope = GithubScope::Repository { app: App::Actions, repository: repository.clone() };
        let concerned =
            self.secrets.iter().any(|scope| matches!(**scope, GithubScope::Organization { app: App::Actions, .. }));
        if concerned && !self.secrets.contains(&scope) {
            self.shadowing.insert(Arc::new(scope));
        }
    }

    fn add(&mut self, entry: &Entry) {
        if let Some(esc) = &entry.esc {
            insert_shared(&mut self.environments, &esc.environment);
            if entry.github.is_empty() && entry.detail().max_age_days.is_some() {
                insert_shared(&mut self.revisions, &esc.environment);
            }
        }
        for place in &entry.github {
            match place.slot {
                Slot::Secret => insert_shared(&mut self.secrets, &place.scope),
                Slot::Variable => insert_shared(&mut self.variables, &place.scope),
            }
        }
        for place in entry.organization_places().filter(|place| place.slot == Slot::Secret) {
            self.add_visibility(entry, place);
        }
    }

    /// Only Actions tells which organization secrets a repository sees.
    fn add_visibility(&mut self, entry: &Entry, place: &GithubPlace) {
        if place.scope.app() == App::Actions {
            for repository in entry
                .visible_to
                .iter()
                .filter(|repository| !self.seen.contains(repository))
                .cloned()
                .collect::<Vec<_>>()
            {
                let scope = GithubScope::Repository { app: App::Actions, repository: repository.clone() };
                self.shadowing.insert(Arc::new(scope));
                self.seen.insert(repository);
            }
        }
        if entry.detail().visibility == Some(DeclaredVisibility::Selected) {
            self.selected.insert(place.clone());
        }
    }
}

/// Inserts without cloning the handle of what is there already: entries by the
/// hundred thousand share a handful of scopes.
fn insert_shared<T: Ord>(set: &mut BTreeSet<Arc<T>>, item: &Arc<T>) {
    if !set.contains(item) {
        set.insert(Arc::clone(item));
    }
}
