//! Who asks, and what he may.
//!
//! While no token is configured, any token may do everything. A configured token may
//! do what its kind allows: a classic one by its scopes, the others by permissions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    failure::{failure, not_found},
    route::Route,
    world::{Consumer, GithubWorld, VaultKey},
};
use crate::{
    model::Slot,
    sandbox::message::{SandboxRequest, SandboxResponse},
};

/// What a configured token may do.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct TokenRule {
    pub kind: TokenKind,
    /// Of a classic token: `repo`, `admin:org`, `codespace`, …
    pub scopes: Vec<String>,
    /// Of the other kinds: `secrets` → `write`, `organization_secrets` → `read`, …
    pub permissions: BTreeMap<String, String>,
    /// Full names; `None` for all repositories.
    pub repositories: Option<Vec<String>>,
    /// The token is not authorized for the organization's single sign-on; this is where that would be done.
    pub sso_url: Option<String>,
    /// In seconds; `None` never ends.
    pub expires_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenKind {
    #[default]
    Classic,
    FineGrained,
    Installation,
}

/// Who sent the request.
#[derive(Clone, Debug)]
pub(super) enum Caller {
    /// An App itself, with a signed assertion.
    App(String),
    /// A token nobody restricted.
    Anyone,
    Known(TokenRule),
}

/// The right a route asks for.
struct Need {
    permission: &'static str,
    writes: bool,
    scope: &'static str,
}

/// Reads the `Authorization` header.
pub(super) fn identify(world: &GithubWorld, request: &SandboxRequest, now: i64) -> Result<Caller, SandboxResponse> {
    let denied = || failure(401, "Bad credentials");
    let header = request.header("authorization").ok_or_else(|| failure(401, "Requires authentication"))?;
    let (scheme, token) = header.split_once(' ').ok_or_else(denied)?;
    let (scheme, token) = (scheme.to_ascii_lowercase(), token.trim());
    if token.is_empty() || !matches!(scheme.as_str(), "bearer" | "token") {
        return Err(denied());
    }
    let rule = world.issued.get(token).or_else(|| world.tokens.get(token));
    match rule {
        Some(rule) if rule.expires_at.is_some_and(|end| now >= end) => Err(denied()),
        Some(rule) => Ok(Caller::Known(rule.clone())),
        // Assertions of Apps are told from tokens by their three parts and are accepted as Bearer only.
        None if scheme == "bearer" && token.starts_with("eyJ") && token.split('.').count() == 3 => {
            Ok(Caller::App(token.to_owned()))
        }
        None if world.tokens.is_empty() => Ok(Caller::Anyone),
        None => Err(denied()),
    }
}

/// Refuses what the caller may not do.
pub(super) fn authorize(
    world: &GithubWorld,
    caller: &Caller,
    route: &Route,
    method: &str,
) -> Result<(), SandboxResponse> {
    let Caller::Known(rule) = caller else { return Ok(()) };
    if let Some(url) = rule.sso_url.as_deref().filter(|_| is_organizational(world, route)) {
        let message = "Resource protected by organization SAML enforcement. You must grant your Personal Access \
                       token access to this organization.";
        return Err(failure(403, message).with_header("x-github-sso", format!("required; url={url}")));
    }
    if !sees_repository(world, rule, route) {
        return Err(not_found());
    }
    let Some(need) = need(route, method) else { return Ok(()) };
    match rule.kind {
        TokenKind::Classic if rule.scopes.iter().any(|scope| covers(scope, need.scope)) => Ok(()),
        // A classic token without the scope is told that there is nothing (docs, troubleshooting the REST API).
        TokenKind::Classic => Err(not_found().with_header("x-accepted-oauth-scopes", need.scope)),
        kind => {
            let granted = rule.permissions.get(need.permission).map(String::as_str);
            if granted == Some("write") || granted == Some("admin") || (granted == Some("read") && !need.writes) {
                return Ok(());
            }
            let who = if kind == TokenKind::Installation { "integration" } else { "personal access token" };
            let wanted = format!("{}={}", need.permission, if need.writes { "write" } else { "read" });
            Err(failure(403, &format!("Resource not accessible by {who}"))
                .with_header("x-accepted-github-permissions", wanted))
        }
    }
}

