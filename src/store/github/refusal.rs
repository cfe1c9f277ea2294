//! What a refusing status of GitHub means, and what a person can do about it.

use crate::{
    http::{Asked, HttpError, Response},
    model::{Cause, GithubScope, Slot, Unread},
};

use super::scope;

/// What the scope's owner answered when it was asked after a 404.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Owner {
    Seen,
    NotSeen,
    /// It was not asked, or did not answer clearly.
    Unclear,
}

/// The sentence for a status that is not 2xx and not 404.
pub(super) fn unread(response: &Response, asked: &Asked<'_>, scope: &GithubScope, slot: Slot) -> Unread {
    let login = asked.login;
    match response.status() {
        403 if response.header("x-github-sso").is_some() => asked.unread(
            Cause::Rights,
            &format!("{login} is not authorized for the single sign-on of {} (status 403)", scope::describe(scope)),
            "authorize it on github.com under Settings, Developer settings, Personal access tokens, Configure SSO",
        ),
        403 => {
            let reason = format!("{login} lacks the right (status 403)");
            asked.unread(Cause::Rights, &reason, grant(asked, scope, slot, accepted(response)))
        }
        status => HttpError::Status { status }.into_unread(asked),
    }
}

/// 404 is GitHub's answer for what is absent and for what a login may not see (docs,
/// troubleshooting the REST API); the owner's answer parts the two where it can.
pub(super) fn not_found(asked: &Asked<'_>, scope: &GithubScope, slot: Slot, owner: Owner) -> Unread {
    let (login, described) = (asked.login, scope::describe(scope));
    match (owner, scope) {
        (Owner::Seen, GithubScope::Environment { .. }) => asked.unread(
            Cause::NotFound,
            &format!("the {described} is not there, or {login} may not see its {}s (status 404)", slot.as_str()),
            format!("check its name in the mapping; {}", grant(asked, scope, slot, None)),
        ),
        (Owner::Seen, _) => asked.unread(
            Cause::Rights,
            &format!("{login} sees the {described}, but may not see its {}s (status 404)", slot.as_str()),
            grant(asked, scope, slot, None),
        ),
        (Owner::NotSeen | Owner::Unclear, _) => asked.unread(
            Cause::NotFound,
            &format!("the {described} is not there, or {login} may not see it (status 404)"),
            format!(
                "check its name in the mapping (it may be renamed or deleted); {}",
                grant(asked, scope, slot, None)
            ),
        ),
    }
}

fn grant(asked: &Asked<'_>, scope: &GithubScope, slot: Slot, accepted: Option<String>) -> String {
    let (permission, classic) = scope::permission(scope, slot);
    let accepted = accepted.map(|accepted| format!("; GitHub names {accepted}")).unwrap_or_default();
    format!("give {} the permission {permission}, or a classic token the scope {classic}{accepted}", asked.login)
}

/// `X-Accepted-GitHub-Permissions`: `a=write,b=read; c=read`, `;` between alternatives.
/// Only what has exactly this form is repeated.
fn accepted(response: &Response) -> Option<String> {
    let header = response.header("x-accepted-github-permissions").filter(|header| header.len() <= 300)?;
    let is_permission = |text: &str| {
        text.split_once('=').is_some_and(|(name, level)| {
            !name.is_empty()
                && name.len() <= 60
                && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
                && matches!(level, "read" | "write" | "admin")
        })
    };
    let alternatives: Vec<String> = header
        .split(';')
        .map(|alternative| alternative.split(',').map(str::trim).collect::<Vec<_>>())
        .filter(|permissions| permissions.iter().all(|permission| is_permission(permission)))
        .map(|permissions| permissions.join(" and "))
        .collect();
    (!alternatives.is_empty()).then(|| alternatives.join(", or "))
}
