//! Listing, making, cloning, deleting and restoring environments, and their settings.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::definitions::{environment, revision};
use super::routes::{Call, display_name, error, missing, object, settled};
use super::world::{Deleted, Environment, EscWorld, Right};
use crate::model::Stamp;
use crate::sandbox::message::SandboxResponse;

/// Entries of a page when the request names no number; the service's own is not published.
const PAGE: usize = 100;
const LARGEST_PAGE: usize = 500;

pub(super) fn list_all(world: &EscWorld, call: &Call<'_>) -> SandboxResponse {
    let wanted = call.request.query("organization").filter(|name| !name.is_empty());
    let all = world.organizations.iter().filter(|(name, _)| wanted.is_none_or(|wanted| wanted == name.as_str()));
    page(
        world,
        call,
        all.flat_map(|(name, organization)| {
            organization.environments.iter().map(move |(key, environment)| (name.as_str(), key.as_str(), environment))
        }),
    )
}

pub(super) fn list(world: &EscWorld, call: &Call<'_>) -> SandboxResponse {
    let Some((name, organization)) = world.organizations.get_key_value(call.organization) else {
        return missing(&format!("organization '{}' not found", call.organization));
    };
    let environments = organization.environments.iter();
    page(world, call, environments.map(|(key, environment)| (name.as_str(), key.as_str(), environment)))
}

/// One page. The token names the last environment of the page before it.
fn page<'w>(
    world: &EscWorld,
    call: &Call<'_>,
    all: impl Iterator<Item = (&'w str, &'w str, &'w Environment)>,
) -> SandboxResponse {
    let token = call.request.query("continuationToken").filter(|token| !token.is_empty());
    let after = token.map(|token| URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok()));
    let after = match after {
        Some(Some(after)) if after.contains('/') => after,
        None => String::new(),
        Some(_) => return error(400, "Bad Request: invalid continuation token"),
    };
    let size = match call.request.query("maxResults").filter(|text| !text.is_empty()).map(str::parse::<usize>) {
        None => PAGE,
        Some(Ok(size @ 1..)) => size.min(LARGEST_PAGE),
        Some(_) => return error(400, "Bad Request: invalid maxResults"),
    };
    let place = |(organization, key, _): &(&str, &str, &Environment)| format!("{organization}/{key}");
    let mut left = all
        .filter(|(organization, key, _)| world.right(organization, key) > Right::None)
        .skip_while(|found| !after.is_empty() && place(found) <= after);
    let shown: Vec<_> = left.by_ref().take(size).collect();
    let mut body = json!({ "environments": shown.iter().map(item).collect::<Vec<_>>() });
    if left.next().is_some()
        && let Some(last) = shown.last()
    {
        body["nextToken"] = json!(URL_SAFE_NO_PAD.encode(place(last)));
    }
    SandboxResponse::json(200, &body)
}

fn item((organization, key, environment): &(&str, &str, &Environment)) -> Value {
    let (project, name) = key.split_once('/').unwrap_or(("default", key));
    let tags: serde_json::Map<String, Value> =
        environment.tags.iter().map(|(name, tag)| (name.clone(), json!(tag.value))).collect();
    json!({
        "id": environment.id,
        "organization": organization,
        "project": project,
        "name": name,
        "created": Stamp(environment.created).to_string(),
        "modified": Stamp(environment.current().created).to_string(),
        "ownedBy": owner(&environment.creator),
        "tags": tags,
        "settings": { "deletionProtected": environment.protected },
        "links": {},
        "referrerMetadata": { "environmentReferrerCount": 0, "insightsAccountReferrerCount": 0, "stackReferrerCount": 0 },
    })
}

fn owner(login: &str) -> Value {
    json!({ "name": display_name(login), "githubLogin": login, "avatarUrl": "", "email": "" })
}

pub(super) fn create(world: &mut EscWorld, call: &Call<'_>) -> SandboxResponse {
    let body = match object(call.request) {
        Ok(body) => body,
        Err(answer) => return answer,
    };
    let name = body["name"].as_str().unwrap_or_default();
    let project = body["project"].as_str().unwrap_or("default");
    if let Err(answer) = legal(call.organization, project, name) {
        return answer;
    }
    let key = format!("{project}/{name}");
    if !world.create(call.organization, &key, &call.login, call.now) {
        return error(409, &format!("Conflict: environment '{key}' already exists"));
    }
    settled(call.request)
}

/// The name rules of the SDK's own API description (`sdk/swagger.yaml`).
fn legal(organization: &str, project: &str, name: &str) -> Result<(), SandboxResponse> {
    let characters = |text: &str, more: &str| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.as_bytes().contains(&byte))
    };
    let fits = |text: &str| (1..=100).contains(&text.len()) && characters(text, "-_.") && !matches!(text, "." | "..");
    let inside = |text: &str| text.starts_with(['-', '_']) || text.ends_with(['-', '_']);
    if !(3..=40).contains(&organization.len()) || !characters(organization, "-_") || inside(organization) {
        return Err(error(400, "Bad Request: invalid organization name"));
    }
    if !fits(project) {
        return Err(error(400, "Bad Request: invalid project name"));
    }
    if !fits(name) || matches!(name, "open" | "yaml") {
        return Err(error(400, "Bad Request: invalid environment name"));
    }
    Ok(())
}

