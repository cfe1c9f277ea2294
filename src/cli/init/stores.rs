//! What the stores hold: the environments and scopes that were named, else the only ones there are.

use std::sync::Arc;

use super::args::{GithubTarget, InitArgs};
use crate::{
    cli::{Failure, terminal},
    draft::{Held, Sources, leaves},
    engine::{SurveyedScope, survey_environments, survey_scopes},
    model::{App, Cause, EnvironmentRef, GithubScope, Slot, Unread, Visibility},
    store::Stores,
};

/// So many names are listed of a choice.
const LISTED: usize = 20;

/// Takes the places that were named, where nobody is asked.
pub(super) fn name(args: &InitArgs, sources: &mut Sources) {
    sources.environments = args.esc.iter().cloned().map(Arc::new).collect();
    sources.home = args.github.first().map(scope);
}

pub(super) async fn read(args: &InitArgs, stores: &Stores, sources: &mut Sources) -> Result<(), Failure> {
    let environments = environments(args, stores).await?;
    let scopes = scopes(args, stores).await?;
    let (esc, github) =
        futures_util::future::try_join(survey_environments(&environments, stores), survey_scopes(&scopes, stores))
            .await?;
    for (environment, snapshot) in esc {
        sources.leaves.extend(leaves(&environment, snapshot.root));
    }
    sources.esc_read = !environments.is_empty();
    sources.environments = environments;
    sources.home = scopes.first().cloned();
    github.into_iter().for_each(|scope| hold(scope, sources));
    Ok(())
}

fn hold(found: SurveyedScope, sources: &mut Sources) {
    let SurveyedScope { scope, secrets, variables } = found;
    for (name, meta) in secrets {
        let selected = match meta.visibility {
            Some(Visibility::Selected(list)) => list.filter(|list| !list.is_empty()),
            _ => None,
        };
        sources.held.push(Held { scope: Arc::clone(&scope), slot: Slot::Secret, name, selected });
    }
    for (name, variable) in variables {
        sources.values.push((name.clone(), variable.value));
        sources.held.push(Held { scope: Arc::clone(&scope), slot: Slot::Variable, name, selected: None });
    }
}

async fn environments(args: &InitArgs, stores: &Stores) -> Result<Vec<Arc<EnvironmentRef>>, Failure> {
    if !args.esc.is_empty() {
        return Ok(args.esc.iter().cloned().map(Arc::new).collect());
    }
    let Some(esc) = logged_in(stores.esc(), "ESC")? else { return Ok(Vec::new()) };
    let mut seen = esc.environments().await?;
    // What esc-sync keeps for itself is nobody's deployment.
    seen.retain(|environment| !environment.name.starts_with("esc-sync"));
    let seen: Vec<Arc<EnvironmentRef>> = seen.into_iter().map(Arc::new).collect();
    only_one(seen, "ESC environments", "--esc ORG/PROJECT/ENV (the first is the mapping's own)")
}

async fn scopes(args: &InitArgs, stores: &Stores) -> Result<Vec<Arc<GithubScope>>, Failure> {
    if !args.github.is_empty() {
        return Ok(args.github.iter().map(scope).collect());
    }
    let Some(github) = logged_in(stores.github(), "GitHub")? else { return Ok(Vec::new()) };
    let seen = github.organizations().await?;
    let seen = seen.into_iter().map(|organization| organization.to_ascii_lowercase()).collect();
    let chosen = only_one(seen, "organizations on GitHub", "--github ORG or --github OWNER/REPO")?;
    Ok(chosen.into_iter().map(|name| scope(&GithubTarget::Organization(name))).collect())
}

/// A store that nobody is logged in to was not meant, unless it was named.
fn logged_in<T>(store: Result<T, Arc<Unread>>, name: &str) -> Result<Option<T>, Failure> {
    match store {
        Ok(store) => Ok(Some(store)),
        Err(unread) if unread.cause == Cause::Login => {
            terminal::say(format_args!("esc-sync: {name} is left out: {unread}"));
            Ok(None)
        }
        Err(unread) => Err(unread.into()),
    }
}

/// The only one, or none; of several a person must choose.
fn only_one<T: ToString>(mut seen: Vec<T>, what: &str, option: &str) -> Result<Vec<T>, Failure> {
    if seen.len() <= 1 {
        if seen.is_empty() {
            terminal::say(format_args!("esc-sync: the login sees no {what}"));
        }
        return Ok(seen);
    }
    let more = seen.len().saturating_sub(LISTED);
    seen.truncate(LISTED);
    let mut names: Vec<String> = seen.iter().map(ToString::to_string).collect();
    if more > 0 {
        names.push(format!("and {more} more"));
    }
    Err(Failure::usage(
        format!("the login sees several {what}: {}", names.join(", ")),
        format!("name one with {option}"),
    ))
}

fn scope(target: &GithubTarget) -> Arc<GithubScope> {
    Arc::new(match target {
        GithubTarget::Organization(organization) => {
            GithubScope::Organization { app: App::Actions, organization: organization.as_str().into() }
        }
        GithubTarget::Repository(repository) => {
            GithubScope::Repository { app: App::Actions, repository: repository.clone() }
        }
    })
}
