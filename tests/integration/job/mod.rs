//! Inside GitHub Actions: the real binary in the environment a runner makes, against the emulator.
//!
//! A job is given its secrets as they were when its run was queued, in one flat set. Time
//! moves on before and after a run is queued, so that no two stamps fall into one second.

mod attesting;
mod filling;
mod history;
mod rollback;
mod twice;
mod workflow;

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    process::{Command, Output},
};

use esc_sync::model::Slot;
use serde_json::{Value, json};

use crate::support::{program::Ran, world::World};

const STATE: &str = "esc:acme/default/esc-sync-state";

/// A run of a workflow in `acme/app` with what its job was given.
struct Job<'w> {
    world: &'w World,
    variables: BTreeMap<String, String>,
    secrets: BTreeMap<String, String>,
}

impl<'w> Job<'w> {
    /// Queues a run that GitHub can tell the time of.
    fn queue(world: &'w World) -> Self {
        world.running.advance(60);
        let run = u64::try_from(world.running.now()).expect("after 1970");
        world.ask("POST", "/_sandbox/github/runs", &json!({ "repository": "acme/app", "id": run }));
        let job = Self { world, variables: runner(world, run), secrets: seen(world) };
        world.running.advance(60);
        job
    }

    /// The same where GitHub does not tell when the run was queued.
    fn undated(world: &'w World) -> Self {
        Self::queue(world).with("GITHUB_RUN_ID", "1")
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.variables.remove(name);
        self
    }

    /// `${{ toJSON(secrets) }}` as a runner writes it.
    fn all_secrets(&self) -> String {
        serde_json::to_string_pretty(&self.secrets).expect("JSON")
    }

    /// All secrets in the one variable.
    fn run<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Ran {
        self.run_with(args, &[("ESC_SYNC_GITHUB_SECRETS", &self.all_secrets())])
    }

    /// Only these variables of ours.
    fn run_with<'a>(&self, args: impl IntoIterator<Item = &'a str>, ours: &[(&str, &str)]) -> Ran {
        let mut command = self.command(env!("CARGO_BIN_EXE_esc-sync"));
        ran(command.args(args).envs(ours.iter().copied()).output().expect("it starts"))
    }

    /// Any program in the job's environment, beside the mapping.
    fn command(&self, program: &str) -> Command {
        // Writes the mapping and forgets what was asked before.
        drop(self.world.program([]));
        let mut command = Command::new(program);
        command.env_clear().envs(&self.variables).current_dir(&self.world.folder);
        command
    }

    fn json<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> (i32, Value) {
        let ran = self.run(args.into_iter().chain(["--format", "json", "--state", STATE]));
        (ran.code, ran.json())
    }
}

/// What a runner sets, and the login of a job with `id-token: write`.
fn runner(world: &World, run: u64) -> BTreeMap<String, String> {
    let temp = world.folder.join("runner-temp");
    fs::create_dir_all(&temp).expect("a folder");
    let at = |name: &str| temp.join(name).to_str().expect("text").to_owned();
    let url = &world.running.url;
    [
        ("CI", "true".to_owned()),
        ("HOME", at("home")),
        ("GITHUB_ACTIONS", "true".to_owned()),
        ("GITHUB_ACTOR", "octocat".to_owned()),
        ("GITHUB_API_URL", url.clone()),
        ("GITHUB_EVENT_NAME", "workflow_dispatch".to_owned()),
        ("GITHUB_OUTPUT", at("output")),
        ("GITHUB_REF", "refs/heads/main".to_owned()),
        ("GITHUB_REPOSITORY", "acme/app".to_owned()),
        ("GITHUB_REPOSITORY_OWNER", "acme".to_owned()),
        ("GITHUB_RUN_ATTEMPT", "1".to_owned()),
        ("GITHUB_RUN_ID", run.to_string()),
        ("GITHUB_STEP_SUMMARY", at("summary.md")),
        ("GITHUB_TOKEN", "ghp-canary-token-77ab21".to_owned()),
        ("RUNNER_OS", "Linux".to_owned()),
        ("RUNNER_TEMP", at("")),
        ("PULUMI_BACKEND_URL", url.clone()),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{url}/_oidc/token?api-version=2.0")),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary-request-token-5d1e".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// What a job of `acme/app` outside any environment sees: the repository's own before the organization's.
fn seen(world: &World) -> BTreeMap<String, String> {
    let mut secrets = BTreeMap::from([("github_token".to_owned(), "ghs_canary_of_the_job_19ff".to_owned())]);
    world.running.world(|world| {
        for scope in ["org:acme", "repo:acme/app"] {
            for name in world.github.names(scope, Slot::Secret).expect("a scope") {
                let view = world.github.view(scope, Slot::Secret, &name).expect("it is there");
                secrets.insert(name, view.value.expose_text().expect("text").to_owned());
            }
        }
    });
    secrets
}

fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().expect("no signal ended it"),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

/// The value that ESC holds under `s.<name>`, and whether it is a secret.
fn in_esc(world: &World, name: &str) -> Option<(String, bool)> {
    let base = "/api/esc/environments/acme/default/production/open";
    let opened = world.ask("POST", base, &Value::Null);
    let read = world.ask("GET", &format!("{base}/{}", opened["id"].as_str().expect("an id")), &Value::Null);
    let held = &read["properties"]["s"]["value"][name];
    Some((held["value"].as_str()?.to_owned(), held["secret"] == json!(true)))
}

/// The value that GitHub holds in a scope.
fn on_github(world: &World, scope: &str, name: &str) -> String {
    world.running.world(|world| {
        let view = world.github.view(scope, Slot::Secret, name).expect("it is there");
        view.value.expose_text().expect("text").to_owned()
    })
}

fn revision(world: &World) -> u64 {
    world.running.world(|world| world.esc.revision("acme", "default", "production")).expect("an environment")
}

/// Writes to the stores in the last run; the state's own are not counted.
fn writes(world: &World) -> Vec<String> {
    let asked = world.requests().into_iter().filter(|asked| matches!(&*asked.method, "PATCH" | "PUT" | "DELETE"));
    asked
        .map(|asked| format!("{} {}", asked.method, asked.path))
        .filter(|told| !told.contains("esc-sync-state"))
        .collect()
}

/// Changes ESC's values by hand, later than all that was done.
fn change_esc(world: &World, name: &str, value: &str) {
    world.running.advance(60);
    let path = "/api/esc/environments/acme/default/production";
    let now = world.running.world(|world| world.esc.plaintext_definition("acme", "default", "production"));
    let now = now.expect("an environment");
    let old = in_esc(world, name).expect("it is there").0;
    assert!(now.contains(&old), "{path}");
    world.esc(&now.replace(&old, value));
}

/// A folder of this world for a state in files, as a URL.
fn file_state(world: &World) -> (PathBuf, String) {
    let folder = world.folder.join("ledger");
    let url = format!("file:{}", folder.to_str().expect("text"));
    (folder, url)
}
