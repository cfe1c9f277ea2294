//! The emulator's answers against GitHub's own published description of its interface.
//!
//! The description is npm's `@octokit/openapi`, put in place by `clients/install`. What it
//! does not describe (refusals, limits, names) is tested elsewhere.

use std::{collections::BTreeSet, fs};

use serde_json::{Map, Value, json};

use esc_sync::sandbox::Running;

use super::{
    clients::installed,
    support::{Reply, ask, get, sealed, start, try_ask},
};

struct Description(Value);

impl Description {
    fn load() -> Self {
        let path = installed("node_modules/@octokit/openapi/generated/api.github.com.json");
        Self(serde_json::from_slice(&fs::read(path).expect("readable")).expect("JSON"))
    }

    fn follow<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.0.pointer(&reference[1..]).expect("a reference into the description"),
            None => value,
        }
    }

    /// Checks an answer; panics with everything that is wrong with it.
    fn check(&self, method: &str, template: &str, reply: &Reply) {
        let operation = &self.0["paths"][template][method.to_lowercase()];
        assert!(operation.is_object(), "{method} {template} is not described");
        let response = self.follow(&operation["responses"][reply.status.to_string()]);
        assert!(response.is_object(), "{method} {template}: {} is not described", reply.status);
        let Some(schema) = response.pointer("/content/application~1json/schema") else {
            assert!(reply.body.is_empty(), "{method} {template}: a body where none is described");
            return;
        };
        let schema = self.standalone(schema);
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let body = reply.json();
        let wrong: Vec<String> =
            validator.iter_errors(&body).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{method} {template} {}: {wrong:#?}", reply.status);
    }

    /// The schema with all that it refers to, in the words of JSON Schema.
    fn standalone(&self, schema: &Value) -> Value {
        let (mut needed, mut schemas) = (BTreeSet::new(), Map::new());
        references(schema, &mut needed);
        while let Some(name) = needed.iter().find(|name| !schemas.contains_key(*name)).cloned() {
            let component = &self.0["components"]["schemas"][&name];
            references(component, &mut needed);
            schemas.insert(name, nullable_as_type(component.clone()));
        }
        json!({ "allOf": [nullable_as_type(schema.clone())], "components": { "schemas": schemas } })
    }
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(name) = fields.get("$ref").and_then(Value::as_str).and_then(|text| text.rsplit('/').next()) {
                found.insert(name.to_owned());
            }
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// OpenAPI 3.0's `nullable`, said as JSON Schema says it.
fn nullable_as_type(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(nullable_as_type).collect(),
        Value::Object(fields) => {
            let nullable = fields.get("nullable") == Some(&Value::Bool(true));
            let fields: Map<String, Value> = fields
                .into_iter()
                .filter(|(key, _)| key != "example" && key != "examples")
                .map(|(key, value)| (key, nullable_as_type(value)))
                .collect();
            if nullable { json!({ "anyOf": [{ "type": "null" }, fields] }) } else { Value::Object(fields) }
        }
        other => other,
    }
}

/// A described path, filled in as the tests' world has it.
fn filled(template: &str, name: &str, repository: &str) -> String {
    let pairs = [
        ("{org}", "acme"),
        ("{owner}", "acme"),
        ("{repo}", "app"),
        ("{environment_name}", "prod"),
        ("{secret_name}", name),
        ("{name}", name),
        ("{username}", "operator"),
        ("{repository_id}", repository),
        ("{run_id}", "4711"),
    ];
    pairs.iter().fold(template.to_owned(), |path, (key, value)| path.replace(key, value))
}

struct Bench {
    description: Description,
    running: Running,
    repository: String,
}

impl Bench {
    async fn new() -> Self {
        let running = start().await;
        let repository = running.world(|world| world.github.repository_id("acme", "app")).expect("there").to_string();
        Self { description: Description::load(), running, repository }
    }

    async fn check(&self, method: &str, template: &str, body: Option<Value>, status: u16) -> Value {
        let reply = ask(&self.running, method, &filled(template, "NAME", &self.repository), body).await;
        assert_eq!(reply.status, status, "{method} {template}: {}", reply.message());
        self.description.check(method, template, &reply);
        reply.json()
    }

    async fn secrets(&self, scope: &str, shared: bool) {
        let all = format!("{scope}/secrets");
        let one = format!("{all}/{{secret_name}}");
        self.check("GET", &format!("{all}/public-key"), None, 200).await;
        let mut body = sealed(&self.running, &filled(&all, "", ""), b"value").await;
        if shared {
            body["visibility"] = "selected".into();
            body["selected_repository_ids"] = json!([self.repository.parse::<u64>().expect("a number")]);
        }
        self.check("PUT", &one, Some(body.clone()), 201).await;
        self.check("PUT", &one, Some(body.clone()), 204).await;
        self.check("GET", &all, None, 200).await;
        self.check("GET", &one, None, 200).await;
        if shared {
            self.grants(&format!("{one}/repositories")).await;
        }
        self.check("DELETE", &one, None, 204).await;
    }

    async fn grants(&self, list: &str) {
        let ids = json!({ "selected_repository_ids": [self.repository.parse::<u64>().expect("a number")] });
        self.check("PUT", list, Some(ids), 204).await;
        self.check("PUT", &format!("{list}/{{repository_id}}"), None, 204).await;
        let body = self.check("GET", list, None, 200).await;
        assert_eq!(body["total_count"], 1);
        self.check("DELETE", &format!("{list}/{{repository_id}}"), None, 204).await;
    }

