//! Which environments the login sees.

use super::{EscStore, parsed, told::EnvironmentPage};
use crate::{
    http::{Path, Request},
    model::{EnvironmentRef, Unread},
    store::answer,
};

/// More pages than anybody has environments.
const MOST_PAGES: usize = 1_000;

impl EscStore {
    /// The environments of all organizations that the login sees, in their order.
    pub async fn environments(&self) -> Result<Vec<EnvironmentRef>, Unread> {
        let operation = "list the environments";
        let asked = self.asked(operation);
        let (mut found, mut token) = (Vec::new(), None::<String>);
        for _ in 0..MOST_PAGES {
            let mut request = Request::get(operation, Path::fixed("/api/esc/environments"));
            if let Some(token) = &token {
                request = request.query("continuationToken", token);
            }
            // Whose environments they are is not known yet; only an identity of Actions needs that.
            let response = self.send_for("", request).await?;
            let response = response.success().map_err(|error| error.into_unread(&asked))?;
            let page: EnvironmentPage = parsed(&response, &asked)?;
            for raw in page.environments.unwrap_or_default() {
                let project = raw.project.as_deref().unwrap_or("default");
                let written = format!("{}/{project}/{}", raw.organization.as_deref().unwrap_or_default(), raw.name);
                let environment: EnvironmentRef = written
                    .parse()
                    .map_err(|_| answer::bad_answer(&asked, "it names an environment that cannot be"))?;
                found.push(environment);
            }
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                found.sort();
                return Ok(found);
            }
        }
        Err(answer::bad_answer(&asked, "its pages do not end"))
    }
}
