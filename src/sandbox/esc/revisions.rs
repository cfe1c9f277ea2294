//! The history of an environment: its revisions and the tags on them.

use serde_json::{Value, json};

use super::definitions::{environment, revision};
use super::routes::{Call, display_name, error, missing, object};
use super::world::{Environment, EscWorld, Retracted, Revision, RevisionTag};
use crate::model::Stamp;
use crate::sandbox::message::SandboxResponse;

/// The tag that always stands on the newest revision and cannot be moved by hand.
const LATEST: &str = "latest";

/// A bare array, newest first; `before` pages backwards.
pub(super) fn list(world: &EscWorld, call: &Call<'_>) -> SandboxResponse {
    let number = |name: &str| call.request.query(name).filter(|text| !text.is_empty()).map(str::parse::<u64>);
    let (before, count) = match (number("before").transpose(), number("count").transpose()) {
        (Ok(before), Ok(count)) => (before.filter(|before| *before > 0).unwrap_or(u64::MAX), count.unwrap_or(0)),
        _ => return error(400, "Bad Request: before and count must be numbers"),
    };
    let environment = environment(world, call);
    let limit = if count == 0 { usize::MAX } else { count as usize };
    let older = environment.revisions.iter().rev().filter(|revision| revision.number < before);
    let shown: Vec<Value> = older.take(limit).map(|revision| item(environment, revision)).collect();
    SandboxResponse::json(200, &Value::Array(shown))
}

fn item(environment: &Environment, revision: &Revision) -> Value {
    let newest = environment.current().number == revision.number;
    let named = environment.revision_tags.iter().filter(|(_, tag)| tag.revision == revision.number);
    let tags: Vec<&str> = newest.then_some(LATEST).into_iter().chain(named.map(|(name, _)| name.as_str())).collect();
    let mut item = json!({
        "number": revision.number,
        "created": Stamp(revision.created).to_string(),
        "creatorLogin": revision.creator,
        "creatorName": display_name(&revision.creator),
        "tags": tags,
    });
    if let Some(retracted) = &revision.retracted {
        item["retracted"] = json!({
            "replacement": retracted.replacement,
            "at": Stamp(retracted.at).to_string(),
            "byLogin": retracted.by,
            "byName": display_name(&retracted.by),
            "reason": retracted.reason,
        });
    }
    item
}

pub(super) fn retract(world: &mut EscWorld, call: &Call<'_>, version: &str) -> SandboxResponse {
    let number = match revision(world, call, version) {
        Ok(revision) => revision.number,
        Err(answer) => return answer,
    };
    let body: Value = serde_json::from_slice(&call.request.body).unwrap_or_default();
    let environment = environment(world, call);
    let older = environment.revisions.iter().rev().find(|revision| revision.number < number);
    let replacement = body["replacement"].as_u64().or(older.map(|revision| revision.number));
    let Some(replacement) = replacement.filter(|wanted| *wanted < number && environment.numbered(*wanted).is_some())
    else {
        return error(400, "Bad Request: the replacement must be an older revision");
    };
    let reason = body["reason"].as_str().unwrap_or_default().to_owned();
    let retracted = Retracted { replacement, at: call.now, by: call.login.clone(), reason };
    if let Some(environment) = world.environment_mut(call.organization, &call.key)
        && let Some(revision) = environment.revisions.iter_mut().find(|revision| revision.number == number)
    {
        revision.retracted = Some(retracted);
        world.changes += 1;
    }
    SandboxResponse::empty(204)
}

