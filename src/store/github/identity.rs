//! Who we are at GitHub and what that login may do, as far as GitHub tells it without a write.

use std::collections::BTreeMap;

use super::{GithubStore, scope};
use crate::{
    http::{HttpError, Path, Request, Response, printable},
    model::{GithubScope, Slot, Unread},
    store::answer,
};

/// A login as GitHub sees it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GithubIdentity {
    /// In words: `octocat, by a classic token`.
    pub who: String,
    pub granted: Granted,
    /// As GitHub writes it; a login without it does not end, or GitHub does not say when.
    pub expires: Option<String>,
}

/// What a login may do, by GitHub's own word.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Granted {
    /// Of a classic token (`X-OAuth-Scopes`).
    Scopes(Vec<String>),
    /// Of an App's installation: `secrets` → `write`.
    Permissions(BTreeMap<String, String>),
    /// Fine-grained tokens and tokens of jobs are told nothing.
    Untold,
}

impl Granted {
    /// Whether it may write secrets or variables of a scope; `None`: nobody tells.
    pub fn may_write(&self, scope: &GithubScope, slot: Slot) -> Option<bool> {
        match self {
            Self::Scopes(scopes) => {
                let (_, wanted) = scope::permission(scope, slot);
                Some(scopes.iter().any(|scope| scope == wanted))
            }
            Self::Permissions(permissions) => {
                let level = permissions.get(scope::permission_key(scope, slot));
                Some(level.is_some_and(|level| matches!(level.as_str(), "write" | "admin")))
            }
            Self::Untold => None,
        }
    }
}

/// What gives the right to write a scope, for people.
pub fn right_to_write(scope: &GithubScope, slot: Slot) -> String {
    let (permission, classic) = scope::permission(scope, slot);
    format!("the permission {permission}: read and write, or a classic token the scope {classic}")
}

const OPERATION: &str = "ask who is logged in";
/// Of what a header says, this much is told.
const LONGEST: usize = 40;

impl GithubStore {
    /// Who we are. An installation has no user, and is known by what it was given.
    pub async fn identify(&self) -> Result<GithubIdentity, Unread> {
        if let Some(permissions) = self.login.installation(&self.endpoint).await? {
            let who = format!("an installation of {}", self.login.described());
            return Ok(GithubIdentity { who, granted: Granted::Permissions(permissions), expires: None });
        }
        let asked = self.asked(OPERATION);
        let response = self.send(Request::get(OPERATION, Path::fixed("/user"))).await?;
        if response.status() == 403 {
            // A job's own token is an installation's and no user's (docs, "Authenticate with GITHUB_TOKEN").
            let who = "an installation, by a token that it was given".to_owned();
            return Ok(GithubIdentity { who, granted: Granted::Untold, expires: expires(&response) });
        }
        let (granted, expires) = (granted(&response), expires(&response));
        let response = response.success().map_err(|error: HttpError| error.into_unread(&asked))?;
        let user: super::RawUser =
            answer::parse(response.body()).map_err(|fault| answer::bad_answer(&asked, &fault.to_string()))?;
        let kind = if granted == Granted::Untold { "a fine-grained token" } else { "a classic token" };
        Ok(GithubIdentity { who: format!("{}, by {kind}", printable(&user.login, 100)), granted, expires })
    }
}

/// Only classic tokens have scopes, and only for them the header is sent, empty if there are none.
fn granted(response: &Response) -> Granted {
    let Some(header) = response.header("x-oauth-scopes") else { return Granted::Untold };
    let scopes = header.split(',').map(str::trim).filter(|scope| !scope.is_empty());
    Granted::Scopes(scopes.map(|scope| printable(scope, LONGEST)).collect())
}

fn expires(response: &Response) -> Option<String> {
    response.header("github-authentication-token-expiration").map(|date| printable(date, LONGEST))
}
