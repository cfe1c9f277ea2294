//! Scopes of GitHub as paths, and the rights each needs (facts of go-github `apps.go` and the docs).

use crate::{
    http::{Path, printable},
    model::{App, GithubPlace, GithubScope, RepoRef, Slot},
};

/// The path of all secrets or variables of a scope.
pub(super) fn collection(scope: &GithubScope, slot: Slot) -> Path {
    let things = match slot {
        Slot::Secret => "/secrets",
        Slot::Variable => "/variables",
    };
    prefix(scope).then(things)
}

/// The path of one secret or variable.
pub(super) fn one(place: &GithubPlace) -> Path {
    collection(&place.scope, place.slot).segment(place.name.as_str())
}

/// The path of the scope's public key.
pub(super) fn public_key(scope: &GithubScope) -> Path {
    prefix(scope).then("/secrets/public-key")
}

fn prefix(scope: &GithubScope) -> Path {
    match scope {
        GithubScope::Organization { app, organization } => {
            Path::fixed("/orgs").segment(organization).segment(app.as_str())
        }
        GithubScope::Repository { app, repository } => self::repository(repository).segment(app.as_str()),
        GithubScope::Environment { repository, environment } => {
            self::repository(repository).then("/environments").segment(environment)
        }
    }
}

/// What holds the scope: the organization or the repository itself.
pub(super) fn owner(scope: &GithubScope) -> Path {
    match scope {
        GithubScope::Organization { organization, .. } => Path::fixed("/orgs").segment(organization),
        GithubScope::Environment { repository, .. } | GithubScope::Repository { repository, .. } => {
            self::repository(repository)
        }
    }
}

pub(super) fn repository(repository: &RepoRef) -> Path {
    Path::fixed("/repos").segment(&repository.owner).segment(&repository.name)
}

/// A scope in words: `organization acme`.
pub fn describe(scope: &GithubScope) -> String {
    match scope {
        GithubScope::Organization { organization, .. } => format!("organization {}", printable(organization, 100)),
        GithubScope::Repository { repository, .. } => format!("repository {repository}"),
        GithubScope::Environment { repository, environment } => {
            format!("environment {} of repository {repository}", printable(environment, 100))
        }
    }
}

/// What a listing is called: `list the Dependabot secrets of organization acme`.
pub(super) fn list_operation(scope: &GithubScope, slot: Slot) -> String {
    format!("list the {}{}s of {}", consumer(scope), slot.as_str(), describe(scope))
}

/// One secret or variable: `the Dependabot secret TOKEN of organization acme`.
pub(super) fn item(place: &GithubPlace) -> String {
    let GithubPlace { scope, slot, name } = place;
    format!("the {}{} {name} of {}", consumer(scope), slot.as_str(), describe(scope))
}

fn consumer(scope: &GithubScope) -> &'static str {
    match scope.app() {
        App::Actions => "",
        App::Codespaces => "Codespaces ",
        App::Dependabot => "Dependabot ",
    }
}

/// The permission that a scope needs: as the settings page of tokens and Apps calls
/// it, and the scope of a classic token.
pub(super) fn permission(scope: &GithubScope, slot: Slot) -> (&'static str, &'static str) {
    match (scope, scope.app(), slot) {
        (GithubScope::Organization { .. }, App::Actions, Slot::Secret) => ("organization \"Secrets\"", "admin:org"),
        (GithubScope::Organization { .. }, App::Dependabot, Slot::Secret) => {
            ("organization \"Organization Dependabot secrets\"", "admin:org")
        }
        (GithubScope::Organization { .. }, App::Codespaces, Slot::Secret) => {
            ("organization \"Organization codespaces secrets\"", "admin:org")
        }
        (GithubScope::Organization { .. }, _, Slot::Variable) => ("organization \"Variables\"", "admin:org"),
        (GithubScope::Environment { .. }, ..) => ("repository \"Environments\"", "repo"),
        (GithubScope::Repository { .. }, _, Slot::Variable) => ("repository \"Variables\"", "repo"),
        (GithubScope::Repository { .. }, App::Actions, Slot::Secret) => ("repository \"Secrets\"", "repo"),
        (GithubScope::Repository { .. }, App::Dependabot, Slot::Secret) => {
            ("repository \"Dependabot secrets\"", "repo")
        }
        (GithubScope::Repository { .. }, App::Codespaces, Slot::Secret) => {
            ("repository \"Codespaces secrets\"", "repo")
        }
    }
}

/// The same permission as GitHub's API names it in what an installation may do (go-github `apps.go`).
pub(super) fn permission_key(scope: &GithubScope, slot: Slot) -> &'static str {
    match (scope, scope.app(), slot) {
        (GithubScope::Environment { .. }, ..) => "environments",
        (GithubScope::Organization { .. }, _, Slot::Variable) => "organization_actions_variables",
        (GithubScope::Organization { .. }, App::Actions, Slot::Secret) => "organization_secrets",
        (GithubScope::Organization { .. }, App::Codespaces, Slot::Secret) => "organization_codespaces_secrets",
        (GithubScope::Organization { .. }, App::Dependabot, Slot::Secret) => "organization_dependabot_secrets",
        (GithubScope::Repository { .. }, _, Slot::Variable) => "actions_variables",
        (GithubScope::Repository { .. }, App::Actions, Slot::Secret) => "secrets",
        (GithubScope::Repository { .. }, App::Codespaces, Slot::Secret) => "codespaces_secrets",
        (GithubScope::Repository { .. }, App::Dependabot, Slot::Secret) => "dependabot_secrets",
    }
}
