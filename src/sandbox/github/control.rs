//! The control endpoints of the GitHub side, below `/_sandbox/github/`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    AppRegistration, GithubWorld, ItemVisibility, Plan, RepositoryVisibility, SecondaryRule, TokenRule, WorldError,
};
use crate::{
    model::{SecretValue, Slot, Stamp},
    sandbox::message::SandboxRequest,
};

/// What to answer, or the status and the text of a refusal.
type Control = Result<Value, (u16, String)>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganizationBody {
    login: String,
    #[serde(default)]
    plan: Plan,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RepositoryBody {
    full_name: String,
    #[serde(default)]
    visibility: RepositoryVisibility,
    #[serde(default)]
    archived: bool,
    /// Its new full name.
    rename_to: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvironmentBody {
    repository: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RunBody {
    repository: String,
    id: u64,
    created_at: Option<String>,
    started_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemBody {
    scope: String,
    name: String,
    #[serde(default)]
    value: String,
    visibility: Option<ItemVisibility>,
    #[serde(default)]
    repositories: Vec<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeBody {
    scope: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenBody {
    token: String,
    #[serde(default)]
    rule: TokenRule,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LagBody {
    #[serde(default)]
    reads: u32,
    #[serde(default)]
    ms: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PrimaryBody {
    limit: u64,
    remaining: u64,
    /// From now, in seconds.
    reset_in: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecondaryBody {
    after_writes: u64,
    seconds: i64,
    #[serde(default = "forbidden")]
    status: u16,
    #[serde(default = "yes")]
    retry_after: bool,
    #[serde(default)]
    once: bool,
}

fn forbidden() -> u16 {
    403
}

fn yes() -> bool {
    true
}

/// Answers `/_sandbox/github/…`; `path` is what follows.
pub(in crate::sandbox) fn handle(
    world: &mut GithubWorld,
    path: &[&str],
    request: &SandboxRequest,
    now: i64,
) -> Control {
    match (request.method.as_str(), path) {
        ("POST", ["organizations"]) => {
            let body: OrganizationBody = read(request)?;
            world.put_organization(&body.login, body.plan);
            done()
        }
        ("POST", ["repositories"]) => repository(world, &read(request)?, now),
        ("DELETE", ["repositories"]) => {
            let id = world.id_of(request.query("full_name").unwrap_or_default()).map_err(refused)?;
            world.delete_repository(id);
            done()
        }
        ("POST", ["environments"]) => {
            let body: EnvironmentBody = read(request)?;
            let id = world.id_of(&body.repository).map_err(refused)?;
            world.put_environment(id, &body.name, now);
            done()
        }
        ("POST", ["runs"]) => run(world, &read(request)?, now),
        ("POST", ["secrets"]) => item(world, Slot::Secret, &read(request)?, now),
        ("POST", ["variables"]) => item(world, Slot::Variable, &read(request)?, now),
        ("DELETE", ["secrets"]) => remove(world, Slot::Secret, request),
        ("DELETE", ["variables"]) => remove(world, Slot::Variable, request),
        ("GET", ["value"]) => value(world, request),
        ("POST", ["rotate-key"]) => {
            let body: ScopeBody = read(request)?;
            world.rotate_key(&body.scope).map_err(refused)?;
            done()
        }
        _ => behaviour(world, path, request, now),
    }
}

/// How it behaves, rather than what it holds.
fn behaviour(world: &mut GithubWorld, path: &[&str], request: &SandboxRequest, now: i64) -> Control {
    match (request.method.as_str(), path) {
        ("POST", ["tokens"]) => {
            let body: TokenBody = read(request)?;
            world.put_token(&body.token, body.rule);
            done()
        }
        ("DELETE", ["tokens"]) => {
            world.tokens.clear();
            done()
        }
        ("POST", ["app"]) => {
            let body: AppRegistration = read(request)?;
            world.put_app(body).map_err(|what| (400, what))?;
            done()
        }
        ("POST", ["consistency"]) => {
            let body: LagBody = read(request)?;
            world.set_lag(body.reads, body.ms);
            done()
        }
        ("POST", ["primary-limit"]) => {
            let body: PrimaryBody = read(request)?;
            world.limits().set_primary(body.limit, body.remaining, now + body.reset_in);
            done()
        }
        ("POST", ["secondary-limit"]) => {
            let SecondaryBody { after_writes, seconds, status, retry_after, once } = read(request)?;
            let rule = SecondaryRule { writes: after_writes, seconds, status, retry_after, once };
            world.limits().set_secondary(Some(rule));
            done()
        }
        ("GET", ["secondary-limit"]) => Ok(json!({ "premature": world.limits().premature() })),
        ("DELETE", ["secondary-limit"]) => {
            world.limits().set_secondary(None);
            done()
        }
        _ => Err((404, "no such control endpoint".to_owned())),
    }
}

fn repository(world: &mut GithubWorld, body: &RepositoryBody, now: i64) -> Control {
    let (owner, name) = split(&body.full_name)?;
    let id = world.put_repository(owner, name, body.visibility, now);
    world.archive_repository(id, body.archived);
    if let Some(target) = &body.rename_to {
        let (owner, name) = split(target)?;
        world.rename_repository(id, owner, name);
    }
    Ok(json!({ "id": id }))
}

fn run(world: &mut GithubWorld, body: &RunBody, now: i64) -> Control {
    let repository = world.id_of(&body.repository).map_err(refused)?;
    let started_at = moment(&body.started_at, now)?;
    world.put_run(repository, body.id, moment(&body.created_at, started_at)?, started_at);
    done()
}

fn moment(text: &Option<String>, or: i64) -> Result<i64, (u16, String)> {
    match text {
        None => Ok(or),
        Some(text) => {
            text.parse::<Stamp>().map(|stamp| stamp.0).map_err(|_| (400, "a time is not RFC 3339".to_owned()))
        }
    }
}

fn item(world: &mut GithubWorld, slot: Slot, body: &ItemBody, now: i64) -> Control {
    let (created_at, updated_at) = (moment(&body.created_at, now)?, moment(&body.updated_at, now)?);
    world.set(&body.scope, slot, &body.name, SecretValue::from(body.value.as_str()), now).map_err(refused)?;
    world.set_stamps(&body.scope, slot, &body.name, created_at.min(updated_at), updated_at).map_err(refused)?;
    if let Some(visibility) = body.visibility {
        let repositories: Vec<&str> = body.repositories.iter().map(String::as_str).collect();
        world.set_visibility(&body.scope, slot, &body.name, visibility, &repositories).map_err(refused)?;
    }
    done()
}

fn remove(world: &mut GithubWorld, slot: Slot, request: &SandboxRequest) -> Control {
    let (scope, name) = (request.query("scope").unwrap_or_default(), request.query("name").unwrap_or_default());
    world.remove(scope, slot, name).map_err(refused)?;
    done()
}

/// The hidden value itself: the reason why nothing real belongs into the emulator.
fn value(world: &GithubWorld, request: &SandboxRequest) -> Control {
    let (scope, name) = (request.query("scope").unwrap_or_default(), request.query("name").unwrap_or_default());
    let slot = if request.query("slot") == Some("variable") { Slot::Variable } else { Slot::Secret };
    let view = world.view(scope, slot, name).map_err(refused)?;
    Ok(json!({
        "name": name.to_ascii_uppercase(),
        "value": view.value.expose_text(),
        "value_base64": STANDARD.encode(view.value.expose()),
        "created_at": view.created_at.to_string(),
        "updated_at": view.updated_at.to_string(),
        "visibility": view.visibility,
        "repositories": view.repositories,
    }))
}

fn read<T: DeserializeOwned>(request: &SandboxRequest) -> Result<T, (u16, String)> {
    serde_json::from_slice(&request.body).map_err(|error| (400, error.to_string()))
}

fn split(full_name: &str) -> Result<(&str, &str), (u16, String)> {
    full_name.split_once('/').ok_or_else(|| (400, "a repository is written owner/name".to_owned()))
}

fn refused(error: WorldError) -> (u16, String) {
    let status = if matches!(error, WorldError::NoSuchName | WorldError::NoSuchScope) { 404 } else { 400 };
    (status, error.to_string())
}

fn done() -> Control {
    Ok(json!({ "ok": true }))
}
