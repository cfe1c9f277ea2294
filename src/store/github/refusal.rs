//! What a refusing status of GitHub means, and what a person can do about it.

use crate::{
    http::{Asked, HttpError, Response},
    model::{Cause, GithubScope, Slot, Unread},
    store::answer,
};

use super::{dialect::Complaint, scope};

/// What the scope's owner answered when it was asked after a 404.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Owner {
    Seen,
    NotSeen,
    /// It was not asked, or did not answer clearly.
    Unclear,
}

/// What was to be done when the refusal came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Right {
    Read,
    Write,
}

impl Right {
    fn verb(self) -> &'static str {
        match self {
            Self::Read => "see",
            Self::Write => "change",
        }
    }

    /// As the settings page of tokens and Apps calls it.
    fn level(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "read and write",
        }
    }
}

/// The sentence for a status that is not 2xx and not 404.
pub(super) fn unread(response: &Response, asked: &Asked<'_>, scope: &GithubScope, slot: Slot, right: Right) -> Unread {
    let login = asked.login;
    match response.status() {
        403 if right == Right::Write && is_archived(response) => asked.unread(
            Cause::Rights,
            &format!("the {} is archived and takes no changes (status 403)", scope::describe(scope)),
            "unarchive the repository, or take its places out of the mapping",
        ),
        403 if response.header("x-github-sso").is_some() => asked.unread(
            Cause::Rights,
            &format!("{login} is not authorized for the single sign-on of {} (status 403)", scope::describe(scope)),
            "authorize it on github.com under Settings, Developer settings, Personal access tokens, Configure SSO",
        ),
        403 => {
            let reason = format!("{login} lacks the right (status 403)");
            asked.unread(Cause::Rights, &reason, grant(asked, scope, slot, right, accepted(response)))
        }
        status => HttpError::Status { status }.into_unread(asked),
    }
}

/// 404 is GitHub's answer for what is absent and for what a login may not see (docs,
/// troubleshooting the REST API); the owner's answer parts the two where it can.
pub(super) fn not_found(asked: &Asked<'_>, scope: &GithubScope, slot: Slot, owner: Owner, right: Right) -> Unread {
    let (login, described, verb) = (asked.login, scope::describe(scope), right.verb());
    match (owner, scope) {
        (Owner::Seen, GithubScope::Environment { .. }) => asked.unread(
            Cause::NotFound,
            &format!("the {described} is not there, or {login} may not {verb} its {}s (status 404)", slot.as_str()),
            format!("check its name in the mapping; {}", grant(asked, scope, slot, right, None)),
        ),
        (Owner::Seen, _) => asked.unread(
            Cause::Rights,
            &format!("{login} sees the {described}, but may not {verb} its {}s (status 404)", slot.as_str()),
            grant(asked, scope, slot, right, None),
        ),
        (Owner::NotSeen | Owner::Unclear, _) => asked.unread(
            Cause::NotFound,
            &format!("the {described} is not there, or {login} may not see it (status 404)"),
            format!(
                "check its name in the mapping (it may be renamed or deleted); {}",
                grant(asked, scope, slot, right, None)
            ),
        ),
    }
}

fn grant(asked: &Asked<'_>, scope: &GithubScope, slot: Slot, right: Right, accepted: Option<String>) -> String {
    let (permission, classic) = scope::permission(scope, slot);
    let accepted = accepted.map(|accepted| format!("; GitHub names {accepted}")).unwrap_or_default();
    let level = right.level();
    format!(
        "give {} the permission {permission}: {level}, or a classic token the scope {classic}{accepted}",
        asked.login
    )
}

/// GitHub says so in its message alone.
fn is_archived(response: &Response) -> bool {
    let message = answer::parse::<Complaint>(response.body()).unwrap_or_default().message.unwrap_or_default();
    message.contains("archived")
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
