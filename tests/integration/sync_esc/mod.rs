//! Writing to ESC: the store and the one revision per run, against the emulator.

mod faults;
mod values;
mod writing;

use std::time::Duration;

use esc_sync::{
    engine::apply::{Ended, EscChange, EscWritten, write_environment},
    http::{BaseUrl, Client, Options},
    model::{EnvironmentRef, EscKind, EscPath, EscSnapshot, SecretValue},
    plan::End,
    sandbox::{Effect, Fault, FaultMatch, Running, Sandbox, SandboxOptions, Times},
    store::{
        EscStore,
        esc::{Definition, EscLogin},
    },
};

/// An emulator with one environment, and the store that talks to it.
struct Shop {
    running: Running,
    store: EscStore,
    environment: EnvironmentRef,
}

/// A change as path, value, secret.
type Put<'a> = (&'a str, &'a str, bool);

impl Shop {
    async fn with(definition: &str) -> Self {
        Self::with_timeout(definition, Duration::from_secs(20)).await
    }

    async fn with_timeout(definition: &str, timeout: Duration) -> Self {
        let running = Sandbox::start(SandboxOptions::default()).await.expect("a free port");
        let options = Options {
            timeout,
            backoff: Duration::from_millis(2),
            backoff_cap: Duration::from_millis(4),
            ..Options::default()
        };
        let login = EscLogin::token(&SecretValue::from("sandbox"), "the token in PULUMI_ACCESS_TOKEN").expect("legal");
        let store = EscStore::new(&Client::new(options), BaseUrl::parse(&running.url).expect("loopback"), login);
        let shop = Self { running, store, environment: "acme/default/production".parse().expect("legal") };
        shop.put(definition);
        shop
    }

    /// What somebody else writes.
    fn put(&self, definition: &str) {
        self.put_as("production", definition);
    }

    fn put_as(&self, name: &str, definition: &str) {
        let now = self.running.now();
        let put = self.running.world(|world| world.esc.put_environment("acme", "default", name, definition, now));
        put.expect("a legal definition");
        self.running.reset_log();
    }

    fn fault(&self, method: &str, path: &str, skip: u64, times: u64, effect: Effect) {
        let matches = FaultMatch { method: Some(method.into()), path: Some(path.into()), store: None };
        self.running.fault(Fault { matches, skip, times: Times::Exactly(times), effect });
    }

    async fn definition(&self) -> Definition {
        self.store.definition(&self.environment).await.expect("read")
    }

    async fn text(&self) -> String {
        self.definition().await.text.expose_text().expect("text").to_owned()
    }

    async fn opened(&self) -> EscSnapshot {
        self.store.read_environment(&self.environment).await.expect("opened")
    }

    async fn write(&self, read: Option<Definition>, puts: &[Put<'_>]) -> EscWritten {
        self.write_some(read, puts, false).await
    }

    async fn write_some(&self, read: Option<Definition>, puts: &[Put<'_>], only_if_absent: bool) -> EscWritten {
        let parts = puts.iter().map(|(path, value, secret)| (*path, Some((*value).into()), *secret));
        self.change(read, parts.collect(), only_if_absent).await
    }

    /// Puts values, and takes out what has none.
    async fn change(
        &self,
        read: Option<Definition>,
        parts: Vec<(&str, Option<SecretValue>, bool)>,
        only_if_absent: bool,
    ) -> EscWritten {
        let parts: Vec<(EscPath, Option<SecretValue>, bool)> =
            parts.into_iter().map(|(path, value, secret)| (path.parse().expect("legal"), value, secret)).collect();
        let changes: Vec<_> = parts
            .iter()
            .enumerate()
            .map(|(at, (path, value, secret))| EscChange {
                action: at + 10,
                path,
                value: value.as_ref(),
                secret: *secret,
                only_if_absent,
            })
            .collect();
        write_environment(&self.store, &self.environment, read, &changes).await
    }

    /// Method and last part of the path of every request since the last reset.
    fn asked(&self) -> Vec<String> {
        let short = |path: &str| path.replace("/api/esc/environments/acme", "").replace("/default/production", "E");
        self.running.requests().iter().map(|asked| format!("{} {}", asked.method, short(&asked.path))).collect()
    }

    fn count(&self, method: &str) -> usize {
        self.running.requests().iter().filter(|asked| asked.method == method).count()
    }
}

fn ends(written: &EscWritten) -> Vec<End> {
    written.ends.iter().map(|ended| ended.end).collect()
}

/// The text at a path of an opened environment, and whether it is a secret.
fn at<'a>(snapshot: &'a EscSnapshot, path: &str) -> (&'a str, bool) {
    let value = snapshot.root.lookup(&path.parse().expect("legal")).expect(path);
    match &value.kind {
        EscKind::Text(text) => (text.expose_text().expect("text"), value.secret),
        other => panic!("{path} is {other:?}"),
    }
}

fn answer(status: u16) -> Effect {
    Effect::Answer { status, headers: Default::default(), body: format!("{{\"code\":{status},\"message\":\"no\"}}") }
}

fn told(ended: &Ended) -> String {
    format!("{} {}", ended.reason, ended.help)
}
