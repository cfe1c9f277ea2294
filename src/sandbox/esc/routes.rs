//! Which request is answered by what: the table of the service's endpoints.
//!
//! Paths and answers are those of ESC (v0.25.0) and SPEC (`docs/architecture.md`, sources). The content type of a request is never looked
//! at, since clients disagree on it.

use serde_json::{Value, json};

use super::world::{EscWorld, LOGIN, Right};
use super::{account, definitions, environments, revisions, sessions, tags};
use crate::sandbox::message::{SandboxRequest, SandboxResponse};

/// One request under way: who asks, of which environment, at what time.
pub(super) struct Call<'r> {
    pub(super) request: &'r SandboxRequest,
    pub(super) login: String,
    pub(super) now: i64,
    pub(super) organization: &'r str,
    /// `project/name`.
    pub(super) key: String,
}

/// Answers one request. Pure: no socket, no clock, no waiting.
pub fn handle(world: &mut EscWorld, request: &SandboxRequest, now: i64) -> SandboxResponse {
    let segments = request.segments();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    if path == ["api", "oauth", "token"] {
        return account::exchange(world, request, now);
    }
    let Some(login) = account::authorize(world, request, now) else {
        return error(401, "Unauthorized: No credentials provided or are invalid.");
    };
    match &path[..] {
        ["api", "user"] => account::user(world, request, now),
        ["api", "user", "organizations", "default"] => account::default_organization(world),
        ["api", "esc", "environments", rest @ ..] => of_service(world, request, login, now, rest),
        ["api", "orgs", _, "auditlogs", ..] => SandboxResponse::json(200, &json!({ "auditLogEvents": [] })),
        ["api", "change-requests", ..] => not_emulated("change requests"),
        ["api", "preview", "environments", ..] => not_emulated("the preview API"),
        _ => missing("no such endpoint"),
    }
}

fn of_service(
    world: &mut EscWorld,
    request: &SandboxRequest,
    login: String,
    now: i64,
    path: &[&str],
) -> SandboxResponse {
    let organization = path.first().copied().unwrap_or_default();
    let key = format!("{}/{}", path.get(1).unwrap_or(&""), path.get(2).unwrap_or(&""));
    let mut call = Call { request, login, now, organization, key };
    match (request.method.as_str(), path) {
        ("GET", []) => environments::list_all(world, &call),
        ("GET", [_]) => environments::list(world, &call),
        ("POST", [_]) => environments::create(world, &call),
        ("GET", [_, "restore"]) => environments::deleted(world, &call),
        ("PUT", [_, "restore"]) => environments::restore(world, &call),
        ("POST", [_, "yaml", "check"]) => definitions::check_text(world, &call),
        ("POST", [_, "yaml", "open"]) => sessions::open_text(world, &call),
        ("GET", [_, "yaml", "open", id]) => sessions::read(world, &call, None, id),
        (_, [] | [_] | [_, _] | [_, "yaml", "check" | "open"]) => error(405, "Method Not Allowed"),
        (method, [_, _, _, rest @ ..]) => of_environment(world, &mut call, method, rest),
    }
}

