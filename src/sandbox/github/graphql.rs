//! The one GraphQL query that `gh` needs: repository names to numbers (tried with gh 2.23).

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value, json};

use super::{Call, failure::failure, world::GithubWorld};
use crate::sandbox::message::SandboxResponse;

/// `alias: repository(owner: "…", name: "…") {`, the alias being optional.
static REPOSITORY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:(\w+)\s*:\s*)?repository\s*\(\s*owner\s*:\s*"([^"]*)"\s*,?\s*name\s*:\s*"([^"]*)"\s*\)\s*\{"#)
        .expect("a pattern of our own")
});

pub(super) fn handle(world: &GithubWorld, call: &Call<'_>) -> Result<SandboxResponse, SandboxResponse> {
    let body = call.body()?;
    let query = body
        .get("query")
        .and_then(Value::as_str)
        .ok_or_else(|| failure(400, "A query attribute must be specified and must be a string."))?;
    let mut data = Map::new();
    let mut errors = Vec::new();
    for found in REPOSITORY.captures_iter(query) {
        let alias = found.get(1).map_or("repository", |alias| alias.as_str());
        let (owner, name) = (&found[2], &found[3]);
        let id = world
            .repository_id(owner, name)
            .or_else(|| world.moved.get(&super::world::full_name(owner, name)).copied());
        let repository = id.and_then(|id| world.repositories.get(&id));
        if repository.is_none() {
            errors.push(json!({
                "type": "NOT_FOUND", "path": [alias],
                "message": format!("Could not resolve to a Repository with the name '{owner}/{name}'."),
            }));
        }
        let value = repository.map_or(Value::Null, |repository| {
            json!({ "databaseId": repository.id, "id": format!("R_{}", repository.id), "name": repository.name })
        });
        data.insert(alias.to_owned(), value);
    }
    if data.is_empty() {
        errors.push(json!({ "message": "The sandbox answers queries of repositories by owner and name only." }));
    }
    let mut answer = json!({ "data": data });
    if !errors.is_empty() {
        answer["errors"] = Value::Array(errors);
    }
    Ok(SandboxResponse::json(200, &answer))
}
