//! The tags of an environment: names with values, changed by compare-and-set.

use serde_json::{Map, Value, json};

use super::definitions::environment;
use super::routes::{Call, display_name, error, missing, object};
use super::world::{EscWorld, Tag};
use crate::crypto::random_id;
use crate::model::Stamp;
use crate::sandbox::message::SandboxResponse;

pub(super) fn list(world: &EscWorld, call: &Call<'_>) -> SandboxResponse {
    let after = call.request.query("after").unwrap_or_default();
    let count = call.request.query("count").and_then(|text| text.parse().ok()).filter(|count| *count > 0);
    let mut left = environment(world, call).tags.iter().filter(|(name, _)| name.as_str() > after);
    let shown: Vec<_> = left.by_ref().take(count.unwrap_or(usize::MAX)).collect();
    let tags: Map<String, Value> = shown.iter().map(|(name, tag)| ((*name).clone(), item(name, tag))).collect();
    // The Python SDK refuses this one listing without a token, even an empty one.
    let last = shown.last().map(|(name, _)| name.as_str()).filter(|_| left.next().is_some());
    SandboxResponse::json(200, &json!({ "tags": tags, "nextToken": last.unwrap_or_default() }))
}

fn item(name: &str, tag: &Tag) -> Value {
    json!({
        "id": tag.id,
        "name": name,
        "value": tag.value,
        "created": Stamp(tag.created).to_string(),
        "modified": Stamp(tag.modified).to_string(),
        "editorLogin": tag.editor,
        "editorName": display_name(&tag.editor),
    })
}

pub(super) fn read(world: &EscWorld, call: &Call<'_>, name: &str) -> SandboxResponse {
    match environment(world, call).tags.get(name) {
        Some(tag) => SandboxResponse::json(200, &item(name, tag)),
        None => missing(&format!("tag '{name}' not found")),
    }
}

pub(super) fn create(world: &mut EscWorld, call: &Call<'_>) -> SandboxResponse {
    let body = match object(call.request) {
        Ok(body) => body,
        Err(answer) => return answer,
    };
    let (Some(name), Some(value)) = (body["name"].as_str().filter(|name| !name.is_empty()), body["value"].as_str())
    else {
        return error(400, "Bad Request: a tag needs a name and a value");
    };
    if environment(world, call).tags.contains_key(name) {
        return error(409, &format!("Conflict: tag '{name}' already exists"));
    }
    let tag = Tag {
        id: random_id(16),
        value: value.to_owned(),
        created: call.now,
        modified: call.now,
        editor: call.login.clone(),
    };
    put(world, call, name, tag)
}

pub(super) fn update(world: &mut EscWorld, call: &Call<'_>, name: &str) -> SandboxResponse {
    let body = match object(call.request) {
        Ok(body) => body,
        Err(answer) => return answer,
    };
    let tags = &environment(world, call).tags;
    let Some(tag) = tags.get(name) else {
        return missing(&format!("tag '{name}' not found"));
    };
    if body["currentTag"]["value"].as_str() != Some(tag.value.as_str()) {
        return error(409, "Conflict: the tag has another value");
    }
    let new = &body["newTag"];
    let new_name = new["name"].as_str().filter(|name| !name.is_empty()).unwrap_or(name);
    if new_name != name && tags.contains_key(new_name) {
        return error(409, &format!("Conflict: tag '{new_name}' already exists"));
    }
    let value = new["value"].as_str().unwrap_or(&tag.value).to_owned();
    let tag = Tag { value, modified: call.now, editor: call.login.clone(), ..tag.clone() };
    if let Some(environment) = world.environment_mut(call.organization, &call.key) {
        environment.tags.remove(name);
    }
    put(world, call, new_name, tag)
}

fn put(world: &mut EscWorld, call: &Call<'_>, name: &str, tag: Tag) -> SandboxResponse {
    let body = item(name, &tag);
    if let Some(environment) = world.environment_mut(call.organization, &call.key) {
        environment.tags.insert(name.to_owned(), tag);
        world.changes += 1;
    }
    SandboxResponse::json(200, &body)
}

pub(super) fn delete(world: &mut EscWorld, call: &Call<'_>, name: &str) -> SandboxResponse {
    let removed = world.environment_mut(call.organization, &call.key).and_then(|found| found.tags.remove(name));
    if removed.is_none() {
        return missing(&format!("tag '{name}' not found"));
    }
    world.changes += 1;
    SandboxResponse::empty(204)
}
