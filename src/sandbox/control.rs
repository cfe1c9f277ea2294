//! The endpoints under `/_sandbox/` that steer the emulator; `docs/sandbox.md` is their reference.
//!
//! They ask for no login, are not logged as requests, and no fault touches them.

use std::sync::atomic::Ordering;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Shared,
    faults::Fault,
    github, lambda, lock,
    message::{SandboxRequest, SandboxResponse},
    services,
};
use crate::model::Stamp;

type Control = Result<Value, (u16, String)>;

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<Value>),
    One(Value),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LatencyBody {
    ms: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockBody {
    /// RFC 3339.
    set: Option<String>,
    /// In seconds.
    #[serde(default)]
    advance: i64,
    freeze: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EscEnvironmentBody {
    organization: String,
    project: String,
    name: String,
    yaml: String,
}

pub(super) fn handle(shared: &Shared, request: &SandboxRequest) -> SandboxResponse {
    let segments = request.segments();
    let path: Vec<&str> = segments.iter().skip(1).map(String::as_str).collect();
    if let ["esc", lever @ ..] = path.as_slice()
        && lever != ["environments"]
    {
        return pull_esc_lever(shared, lever, request);
    }
    match answer(shared, &path, request) {
        Ok(body) => SandboxResponse::json(200, &body),
        Err((status, message)) => SandboxResponse::json(status, &json!({ "message": message })),
    }
}

/// The ESC side has its own answers.
fn pull_esc_lever(shared: &Shared, lever: &[&str], request: &SandboxRequest) -> SandboxResponse {
    let body = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
    let mut world = lock(&shared.world);
    let response = world.esc.control(lever, &body, shared.clock.now_ms() / 1000);
    shared.keep(&world);
    response
}

fn answer(shared: &Shared, path: &[&str], request: &SandboxRequest) -> Control {
    match (request.method.as_str(), path) {
        ("GET", []) => Ok(json!({ "ok": true, "url": shared.public_url, "now": now(shared) })),
        ("GET", ["faults"]) => Ok(json!(lock(&shared.faults).all())),
        ("POST", ["faults"]) => add_faults(shared, request),
        ("DELETE", ["faults"]) => {
            lock(&shared.faults).clear();
            done()
        }
        ("GET", ["requests"]) => Ok(json!({ "requests": lock(&shared.log).all() })),
        ("DELETE", ["requests"]) => {
            lock(&shared.log).clear();
            done()
        }
        ("POST", ["latency"]) => {
            let body: LatencyBody = read(request)?;
            shared.latency_ms.store(body.ms, Ordering::Relaxed);
            done()
        }
        ("GET", ["clock"]) => Ok(json!({ "now": now(shared) })),
        ("POST", ["clock"]) => set_clock(shared, &read(request)?),
        ("POST", ["esc", "environments"]) => {
            let body: EscEnvironmentBody = read(request)?;
            let mut world = lock(&shared.world);
            let now = shared.clock.now_ms() / 1000;
            let put = world.esc.put_environment(&body.organization, &body.project, &body.name, &body.yaml, now);
            shared.keep(&world);
            let revision = put.map_err(|_| (400, "the definition has errors; yaml/check says which".to_owned()))?;
            Ok(json!({ "revision": revision }))
        }
        (method, ["github", rest @ ..]) => {
            let mut world = lock(&shared.world);
            let result = github::handle_control(&mut world.github, rest, request, shared.clock.now_ms() / 1000);
            if method != "GET" && result.is_ok() {
                shared.keep(&world);
            }
            result
        }
        (method, ["lambda", rest @ ..]) => {
            let mut world = lock(&shared.world);
            let result = lambda::handle_control(&mut world.lambda, rest, request);
            if method != "GET" && result.is_ok() {
                shared.keep(&world);
            }
            result
        }
        (method, ["services", rest @ ..]) => {
            let mut world = lock(&shared.world);
            let result = services::handle_control(&mut world.services, rest, request);
            if method != "GET" && result.is_ok() {
                shared.keep(&world);
            }
            result
        }
        _ => Err((404, "no such control endpoint".to_owned())),
    }
}

/// All or none: a list with a bad fault in it changes nothing.
fn add_faults(shared: &Shared, request: &SandboxRequest) -> Control {
    let values = match read(request)? {
        OneOrMany::Many(values) => values,
        OneOrMany::One(value) => vec![value],
    };
    let faults = values
        .into_iter()
        .map(|value| {
            let fault: Fault = serde_json::from_value(value).map_err(|error| error.to_string())?;
            fault.matches.check()?;
            Ok(fault)
        })
        .collect::<Result<Vec<Fault>, String>>()
        .map_err(|what| (400, what))?;
    let mut list = lock(&shared.faults);
    faults.into_iter().for_each(|fault| list.add(fault));
    Ok(json!({ "ok": true, "faults": list.all().len() }))
}

fn set_clock(shared: &Shared, body: &ClockBody) -> Control {
    let set = body.set.as_deref().map(str::parse::<Stamp>).transpose();
    let set = set.map_err(|_| (400, "`set` is not an RFC 3339 date and time".to_owned()))?;
    if let Some(frozen) = body.freeze {
        shared.clock.freeze(frozen);
    }
    if set.is_some() || body.advance != 0 {
        shared.clock.set(set.map(|stamp| stamp.0.saturating_mul(1000)), body.advance.saturating_mul(1000));
    }
    shared.keep(&lock(&shared.world));
    Ok(json!({ "now": now(shared) }))
}

fn now(shared: &Shared) -> String {
    Stamp(shared.clock.now_ms() / 1000).to_string()
}

fn read<T: serde::de::DeserializeOwned>(request: &SandboxRequest) -> Result<T, (u16, String)> {
    serde_json::from_slice(&request.body).map_err(|error| (400, error.to_string()))
}

fn done() -> Control {
    Ok(json!({ "ok": true }))
}
