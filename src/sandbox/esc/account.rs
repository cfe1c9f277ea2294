//! Who asks: access tokens, the OIDC exchange, the user.

use serde_json::{Map, Value, json};

use super::routes::{display_name, error};
use super::world::{EscWorld, IssuedToken, LOGIN};
use crate::crypto::random_id;
use crate::sandbox::message::{SandboxRequest, SandboxResponse};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const SUBJECT: &str = "urn:ietf:params:oauth:token-type:id_token";
const REQUESTED: &str = "urn:pulumi:token-type:access_token:";
const AUDIENCE: &str = "urn:pulumi:org:";
/// Seconds an exchanged token lives unless the request says otherwise.
const LIFETIME: i64 = 7200;

/// The login behind `Authorization: token …`; `None` is a 401.
pub(super) fn authorize(world: &EscWorld, request: &SandboxRequest, now: i64) -> Option<String> {
    let token = token(request)?;
    if world.revoked.contains(token) {
        return None;
    }
    match world.tokens.get(token) {
        Some(issued) if issued.expires <= now => None,
        Some(issued) => Some(issued.login.clone()),
        None => Some(LOGIN.to_owned()),
    }
}

fn token(request: &SandboxRequest) -> Option<&str> {
    let (scheme, token) = request.header("authorization")?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("token") && !token.is_empty()).then_some(token)
}

pub(super) fn user(world: &EscWorld, request: &SandboxRequest, now: i64) -> SandboxResponse {
    if request.method != "GET" {
        return error(405, "Method Not Allowed");
    }
    let login = authorize(world, request, now).unwrap_or_default();
    let issued = token(request).and_then(|token| world.tokens.get(token));
    let organizations: Vec<Value> = world.organizations.keys().map(|name| organization(name)).collect();
    let mut body = json!({
        "id": "00000000-0000-4000-8000-000000000000",
        "githubLogin": login,
        "name": display_name(&login),
        "email": format!("{login}@example.com"),
        "avatarUrl": "",
        "organizations": organizations,
        "identities": ["github"],
        "siteAdmin": false,
    });
    if let Some(issued) = issued {
        body["tokenInfo"] = json!({ "name": issued.login, "organization": issued.organization });
    }
    SandboxResponse::json(200, &body)
}

fn organization(name: &str) -> Value {
    json!({ "githubLogin": name, "name": name, "avatarUrl": "", "email": "" })
}

pub(super) fn default_organization(world: &EscWorld) -> SandboxResponse {
    match world.organizations.keys().next() {
        Some(name) => SandboxResponse::json(200, &json!({ "GitHubLogin": name, "messages": [] })),
        None => error(404, "Not Found: no default organization"),
    }
}

/// `POST /api/oauth/token`: JSON in, and errors in OAuth's own form.
pub(super) fn exchange(world: &mut EscWorld, request: &SandboxRequest, now: i64) -> SandboxResponse {
    if request.method != "POST" {
        return error(405, "Method Not Allowed");
    }
    let Ok(Value::Object(body)) = serde_json::from_slice(&request.body) else {
        return refuse("invalid_request", "the body must be a JSON object");
    };
    match checked(&body) {
        Ok((organization, kind, lifetime)) => issue(world, organization, kind, lifetime, now),
        Err((code, description)) => refuse(code, description),
    }
}

fn checked(body: &Map<String, Value>) -> Result<(&str, &str, i64), (&'static str, &'static str)> {
    let field = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    if field("grant_type") != EXCHANGE {
        return Err(("unsupported_grant_type", "the grant type must be that of a token exchange"));
    }
    let organization = field("audience").strip_prefix(AUDIENCE).filter(|name| !name.is_empty());
    let organization = organization.ok_or(("invalid_request", "the audience must be urn:pulumi:org:ORGANIZATION"))?;
    if field("subject_token").is_empty() {
        return Err(("invalid_request", "a subject token is required"));
    }
    if field("subject_token_type") != SUBJECT {
        return Err(("invalid_request", "the subject token must be an ID token"));
    }
    let kind = field("requested_token_type").strip_prefix(REQUESTED).unwrap_or_default();
    let scope = field("scope");
    let legal = match kind {
        "organization" => matches!(scope, "" | "admin"),
        "team" => scope.starts_with("team:"),
        "personal" => scope.starts_with("user:"),
        "runner" => scope.starts_with("runner:"),
        _ => return Err(("invalid_request", "the requested token type is unknown")),
    };
    if !legal {
        return Err(("invalid_scope", "the scope does not fit the requested token type"));
    }
    let lifetime = match body.get("expiration") {
        None | Some(Value::Null) => LIFETIME,
        Some(wanted) => wanted.as_i64().filter(|seconds| *seconds > 0).ok_or(("invalid_request", "bad expiration"))?,
    };
    Ok((organization, kind, lifetime))
}

fn issue(world: &mut EscWorld, organization: &str, kind: &str, lifetime: i64, now: i64) -> SandboxResponse {
    let token = format!("pul-{}", random_id(20));
    let login = format!("{organization}-{kind}");
    let expires = now.saturating_add(lifetime);
    world.tokens.retain(|_, issued| issued.expires > now);
    world.tokens.insert(token.clone(), IssuedToken { organization: organization.to_owned(), login, expires });
    world.changes += 1;
    let body = json!({
        "access_token": token,
        "issued_token_type": format!("{REQUESTED}{kind}"),
        "token_type": "token",
        "expires_in": lifetime,
        "scope": "",
    });
    SandboxResponse::json(200, &body)
}

fn refuse(code: &str, description: &str) -> SandboxResponse {
    SandboxResponse::json(400, &json!({ "error": code, "error_description": description }))
}
