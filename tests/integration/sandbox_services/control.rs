//! The services behind the emulator's socket: their control, faults, log and memory.

use std::{io::Read, time::Duration};

use esc_sync::sandbox::{Fault, Sandbox, SandboxOptions, services::Worth};
use serde_json::{Value, json};

use crate::support::{program::folder, world::World};

const MODELS: &str = "/_services/api.groq.com/openai/v1/models";

#[test]
fn the_control_says_what_a_credential_is_worth() {
    let world = World::new("services-control");
    let data = |world: &World| world.ask_as("Bearer canary-key", "GET", MODELS, &Value::Null)["data"].clone();
    world.ask("POST", "/_sandbox/services", &json!({ "name": "GROQ_API_KEY", "value": "canary-key", "worth": "live" }));
    assert!(data(&world).is_array());
    world.running.world(|world| world.services.declare("canary-key", Worth::Rejected));
    world.ask("POST", "/_sandbox/services", &json!({ "name": "GROQ_API_KEY", "worth": "live" }));
    assert!(data(&world).is_array());
    let told = world.ask("GET", "/_sandbox/services", &Value::Null);
    assert_eq!(told["credentials"], json!([{ "name": "GROQ_API_KEY", "worth": "live" }]));
    assert!(told["services"].as_array().is_some_and(|services| services.len() >= 55));
    assert!(!told.to_string().contains("canary"), "{told}");

    world.ask("POST", "/_sandbox/services", &json!({ "host": "Vectors.example.com", "service": "qdrant" }));
    let found = world.ask_as("x", "GET", "/_services/vectors.example.com:6333/", &Value::Null);
    assert!(found["title"].is_string(), "{found}");
}

#[test]
fn services_have_faults_and_a_log_without_credentials() {
    let world = World::new("services-log");
    world.running.world(|world| world.services.declare("canary-key", Worth::Live));
    world.running.fault(Fault::status(503, "x").store("services").times(1));
    world.ask("GET", "/api/user", &Value::Null);
    assert_eq!(world.running.requests().pop().map(|request| request.status), Some(200), "the fault is not ESC's");
    world.running.clear_faults();
    world.ask_as("Bearer canary-key", "GET", MODELS, &Value::Null);
    let login = json!("redis://:canary-key@h");
    world.ask("POST", "/_services/h/_redis", &login);
    let log = world.running.requests();
    let last: Vec<_> =
        log.iter().rev().take(2).map(|request| (request.store, &*request.path, request.status)).collect();
    assert_eq!(last, [("services", "/_services/h/_redis", 200), ("services", MODELS, 200)]);
    assert!(!format!("{log:?}").contains("canary"), "{log:?}");
}

#[test]
fn a_service_that_hangs_says_nothing_and_holds_up_nobody() {
    let world = World::new("services-hang");
    world.running.world(|world| {
        world.services.declare("silent", Worth::Hang);
        world.services.declare("good", Worth::Live);
    });
    let request = format!("GET {MODELS} HTTP/1.1\r\nhost: h\r\nauthorization: Bearer silent\r\n\r\n");
    let mut stream = std::net::TcpStream::connect(world.running.address).expect("it listens");
    std::io::Write::write_all(&mut stream, request.as_bytes()).expect("sent");
    // Another is answered meanwhile; it was asked later.
    assert!(world.ask_as("Bearer good", "GET", MODELS, &Value::Null)["data"].is_array());
    stream.set_read_timeout(Some(Duration::from_millis(20))).expect("a socket");
    let silence = stream.read(&mut [0; 16]).expect_err("not a byte, and no end");
    assert!(matches!(silence.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut), "{silence}");
}

#[tokio::test]
async fn what_values_are_worth_survives_and_an_older_state_has_none() {
    let dir = folder("services-state").join("kept");
    let options = || SandboxOptions { dir: Some(dir.clone()), ..SandboxOptions::default() };
    let running = Sandbox::start(options()).await.expect("starts");
    running.world(|world| {
        world.services.name("A", "value", Worth::Limited);
        world.services.lodge("h.example.com", "weaviate");
    });
    running.shutdown().await;
    let running = Sandbox::start(options()).await.expect("starts again");
    assert_eq!(running.world(|world| world.services.worth("value")), Some(Worth::Limited));
    running.shutdown().await;

    let file = dir.join("sandbox.json");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&file).expect("kept")).expect("JSON");
    state.as_object_mut().expect("a map").remove("services");
    std::fs::write(&file, state.to_string()).expect("written");
    let running = Sandbox::start(options()).await.expect("starts with what an older one kept");
    assert_eq!(running.world(|world| world.services.worth("value")), None);
    running.shutdown().await;
}
