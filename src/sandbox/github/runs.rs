//! Runs of workflows, as far as they were declared. Nothing runs here.

use serde_json::json;

use super::{Call, failure::not_found, lookups::describe_repository, stamp, world::GithubWorld};
use crate::sandbox::message::SandboxResponse;

/// `GET /repos/{owner}/{repo}/actions/runs/{id}`.
pub(super) fn one(
    world: &GithubWorld,
    call: &Call<'_>,
    repository: u64,
    id: u64,
) -> Result<SandboxResponse, SandboxResponse> {
    let run = world.runs.get(&id).filter(|run| run.repository == repository).ok_or_else(not_found)?;
    let owner = world.repositories.get(&repository).ok_or_else(not_found)?;
    let described = describe_repository(world, call, owner);
    let full_name = format!("{}/{}", owner.owner, owner.name);
    let (base, web) = (format!("{}/repos/{full_name}/actions", call.base), &call.request.public_url);
    let url = format!("{base}/runs/{id}");
    let body = json!({
        "id": id, "node_id": format!("WFR_{id}"), "name": "sandbox", "display_title": "sandbox", "run_number": 1,
        "run_attempt": 1, "event": "push", "status": "in_progress", "conclusion": null, "workflow_id": 1,
        "path": ".github/workflows/sandbox.yml", "head_branch": "main", "head_sha": "0".repeat(40),
        "head_commit": null, "head_repository": described.clone(), "repository": described, "pull_requests": [],
        "created_at": stamp(run.created_at), "run_started_at": stamp(run.started_at),
        "updated_at": stamp(run.started_at), "url": url, "html_url": format!("{web}/{full_name}/actions/runs/{id}"),
        "jobs_url": format!("{url}/jobs"), "logs_url": format!("{url}/logs"), "rerun_url": format!("{url}/rerun"),
        "cancel_url": format!("{url}/cancel"), "artifacts_url": format!("{url}/artifacts"),
        "check_suite_url": format!("{}/repos/{full_name}/check-suites/1", call.base),
        "workflow_url": format!("{base}/workflows/1"),
    });
    Ok(SandboxResponse::json(200, &body))
}
