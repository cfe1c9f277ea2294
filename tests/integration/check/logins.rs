//! Every way to log in, from the command line against the emulator.

use std::fs;

use esc_sync::crypto::jwt::RsaSigner;
use serde_json::{Value, json};

use crate::support::{
    program::{Program, Ran},
    world::{World, status},
};

fn world(name: &str) -> World {
    let world = World::with_entries(name, &["ONE: s.one"]);
    world.esc_secrets(&[("one", "value-of-one-51c2")]);
    world.org_secret("ONE", "value-of-one-51c2");
    world
}

/// The usual run without any token in the environment.
fn without_tokens(world: &World) -> Program {
    let program = world.program(["check", "--format", "json"]);
    program.env("PULUMI_ACCESS_TOKEN", "").env("GITHUB_TOKEN", "")
}

fn assert_read(ran: &Ran) {
    assert_eq!(ran.code, 0, "{}", ran.everything());
    assert_eq!(status(&ran.json(), "ONE"), "unverified");
}

#[test]
fn gh_token_is_the_second_name() {
    let world = world("gh-token");
    assert_read(&without_tokens(&world).env("PULUMI_ACCESS_TOKEN", "pul-x").env("GH_TOKEN", "ghp-x").run());
}

#[test]
fn a_stored_login_is_used_where_no_variable_is_set() {
    let world = world("stored-login");
    let home = world.folder.join(".pulumi");
    fs::create_dir_all(&home).expect("made");
    let stored = json!({ "current": world.running.url, "accessTokens": { world.running.url.clone(): "pul-stored" } });
    fs::write(home.join("credentials.json"), stored.to_string()).expect("written");
    assert_read(&without_tokens(&world).env("PULUMI_BACKEND_URL", "").env("GH_TOKEN", "ghp-x").run());
}

#[test]
fn an_actions_job_exchanges_its_identity_for_a_token() {
    let world = world("oidc");
    let program = without_tokens(&world).env("GH_TOKEN", "ghp-x").env("GITHUB_ACTIONS", "true");
    let program =
        program.env("ACTIONS_ID_TOKEN_REQUEST_URL", &format!("{}/_oidc/token?api-version=2.0", world.running.url));
    assert_read(&program.env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "the-runner").run());
    assert_eq!(world.asked("/api/oauth/token"), 1);
}

#[test]
fn an_app_installation_logs_in_with_its_key_file() {
    let world = world("app");
    let body = include_str!("../stores/test_key.b64");
    let key = format!("-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----\n", body.trim());
    fs::write(world.folder.join("app.pem"), &key).expect("written");
    let now = world.running.now();
    let claims = json!({ "iss": "7", "iat": now - 60, "exp": now + 300 }).to_string();
    let token = RsaSigner::from_pem(&key.into()).expect("a key").sign(&claims);
    let login = format!("Bearer {}", token.expose_text().expect("text"));
    let installation = world.ask_as(&login, "GET", "/orgs/acme/installation", &Value::Null)["id"].to_string();
    let program = without_tokens(&world).env("PULUMI_ACCESS_TOKEN", "pul-x").env("GITHUB_TOKEN", "ghp-not-meant");
    let flags = [
        "--github-app-id",
        "7",
        "--github-app-installation-id",
        &installation,
        "--github-app-private-key-file",
        "app.pem",
    ];
    assert_read(&program.args(flags).run());
    assert_eq!(world.asked(&format!("/app/installations/{installation}/access_tokens")), 1);
}
