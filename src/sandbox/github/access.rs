//! The list of repositories that see a secret or variable with visibility `selected`.

use serde_json::json;

use super::{
    Call,
    failure::{failure, not_found, not_supplied},
    items::repository_ids,
    lookups::describe_repository,
    page::{Page, PageSize},
    vault::ItemVisibility,
    world::{GithubWorld, VaultKey},
};
use crate::{model::Slot, sandbox::message::SandboxResponse};

type Answer = Result<SandboxResponse, SandboxResponse>;

/// `/secrets/NAME/repositories` and, with an id, one line of it.
pub(super) fn handle(
    world: &mut GithubWorld,
    call: &Call<'_>,
    key: &VaultKey,
    slot: Slot,
    name: &str,
    repository: Option<u64>,
) -> Answer {
    let item = world.vault(key).shelf(slot).item(name).cloned().ok_or_else(not_found)?;
    let mut access = item.access.clone().ok_or_else(not_found)?;
    let method = call.request.method.as_str();
    if matches!(method, "GET" | "HEAD") && repository.is_none() {
        return list(world, call, key, slot, name);
    }
    let replaces = method == "PUT" && repository.is_none();
    // For variables the description has 409 on replacing the list too; for secrets only on single lines.
    if access.visibility != ItemVisibility::Selected && (!replaces || slot == Slot::Variable) {
        return Err(failure(409, "Conflict: visibility is not set to selected"));
    }
    match (method, repository) {
        ("PUT", None) => {
            let body = call.body()?;
            let ids = body.get("selected_repository_ids").ok_or_else(|| not_supplied("selected_repository_ids"))?;
            access.repositories = repository_ids(key, ids)?;
            access.visibility = ItemVisibility::Selected;
        }
        ("PUT", Some(id)) => drop(access.repositories.insert(id)),
        ("DELETE", Some(id)) => drop(access.repositories.remove(&id)),
        _ => return Err(not_found()),
    }
    if let VaultKey::Organization(login, _) = key
        && method == "PUT"
        && world.strangers(login, &access.repositories)
    {
        return Err(not_found());
    }
    // Whether a change of the list alone moves `updated_at` is not known; here it does not.
    let lag = world.lag;
    let changed = super::vault::Item { access: Some(access), ..item };
    world.vault(key).shelf_mut(slot).write(name, Some(changed), lag, call.now_ms);
    Ok(SandboxResponse::empty(204))
}

fn list(world: &mut GithubWorld, call: &Call<'_>, key: &VaultKey, slot: Slot, name: &str) -> Answer {
    let view = world.vault(key).shelf_mut(slot).read(call.now_ms);
    let access = view.get(name).and_then(|item| item.access.clone()).ok_or_else(not_found)?;
    if access.visibility != ItemVisibility::Selected && slot == Slot::Variable {
        return Err(failure(409, "Conflict: visibility is not set to selected"));
    }
    let repositories: Vec<_> = access
        .repositories
        .iter()
        .filter_map(|id| world.repositories.get(id))
        .map(|repository| describe_repository(world, call, repository))
        .collect();
    let page = Page::of(call.request, PageSize::USUAL, repositories.len());
    let body = json!({ "total_count": repositories.len(), "repositories": repositories[page.items.clone()] });
    Ok(page.finish(SandboxResponse::json(200, &body)))
}
