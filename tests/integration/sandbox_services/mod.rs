//! The services that live checks ask, as the sandbox plays them.

mod answers;
mod control;
mod rows;
mod seeded;

use esc_sync::sandbox::{
    World,
    message::{SandboxRequest, SandboxResponse},
    services::Worth,
};
use serde_json::Value;

/// A request to a host, with one header.
fn ask(world: &mut World, method: &str, target: &str, header: (&str, &str), body: &str) -> SandboxResponse {
    let request = SandboxRequest {
        method: method.into(),
        path: format!("/_services/{target}"),
        headers: vec![(header.0.into(), header.1.into())],
        body: body.as_bytes().to_vec(),
        ..SandboxRequest::default()
    };
    world.answer(&request, 0)
}

fn get(world: &mut World, target: &str, key: &str) -> (u16, Value) {
    let response = ask(world, "GET", target, ("authorization", &format!("Bearer {key}")), "");
    (response.status, serde_json::from_slice(&response.body).unwrap_or_default())
}

fn with(values: &[(&str, Worth)]) -> World {
    let mut world = World::default();
    for (value, worth) in values {
        world.services.declare(value, *worth);
    }
    world
}
