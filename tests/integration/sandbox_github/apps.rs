//! Apps: assertions in their shape and times. That signatures count is tried with a real client.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use esc_sync::sandbox::{Running, github::AppRegistration};

use super::support::{Reply, start, try_ask};

fn assertion(head: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", part(head), part(claims), URL_SAFE_NO_PAD.encode("signature"))
}

fn good(running: &Running) -> String {
    let now = running.now();
    assertion(&json!({ "alg": "RS256", "typ": "JWT" }), &json!({ "iat": now - 60, "exp": now + 540, "iss": "77" }))
}

async fn bearer(running: &Running, token: &str, method: &str, path: &str, body: Option<Value>) -> Reply {
    let headers = [("authorization", format!("Bearer {token}")), ("user-agent", "t".to_owned())];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    try_ask(running, method, path, &headers, body).await.expect("a whole answer")
}

#[tokio::test]
async fn g5_an_installation_token_works_for_an_hour() {
    let running = start().await;
    running.freeze(true);
    let assertion = good(&running);
    let installation = bearer(&running, &assertion, "GET", "/orgs/acme/installation", None).await;
    assert_eq!(installation.status, 200);
    let same = bearer(&running, &assertion, "GET", "/repos/acme/app/installation", None).await;
    let id = installation.json()["id"].clone();
    assert_eq!(same.json()["id"], id);
    let path = format!("/app/installations/{id}/access_tokens");
    let issued = bearer(&running, &assertion, "POST", &path, None).await;
    assert_eq!(issued.status, 201);
    let token = issued.json()["token"].as_str().expect("a token").to_owned();
    assert!(token.starts_with("ghs_77_") && token.len() > 40);
    let secrets = "/orgs/acme/actions/secrets";
    assert_eq!(bearer(&running, &token, "GET", secrets, None).await.status, 200);
    running.advance(3_600);
    assert_eq!(bearer(&running, &token, "GET", secrets, None).await.status, 401);
}

#[tokio::test]
async fn a_token_can_be_narrowed_but_not_widened() {
    let running = start().await;
    let permissions = [("secrets".to_owned(), "read".to_owned())].into();
    let app = AppRegistration { permissions: Some(permissions), ..AppRegistration::default() };
    running.world(|world| world.github.put_app(app)).expect("no key");
    let assertion = good(&running);
    let id = bearer(&running, &assertion, "GET", "/orgs/acme/installation", None).await.json()["id"].clone();
    let path = format!("/app/installations/{id}/access_tokens");
    for body in [json!({ "permissions": { "secrets": "write" } }), json!({ "repositories": ["nothing"] })] {
        assert_eq!(bearer(&running, &assertion, "POST", &path, Some(body)).await.status, 422);
    }
    let body = json!({ "repositories": ["site"], "permissions": { "secrets": "read" } });
    let issued = bearer(&running, &assertion, "POST", &path, Some(body)).await.json();
    assert_eq!(issued["repositories"][0]["full_name"], "acme/site");
    let token = issued["token"].as_str().expect("a token");
    assert_eq!(bearer(&running, token, "GET", "/repos/acme/site/actions/secrets", None).await.status, 200);
    assert_eq!(bearer(&running, token, "GET", "/repos/acme/app/actions/secrets", None).await.status, 404);
    assert_eq!(bearer(&running, &assertion, "POST", "/app/installations/1/access_tokens", None).await.status, 404);
}

#[tokio::test]
async fn assertions_are_checked() {
    let running = start().await;
    let now = running.now();
    let head = json!({ "alg": "RS256" });
    let cases = [
        (json!({ "alg": "HS256" }), json!({ "iat": now, "exp": now + 9, "iss": "1" }), "could not be decoded"),
        (head.clone(), json!({ "iat": now + 30, "exp": now + 90, "iss": "1" }), "'iat'"),
        (head.clone(), json!({ "iat": now, "exp": now - 1, "iss": "1" }), "'exp'"),
        (head.clone(), json!({ "iat": now, "exp": now + 700, "iss": "1" }), "too far in the future"),
        (head.clone(), json!({ "exp": now + 9, "iss": "1" }), "'iat'"),
        (head.clone(), json!({ "iat": now, "exp": now + 9 }), "'iss'"),
    ];
    for (head, claims, expected) in cases {
        let answer = bearer(&running, &assertion(&head, &claims), "GET", "/orgs/acme/installation", None).await;
        assert!(answer.status == 401 && answer.message().contains(expected), "{claims} {answer:?}");
    }
    assert_eq!(bearer(&running, "plain", "GET", "/orgs/acme/installation", None).await.status, 401);
    let wrong_place = bearer(&running, &good(&running), "GET", "/orgs/acme/actions/secrets", None).await;
    assert_eq!(wrong_place.status, 401);
    let key =
        AppRegistration { public_key: Some("-----BEGIN PUBLIC KEY-----\nYWJj\n".into()), ..AppRegistration::default() };
    assert!(running.world(|world| world.github.put_app(key)).is_err());
}
