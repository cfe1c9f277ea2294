//! The emulated Lambda Cloud: the registry of keys, and instances that run nowhere.
//!
//! Pure: a request and a moment in, an answer out. Shapes, codes and limits are those of
//! Lambda's OpenAPI description, version 1.10.0; where that does not tell, the comment beside
//! the code says what was chosen. Each instance's answer holds a notebook token that is a
//! canary: whoever finds it in a log has found a leak.

mod catalogue;
mod control;
mod failure;
mod instances;
mod keys;
mod launch;
mod limits;
mod world;

pub use limits::{LambdaLimits, Pace};
pub use world::{LambdaAccount, LambdaKey, LambdaWorld, Machine};

pub(super) use control::handle as handle_control;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::failure::failure;
use super::message::{SandboxRequest, SandboxResponse};

/// What to answer, either way.
type Answer = Result<SandboxResponse, SandboxResponse>;

/// Answers one request.
pub(crate) fn handle(world: &mut LambdaWorld, request: &SandboxRequest, now_ms: i64) -> SandboxResponse {
    admit(world, request, now_ms).and_then(|()| answer(world, request, now_ms)).unwrap_or_else(|refusal| refusal)
}

/// Who asks, whether the account may, and whether it is too soon.
fn admit(world: &mut LambdaWorld, request: &SandboxRequest, now_ms: i64) -> Result<(), SandboxResponse> {
    let key = request.header("authorization").and_then(api_key);
    let keys = &world.account.keys;
    if key.is_none_or(|key| !keys.is_empty() && !keys.contains(&key)) {
        return Err(failure(401, "global/invalid-api-key", "API key was invalid, expired, or deleted."));
    }
    if world.account.inactive {
        return Err(failure(403, "global/account-inactive", "Your account is inactive."));
    }
    let launches = request.method == "POST" && request.path.ends_with("/instance-operations/launch");
    world.limits.admit(launches, now_ms)
}

/// Bearer; or Basic with the key as user name, or with the bare key.
fn api_key(header: &str) -> Option<String> {
    let (scheme, rest) = header.trim().split_once(' ')?;
    let rest = rest.trim();
    let key = match scheme.to_ascii_lowercase().as_str() {
        "bearer" => rest.to_owned(),
        "basic" => {
            let decoded = STANDARD.decode(rest).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let user = decoded.as_deref().and_then(|pair| pair.split_once(':')).map(|(user, _)| user.to_owned());
            user.unwrap_or_else(|| rest.to_owned())
        }
        _ => return None,
    };
    (!key.is_empty()).then_some(key)
}

fn answer(world: &mut LambdaWorld, request: &SandboxRequest, now_ms: i64) -> Answer {
    let segments = request.segments();
    let path: Vec<&str> = segments.iter().skip(2).map(String::as_str).collect();
    match (request.method.as_str(), path.as_slice()) {
        ("GET", ["ssh-keys"]) => Ok(keys::list(world)),
        ("POST", ["ssh-keys"]) => keys::add(world, &body(request)?),
        ("DELETE", ["ssh-keys", id]) => keys::delete(world, id),
        ("GET", ["instances"]) => Ok(instances::list(world, now_ms)),
        ("GET", ["instances", id]) => instances::one(world, id, now_ms),
        ("POST", ["instances", id]) => instances::rename(world, id, &body(request)?, now_ms),
        ("GET", ["instance-types"]) => Ok(data(&catalogue::instance_types())),
        ("GET", ["images"]) => Ok(data(&catalogue::images())),
        ("GET", ["regions"]) => Ok(data(&catalogue::regions())),
        ("POST", ["instance-operations", "launch"]) => launch::launch(world, &body(request)?, now_ms),
        ("POST", ["instance-operations", "restart"]) => instances::restart(world, &body(request)?, now_ms),
        ("POST", ["instance-operations", "terminate"]) => instances::terminate(world, &body(request)?, now_ms),
        _ => Err(failure(404, "global/not-found", "There is nothing here.")),
    }
}

/// The body as what it must be; the parser's own words are not passed on, since they can quote it.
fn body<T: DeserializeOwned>(request: &SandboxRequest) -> Result<T, SandboxResponse> {
    serde_json::from_slice(&request.body).map_err(|_| failure::invalid("Invalid request body."))
}

fn data(value: &Value) -> SandboxResponse {
    SandboxResponse::json(200, &json!({ "data": value }))
}
