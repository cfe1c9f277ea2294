//! Where a name is that a job does not reach, and the one step by which it does.

use std::sync::Arc;

use crate::{
    judge::grant,
    mapping::Entry,
    model::{App, GithubPlace, GithubScope, Meta, RepoRef, SecretName, Slot, Visibility},
    scan::{presence::World, reference::Reach},
};

/// Why a job does not get what it names, and what to do.
#[derive(Debug)]
pub(super) struct Elsewhere {
    pub(super) reason: String,
    pub(super) remedy: String,
}

impl World<'_> {
    /// In an environment that the job does not name, or in the organization and not shown to the repository.
    pub(super) fn elsewhere(&self, name: &SecretName, slot: Slot, reach: &Reach) -> Option<Elsewhere> {
        let held = self.held(name, slot);
        let environments = held.iter().filter_map(|(scope, _)| self.environment(scope)).collect::<Vec<_>>();
        if let Some(in_job) = in_job(&environments, reach) {
            let reason = format!("{name} is in no scope that this job reaches");
            return Some(Elsewhere { reason, remedy: format!("it is in {}: {in_job}", listed(&environments)) });
        }
        let repository = self.repository?;
        let (scope, meta) = held.into_iter().find(|(scope, _)| self.is_its_organization(scope))?;
        let place = GithubPlace { scope: Arc::clone(scope), slot, name: name.clone() };
        Some(Elsewhere {
            reason: format!("{place} exists, but workflows of {repository} do not see it"),
            remedy: shown_to(&place, meta, repository),
        })
    }

    /// Where the mapping keeps an entry that is not there yet, if a job must name an environment to get it.
    pub(super) fn declared_elsewhere(
        &self,
        entry: &Entry,
        name: &SecretName,
        slot: Slot,
        reach: &Reach,
    ) -> Option<Elsewhere> {
        let places = || entry.github.iter().filter(|place| place.slot == slot && place.name == *name);
        let environments: Vec<&str> = places().filter_map(|place| self.environment(&place.scope)).collect();
        if environments.len() != places().count() {
            return None;
        }
        let in_job = in_job(&environments, reach)?;
        Some(Elsewhere {
            reason: format!("{name} is in no scope that this job reaches"),
            remedy: format!(
                "the mapping keeps it in {}: {in_job}, and `esc-sync sync --only {name}`, since it is not there yet",
                listed(&environments)
            ),
        })
    }

    /// The scopes that have the name.
    fn held(&self, name: &SecretName, slot: Slot) -> Vec<(&Arc<GithubScope>, &Meta)> {
        let Some(snapshot) = self.snapshot else { return Vec::new() };
        let (secrets, variables) = (&snapshot.github.secrets, &snapshot.github.variables);
        match slot {
            Slot::Secret => {
                secrets.iter().filter_map(|(scope, list)| Some((scope, list.as_ref().ok()?.get(name)?))).collect()
            }
            Slot::Variable => variables
                .iter()
                .filter_map(|(scope, list)| Some((scope, &list.as_ref().ok()?.get(name)?.meta)))
                .collect(),
        }
    }

    /// The environment that a scope of our repository is.
    fn environment<'s>(&self, scope: &'s GithubScope) -> Option<&'s str> {
        match scope {
            GithubScope::Environment { repository, environment }
                if self.repository.is_none_or(|own| own == repository) =>
            {
                Some(environment)
            }
            _ => None,
        }
    }

    fn is_its_organization(&self, scope: &GithubScope) -> bool {
        matches!(scope, GithubScope::Organization { app: App::Actions, organization }
            if self.repository.is_some_and(|own| own.owner.eq_ignore_ascii_case(organization)))
    }
}

/// What to write into the job; `None` where no environment has it, or a run alone knows which the job has.
fn in_job(environments: &[&str], reach: &Reach) -> Option<String> {
    let first = environments.first()?;
    match reach {
        Reach::Repository => Some(format!("add `environment: {first}` to the job")),
        Reach::Environment(named) if environments.iter().all(|other| !other.eq_ignore_ascii_case(named)) => {
            Some(format!("the job names {named}; store it there too, or let a job of `environment: {first}` use it"))
        }
        Reach::Environment(_) | Reach::AnyEnvironment => None,
    }
}

fn listed(environments: &[&str]) -> String {
    let word = if environments.len() == 1 { "environment" } else { "the environments" };
    format!("{word} {}", environments.join(", "))
}

/// As `check` mends an `invisible` one.
fn shown_to(place: &GithubPlace, meta: &Meta, repository: &RepoRef) -> String {
    let own = format!("`gh {} set {} --repo {repository}`", place.slot.as_str(), place.name);
    match &meta.visibility {
        Some(Visibility::Selected(_)) => format!("`{}`", grant(place, repository)),
        Some(Visibility::All) => {
            format!("{own} (on GitHub Free what an organization holds does not reach private repositories)")
        }
        Some(Visibility::Private) => {
            format!("{own} (what is visible to `private` reaches private and internal repositories only)")
        }
        None => own,
    }
}