/// What a request needs to be allowed, and what answers it.
type Route = (Right, fn(&mut EscWorld, &Call<'_>, &[&str]) -> SandboxResponse);

fn of_environment(world: &mut EscWorld, call: &mut Call<'_>, method: &str, path: &[&str]) -> SandboxResponse {
    let Some((right, answer)) = route(method, path) else {
        return no_route(path);
    };
    if world.environment(call.organization, &call.key).is_none() {
        return missing(&format!("environment '{}/{}' not found", call.organization, call.key));
    }
    if world.right(call.organization, &call.key) < right {
        return error(403, "Forbidden: the token lacks the permission for this environment");
    }
    answer(world, call, path)
}

fn route(method: &str, path: &[&str]) -> Option<Route> {
    Some(match (method, path) {
        ("GET", []) => (Right::Read, |w, c, _| definitions::read(w, c, "latest")),
        ("HEAD", []) => (Right::Read, |w, c, _| definitions::head(w, c)),
        ("PATCH", []) => (Right::Write, |w, c, _| definitions::update(w, c)),
        ("DELETE", []) => (Right::Write, |w, c, _| environments::delete(w, c)),
        ("GET", ["decrypt"]) => (Right::Open, |w, c, _| definitions::decrypt(w, c, "latest")),
        ("POST", ["check"]) => (Right::Read, |w, c, _| definitions::check(w, c, "latest")),
        ("POST", ["encrypt-secrets"]) => (Right::Read, |w, c, _| definitions::encrypt_values(w, c)),
        ("POST", ["decrypt-secrets"]) => (Right::Open, |w, c, _| definitions::decrypt_values(w, c)),
        ("POST", ["clone"]) => (Right::Open, |w, c, _| environments::clone(w, c)),
        ("GET", ["metadata"]) => (Right::Read, |w, c, _| environments::metadata(w, c)),
        ("GET", ["settings"]) => (Right::Read, |w, c, _| environments::settings(w, c)),
        ("PATCH", ["settings"]) => (Right::Write, |w, c, _| environments::change_settings(w, c)),
        ("GET", ["referrers"]) => (Right::Read, |_, _, _| SandboxResponse::json(200, &json!({ "referrers": {} }))),
        ("POST", ["rotate"]) => (Right::Read, |_, _, _| error(403, "Forbidden: secret rotation is not enabled")),
        ("GET", ["rotate", "history"]) => (Right::Read, |_, _, _| SandboxResponse::json(200, &json!({ "events": [] }))),
        ("POST", ["open"]) => (Right::Open, |w, c, _| sessions::open(w, c, "latest")),
        ("POST", ["open", "request"]) => {
            (Right::Read, |_, _, _| error(400, "Bad Request: opens of this environment are not gated"))
        }
        ("GET", ["open", _]) => (Right::Open, |w, c, p| sessions::read(w, c, Some(&c.key), p[1])),
        ("GET", ["versions"]) => (Right::Read, |w, c, _| revisions::list(w, c)),
        ("GET", ["versions", "tags"]) => (Right::Read, |w, c, _| revisions::list_tags(w, c)),
        ("POST", ["versions", "tags"]) => (Right::Write, |w, c, _| revisions::create_tag(w, c)),
        ("GET", ["versions", "tags", _]) => (Right::Read, |w, c, p| revisions::read_tag(w, c, p[2])),
        ("PATCH", ["versions", "tags", _]) => (Right::Write, |w, c, p| revisions::move_tag(w, c, p[2])),
        ("DELETE", ["versions", "tags", _]) => (Right::Write, |w, c, p| revisions::delete_tag(w, c, p[2])),
        ("GET", ["versions", _]) => (Right::Read, |w, c, p| definitions::read(w, c, p[1])),
        ("GET", ["versions", _, "decrypt"]) => (Right::Open, |w, c, p| definitions::decrypt(w, c, p[1])),
        ("POST", ["versions", _, "check"]) => (Right::Read, |w, c, p| definitions::check(w, c, p[1])),
        ("POST", ["versions", _, "open"]) => (Right::Open, |w, c, p| sessions::open(w, c, p[1])),
        ("POST", ["versions", _, "retract"]) => (Right::Write, |w, c, p| revisions::retract(w, c, p[1])),
        ("GET", ["tags"]) => (Right::Read, |w, c, _| tags::list(w, c)),
        ("POST", ["tags"]) => (Right::Write, |w, c, _| tags::create(w, c)),
        ("GET", ["tags", _]) => (Right::Read, |w, c, p| tags::read(w, c, p[1])),
        ("PATCH", ["tags", _]) => (Right::Write, |w, c, p| tags::update(w, c, p[1])),
        ("DELETE", ["tags", _]) => (Right::Write, |w, c, p| tags::delete(w, c, p[1])),
        _ => return None,
    })
}

fn no_route(path: &[&str]) -> SandboxResponse {
    match path.first() {
        Some(&"drafts") => not_emulated("drafts"),
        Some(&"schedules") => not_emulated("rotation schedules"),
        Some(&"hooks") => not_emulated("webhooks"),
        None | Some(&("check" | "clone" | "decrypt" | "metadata" | "open" | "settings" | "tags" | "versions")) => {
            error(405, "Method Not Allowed")
        }
        Some(_) => missing("no such endpoint"),
    }
}

/// The service's usual error body; `code` is always there, since clients look for it.
pub(super) fn error(status: u16, message: &str) -> SandboxResponse {
    SandboxResponse::json(status, &json!({ "code": status, "message": message }))
}

pub(super) fn missing(what: &str) -> SandboxResponse {
    error(404, &format!("Not Found: {what}"))
}

/// A feature of paid editions that this emulator does not have; the service says 403 for those.
fn not_emulated(feature: &str) -> SandboxResponse {
    error(403, &format!("Forbidden: {feature} are not enabled (the sandbox does not emulate them)"))
}

/// The body as a JSON object, or the answer to give instead.
pub(super) fn object(request: &SandboxRequest) -> Result<Value, SandboxResponse> {
    match serde_json::from_slice::<Value>(&request.body) {
        Ok(value) if value.is_object() => Ok(value),
        _ => Err(error(400, "Bad Request: the body must be a JSON object")),
    }
}

/// The answer to a create or delete: 204, and 200 for SDKs made before the service
/// changed that in early 2026, which take nothing else (facts, sections 0.9 and 7).
pub(super) fn settled(request: &SandboxRequest) -> SandboxResponse {
    let agent = request.header("user-agent").unwrap_or_default();
    let version = agent.strip_prefix("esc-sdk/").and_then(|rest| rest.split_once("/v")).map(|(_, version)| version);
    let minor = version.and_then(|version| version.strip_prefix("0.")?.split('.').next()?.parse::<u32>().ok());
    if minor.is_some_and(|minor| minor < 14) {
        return SandboxResponse::json(200, &json!({}));
    }
    SandboxResponse::empty(204)
}

/// The full name behind a login.
pub(super) fn display_name(login: &str) -> &str {
    if login == LOGIN { "Sandbox User" } else { login }
}