pub(super) fn delete(world: &mut EscWorld, call: &Call<'_>) -> SandboxResponse {
    if environment(world, call).protected {
        return error(409, "Conflict: the environment is protected from deletion");
    }
    let Some(organization) = world.organizations.get_mut(call.organization) else {
        return missing("organization not found");
    };
    if let Some(environment) = organization.environments.remove(&call.key) {
        organization.deleted.push(Deleted { key: call.key.clone(), at: call.now, environment });
    }
    let closed = |environment: Option<&str>| environment == Some(call.key.as_str());
    world
        .sessions
        .retain(|_, session| session.organization != call.organization || !closed(session.environment.as_deref()));
    world.changes += 1;
    settled(call.request)
}

pub(super) fn deleted(world: &EscWorld, call: &Call<'_>) -> SandboxResponse {
    let Some(organization) = world.organizations.get(call.organization) else {
        return missing("organization not found");
    };
    let shown: Vec<Value> = organization
        .deleted
        .iter()
        .map(|gone| {
            let mut shown = item(&(call.organization, &gone.key, &gone.environment));
            shown["deletedAt"] = json!(Stamp(gone.at).to_string());
            shown
        })
        .collect();
    SandboxResponse::json(200, &json!({ "environments": shown }))
}

pub(super) fn restore(world: &mut EscWorld, call: &Call<'_>) -> SandboxResponse {
    let body = match object(call.request) {
        Ok(body) => body,
        Err(answer) => return answer,
    };
    let project = body["project"].as_str().unwrap_or("default");
    let key = format!("{project}/{}", body["name"].as_str().unwrap_or_default());
    let Some(organization) = world.organizations.get_mut(call.organization) else {
        return missing("organization not found");
    };
    if organization.environments.contains_key(&key) {
        return error(409, &format!("Conflict: environment '{key}' already exists"));
    }
    // The newest of several deletions of one name comes back.
    let Some(at) = organization.deleted.iter().rposition(|gone| gone.key == key) else {
        return missing(&format!("deleted environment '{key}' not found"));
    };
    let gone = organization.deleted.remove(at);
    organization.environments.insert(key, gone.environment);
    world.changes += 1;
    SandboxResponse::empty(204)
}

pub(super) fn clone(world: &mut EscWorld, call: &Call<'_>) -> SandboxResponse {
    let body = match object(call.request) {
        Ok(body) => body,
        Err(answer) => return answer,
    };
    let own_project = call.key.split('/').next().unwrap_or("default");
    let project = body["project"].as_str().unwrap_or(own_project);
    let name = body["name"].as_str().unwrap_or_default();
    if let Err(answer) = legal(call.organization, project, name) {
        return answer;
    }
    let version = match &body["version"] {
        Value::Number(number) => number.to_string(),
        Value::String(version) => version.clone(),
        _ => "latest".into(),
    };
    let text = match revision(world, call, &version) {
        Ok(revision) => revision.text.clone(),
        Err(answer) => return answer,
    };
    let wanted = |field: &str| body[field].as_bool().unwrap_or(false);
    let source = environment(world, call);
    let mut copy = Environment::new(text, &call.login, call.now);
    if wanted("preserveHistory") {
        copy.revisions = source.revisions.clone();
        if wanted("preserveRevisionTags") {
            copy.revision_tags = source.revision_tags.clone();
        }
    }
    if wanted("preserveEnvironmentTags") {
        copy.tags = source.tags.clone();
    }
    let key = format!("{project}/{name}");
    let environments = &mut world.organizations.entry(call.organization.to_owned()).or_default().environments;
    if environments.contains_key(&key) {
        return error(409, &format!("Conflict: environment '{key}' already exists"));
    }
    environments.insert(key, copy);
    world.changes += 1;
    SandboxResponse::empty(204)
}

pub(super) fn metadata(world: &EscWorld, call: &Call<'_>) -> SandboxResponse {
    let environment = environment(world, call);
    let body = json!({
        "id": environment.id,
        "ownedBy": owner(&environment.creator),
        "gatedActions": [],
        "openRequestNeeded": false,
    });
    SandboxResponse::json(200, &body)
}

pub(super) fn settings(world: &EscWorld, call: &Call<'_>) -> SandboxResponse {
    SandboxResponse::json(200, &json!({ "deletionProtected": environment(world, call).protected }))
}

pub(super) fn change_settings(world: &mut EscWorld, call: &Call<'_>) -> SandboxResponse {
    let body = match object(call.request) {
        Ok(body) => body,
        Err(answer) => return answer,
    };
    if let Some(protected) = body["deletionProtected"].as_bool()
        && let Some(environment) = world.environment_mut(call.organization, &call.key)
    {
        environment.protected = protected;
        world.changes += 1;
    }
    settings(world, call)
}
