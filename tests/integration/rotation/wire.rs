//! The network and the power: every request and every login is a deed with a number.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use esc_sync::{
    http::{BaseUrl, Client, Clock, HttpError, Incoming, Jitter, Options, Outgoing, Transport},
    model::{SecretValue, Slot},
    sandbox::{self, github::RepositoryVisibility},
    ssh::pair::KeyPair,
    store::{EscStore, GithubStore, LambdaStore, Stores, esc::EscLogin, github::GithubLogin},
};
use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use super::machines::Doors;
use crate::simulation::world::{URL, asked, incoming};

const START: i64 = 1_790_000_000;

/// What happens to one deed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Mishap {
    CrashBefore,
    CrashAfter,
    FailBefore,
    /// It was done, and the answer was lost.
    FailAfter,
}

/// Stores, machines, and what happens on the way to them.
pub(super) struct World {
    pub(super) stores: Mutex<sandbox::World>,
    pub(super) doors: Mutex<Doors>,
    deeds: AtomicUsize,
    seconds: AtomicUsize,
    mishap: Mutex<Option<(usize, Mishap)>>,
    power_is_off: AtomicBool,
    power: Notify,
}

impl World {
    pub(super) fn new(old: &KeyPair, machines: &[&str], folder: PathBuf) -> Arc<Self> {
        let mut stores = sandbox::World::default();
        set_up(&mut stores, old);
        Arc::new(Self {
            stores: Mutex::new(stores),
            doors: Mutex::new(Doors::new(machines, old.public(), folder)),
            deeds: AtomicUsize::new(0),
            seconds: AtomicUsize::new(0),
            mishap: Mutex::new(None),
            power_is_off: AtomicBool::new(false),
            power: Notify::new(),
        })
    }

    /// The next command begins, with its mishap; deeds are counted from 0.
    pub(super) fn begin(&self, mishap: Option<(usize, Mishap)>) {
        self.deeds.store(0, Ordering::Relaxed);
        self.power_is_off.store(false, Ordering::Relaxed);
        // Whoever comes later is later: GitHub's stamps have whole seconds.
        self.seconds.fetch_add(200, Ordering::Relaxed);
        *lock(&self.mishap) = mishap;
    }

    /// Deeds since the command began.
    pub(super) fn deeds(&self) -> usize {
        self.deeds.load(Ordering::Relaxed)
    }

    pub(super) fn now(&self) -> i64 {
        START + i64::try_from(self.seconds.load(Ordering::Relaxed)).expect("a short test")
    }

    fn time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.now().unsigned_abs())
    }

    /// Time goes by while nothing runs.
    pub(super) fn wait(&self, seconds: usize) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Returns once the power has failed.
    pub(super) async fn killed(&self) {
        while !self.power_is_off.load(Ordering::Relaxed) {
            self.power.notified().await;
        }
    }

    /// One deed: `apply` is what it does, and `lost` what is heard if it or its answer is lost.
    pub(super) async fn deed<T>(&self, apply: impl FnOnce() -> T, lost: impl FnOnce() -> T) -> T {
        let number = self.deeds.fetch_add(1, Ordering::Relaxed);
        let mishap = lock(&self.mishap).filter(|(at, _)| *at == number).map(|(_, mishap)| mishap);
        match mishap {
            Some(Mishap::CrashBefore) => self.cut().await,
            Some(Mishap::FailBefore) => return lost(),
            _ => {}
        }
        let done = apply();
        self.seconds.fetch_add(1, Ordering::Relaxed);
        lock(&self.doors).all_open();
        match mishap {
            Some(Mishap::CrashAfter) => self.cut().await,
            Some(Mishap::FailAfter) => lost(),
            _ => done,
        }
    }

    async fn cut<T>(&self) -> T {
        self.power_is_off.store(true, Ordering::Relaxed);
        self.power.notify_one();
        std::future::pending().await
    }

    pub(super) fn stores(self: &Arc<Self>) -> Stores {
        let world = Arc::clone(self);
        let time = move || world.time();
        let options =
            Options { clock: Clock::Simulated(Arc::new(time)), jitter: Jitter::seeded(7), ..Options::default() };
        let client = Client::simulated(options, Arc::clone(self) as _);
        let base = || BaseUrl::parse(URL).expect("loopback");
        let env = |name: &str| match name {
            "LAMBDA_API_URL" => Some(URL.to_owned()),
            "LAMBDA_API_KEY" => Some("sandbox".to_owned()),
            _ => None,
        };
        let esc = EscLogin::token(&SecretValue::from("pul-simulated"), "the token in PULUMI_ACCESS_TOKEN");
        let github = GithubLogin::token(&SecretValue::from("ghp_simulated"), "the token in GITHUB_TOKEN");
        Stores::new(
            esc.map(|login| EscStore::new(&client, base(), login)),
            github.map(|login| GithubStore::new(&client, base(), login)),
            Ok(None),
        )
        .with_lambda(LambdaStore::find(&client, &env))
    }

    /// What ESC holds at a path of the one environment, opened.
    pub(super) fn esc(&self) -> String {
        let stores = lock(&self.stores);
        stores.esc.plaintext_definition("acme", "default", "production").expect("an environment")
    }

    pub(super) fn github(&self, slot: Slot, name: &str) -> Option<String> {
        let stores = lock(&self.stores);
        let view = stores.github.view("org:acme", slot, name).ok()?;
        Some(view.value.expose_text().expect("text").to_owned())
    }

    /// Names in the registry.
    pub(super) fn registered(&self) -> Vec<String> {
        lock(&self.stores).lambda.keys().iter().map(|key| key.name.clone()).collect()
    }
}

/// What was before: the old key everywhere.
fn set_up(stores: &mut sandbox::World, old: &KeyPair) {
    let private = old.private().expose_text().expect("text");
    let yaml = format!(
        "values:\n  # the machines\n  ssh:\n    public_key_base64: {}\n    private_key:\n      fn::secret: {}\n    key_name: deploy\n  other:\n    token:\n      fn::secret: tok-0123456789abcdef\n",
        old.public().encoded(),
        serde_json::to_string(private).expect("a string"),
    );
    stores.esc.put_environment("acme", "default", "production", &yaml, START).expect("a definition");
    let set = |stores: &mut sandbox::World, slot, name: &str, value: &str| {
        stores.github.set("org:acme", slot, name, SecretValue::from(value), START).expect("the organization is there");
    };
    stores.github.put_repository("acme", "app", RepositoryVisibility::Private, START);
    set(stores, Slot::Variable, "SSH_PUBLIC_KEY", &old.public().encoded());
    set(stores, Slot::Secret, "SSH_PRIVATE_KEY", private);
    set(stores, Slot::Secret, "OTHER_TOKEN", "tok-0123456789abcdef");
    stores.lambda.put_key("deploy", &old.public().line());
    // One request a second is kept by the client; here seconds pass with deeds.
    stores.lambda.limits.set(None);
}

impl Transport for World {
    fn exchange<'a>(&'a self, request: Outgoing<'a>) -> BoxFuture<'a, Result<Incoming, HttpError>> {
        let request = asked(&request);
        Box::pin(self.deed(
            move || Ok(incoming(&lock(&self.stores).answer(&request, self.now() * 1000), self.time())),
            || Err(HttpError::Interrupted),
        ))
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
