//! The world that is measured: a mapping of any size, and an emulator in which all of it is well.

use std::{
    fmt::Write as _,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use esc_sync::{
    model::{SecretValue, Slot},
    sandbox::{LoggedRequest, Running, Sandbox, SandboxOptions, World},
};

use crate::process::program;

/// `count` entries, every second in the long form, in equal shares over the environments.
pub(crate) fn mapping(count: usize, environments: usize) -> String {
    let mut text =
        "version: 1\nesc: { environment: acme/default/part0 }\ngithub: { organization: acme }\nentries:\n".to_owned();
    for at in 0..count {
        let (path, part) = (path(at), at * environments / count);
        let line = match (environments, at % 2) {
            (1, 0) => format!("  SECRET_{at:06}: {path}\n"),
            (1, _) => format!(
                "  SECRET_{at:06}: {{ esc: {path}, service: openai, tier: critical, format: {{ pattern: \".*\" }} }}\n"
            ),
            _ => format!("  SECRET_{at:06}: {{ esc: {{ path: {path}, environment: acme/default/part{part} }} }}\n"),
        };
        text.push_str(&line);
    }
    text
}

fn path(at: usize) -> String {
    format!("group{}.key_{at:06}", at / 100)
}

/// No two are equal, and none looks like a placeholder.
pub(crate) fn value(at: usize) -> String {
    format!("v{:016x}", (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// A running emulator in which both stores hold every entry, with equal values.
pub(crate) struct Emulator {
    runtime: tokio::runtime::Runtime,
    running: Running,
    client: reqwest::Client,
}

impl Emulator {
    /// With a socket it is one for `gh`, which sends its token to GitHub's own address alone.
    pub(crate) fn start(socket: Option<&Path>, count: usize, environments: usize) -> Self {
        let emulator = Self::bare(socket);
        let now = emulator.running.now();
        emulator.running.world(|world| fill(world, count, environments, now));
        emulator
    }

    /// The same with nothing on GitHub yet.
    pub(crate) fn empty(socket: Option<&Path>, count: usize) -> Self {
        let emulator = Self::bare(socket);
        emulator.change_all(count, 0);
        emulator
    }

    /// Gives every value in ESC a new one, and leaves the rest of the environment as it is.
    pub(crate) fn change_all(&self, count: usize, round: usize) {
        // Stamps have whole seconds: two rounds within one could not be told apart.
        self.running.advance(5);
        let now = self.running.now();
        self.running.world(|world| {
            let key = world.esc.definition("acme", "default", "part0").and_then(kept_key);
            let definition = format!("{}{}", definitions(count, 1, round)[0], key.unwrap_or_default());
            world.esc.put_environment("acme", "default", "part0", &definition, now).expect("a legal definition");
        });
    }

    fn bare(socket: Option<&Path>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let options = SandboxOptions {
            unix_socket: socket.map(Path::to_owned),
            public_url: socket.map(|_| "https://api.github.com".to_owned()),
            ..SandboxOptions::default()
        };
        let running = runtime.block_on(Sandbox::start(options)).expect("a free port");
        // Whoever installs a provider first wins; all of ours are ring.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { runtime, running, client: reqwest::Client::new() }
    }

    /// A check of the folder's mapping against this emulator.
    pub(crate) fn check(&self, folder: &Path) -> Command {
        self.command(folder, &["check", "--format", "json"])
    }

    pub(crate) fn sync(&self, folder: &Path) -> Command {
        self.command(folder, &["sync", "--yes", "--format", "json"])
    }

    pub(crate) fn command(&self, folder: &Path, args: &[&str]) -> Command {
        let url = &self.running.url;
        let mut command = program(folder);
        command.args(args);
        command.env("PULUMI_BACKEND_URL", url).env("PULUMI_ACCESS_TOKEN", "bench");
        command.env("GITHUB_API_URL", url).env("GITHUB_TOKEN", "bench");
        command
    }

    /// Added to every answer from now on.
    pub(crate) fn latency(&self, ms: u64) {
        self.running.latency(ms);
    }

    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        self.running.requests()
    }

    pub(crate) fn forget(&self) {
        self.running.reset_log();
    }

    /// The least that two requests after each other take here and now.
    pub(crate) fn two_round_trips(&self) -> Duration {
        let started = Instant::now();
        self.runtime.block_on(async {
            for _ in 0..2 {
                let request = self.client.get(format!("{}/user", self.running.url));
                let request = request.header("authorization", "token bench").header("user-agent", "bench");
                request.send().await.expect("an answer").bytes().await.expect("a body");
            }
        });
        started.elapsed()
    }
}

fn fill(world: &mut World, count: usize, environments: usize, now: i64) {
    for (part, definition) in definitions(count, environments, 0).iter().enumerate() {
        let name = format!("part{part}");
        world.esc.put_environment("acme", "default", &name, definition, now).expect("a legal definition");
    }
    for at in 0..count {
        let (name, value) = (format!("SECRET_{at:06}"), SecretValue::from(value(at)));
        world.github.set("org:acme", Slot::Secret, &name, value, now).expect("a legal secret");
    }
}

fn definitions(count: usize, environments: usize, round: usize) -> Vec<String> {
    let mut definitions = vec!["values:\n".to_owned(); environments];
    for at in 0..count {
        let definition = &mut definitions[at * environments / count];
        if at % 100 == 0 {
            let _ = writeln!(definition, "  group{}:", at / 100);
        }
        let _ = writeln!(definition, "    key_{at:06}: {{ \"fn::secret\": \"{}\" }}", value(at + round * count));
    }
    definitions
}

/// The lines of the fingerprint key, which the first sync put at the end.
fn kept_key(definition: &str) -> Option<String> {
    let at = definition.find("  esc-sync:")?;
    Some(definition[at..].to_owned())
}
