//! The answers that other tools were wrong about, and what is not there.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use esc_sync::sandbox::services::Worth;
use serde_json::{Value, json};

use super::{ask, get, with};

fn body(response: &esc_sync::sandbox::message::SandboxResponse) -> Value {
    serde_json::from_slice(&response.body).unwrap_or_default()
}

#[test]
fn a_live_key_with_too_few_rights_looks_dead_by_its_status_alone() {
    let mut world = with(&[("narrow", Worth::Limited)]);
    let (status, openai) = get(&mut world, "api.openai.com/v1/models", "narrow");
    assert!(status == 401 && openai["error"]["message"].as_str().is_some_and(|text| text.contains("Missing scopes")));
    let (status, wrong) = get(&mut world, "api.openai.com/v1/models", "made-up");
    assert!(status == 401 && wrong["error"]["code"] == "invalid_api_key", "{wrong}");
    assert_eq!(get(&mut world, "api.hubapi.com/account-info/v3/api-usage/daily/private-apps", "narrow").0, 403);
    let neon = get(&mut world, "console.neon.tech/api/v2/projects", "narrow");
    assert!(neon.0 == 400 && neon.1["message"].as_str().is_some_and(|text| text.starts_with("org_id is required")));
    let login = json!({ "identifier": "narrow", "secret": "narrow" }).to_string();
    let docker = ask(&mut world, "POST", "hub.docker.com/v2/auth/token", ("x", "y"), &login);
    assert!(docker.status == 401 && body(&docker)["login_2fa_token"].is_string());
}

#[test]
fn slack_answers_200_to_everything_and_github_403_to_who_asks_too_often() {
    let mut world = with(&[("good", Worth::Live), ("busy", Worth::RateLimited)]);
    let slack = |world: &mut _, key: &str| {
        let answer = ask(world, "POST", "slack.com/api/auth.test", ("authorization", &format!("Bearer {key}")), "");
        (answer.status, body(&answer)["ok"].clone())
    };
    assert_eq!(slack(&mut world, "good"), (200, json!(true)));
    assert_eq!(slack(&mut world, "made-up"), (200, json!(false)));
    assert_eq!(slack(&mut world, "busy"), (429, json!(false)));
    let github = ask(&mut world, "GET", "api.github.com/user", ("authorization", "token busy"), "");
    let left = github.headers.iter().find(|(name, _)| name == "x-ratelimit-remaining").map(|(_, value)| &**value);
    assert_eq!((github.status, left), (403, Some("0")));
    let fly = ask(&mut world, "GET", "api.machines.dev/v1/apps", ("authorization", "FlyV1 good"), "");
    assert_eq!(fly.status, 400, "accepted, and the organization is missing");
}

#[test]
fn snowflake_tells_a_wrong_account_from_a_wrong_password() {
    let mut world = with(&[("ZNB04675", Worth::Live), ("ci", Worth::Live), ("right", Worth::Live)]);
    let mut login = |host: &str, password: &str| {
        let data = json!({ "data": { "LOGIN_NAME": "ci", "PASSWORD": password, "ACCOUNT_NAME": "x" } }).to_string();
        let target = format!("{host}.snowflakecomputing.com/session/v1/login-request");
        let answer = ask(&mut world, "POST", &target, ("content-type", "application/json"), &data);
        (answer.status, body(&answer)["success"].clone())
    };
    assert_eq!(login("znb04675.us-east-1", "right"), (200, json!(true)));
    assert_eq!(login("znb04675", "wrong"), (200, json!(false)));
    assert_eq!(login("vw02766", "right"), (404, Value::Null));
}

#[test]
fn keys_travel_as_basic_logins_too() {
    let mut world = with(&[("key", Worth::Live), ("secret", Worth::Live)]);
    let mut basic = |target: &str, pair: &str| {
        ask(&mut world, "GET", target, ("authorization", &format!("Basic {}", STANDARD.encode(pair))), "").status
    };
    assert_eq!(basic("cloud.lambda.ai/api/v1/instances", "key:"), 200);
    assert_eq!(basic("cloud.lambdalabs.com/api/v1/instances", "other:"), 401);
    assert_eq!(basic("api.gong.io/v2/users", "key:secret"), 200);
    assert_eq!(basic("us-1.api.gong.io/v2/users", "key:other"), 401);
    assert_eq!(basic("api.stripe.com/v1/balance", "key:"), 200);
}

#[test]
fn databases_are_logged_in_to_by_their_url() {
    let url = "redis://:p@cache.example.com:6379";
    let cases = [
        (Some(Worth::Live), json!({ "heard": "pong" }), json!({ "ready": true })),
        (Some(Worth::Limited), json!({ "refused": "NOPERM" }), json!({ "sqlstate": "42501" })),
        (Some(Worth::Rejected), json!({ "refused": "WRONGPASS" }), json!({ "sqlstate": "28P01" })),
        (Some(Worth::ServerError), json!({ "refused": "LOADING" }), json!({ "sqlstate": "57P03" })),
        (Some(Worth::Redirect), json!({ "failed": "connect" }), json!({ "failed": "connect" })),
        (None, json!({ "refused": "WRONGPASS" }), json!({ "sqlstate": "28P01" })),
    ];
    for (worth, redis, postgres) in cases {
        let mut world = with(&worth.map(|worth| vec![(url, worth)]).unwrap_or_default());
        let mut login =
            |kind: &str| body(&ask(&mut world, "POST", &format!("cache.example.com/{kind}"), ("x", "y"), url));
        assert_eq!((login("_redis"), login("_postgres")), (redis, postgres), "{worth:?}");
    }
}

#[test]
fn what_is_not_there_says_so_in_json() {
    let mut world = with(&[("key", Worth::Live)]);
    for target in
        ["api.example.com/v1/models", "", "api.openai.com/v1/chat/completions", "api.openai.com.evil.example/v1/models"]
    {
        let (status, answer) = get(&mut world, target, "key");
        assert!(status == 404 && answer["message"].is_string(), "{target}: {status} {answer}");
    }
    // What costs money, sends or writes is nowhere.
    for target in ["api.anthropic.com/v1/messages", "slack.com/api/chat.postMessage", "google.serper.dev/search"] {
        let answer = ask(&mut world, "POST", target, ("authorization", "Bearer key"), "{}");
        assert_eq!(answer.status, 404, "{target}");
    }
}

#[test]
fn the_key_of_a_service_account_is_found_by_its_address() {
    let file = r#"{"client_email":"ci@acme.iam.example","private_key_id":"key-77"}"#;
    let mut world = with(&[(file, Worth::Live)]);
    let (status, keys) = get(&mut world, "www.googleapis.com/robot/v1/metadata/x509/ci%40acme.iam.example", "");
    assert!(status == 200 && keys["key-77"].is_string(), "{keys}");
    world.services.declare(file, Worth::Limited);
    let (_, keys) = get(&mut world, "www.googleapis.com/robot/v1/metadata/x509/ci@acme.iam.example", "");
    assert!(keys["key-77"].is_null(), "the account is there, its key is not: {keys}");
    assert_eq!(get(&mut world, "www.googleapis.com/robot/v1/metadata/x509/other@acme.iam.example", "").0, 404);
}
