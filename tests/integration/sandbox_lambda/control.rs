//! The Lambda side behind the emulator's socket: its control, its faults and log, its memory and its seed.

use esc_sync::{
    mapping::{LoadOptions, load},
    sandbox::{Fault, Sandbox, SandboxOptions, World as Stores, seed},
};
use serde_json::{Value, json};

use crate::support::{program::folder, world::World};

use super::KEY;

#[test]
fn the_control_steers_what_lambda_answers() {
    let world = World::new("lambda-control");
    let put = world.ask("POST", "/_sandbox/lambda/keys", &json!({ "name": "a", "public_key": "one" }));
    assert!(put["id"].is_string());
    for (key, beside) in [("two", false), ("three", true)] {
        world.ask("POST", "/_sandbox/lambda/keys", &json!({ "name": "a", "public_key": key, "beside": beside }));
    }
    let keys = world.running.world(|world| world.lambda.keys().to_vec());
    assert_eq!(keys.iter().map(|key| &*key.public_key).collect::<Vec<_>>(), ["two", "three"]);

    let instance = json!({ "ip": "192.0.2.9", "status": "preempted", "user_data": "text" });
    world.ask("POST", "/_sandbox/lambda/instances", &json!({ "id": "i", "instance": instance }));
    let told = world.ask_as("Bearer sandbox", "GET", "/api/v1/instances/i", &Value::Null);
    assert_eq!((&told["data"]["status"], &told["data"]["ip"]), (&json!("preempted"), &json!("192.0.2.9")));
    assert_eq!(world.ask("GET", "/_sandbox/lambda/user-data?id=i", &Value::Null)["user_data"], "text");
    world.ask("DELETE", "/_sandbox/lambda/instances?id=i", &Value::Null);
    assert_eq!(world.ask_as("Bearer sandbox", "GET", "/api/v1/instances", &Value::Null)["data"], json!([]));
}

#[test]
fn lambda_has_faults_and_a_log_of_its_own() {
    let world = World::new("lambda-log");
    world.running.fault(Fault::status(503, "x").store("lambda").times(1));
    world.ask("GET", "/api/user", &Value::Null);
    assert_eq!(world.running.requests().iter().map(|request| request.status).collect::<Vec<_>>(), [200]);
    world.running.clear_faults();
    world.ask_as("Bearer sandbox", "POST", "/api/v1/ssh-keys", &json!({ "name": "a", "public_key": KEY }));
    let last = world.running.requests().pop().expect("logged");
    assert_eq!((last.store, &*last.path, last.status), ("lambda", "/api/v1/ssh-keys", 200));
}

#[tokio::test]
async fn what_is_registered_survives_and_an_older_state_has_none() {
    let dir = folder("lambda-state").join("kept");
    let options = || SandboxOptions { dir: Some(dir.clone()), ..SandboxOptions::default() };
    let running = Sandbox::start(options()).await.expect("starts");
    running.world(|world| world.lambda.put_key("deploy", KEY));
    running.shutdown().await;
    let running = Sandbox::start(options()).await.expect("starts again");
    assert_eq!(running.world(|world| world.lambda.keys()[0].name.clone()), "deploy");
    running.shutdown().await;

    let file = dir.join("sandbox.json");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&file).expect("kept")).expect("JSON");
    state.as_object_mut().expect("a map").remove("lambda");
    std::fs::write(&file, state.to_string()).expect("written");
    let running = Sandbox::start(options()).await.expect("starts with what an older one kept");
    assert!(running.world(|world| world.lambda.keys().is_empty()));
    running.shutdown().await;
}

#[test]
fn a_mapping_with_a_registered_name_seeds_it_and_one_machine() {
    let header = "version: 1\nesc: { environment: acme/default/production }\ngithub: { organization: acme }\n";
    let with = format!("{header}ssh: {{ public-key: ssh.key, lambda-key-name: deploy }}\nentries:\n  A: s.a\n");
    let mut world = Stores::default();
    let loaded = load("m.yaml", with.as_bytes(), &LoadOptions::default()).expect("legal");
    seed(&mut world, &loaded.mapping, 1_700_000_000);
    let [key] = world.lambda.keys() else { panic!("one key") };
    assert!(key.name == "deploy" && esc_sync::keys::PublicKey::parse(&key.public_key).is_ok());
    let machines: Vec<_> = world.lambda.instances().collect();
    assert!(machines.len() == 1 && machines[0].1.ssh_key_names == ["deploy"] && machines[0].1.ip.is_some());
    let without = format!("{header}entries:\n  A: s.a\n");
    let loaded = load("m.yaml", without.as_bytes(), &LoadOptions::default()).expect("legal");
    seed(&mut world, &loaded.mapping, 1_700_000_000);
    assert_eq!((world.lambda.keys().len(), world.lambda.instances().count()), (0, 0));
}
