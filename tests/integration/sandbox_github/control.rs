//! The control endpoints, and every example of `docs/sandbox.md`.

use serde_json::{Value, json};

use esc_sync::sandbox::Running;

use super::support::{ORG_SECRETS, Reply, ask, get, put, start, try_ask};

/// One `curl` line of the document.
struct Example {
    method: String,
    headers: Vec<(String, String)>,
    target: String,
    body: Option<Value>,
}

/// Reads `curl [-X METHOD] [-H 'NAME: VALUE'] [-d 'JSON'] "$SANDBOX/…"`, quotes as a shell has them.
fn example(line: &str) -> Example {
    let words = shell_words(line);
    let mut example = Example { method: "GET".into(), headers: Vec::new(), target: String::new(), body: None };
    let mut words = words.iter().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().expect("an option has a value").clone();
        match word.as_str() {
            "-X" => example.method = value(),
            "-H" => {
                let header = value();
                let (name, value) = header.split_once(": ").expect("a header");
                example.headers.push((name.to_ascii_lowercase(), value.to_owned()));
            }
            "-d" => {
                example.body = Some(serde_json::from_str(&value()).expect("JSON"));
                example.method = "POST".into();
            }
            url => example.target = url.strip_prefix("$SANDBOX").expect("an address of the sandbox").to_owned(),
        }
    }
    example
}

fn shell_words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for character in line.chars() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, ' ') => words.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
            _ => word.push(character),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

#[tokio::test]
async fn every_example_of_the_document_works() {
    let running = start().await;
    let document = include_str!("../../../docs/sandbox.md").to_owned();
    let lines: Vec<&str> = document.lines().filter(|line| line.starts_with("curl ")).collect();
    assert!(lines.len() >= 25, "{} examples", lines.len());
    for line in lines {
        let Example { method, mut headers, target, body } = example(line);
        headers.push(("user-agent".into(), "curl".into()));
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let reply = try_ask(&running, &method, &target, &headers, body).await.expect("a whole answer");
        assert!(
            (200..300).contains(&reply.status),
            "{line}\n{} {}",
            reply.status,
            String::from_utf8_lossy(&reply.body)
        );
    }
}

#[tokio::test]
async fn every_control_endpoint_is_in_the_document() {
    let document = include_str!("../../../docs/sandbox.md");
    let source = [
        include_str!("../../../src/sandbox/control.rs"),
        include_str!("../../../src/sandbox/github/control.rs"),
        include_str!("../../../src/sandbox/lambda/control.rs"),
    ];
    let arms = regex::Regex::new(r#"\("(GET|POST|DELETE)", \[("[^\]]*")?\]\)"#).expect("a pattern");
    let mut seen = 0;
    for (source, prefix) in source.into_iter().zip(["", "/github", "/lambda"]) {
        for arm in arms.captures_iter(source) {
            let path = arm
                .get(2)
                .map_or(String::new(), |path| format!("/{}", path.as_str().replace('"', "").replace(", ", "/")));
            let row = format!("`{} /_sandbox{prefix}{path}`", &arm[1]);
            assert!(document.contains(&row), "{row} is not in docs/sandbox.md");
            seen += 1;
        }
    }
    assert!(seen >= 25, "{seen}");
}

async fn post(running: &Running, path: &str, body: Value) -> Reply {
    ask(running, "POST", &format!("/_sandbox/{path}"), Some(body)).await
}

#[tokio::test]
async fn faults_are_taken_all_or_none() {
    let running = start().await;
    let good = json!({ "match": { "path": "/user" }, "effect": { "kind": "answer", "status": 500 } });
    let bad = json!({ "effect": { "kind": "explode" } });
    let glob = json!({ "match": { "path": "/[*" }, "effect": { "kind": "hang" } });
    assert_eq!(post(&running, "faults", json!([good, bad])).await.status, 400);
    assert_eq!(post(&running, "faults", glob).await.status, 400);
    assert_eq!(get(&running, "/user").await.status, 200);
    assert_eq!(post(&running, "faults", json!([good, good])).await.json()["faults"], 2);
    assert_eq!(get(&running, "/user").await.status, 500);
    assert_eq!(ask(&running, "DELETE", "/_sandbox/faults", None).await.status, 200);
    assert_eq!(get(&running, "/user").await.status, 200);
}

#[tokio::test]
async fn control_is_free_of_faults_logins_and_the_log() {
    let running = start().await;
    let everything = json!({ "times": "forever", "effect": { "kind": "answer", "status": 500 } });
    post(&running, "faults", everything).await;
    let requests = try_ask(&running, "GET", "/_sandbox/requests", &[], None).await.expect("answered");
    assert_eq!(requests.json(), json!({ "requests": [] }));
    assert_eq!(get(&running, "/_oidc/token").await.status, 500);
    assert_eq!(get(&running, "/_sandbox/requests").await.json()["requests"][0]["store"], "oidc");
    assert_eq!(get(&running, "/_sandbox/nothing").await.status, 404);
    assert_eq!(get(&running, "/_sandbox/github/nothing").await.status, 404);
}

#[tokio::test]
async fn a_hidden_value_can_be_read_through_the_control_endpoint() {
    let running = start().await;
    put(&running, ORG_SECRETS, "A", b"line\n\xff").await;
    let value = get(&running, "/_sandbox/github/value?scope=org:acme&name=a").await.json();
    assert_eq!((value["value"].clone(), value["value_base64"].as_str()), (Value::Null, Some("bGluZQr/")));
    assert_eq!(value["visibility"], "private");
    assert_eq!(get(&running, "/_sandbox/github/value?scope=org:acme&name=B").await.status, 404);
    assert_eq!(get(&running, "/_sandbox/github/value?scope=org:nobody&name=A").await.status, 404);
    assert_eq!(get(&running, "/_sandbox/github/value?scope=acme&name=A").await.status, 400);
}

#[tokio::test]
async fn the_identity_token_has_the_audience_that_was_asked_for() {
    let running = start().await;
    let headers = [("authorization", "bearer request-token")];
    let answer = try_ask(&running, "GET", "/_oidc/token?audience=urn%3Apulumi%3Aorg%3Aacme", &headers, None).await;
    let token = answer.expect("answered").json()["value"].as_str().expect("a token").to_owned();
    let claims = token.split('.').nth(1).expect("three parts");
    let decoded = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims).expect("base64");
    let claims: Value = serde_json::from_slice(&decoded).expect("JSON");
    assert_eq!(claims["aud"], "urn:pulumi:org:acme");
    assert_eq!(try_ask(&running, "GET", "/_oidc/token", &[], None).await.expect("answered").status, 401);
}
