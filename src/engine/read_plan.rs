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
    /// The same for variables.
    pub seen_variables: BTreeSet<RepoRef>,
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

    /// Only what holds values that `wanted` entries are checked by: their environments, those of the other values
    /// of the same services, and the variables that ESC does not have.
    pub fn of_values(mapping: &Mapping, selection: &Selection, wanted: &dyn Fn(&Entry) -> bool) -> Self {
        let asked = mapping.entries.iter().filter(|entry| selection.contains(entry) && wanted(entry));
        let services: BTreeSet<_> = asked.clone().filter_map(|entry| entry.service.as_ref()).collect();
        let companions = mapping.known().filter(|entry| entry.service.as_ref().is_some_and(|id| services.contains(id)));
        let mut plan = Self::default();
        for entry in asked.chain(companions) {
            match &entry.esc {
                Some(esc) => insert_shared(&mut plan.environments, &esc.environment),
                None => {
                    for place in entry.github.iter().filter(|place| place.slot == Slot::Variable) {
                        insert_shared(&mut plan.variables, &place.scope);
                    }
                }
            }
        }
        plan
    }

    /// Inside a job a value may come from another scope than the one that is mapped: from the job's
    /// own repository before the organization, and from both where the job is outside an environment.
    pub fn add_job(&mut self, repository: &RepoRef) {
        let of_organization =
            |scope: &Arc<GithubScope>| matches!(**scope, GithubScope::Organization { app: App::Actions, .. });
        let of_environment = |scope: &Arc<GithubScope>| matches!(&**scope, GithubScope::Environment { repository: own, .. } if own == repository);
        let environment = self.secrets.iter().any(of_environment);
        if environment {
            self.seen.insert(repository.clone());
        }
        let scope = GithubScope::Repository { app: App::Actions, repository: repository.clone() };
        if !self.secrets.contains(&scope) && (environment || self.secrets.iter().any(of_organization)) {
            self.shadowing.insert(Arc::new(scope));
        }
    }

    /// All that workflows of a repository can see beside what entries name.
    pub fn add_tree(&mut self, repository: &RepoRef) {
        self.add_scope(GithubScope::Repository { app: App::Actions, repository: repository.clone() });
        self.seen.insert(repository.clone());
        self.seen_variables.insert(repository.clone());
    }

    /// Both lists of one scope.
    pub fn add_scope(&mut self, scope: GithubScope) {
        let scope = Arc::new(scope);
        self.shadowing.remove(&scope);
        self.secrets.insert(Arc::clone(&scope));
        self.variables.insert(scope);
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
        for place in entry.organization_places() {
            self.add_visibility(entry, place);
        }
    }

    /// Only Actions tells which secrets and variables of an organization a repository sees.
    fn add_visibility(&mut self, entry: &Entry, place: &GithubPlace) {
        if place.scope.app() == App::Actions {
            let seen = match place.slot {
                Slot::Secret => &mut self.seen,
                Slot::Variable => &mut self.seen_variables,
            };
            for repository in entry.visible_to.iter() {
                if seen.contains(repository) {
                    continue;
                }
                seen.insert(repository.clone());
                if place.slot == Slot::Secret {
                    let scope = GithubScope::Repository { app: App::Actions, repository: repository.clone() };
                    self.shadowing.insert(Arc::new(scope));
                }
            }
        }
        // Of the other apps only the policy tells who sees a secret.
        let by_policy = place.scope.app() != App::Actions && !entry.visible_to.is_empty();
        if by_policy || entry.detail().visibility == Some(DeclaredVisibility::Selected) {
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
