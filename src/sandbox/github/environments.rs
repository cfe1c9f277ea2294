//! Deployment environments of a repository: listed, looked up, made, removed.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{
    Call,
    failure::{invalid, not_found},
    page::{Page, PageSize},
    stamp,
    world::{Environment, GithubWorld, Repository, VaultKey},
};
use crate::sandbox::message::SandboxResponse;

type Answer = Result<SandboxResponse, SandboxResponse>;

pub(super) fn list(world: &GithubWorld, call: &Call<'_>, id: u64) -> Answer {
    let repository = world.repositories.get(&id).ok_or_else(not_found)?;
    let all: Vec<Value> =
        repository.environments.values().map(|environment| describe(call, repository, environment)).collect();
    let page = Page::of(call.request, PageSize::USUAL, all.len());
    let body = json!({ "total_count": all.len(), "environments": all[page.items.clone()] });
    Ok(page.finish(SandboxResponse::json(200, &body)))
}

pub(super) fn one(world: &mut GithubWorld, call: &Call<'_>, id: u64, name: &str) -> Answer {
    match call.request.method.as_str() {
        "GET" | "HEAD" => {}
        "PUT" => {
            // The spelling is the path's; `name` is what it is found by.
            let segments = call.request.segments();
            let spelled = segments.last().map_or(name, String::as_str);
            if spelled.len() > 255 || spelled.contains(['\'', '"', '`', ',', ';', '\\', '\n']) {
                return Err(invalid("Environment", "name", "invalid", "Environment name is invalid."));
            }
            world.put_environment(id, spelled, call.now());
        }
        "DELETE" => {
            let repository = world.repositories.get_mut(&id).ok_or_else(not_found)?;
            repository.environments.remove(name).ok_or_else(not_found)?;
            world.vaults.remove(&VaultKey::Environment(id, name.to_owned()));
            return Ok(SandboxResponse::empty(204));
        }
        _ => return Err(not_found()),
    }
    let repository = world.repositories.get(&id).ok_or_else(not_found)?;
    let environment = repository.environments.get(name).ok_or_else(not_found)?;
    Ok(SandboxResponse::json(200, &describe(call, repository, environment)))
}

fn describe(call: &Call<'_>, repository: &Repository, environment: &Environment) -> Value {
    let (owner, name) = (&repository.owner, &repository.name);
    let encoded = utf8_percent_encode(&environment.name, NON_ALPHANUMERIC);
    json!({
        "id": environment.id,
        "node_id": format!("EN_{}", environment.id),
        "name": environment.name,
        "url": format!("{}/repos/{owner}/{name}/environments/{encoded}", call.base),
        "html_url": format!("{}/{owner}/{name}/deployments/activity_log?environments_filter={encoded}", call.request.public_url),
        "created_at": stamp(environment.created_at),
        "updated_at": stamp(environment.updated_at),
        "protection_rules": [],
        "deployment_branch_policy": null,
    })
}
