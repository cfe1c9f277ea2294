//! From a path to what it means, with the organization or repository already found.

use super::{
    failure::not_found,
    world::{Consumer, GithubWorld, VaultKey},
};
use crate::{
    model::Slot,
    sandbox::message::{SandboxRequest, SandboxResponse},
};

/// What a path addresses.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Route {
    AccessTokens(u64),
    App,
    Environment(u64, String),
    Environments(u64),
    /// Who may see an item; with a repository's id, one line of that list.
    Grants {
        vault: VaultKey,
        slot: Slot,
        name: String,
        repository: Option<u64>,
    },
    Graphql,
    Installation {
        owner: String,
    },
    Item {
        vault: VaultKey,
        slot: Slot,
        name: String,
    },
    Items {
        vault: VaultKey,
        slot: Slot,
    },
    Organization(String),
    OrganizationRepositories(String),
    PublicKey(VaultKey),
    RateLimit,
    Repository(u64),
    /// One run of a workflow.
    Run {
        repository: u64,
        run: u64,
    },
    /// What a repository sees of its organization's vault.
    SeenItems {
        repository: u64,
        consumer: Consumer,
        slot: Slot,
    },
    User,
    UserNamed(String),
    /// The organizations of whoever asks.
    UserOrganizations,
}

/// Where a path leads.
pub(super) enum Destination {
    Here(Route),
    /// To the same thing of a repository that has another name now: its id, and the rest of the path.
    Moved(u64, String),
}

/// Finds what the path addresses.
pub(super) fn resolve(world: &GithubWorld, request: &SandboxRequest) -> Result<Destination, SandboxResponse> {
    if request.path.len() > 1 && request.path.ends_with('/') {
        // A trailing slash is a 404 (docs, troubleshooting the REST API).
        return Err(not_found());
    }
    let segments = request.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let path = match segments.as_slice() {
        ["api", "v3", rest @ ..] => rest,
        ["api", "graphql"] => &["graphql"],
        other => other,
    };
    let route = match path {
        ["app", "installations", id, "access_tokens"] => id.parse().ok().map(Route::AccessTokens),
        ["app"] => Some(Route::App),
        ["graphql"] => Some(Route::Graphql),
        ["rate_limit"] => Some(Route::RateLimit),
        ["user"] => Some(Route::User),
        ["user", "orgs"] => Some(Route::UserOrganizations),
        ["user", "codespaces", rest @ ..] => vault_route(VaultKey::User, rest),
        ["users", login] => Some(Route::UserNamed((*login).to_owned())),
        ["organizations", id, rest @ ..] => {
            let login = world.organizations.values().find(|account| account.id.to_string() == **id);
            login.and_then(|account| organization_route(world, &account.login, rest))
        }
        ["orgs", login, rest @ ..] => organization_route(world, login, rest),
        ["repositories", id, rest @ ..] => id
            .parse()
            .ok()
            .filter(|id| world.repositories.contains_key(id))
            .and_then(|id| repository_route(world, id, rest)),
        ["repos", owner, name, rest @ ..] => match world.repository_id(owner, name) {
            Some(id) => repository_route(world, id, rest),
            None => {
                let id = world.moved.get(&super::world::full_name(owner, name)).ok_or_else(not_found)?;
                return Ok(Destination::Moved(*id, raw_rest(&request.path)));
            }
        },
        _ => None,
    };
    route.map(Destination::Here).ok_or_else(not_found)
}

/// What follows `/repos/{owner}/{repo}`, as it was sent.
fn raw_rest(path: &str) -> String {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    parts.find(|part| *part == "repos");
    parts.skip(2).fold(String::new(), |rest, part| rest + "/" + part)
}

fn organization_route(world: &GithubWorld, login: &str, rest: &[&str]) -> Option<Route> {
    let login = world.organization(login)?.login.to_ascii_lowercase();
    match rest {
        [] => Some(Route::Organization(login)),
        ["installation"] => Some(Route::Installation { owner: login }),
        ["repos"] => Some(Route::OrganizationRepositories(login)),
        [consumer, rest @ ..] => vault_route(VaultKey::Organization(login, Consumer::from_word(consumer)?), rest),
    }
}