/// The scopes that are shown for a caller; only classic tokens have any.
pub(super) fn shown_scopes(caller: &Caller, request: &SandboxRequest) -> Option<String> {
    match caller {
        Caller::App(_) => None,
        Caller::Known(rule) => (rule.kind == TokenKind::Classic).then(|| rule.scopes.join(", ")),
        Caller::Anyone => {
            let token =
                request.header("authorization").and_then(|header| header.split_once(' ')).map(|(_, token)| token);
            let classic = token.is_some_and(|token| !token.starts_with("github_pat_") && !token.starts_with("ghs_"));
            classic.then(|| "admin:org, codespace, repo, workflow".to_owned())
        }
    }
}

fn covers(granted: &str, wanted: &str) -> bool {
    granted == wanted
        || (granted == "codespace" && wanted == "codespace:secrets")
        || (granted == "admin:org" && wanted == "read:org")
}

fn is_organizational(world: &GithubWorld, route: &Route) -> bool {
    match route {
        Route::Organization(_) | Route::OrganizationRepositories(_) => true,
        Route::Grants { vault, .. }
        | Route::Item { vault, .. }
        | Route::Items { vault, .. }
        | Route::PublicKey(vault) => *vault != VaultKey::User,
        _ => repository_of(route)
            .and_then(|id| world.repositories.get(&id))
            .is_some_and(|repository| world.owner_of(repository).organization),
    }
}

fn repository_of(route: &Route) -> Option<u64> {
    match route {
        Route::Environment(id, _) | Route::Environments(id) | Route::Repository(id) => Some(*id),
        Route::Run { repository, .. } | Route::SeenItems { repository, .. } => Some(*repository),
        Route::Item { vault, .. } | Route::Items { vault, .. } | Route::PublicKey(vault) => vault.repository(),
        _ => None,
    }
}

fn sees_repository(world: &GithubWorld, rule: &TokenRule, route: &Route) -> bool {
    let (Some(allowed), Some(id)) = (&rule.repositories, repository_of(route)) else { return true };
    world.repositories.get(&id).is_some_and(|repository| {
        let name = super::world::full_name(&repository.owner, &repository.name);
        allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(&name))
    })
}

/// What each endpoint asks for (docs, permissions required for fine-grained tokens; oas).
fn need(route: &Route, method: &str) -> Option<Need> {
    let writes = !matches!(method, "GET" | "HEAD");
    let need = |permission, scope| Some(Need { permission, writes, scope });
    match route {
        Route::Environment(..) | Route::Environments(_) if !writes => need("actions", "repo"),
        Route::Environment(..) | Route::Environments(_) => need("administration", "repo"),
        Route::Grants { vault, slot, .. } | Route::Item { vault, slot, .. } | Route::Items { vault, slot } => {
            let (permission, scope) = vault_need(vault, *slot);
            need(permission, scope)
        }
        Route::PublicKey(vault) => {
            let (permission, scope) = vault_need(vault, Slot::Secret);
            need(permission, scope)
        }
        Route::Run { .. } => need("actions", "repo"),
        Route::SeenItems { slot: Slot::Secret, .. } => need("secrets", "repo"),
        Route::SeenItems { slot: Slot::Variable, .. } => need("actions_variables", "repo"),
        Route::OrganizationRepositories(_) if writes => need("administration", "repo"),
        _ => None,
    }
}

fn vault_need(vault: &VaultKey, slot: Slot) -> (&'static str, &'static str) {
    match (vault, slot) {
        (VaultKey::Environment(..), _) => ("environments", "repo"),
        (VaultKey::User, _) => ("codespaces_user_secrets", "codespace:secrets"),
        (VaultKey::Organization(..), Slot::Variable) => ("organization_actions_variables", "admin:org"),
        (VaultKey::Organization(_, Consumer::Dependabot), _) => ("organization_dependabot_secrets", "admin:org"),
        (VaultKey::Organization(_, Consumer::Codespaces), _) => ("organization_codespaces_secrets", "admin:org"),
        (VaultKey::Organization(..), _) => ("organization_secrets", "admin:org"),
        (VaultKey::Repository(..), Slot::Variable) => ("actions_variables", "repo"),
        (VaultKey::Repository(_, Consumer::Dependabot), _) => ("dependabot_secrets", "repo"),
        (VaultKey::Repository(_, Consumer::Codespaces), _) => ("codespaces_secrets", "repo"),
        (VaultKey::Repository(..), _) => ("secrets", "repo"),
    }
}
