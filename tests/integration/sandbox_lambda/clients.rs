//! A real client, unchanged: `lambda-ai-cloud-api-client`, generated from Lambda's description.

use std::{path::Path, process::Command};

use crate::support::world::World;

#[test]
fn the_python_client_works_unchanged() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("target/clients/lambda/venv/bin/python");
    assert!(python.exists(), "a client is not installed; run tests/clients/install");
    let world = World::new("lambda-client");
    world.running.world(|world| world.lambda.account.keys.insert("good".to_owned()));
    let output = Command::new(python)
        .arg(root.join("tests/integration/sandbox_lambda/clients/lambda_client.py"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LAMBDA_API_URL", format!("{}/api/v1", world.running.url))
        .env("LAMBDA_API_KEY", "good")
        .output()
        .expect("the client starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "the client failed:\n{out}\n{err}");
    assert_eq!(out.trim(), "done");
    let names = world.running.world(|world| world.lambda.keys().iter().map(|key| key.name.clone()).collect::<Vec<_>>());
    assert_eq!(names, ["deploy"]);
}