fn repository_route(world: &GithubWorld, id: u64, rest: &[&str]) -> Option<Route> {
    let repository = world.repositories.get(&id)?;
    match rest {
        [] => Some(Route::Repository(id)),
        ["actions", "runs", run] => Some(Route::Run { repository: id, run: run.parse().ok()? }),
        ["installation"] => Some(Route::Installation { owner: repository.owner.to_ascii_lowercase() }),
        ["environments"] => Some(Route::Environments(id)),
        ["environments", name] => Some(Route::Environment(id, name.to_lowercase())),
        ["environments", name, rest @ ..] => {
            let name = name.to_lowercase();
            repository.environments.contains_key(&name).then_some(())?;
            vault_route(VaultKey::Environment(id, name), rest)
        }
        [consumer, list @ ("organization-secrets" | "organization-variables")] => {
            let consumer = Consumer::from_word(consumer).filter(|consumer| consumer.has_variables())?;
            let slot = if *list == "organization-secrets" { Slot::Secret } else { Slot::Variable };
            Some(Route::SeenItems { repository: id, consumer, slot })
        }
        [consumer, rest @ ..] => vault_route(VaultKey::Repository(id, Consumer::from_word(consumer)?), rest),
    }
}

fn vault_route(vault: VaultKey, rest: &[&str]) -> Option<Route> {
    let has_variables = match &vault {
        VaultKey::Environment(..) => true,
        VaultKey::Organization(_, consumer) | VaultKey::Repository(_, consumer) => consumer.has_variables(),
        VaultKey::User => false,
    };
    let slot = match *rest.first()? {
        "secrets" => Slot::Secret,
        "variables" if has_variables => Slot::Variable,
        _ => return None,
    };
    match &rest[1..] {
        [] => Some(Route::Items { vault, slot }),
        ["public-key"] if slot == Slot::Secret => Some(Route::PublicKey(vault)),
        [name] => Some(Route::Item { vault, slot, name: name.to_ascii_uppercase() }),
        [name, "repositories", line @ ..] if vault.has_access() && line.len() < 2 => {
            let repository = line.first().map(|id| id.parse()).transpose().ok()?;
            Some(Route::Grants { vault, slot, name: name.to_ascii_uppercase(), repository })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(path: &str) -> Option<Route> {
        let mut world = GithubWorld::default();
        let id = world.repository_id("acme", "app").expect("there by default");
        world.put_environment(id, "Prod/EU", 0);
        let request = SandboxRequest { path: path.replace("{id}", &id.to_string()), ..SandboxRequest::default() };
        match resolve(&world, &request) {
            Ok(Destination::Here(route)) => Some(route),
            _ => None,
        }
    }

    #[test]
    fn old_and_new_forms_of_a_path_are_one_place() {
        let forms = [
            "/repos/acme/app/environments/prod%2Feu/secrets",
            "/repos/ACME/App/environments/PROD%2FEU/secrets",
            "/api/v3/repos/acme/app/environments/Prod%2FEU/secrets",
            "/repositories/{id}/environments/Prod%2FEU/secrets",
        ];
        let first = route(forms[0]).expect("a route");
        assert!(matches!(first, Route::Items { vault: VaultKey::Environment(..), slot: Slot::Secret }));
        for form in forms {
            assert_eq!(route(form).as_ref(), Some(&first), "{form}");
        }
    }

    #[test]
    fn paths_that_lead_nowhere() {
        for path in [
            "/",
            "/orgs/acme/actions/secrets/",
            "/orgs/nobody/actions/secrets",
            "/repos/acme/nothing/actions/secrets",
            "/repos/acme/app/environments/staging/secrets",
            "/orgs/acme/dependabot/variables",
            "/repos/acme/app/dependabot/organization-secrets",
            "/repos/acme/app/actions/secrets/A/repositories",
            "/user/codespaces/variables",
            "/orgs/acme/actions/variables/public-key/x",
        ] {
            assert_eq!(route(path), None, "{path}");
        }
    }
}
