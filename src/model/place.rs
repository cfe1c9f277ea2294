//! Addresses a value can live at.

use std::{fmt, str::FromStr, sync::Arc};

use super::{EscPath, SecretName};

/// `org/project/environment` of Pulumi ESC.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct EnvironmentRef {
    pub organization: Box<str>,
    pub project: Box<str>,
    pub name: Box<str>,
}

/// `owner/name` of a GitHub repository; compared without regard to case, as GitHub does.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RepoRef {
    pub owner: Box<str>,
    pub name: Box<str>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RefError {
    #[error("an ESC environment is written organization/project/environment")]
    Environment,
    #[error("a repository is written owner/name")]
    Repository,
}

/// GitHub keeps one set of secrets for each of these consumers.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum App {
    #[default]
    Actions,
    Codespaces,
    Dependabot,
}

/// Where on GitHub a set of secrets or variables belongs.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum GithubScope {
    Organization {
        app: App,
        organization: Box<str>,
    },
    Repository {
        app: App,
        repository: RepoRef,
    },
    /// Environments exist for Actions only.
    Environment {
        repository: RepoRef,
        environment: Box<str>,
    },
}

/// Secrets are write-only; variables can be read.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Slot {
    Secret,
    Variable,
}

#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct GithubPlace {
    pub scope: Arc<GithubScope>,
    pub slot: Slot,
    pub name: SecretName,
}

/// One address in one store.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Place {
    Esc {
        environment: Arc<EnvironmentRef>,
        path: EscPath,
    },
    Github(GithubPlace),
    /// The secrets handed to the Actions job in which we run.
    Job {
        name: SecretName,
    },
}

impl App {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Actions => "actions",
            Self::Codespaces => "codespaces",
            Self::Dependabot => "dependabot",
        }
    }
}

impl Slot {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Variable => "variable",
        }
    }
}

impl GithubScope {
    pub fn app(&self) -> App {
        match self {
            Self::Organization { app, .. } | Self::Repository { app, .. } => *app,
            Self::Environment { .. } => App::Actions,
        }
    }

    /// The repository this scope is bound to, if it is not the whole organization.
    pub fn repository(&self) -> Option<&RepoRef> {
        match self {
            Self::Organization { .. } => None,
            Self::Environment { repository, .. } | Self::Repository { repository, .. } => Some(repository),
        }
    }
}

impl FromStr for EnvironmentRef {
    type Err = RefError;

    fn from_str(text: &str) -> Result<Self, RefError> {
        let mut parts = text.split('/');
        let mut part = || parts.next().filter(|part| is_plain_segment(part)).ok_or(RefError::Environment);
        let (organization, project, name) = (part()?.into(), part()?.into(), part()?.into());
        if parts.next().is_some() {
            return Err(RefError::Environment);
        }
        Ok(Self { organization, project, name })
    }
}

impl FromStr for RepoRef {
    type Err = RefError;

    fn from_str(text: &str) -> Result<Self, RefError> {
        match text.split_once('/') {
            Some((owner, name)) if is_plain_segment(owner) && is_plain_segment(name) => {
                Ok(Self { owner: owner.to_ascii_lowercase().into(), name: name.to_ascii_lowercase().into() })
            }
            _ => Err(RefError::Repository),
        }
    }
}

/// Letters, digits, `-`, `_` and `.`, and neither `.` nor `..`: nothing that could
/// change the meaning of a URL path it is put into.
fn is_plain_segment(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 100
        && text != "."
        && text != ".."
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

impl fmt::Display for EnvironmentRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.organization, self.project, self.name)
    }
}

impl fmt::Display for RepoRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

impl fmt::Display for GithubScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organization { organization, .. } => write!(f, "{organization}")?,
            Self::Repository { repository, .. } => write!(f, "{repository}")?,
            Self::Environment { repository, environment } => write!(f, "{repository}@{environment}")?,
        }
        match self.app() {
            App::Actions => Ok(()),
            app => write!(f, " ({})", app.as_str()),
        }
    }
}

impl fmt::Display for GithubPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "github {} {} {}", self.scope, self.slot.as_str(), self.name)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Esc { environment, path } => write!(f, "esc {environment} {path}"),
            Self::Github(place) => place.fmt(f),
            Self::Job { name } => write!(f, "job secret {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_parsed_whole() {
        assert_eq!("acme/default/prod".parse::<EnvironmentRef>().expect("legal").to_string(), "acme/default/prod");
        for text in ["acme/prod", "a/b/c/d", "a//c", "a/../c", "a/b/c?x=1", ""] {
            assert!(text.parse::<EnvironmentRef>().is_err(), "{text:?}");
        }
        assert_eq!("Acme/App".parse::<RepoRef>().expect("legal").to_string(), "acme/app");
        for text in ["acme", "acme/app/x", "acme/", "acme/..", "a b/c"] {
            assert!(text.parse::<RepoRef>().is_err(), "{text:?}");
        }
    }
}
