//! The token that an Actions job would get for its identity: the right shape, signed by nobody.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use super::message::{SandboxRequest, SandboxResponse};

/// `GET /_oidc/token?audience=…` with any bearer token, as `ACTIONS_ID_TOKEN_REQUEST_URL` is asked.
pub(super) fn handle(request: &SandboxRequest, now: i64) -> SandboxResponse {
    if request.segments() != ["_oidc", "token"] {
        return SandboxResponse::json(404, &json!({ "message": "Not Found" }));
    }
    let authorized = request
        .header("authorization")
        .and_then(|value| value.split_once(' '))
        .is_some_and(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty());
    if !authorized {
        return SandboxResponse::json(401, &json!({ "message": "Unauthorized" }));
    }
    let audience = request.query("audience").unwrap_or("https://github.com/acme");
    let claims = json!({
        "iss": "https://token.actions.githubusercontent.com",
        "sub": "repo:acme/app:ref:refs/heads/main",
        "aud": audience,
        "repository": "acme/app",
        "repository_owner": "acme",
        "iat": now,
        "nbf": now,
        "exp": now + 300,
    });
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(&json!({ "alg": "RS256", "typ": "JWT", "kid": "sandbox" }));
    let token = format!("{head}.{}.{}", part(&claims), URL_SAFE_NO_PAD.encode("unsigned"));
    SandboxResponse::json(200, &json!({ "count": token.len(), "value": token }))
}