    async fn variables(&self, scope: &str, shared: bool) {
        let all = format!("{scope}/variables");
        let one = format!("{all}/{{name}}");
        let mut body = json!({ "name": "NAME", "value": "v" });
        if shared {
            body["visibility"] = "selected".into();
        }
        self.check("POST", &all, Some(body), 201).await;
        self.check("PATCH", &one, Some(json!({ "value": "w" })), 204).await;
        self.check("GET", &all, None, 200).await;
        self.check("GET", &one, None, 200).await;
        if shared {
            self.grants(&format!("{one}/repositories")).await;
        }
        self.check("DELETE", &one, None, 204).await;
    }
}

#[tokio::test]
async fn secrets_of_every_scope_look_as_described() {
    let bench = Bench::new().await;
    bench.check("PUT", "/repos/{owner}/{repo}/environments/{environment_name}", None, 200).await;
    for consumer in ["actions", "agents", "codespaces", "dependabot"] {
        bench.secrets(&format!("/orgs/{{org}}/{consumer}"), true).await;
        bench.secrets(&format!("/repos/{{owner}}/{{repo}}/{consumer}"), false).await;
    }
    bench.secrets("/repos/{owner}/{repo}/environments/{environment_name}", false).await;
    bench.secrets("/user/codespaces", true).await;
}

#[tokio::test]
async fn variables_of_every_scope_look_as_described() {
    let bench = Bench::new().await;
    bench.check("PUT", "/repos/{owner}/{repo}/environments/{environment_name}", None, 200).await;
    for consumer in ["actions", "agents"] {
        bench.variables(&format!("/orgs/{{org}}/{consumer}"), true).await;
        bench.variables(&format!("/repos/{{owner}}/{{repo}}/{consumer}"), false).await;
    }
    bench.variables("/repos/{owner}/{repo}/environments/{environment_name}", false).await;
}

#[tokio::test]
async fn everything_else_looks_as_described() {
    let bench = Bench::new().await;
    bench.running.world(|world| {
        for slot in [esc_sync::model::Slot::Secret, esc_sync::model::Slot::Variable] {
            world.github.set("org:acme", slot, "NAME", "v".into(), 0).expect("set");
        }
        let id = world.github.repository_id("acme", "app").expect("there by default");
        world.github.put_run(id, 4711, 5, 6);
    });
    let environment = "/repos/{owner}/{repo}/environments/{environment_name}";
    bench.check("PUT", environment, None, 200).await;
    bench.check("POST", "/orgs/{org}/repos", Some(json!({ "name": "more", "private": true })), 201).await;
    for (path, list) in [
        ("/repos/{owner}/{repo}/actions/organization-secrets", "secrets"),
        ("/repos/{owner}/{repo}/actions/organization-variables", "variables"),
        ("/repos/{owner}/{repo}/environments", "environments"),
    ] {
        let body = bench.check("GET", path, None, 200).await;
        assert_eq!(body[list].as_array().map(Vec::len), Some(1), "{path}");
    }
    for path in [
        environment,
        "/orgs/{org}",
        "/orgs/{org}/repos",
        "/repos/{owner}/{repo}",
        "/repos/{owner}/{repo}/actions/runs/{run_id}",
        "/rate_limit",
        "/repos/{owner}/{repo}/agents/organization-secrets",
        "/repos/{owner}/{repo}/agents/organization-variables",
        "/user",
        "/users/{username}",
    ] {
        bench.check("GET", path, None, 200).await;
    }
    bench.check("DELETE", environment, None, 204).await;
}

#[tokio::test]
async fn refusals_look_as_described_where_they_are() {
    let bench = Bench::new().await;
    let repository = "/repos/{owner}/{repo}";
    let missing = get(&bench.running, "/orgs/nobody").await;
    bench.description.check("GET", "/orgs/{org}", &missing);
    let agent = [("user-agent", "t")];
    let stranger = try_ask(&bench.running, "GET", "/user", &agent, None).await.expect("answered");
    bench.description.check("GET", "/user", &stranger);
    bench.check("POST", "/orgs/{org}/repos", Some(json!({ "name": "app" })), 422).await;
    let id = bench.repository.parse().expect("a number");
    bench.running.world(|world| world.github.rename_repository(id, "acme", "else"));
    bench.check("GET", repository, None, 301).await;
}

#[tokio::test]
async fn apps_look_as_described() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let bench = Bench::new().await;
    let now = bench.running.now();
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = part(json!({ "iat": now - 60, "exp": now + 60, "iss": "77" }));
    let bearer = format!("Bearer {}.{claims}.c2ln", part(json!({ "alg": "RS256" })));
    let headers = [("authorization", bearer.as_str()), ("user-agent", "t")];
    for (template, path) in [
        ("/orgs/{org}/installation", "/orgs/acme/installation"),
        ("/repos/{owner}/{repo}/installation", "/repos/acme/app/installation"),
    ] {
        let reply = try_ask(&bench.running, "GET", path, &headers, None).await.expect("answered");
        assert_eq!(reply.status, 200);
        bench.description.check("GET", template, &reply);
    }
    let reply = try_ask(&bench.running, "GET", "/orgs/acme/installation", &headers, None).await.expect("answered");
    let path = format!("/app/installations/{}/access_tokens", reply.json()["id"]);
    let body = Some(json!({ "repositories": ["app"] }));
    let issued = try_ask(&bench.running, "POST", &path, &headers, body).await.expect("answered");
    assert_eq!(issued.status, 201);
    bench.description.check("POST", "/app/installations/{installation_id}/access_tokens", &issued);
}
