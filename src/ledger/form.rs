//! How places, stamps and fingerprints are written in state; readable by a person, the same both ways.
//!
//! `model` knows no file format: what is on disk is fixed here, whatever happens to the types.

use std::{fmt, marker::PhantomData, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::model::{
    App, EnvironmentRef, EscPath, GithubPlace, GithubScope, Place, RepoRef, SecretName, Slot, Visibility,
};

/// Anything that is written as its text and read back from it. What cannot be read is not quoted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Text<T>(pub(super) T);

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl<'de, T: FromStr> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(TextVisitor(PhantomData)).map(Text)
    }
}

struct TextVisitor<T>(PhantomData<T>);

impl<T: FromStr> de::Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(|_| E::custom("a text that is not what belongs here"))
    }
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum ScopeForm {
    Organization,
    Repository,
    Environment,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum AppForm {
    Actions,
    Codespaces,
    Dependabot,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum SlotForm {
    Secret,
    Variable,
}

/// A place on GitHub, field by field: nothing in a name can be taken for a separator.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GithubForm {
    scope: ScopeForm,
    app: AppForm,
    owner: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repository: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    environment: Option<Box<str>>,
    slot: SlotForm,
    name: Text<SecretName>,
}

/// A place in any store.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum PlaceForm {
    Esc { environment: Text<EnvironmentRef>, path: Text<EscPath> },
    Github(GithubForm),
    Job { name: Text<SecretName> },
}

/// Who sees a place.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum VisibilityForm {
    All,
    Private,
    /// `null`: the list was not asked for.
    Selected(Option<Vec<RepoForm>>),
}

/// An owner and a name. As two texts, it cannot fail to be read back.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct RepoForm(Box<str>, Box<str>);

impl From<&GithubPlace> for GithubForm {
    fn from(place: &GithubPlace) -> Self {
        let (scope, repository, environment) = match &*place.scope {
            GithubScope::Organization { .. } => (ScopeForm::Organization, None, None),
            GithubScope::Repository { repository, .. } => (ScopeForm::Repository, Some(repository), None),
            GithubScope::Environment { repository, environment } => {
                (ScopeForm::Environment, Some(repository), Some(environment.clone()))
            }
        };
        let owner = match (&*place.scope, repository) {
            (GithubScope::Organization { organization, .. }, _) => organization.clone(),
            (_, repository) => repository.map(|repository| repository.owner.clone()).unwrap_or_default(),
        };
        let app = match place.scope.app() {
            App::Actions => AppForm::Actions,
            App::Codespaces => AppForm::Codespaces,
            App::Dependabot => AppForm::Dependabot,
        };
        let slot = match place.slot {
            Slot::Secret => SlotForm::Secret,
            Slot::Variable => SlotForm::Variable,
        };
        let repository = repository.map(|repository| repository.name.clone());
        Self { scope, app, owner, repository, environment, slot, name: Text(place.name.clone()) }
    }
}

/// A form that names no place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct NoPlace;

impl TryFrom<GithubForm> for GithubPlace {
    type Error = NoPlace;

    fn try_from(form: GithubForm) -> Result<Self, NoPlace> {
        let app = match form.app {
            AppForm::Actions => App::Actions,
            AppForm::Codespaces => App::Codespaces,
            AppForm::Dependabot => App::Dependabot,
        };
        let slot = match form.slot {
            SlotForm::Secret => Slot::Secret,
            SlotForm::Variable => Slot::Variable,
        };
        let repository = |name| RepoRef { owner: form.owner.clone(), name };
        let scope = match (form.scope, form.repository, form.environment) {
            (ScopeForm::Organization, None, None) => GithubScope::Organization { app, organization: form.owner },
            (ScopeForm::Repository, Some(name), None) => GithubScope::Repository { app, repository: repository(name) },
            (ScopeForm::Environment, Some(name), Some(environment)) if app == App::Actions => {
                GithubScope::Environment { repository: repository(name), environment }
            }
            _ => return Err(NoPlace),
        };
        Ok(Self { scope: Arc::new(scope), slot, name: form.name.0 })
    }
}

impl From<&Place> for PlaceForm {
    fn from(place: &Place) -> Self {
        match place {
            Place::Esc { environment, path } => {
                Self::Esc { environment: Text((**environment).clone()), path: Text(path.clone()) }
            }
            Place::Github(place) => Self::Github(place.into()),
            Place::Job { name } => Self::Job { name: Text(name.clone()) },
        }
    }
}

impl TryFrom<PlaceForm> for Place {
    type Error = NoPlace;

    fn try_from(form: PlaceForm) -> Result<Self, NoPlace> {
        Ok(match form {
            PlaceForm::Esc { environment, path } => Self::Esc { environment: Arc::new(environment.0), path: path.0 },
            PlaceForm::Github(form) => Self::Github(form.try_into()?),
            PlaceForm::Job { name } => Self::Job { name: name.0 },
        })
    }
}

impl From<&Visibility> for VisibilityForm {
    fn from(visibility: &Visibility) -> Self {
        let form = |repository: &RepoRef| RepoForm(repository.owner.clone(), repository.name.clone());
        match visibility {
            Visibility::All => Self::All,
            Visibility::Private => Self::Private,
            Visibility::Selected(list) => Self::Selected(list.as_ref().map(|list| list.iter().map(form).collect())),
        }
    }
}

impl From<VisibilityForm> for Visibility {
    fn from(form: VisibilityForm) -> Self {
        let repository = |RepoForm(owner, name)| RepoRef { owner, name };
        match form {
            VisibilityForm::All => Self::All,
            VisibilityForm::Private => Self::Private,
            VisibilityForm::Selected(list) => {
                Self::Selected(list.map(|list| list.into_iter().map(repository).collect()))
            }
        }
    }
}
