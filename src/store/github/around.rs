//! What there is to be looked at: the organizations of a login, the environments of a repository.

use super::{GithubStore, PER_PAGE, RawUser, listing::RawDeployment, paging::Pages, scope};
use crate::{
    http::{Path, Request},
    model::{App, GithubScope, RepoRef, Slot, Unread},
    store::answer,
};

impl GithubStore {
    /// The organizations that the login is a member of, the first hundred.
    pub async fn organizations(&self) -> Result<Vec<Box<str>>, Unread> {
        let operation = "list the organizations of the login";
        let asked = self.asked(operation);
        let response =
            self.send(Request::get(operation, Path::fixed("/user/orgs")).query("per_page", PER_PAGE)).await?;
        let response = response.success().map_err(|error| error.into_unread(&asked))?;
        let found: Vec<RawUser> =
            answer::parse(response.body()).map_err(|fault| answer::bad_answer(&asked, &fault.to_string()))?;
        Ok(found.into_iter().map(|organization| organization.login).collect())
    }

    /// The deployment environments of a repository.
    pub async fn deployments(&self, repository: &RepoRef) -> Result<Vec<Box<str>>, Unread> {
        let scope = GithubScope::Repository { app: App::Actions, repository: repository.clone() };
        let operation = format!("list the environments of repository {repository}");
        let path = scope::repository(repository).then("/environments");
        let pages = Pages { operation: &operation, path, per_page: PER_PAGE };
        let found = self.consistent::<RawDeployment>(&pages, &scope, Slot::Secret).await?;
        Ok(found.into_keys().collect())
    }
}
