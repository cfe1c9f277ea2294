//! GitHub's own time, and when a run of a workflow started.

use std::{
    sync::atomic::Ordering,
    time::{Duration, UNIX_EPOCH},
};

use serde::Deserialize;

use super::{GithubStore, refusal::Right, scope};
use crate::{
    http::{Request, Response},
    model::{App, GithubScope, RepoRef, Slot, Stamp, Unread},
    store::answer,
};

#[derive(Deserialize)]
struct RawRun {
    #[serde(default)]
    run_started_at: Option<String>,
    created_at: String,
}

impl GithubStore {
    /// GitHub's clock as its latest answer told it; `None` before the first answer.
    pub fn server_time(&self) -> Option<Stamp> {
        Some(self.latest_date.load(Ordering::Relaxed)).filter(|seconds| *seconds != i64::MIN).map(Stamp)
    }

    pub(super) fn note_date(&self, response: &Response) {
        let since = response.server_time().and_then(|moment| moment.duration_since(UNIX_EPOCH).ok());
        if let Some(Ok(seconds)) = since.as_ref().map(Duration::as_secs).map(i64::try_from) {
            self.latest_date.store(seconds, Ordering::Relaxed);
        }
    }

    /// When a run of a workflow started (its latest attempt); `None` if there is no such run.
    pub async fn run_started(&self, repository: &RepoRef, run_id: u64) -> Result<Option<Stamp>, Unread> {
        let operation = format!("ask when run {run_id} of repository {repository} started");
        let asked = self.asked(&operation);
        let path = scope::repository(repository).then("/actions/runs").segment(&run_id.to_string());
        let response = self.send(Request::get(&operation, path).follow_same_origin()).await?;
        match response.status() {
            404 => return Ok(None),
            _ if response.is_success() => {}
            _ => {
                let scope = GithubScope::Repository { app: App::Actions, repository: repository.clone() };
                return Err(self.refused(&response, &asked, &scope, Slot::Secret, Right::Read).await);
            }
        }
        let run: RawRun =
            answer::parse(response.body()).map_err(|fault| answer::bad_answer(&asked, &fault.to_string()))?;
        let text = run.run_started_at.unwrap_or(run.created_at);
        text.parse().map(Some).map_err(|_| answer::bad_answer(&asked, "its time is none"))
    }
}
