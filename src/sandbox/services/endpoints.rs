//! Health endpoints of the seeded mapping: healthy as declared, until the control endpoint makes one sick.

use serde_json::{Value, json};

use super::{super::message::SandboxResponse, SeededEndpoint, ServicesWorld, Worth, reply};
use crate::mapping::{EndpointSpec, ExpectedField};

pub(super) fn answer(world: &ServicesWorld, method: &str, host: &str, path: &str) -> Option<SandboxResponse> {
    let endpoint = world.endpoints.values().find(|endpoint| endpoint.host == host && endpoint.path == path)?;
    if method != "GET" && method != "HEAD" {
        return Some(SandboxResponse::json(405, &json!({ "message": "a health endpoint is asked with GET" })));
    }
    Some(match endpoint.worth {
        Worth::Live => healthy(endpoint),
        Worth::Hang => SandboxResponse { hang: true, ..SandboxResponse::default() },
        Worth::Html => reply::PAGE.filled(&[]),
        Worth::Redirect => reply::MOVED.filled(&[]),
        Worth::RateLimited => reply::TOO_OFTEN.filled(&[]),
        Worth::Limited => SandboxResponse::json(200, &json!({ "status": "degraded" })),
        Worth::Rejected | Worth::ServerError => reply::BROKEN.filled(&[]),
    })
}

fn healthy(endpoint: &SeededEndpoint) -> SandboxResponse {
    let response = SandboxResponse::empty(endpoint.status).with_header("content-type", &endpoint.content_type);
    SandboxResponse { body: endpoint.body.clone().into_bytes(), ..response }
}

impl SeededEndpoint {
    /// One that is healthy by its declaration.
    pub fn of(spec: &EndpointSpec) -> Self {
        let (host, path) = host_and_path(&spec.url);
        let page = spec.content_type.as_deref().is_some_and(|kind| kind.contains("html"));
        let body = if page { "<!doctype html><title>ok</title>".to_owned() } else { body(spec).to_string() };
        Self {
            host,
            path,
            status: spec.status.first().copied().unwrap_or(200),
            content_type: spec.content_type.as_deref().unwrap_or("application/json").to_owned(),
            body,
            worth: Worth::Live,
        }
    }
}

/// Of a declared URL: the host in lower case without its port, and the path without its query.
pub(super) fn host_and_path(url: &str) -> (String, String) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').filter(|(name, _)| !name.contains(':')).map_or(authority, |(name, _)| name);
    (host.to_ascii_lowercase(), format!("/{path}"))
}

fn body(spec: &EndpointSpec) -> Value {
    spec.field.as_ref().map_or_else(|| json!({ "status": "ok" }), holding)
}

/// JSON with the field that is looked at.
pub(super) fn holding(field: &ExpectedField) -> Value {
    let value = field.values.first().map_or("ok", |value| &**value);
    field.path.rsplit('.').fold(json!(value), |inner, name| match name {
        "0" => json!([inner]),
        name => json!({ name: inner }),
    })
}
