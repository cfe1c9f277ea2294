//! Who sees an organization's secret or variable: read with the repositories' ids, and put back.
//!
//! An organization's PUT replaces the whole policy: one without the list empties it
//! (external-secrets issue 6514). So what is sent is always all of it (failure case G16).

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::{
    GithubStore, PER_PAGE,
    listing::{RawPolicy, RawSelected, RawValue},
    paging::Pages,
    refusal::Right,
    scope,
    write::GithubWriteFault,
};
use crate::{
    http::{Path, Request},
    model::{App, Cause, GithubPlace, GithubScope, RepoRef, SecretValue, Slot, Unread, Visibility},
    store::answer,
};

/// Who is to see it, as it is sent: complete, with the repositories' ids.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SentAccess {
    /// Repositories and environments have no policy.
    NotApplicable,
    All,
    Private,
    Selected(Vec<u64>),
}

#[derive(Deserialize)]
struct RawNumber {
    id: u64,
}

impl SentAccess {
    /// The fields of a body that say it.
    pub(super) fn fields(&self, app: App) -> Map<String, Value> {
        let word = match self {
            Self::NotApplicable => return Map::new(),
            Self::All => "all",
            Self::Private => "private",
            Self::Selected(_) => "selected",
        };
        let mut fields = Map::from_iter([("visibility".to_owned(), word.into())]);
        if let Self::Selected(ids) = self {
            fields.insert("selected_repository_ids".to_owned(), id_list(app, ids));
        }
        fields
    }
}

/// Texts for Dependabot, numbers for the others, as gh and PyGithub send them.
fn id_list(app: App, ids: &[u64]) -> Value {
    match app {
        App::Dependabot => ids.iter().map(u64::to_string).collect(),
        App::Actions | App::Codespaces => ids.iter().copied().collect(),
    }
}

impl GithubStore {
    /// The repositories that see a `selected` place, with their ids, from all pages.
    pub async fn selected_ids(&self, place: &GithubPlace) -> Result<BTreeMap<RepoRef, u64>, Unread> {
        let operation = format!("list the repositories that see {}", scope::item(place));
        let path = repositories(place);
        let pages = Pages { operation: &operation, path, per_page: PER_PAGE };
        self.consistent::<RawSelected>(&pages, &place.scope, place.slot).await
    }

    /// Who sees a place now; a list of repositories is not part of the answer. `None`: the place is not there.
    pub async fn visibility(&self, place: &GithubPlace) -> Result<Option<Visibility>, Unread> {
        let operation = format!("ask who sees {}", scope::item(place));
        let Some(policy) = self.item::<RawPolicy>(place, &operation).await? else { return Ok(None) };
        let silent = || answer::bad_answer(&self.asked(&operation), "it does not say who sees it");
        policy.visibility.map(Some).ok_or_else(silent)
    }

    /// What one variable holds now; `None`: it is not there.
    pub async fn variable_value(&self, place: &GithubPlace) -> Result<Option<SecretValue>, Unread> {
        let operation = format!("read {}", scope::item(place));
        Ok(self.item::<RawValue>(place, &operation).await?.map(|told| told.value))
    }

    /// What GitHub tells of one place; `None`: it is not there.
    async fn item<T: DeserializeOwned>(&self, place: &GithubPlace, operation: &str) -> Result<Option<T>, Unread> {
        let asked = self.asked(operation);
        let response = self.send(Request::get(operation, scope::one(place)).follow_same_origin()).await?;
        match response.status() {
            404 => return Ok(None),
            _ if response.is_success() => {}
            _ => return Err(self.refused(&response, &asked, &place.scope, place.slot, Right::Read).await),
        }
        answer::parse(response.body()).map(Some).map_err(|fault| answer::bad_answer(&asked, &fault.to_string()))
    }

    /// The number by which GitHub knows a repository.
    pub async fn repository_id(&self, repository: &RepoRef) -> Result<u64, Unread> {
        let operation = format!("look up the repository {repository}");
        let asked = self.asked(&operation);
        let response = self.send(Request::get(&operation, scope::repository(repository)).follow_same_origin()).await?;
        if !response.is_success() {
            let scope = GithubScope::Repository { app: App::Actions, repository: repository.clone() };
            return Err(self.refused(&response, &asked, &scope, Slot::Secret, Right::Read).await);
        }
        if response.moved() {
            self.note_moved(repository);
        }
        let number: RawNumber =
            answer::parse(response.body()).map_err(|fault| answer::bad_answer(&asked, &fault.to_string()))?;
        Ok(number.id)
    }

    /// Changes who sees a place, without its value. A list can be put by itself; the
    /// visibility of a secret goes with its value only (oas), that of a variable alone.
    pub async fn restrict(&self, place: &GithubPlace, access: &SentAccess) -> Result<(), GithubWriteFault> {
        match (place.slot, access) {
            (Slot::Secret, SentAccess::Selected(ids)) => self.set_repositories(place, ids).await,
            (Slot::Variable, SentAccess::All | SentAccess::Private | SentAccess::Selected(_)) => {
                let operation = format!("change who sees {}", scope::item(place));
                let body = Value::Object(access.fields(place.scope.app())).to_string();
                let body = Zeroizing::new(body.into_bytes());
                self.write(place, &operation, |operation| {
                    Request::patch(operation, scope::one(place), body.clone()).repeatable()
                })
                .await
            }
            (Slot::Secret, SentAccess::All | SentAccess::Private) => Err(self.cannot_restrict(
                place,
                "GitHub takes another visibility of a secret together with its value only",
                "set the secret again, or change its visibility on GitHub's settings page",
            )),
            (_, SentAccess::NotApplicable) => Err(self.cannot_restrict(
                place,
                "only what belongs to an organization has a visibility",
                "remove visible-to from its entry",
            )),
        }
    }

    /// Replaces the list of repositories of a `selected` place.
    pub async fn set_repositories(&self, place: &GithubPlace, ids: &[u64]) -> Result<(), GithubWriteFault> {
        let operation = format!("set the repositories that see {}", scope::item(place));
        let body = json!({ "selected_repository_ids": id_list(place.scope.app(), ids) });
        let body = Zeroizing::new(body.to_string().into_bytes());
        self.write(place, &operation, |operation| Request::put(operation, repositories(place), body.clone())).await
    }

    fn cannot_restrict(&self, place: &GithubPlace, reason: &str, help: &str) -> GithubWriteFault {
        let operation = format!("change who sees {}", scope::item(place));
        GithubWriteFault::Refused(Arc::new(self.asked(&operation).unread(Cause::NotAsked, reason, help)))
    }
}

fn repositories(place: &GithubPlace) -> Path {
    scope::one(place).then("/repositories")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g16_every_body_says_the_whole_policy() {
        let text = |access: SentAccess, app| Value::Object(access.fields(app)).to_string();
        let selected = || SentAccess::Selected(vec![7, 900]);
        assert_eq!(text(selected(), App::Actions), r#"{"selected_repository_ids":[7,900],"visibility":"selected"}"#);
        assert_eq!(text(selected(), App::Codespaces), r#"{"selected_repository_ids":[7,900],"visibility":"selected"}"#);
        let dependabot = r#"{"selected_repository_ids":["7","900"],"visibility":"selected"}"#;
        assert_eq!(text(selected(), App::Dependabot), dependabot);
        assert_eq!(text(SentAccess::All, App::Actions), r#"{"visibility":"all"}"#);
        assert_eq!(text(SentAccess::Private, App::Actions), r#"{"visibility":"private"}"#);
        assert_eq!(text(SentAccess::NotApplicable, App::Actions), "{}");
    }
}
