//! An emulator with a folder beside it, and the binary run against both.

use std::path::PathBuf;

use esc_sync::sandbox::{Fault, LoggedRequest, Running, Sandbox, SandboxOptions};
use serde_json::{Value, json};

use super::program::{Program, Ran, folder};

/// One test's world. The emulator runs on a runtime of its own; the binary is a child process.
pub(crate) struct World {
    pub(crate) running: Running,
    pub(crate) folder: PathBuf,
    mapping: String,
    runtime: tokio::runtime::Runtime,
}

/// The ESC environment and the GitHub organization that most tests use.
pub(crate) const ENVIRONMENT: &str = "acme/default/production";
pub(crate) const HEADER: &str =
    "version: 1\nesc: { environment: acme/default/production }\ngithub: { organization: acme }\n";

impl World {
    pub(crate) fn new(name: &str) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let running = runtime.block_on(Sandbox::start(SandboxOptions::default())).expect("a free port");
        Self { running, folder: folder(name), mapping: String::new(), runtime }
    }

    /// A world whose mapping is the usual header and these entries, two spaces in front of each.
    pub(crate) fn with_entries(name: &str, entries: &[&str]) -> Self {
        let mut world = Self::new(name);
        world.mapping = format!("{HEADER}entries:\n");
        for entry in entries {
            world.mapping.push_str(&format!("  {entry}\n"));
        }
        world
    }

    pub(crate) fn with_mapping(name: &str, mapping: &str) -> Self {
        Self { mapping: mapping.to_owned(), ..Self::new(name) }
    }

    /// The same world, whose mapping has lost this entry.
    pub(crate) fn without_entry(self, entry: &str) -> Self {
        let mapping = self.mapping.replace(&format!("  {entry}\n"), "");
        assert_ne!(mapping, self.mapping, "there was such an entry");
        Self { mapping, ..self }
    }

    /// Puts a whole definition into the usual ESC environment.
    pub(crate) fn esc(&self, definition: &str) -> &Self {
        self.esc_environment(ENVIRONMENT, definition)
    }

    pub(crate) fn esc_environment(&self, environment: &str, definition: &str) -> &Self {
        let parts: Vec<_> = environment.split('/').collect();
        let now = self.running.now();
        let put = self.running.world(|world| world.esc.put_environment(parts[0], parts[1], parts[2], definition, now));
        put.expect("a legal definition");
        self
    }

    /// Secrets in ESC under `s.<name>`, given as (name, value).
    pub(crate) fn esc_secrets(&self, secrets: &[(&str, &str)]) -> &Self {
        let mut definition = "values:\n  s:\n".to_owned();
        for (name, value) in secrets {
            definition.push_str(&format!("    {name}: {{ \"fn::secret\": {} }}\n", json!(value)));
        }
        self.esc(&definition)
    }

    /// Asks the emulator as a client would, and insists on success.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        self.ask_as("token sandbox", method, path, body)
    }

    /// The same with another `Authorization`.
    pub(crate) fn ask_as(&self, login: &str, method: &str, path: &str, body: &Value) -> Value {
        serde_json::from_str(&self.text_of(login, method, path, body)).unwrap_or(Value::Null)
    }

    /// The usual ESC environment as it is written, its secrets in the clear.
    pub(crate) fn definition(&self) -> String {
        self.text_of("token sandbox", "GET", &format!("/api/esc/environments/{ENVIRONMENT}/decrypt"), &Value::Null)
    }

    fn text_of(&self, login: &str, method: &str, path: &str, body: &Value) -> String {
        // Whoever installs a provider first wins; all of ours are ring.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::new();
        let request = client
            .request(method.parse().expect("a method"), format!("{}{path}", self.running.url))
            .header("authorization", login)
            .header("user-agent", "esc-sync-tests")
            .body(if body.is_null() { String::new() } else { body.to_string() });
        let (status, text) = self.runtime.block_on(async {
            let response = request.send().await.expect("the emulator answers");
            (response.status(), response.text().await.expect("a body"))
        });
        assert!(status.is_success(), "{method} {path}: {status} {text}");
        text
    }

    /// Seals and puts an organization secret, visible to all repositories.
    pub(crate) fn org_secret(&self, name: &str, value: &str) -> &Self {
        self.secret("/orgs/acme/actions", name, value, &json!({ "visibility": "all" }))
    }

    /// Seals and puts a secret below `scope` (`/orgs/acme/actions`, `/repos/acme/app/actions`, …).
    pub(crate) fn secret(&self, scope: &str, name: &str, value: &str, policy: &Value) -> &Self {
        let key = self.ask("GET", &format!("{scope}/secrets/public-key"), &Value::Null);
        let sealing =
            esc_sync::crypto::sealed::SealingKey::from_base64(key["key"].as_str().expect("a key")).expect("a key");
        let mut body = policy.clone();
        body["encrypted_value"] = sealing.seal(&value.into()).expect("sealed").into();
        body["key_id"] = key["key_id"].clone();
        self.ask("PUT", &format!("{scope}/secrets/{name}"), &body);
        self
    }

    pub(crate) fn org_variable(&self, name: &str, value: &str) -> &Self {
        self.ask("POST", "/orgs/acme/actions/variables", &json!({ "name": name, "value": value, "visibility": "all" }));
        self
    }

    pub(crate) fn fault(&self, fault: Fault) -> &Self {
        self.running.fault(fault);
        self
    }

    /// The binary, ready to run on this world's mapping against this world's emulator.
    pub(crate) fn program<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Program {
        self.running.reset_log();
        Program::new(&self.folder).mapping(&self.mapping).against(&self.running.url).args(args)
    }

    /// `check --format json`, with further arguments.
    pub(crate) fn check<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Ran {
        self.program(["check", "--format", "json"]).args(args).run()
    }

    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        self.running.requests()
    }

    /// How many requests of the last run had this text in their path.
    pub(crate) fn asked(&self, part: &str) -> usize {
        self.requests().iter().filter(|request| request.path.contains(part)).count()
    }
}

/// The entry of a JSON report.
pub(crate) fn entry<'a>(report: &'a Value, name: &str) -> &'a Value {
    let entries = report["entries"].as_array().expect("entries");
    entries.iter().find(|entry| entry["name"] == name).unwrap_or_else(|| panic!("no entry {name} in {report:#}"))
}

pub(crate) fn status<'a>(report: &'a Value, name: &str) -> &'a str {
    entry(report, name)["status"].as_str().expect("a status")
}

/// The ids of the rules that spoke of an entry.
pub(crate) fn rules<'a>(report: &'a Value, name: &str) -> Vec<&'a str> {
    entry(report, name)["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| finding["rule"].as_str().expect("a rule"))
        .collect()
}
