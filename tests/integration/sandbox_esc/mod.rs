//! The emulator of Pulumi ESC: its answers, its language, and Pulumi's own clients on it.

mod client_runs;
mod golden;
mod protocol;
mod random;

use esc_sync::sandbox::{
    esc::{EscWorld, handle},
    message::{SandboxRequest, SandboxResponse},
};
use serde_json::Value;

/// 2026-01-02T03:04:05Z.
const NOW: i64 = 1_767_323_045;
const ENVIRONMENT: &str = "/api/esc/environments/acme/proj/env";

fn request(method: &str, target: &str, body: &[u8]) -> SandboxRequest {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    SandboxRequest {
        method: method.into(),
        path: path.into(),
        query: pairs.map(|(name, value)| (name.into(), value.into())).collect(),
        headers: vec![("authorization".into(), "token pul-test".into())],
        body: body.into(),
        public_url: "http://127.0.0.1:1".into(),
    }
}

fn ask(world: &mut EscWorld, method: &str, target: &str, body: &str) -> SandboxResponse {
    handle(world, &request(method, target, body.as_bytes()), NOW)
}

fn json(response: &SandboxResponse) -> Value {
    serde_json::from_slice(&response.body).expect("a JSON body")
}

fn text(response: &SandboxResponse) -> &str {
    std::str::from_utf8(&response.body).expect("a text body")
}

fn header<'r>(response: &'r SandboxResponse, name: &str) -> &'r str {
    response.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).expect("the header")
}

/// A world with `acme/proj/env` as given.
fn world(yaml: &str) -> EscWorld {
    let mut world = EscWorld::default();
    world.put_environment("acme", "proj", "env", yaml, NOW).expect("a sound definition");
    world
}

/// Opens `acme/proj/env` and reads it.
fn opened(world: &mut EscWorld) -> Value {
    let answer = ask(world, "POST", &format!("{ENVIRONMENT}/open?duration=2h0m0s"), "");
    assert_eq!(answer.status, 200, "{}", text(&answer));
    let id = json(&answer)["id"].as_str().expect("an id").to_owned();
    let answer = ask(world, "GET", &format!("{ENVIRONMENT}/open/{id}"), "");
    assert_eq!(answer.status, 200);
    json(&answer)["properties"].clone()
}