pub(super) fn list_tags(world: &EscWorld, call: &Call<'_>) -> SandboxResponse {
    let environment = environment(world, call);
    let after = call.request.query("after").unwrap_or_default();
    let count = call.request.query("count").and_then(|text| text.parse::<usize>().ok()).filter(|count| *count > 0);
    let mut all = vec![latest(environment)];
    all.extend(environment.revision_tags.iter().map(|(name, tag)| tag_item(name, tag)));
    all.sort_by_key(|tag| tag["name"].as_str().unwrap_or_default().to_owned());
    all.retain(|tag| tag["name"].as_str().unwrap_or_default() > after);
    let mut body = json!({});
    if let Some(count) = count.filter(|count| *count < all.len()) {
        all.truncate(count);
        body["nextToken"] = all[count - 1]["name"].clone();
    }
    body["tags"] = Value::Array(all);
    SandboxResponse::json(200, &body)
}

fn latest(environment: &Environment) -> Value {
    let newest = environment.current();
    let tag = RevisionTag {
        revision: newest.number,
        created: environment.created,
        modified: newest.created,
        editor: newest.creator.clone(),
    };
    tag_item(LATEST, &tag)
}

fn tag_item(name: &str, tag: &RevisionTag) -> Value {
    json!({
        "name": name,
        "revision": tag.revision,
        "created": Stamp(tag.created).to_string(),
        "modified": Stamp(tag.modified).to_string(),
        "editorLogin": tag.editor,
        "editorName": display_name(&tag.editor),
    })
}

pub(super) fn read_tag(world: &EscWorld, call: &Call<'_>, name: &str) -> SandboxResponse {
    let environment = environment(world, call);
    match environment.revision_tags.get(name) {
        _ if name == LATEST => SandboxResponse::json(200, &latest(environment)),
        Some(tag) => SandboxResponse::json(200, &tag_item(name, tag)),
        None => missing(&format!("tag '{name}' not found")),
    }
}

pub(super) fn create_tag(world: &mut EscWorld, call: &Call<'_>) -> SandboxResponse {
    let body = match object(call.request) {
        Ok(body) => body,
        Err(answer) => return answer,
    };
    let name = body["name"].as_str().unwrap_or_default().to_owned();
    let legal = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    if !legal(&name) {
        return error(400, "Bad Request: invalid tag name");
    }
    if name == LATEST || environment(world, call).revision_tags.contains_key(&name) {
        return error(409, &format!("Conflict: tag '{name}' already exists"));
    }
    place_tag(world, call, &name, &body)
}

pub(super) fn move_tag(world: &mut EscWorld, call: &Call<'_>, name: &str) -> SandboxResponse {
    let body = match object(call.request) {
        Ok(body) => body,
        Err(answer) => return answer,
    };
    if name == LATEST {
        return error(400, "Bad Request: the tag 'latest' cannot be moved");
    }
    if !environment(world, call).revision_tags.contains_key(name) {
        return missing(&format!("tag '{name}' not found"));
    }
    place_tag(world, call, name, &body)
}

fn place_tag(world: &mut EscWorld, call: &Call<'_>, name: &str, body: &Value) -> SandboxResponse {
    let current = environment(world, call);
    let wanted = body["revision"].as_u64().unwrap_or(current.current().number);
    if current.numbered(wanted).is_none() {
        return missing(&format!("revision '{wanted}' not found"));
    }
    if let Some(environment) = world.environment_mut(call.organization, &call.key) {
        let created = environment.revision_tags.get(name).map_or(call.now, |tag| tag.created);
        let tag = RevisionTag { revision: wanted, created, modified: call.now, editor: call.login.clone() };
        environment.revision_tags.insert(name.to_owned(), tag);
        world.changes += 1;
    }
    SandboxResponse::empty(204)
}

pub(super) fn delete_tag(world: &mut EscWorld, call: &Call<'_>, name: &str) -> SandboxResponse {
    if name == LATEST {
        return error(400, "Bad Request: the tag 'latest' cannot be deleted");
    }
    let removed = world
        .environment_mut(call.organization, &call.key)
        .and_then(|environment| environment.revision_tags.remove(name));
    if removed.is_none() {
        return missing(&format!("tag '{name}' not found"));
    }
    world.changes += 1;
    SandboxResponse::empty(204)
}
