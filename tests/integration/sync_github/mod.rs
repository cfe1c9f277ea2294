//! Writing to GitHub, against the emulator: every fault by its id.

mod boxes;
mod ends;
mod keys;
mod limits;
mod policy;
mod refusals;
mod single;
mod variables;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use esc_sync::{
    engine::apply::{
        Ended,
        github::{GithubChange, GithubEvent, GithubOp, GithubRun, Keys, write_all},
        pace::{Pace, PaceOptions},
        stop::Stop,
    },
    http::{BaseUrl, Client, Options},
    model::{App, GithubPlace, GithubScope, SecretName, SecretValue, Slot, Visibility},
    plan::{Access, End, GithubBasis},
    sandbox::{Running, Sandbox, SandboxOptions},
    store::{GithubStore, github::GithubLogin},
};

/// An emulator, a store that writes to it, and what was told on the way.
struct Bench {
    running: Running,
    store: GithubStore,
    pace: Pace,
    stop: Stop,
    /// Whether a person was asked before the writes.
    waited: bool,
    /// `started 3`, `ended 3`, in order.
    events: Mutex<Vec<String>>,
}

/// A change as tests write it down.
struct Wanted {
    place: GithubPlace,
    value: SecretValue,
    access: Access,
    before: GithubBasis,
    visibility: Option<Visibility>,
}

fn options() -> Options {
    Options {
        timeout: Duration::from_secs(20),
        backoff: Duration::from_millis(2),
        backoff_cap: Duration::from_millis(4),
        unstated_pause: Duration::from_millis(5),
        ..Options::default()
    }
}

/// No wait between writes; so many at once.
fn unpaced(in_flight: usize) -> Pace {
    Pace::new(PaceOptions {
        in_flight,
        burst: 1,
        interval: Duration::ZERO,
        hourly: usize::MAX,
        ..PaceOptions::default()
    })
}

impl Bench {
    async fn new() -> Self {
        Self::with(options(), unpaced(8)).await
    }

    async fn with(options: Options, pace: Pace) -> Self {
        let running = Sandbox::start(SandboxOptions::default()).await.expect("a free port");
        let login = GithubLogin::token(&SecretValue::from("ghp_test"), "the token in GITHUB_TOKEN").expect("legal");
        let base = BaseUrl::parse(&running.url).expect("loopback");
        let store = GithubStore::new(&Client::new(options), base, login);
        Self { running, store, pace, stop: Stop::new(), waited: false, events: Mutex::default() }
    }

    async fn write(&self, wanted: &[Wanted]) -> Vec<Ended> {
        self.write_and(wanted, |_| {}).await
    }

    /// Writes, and does something at each event.
    async fn write_and(&self, wanted: &[Wanted], at: impl Fn(GithubEvent<'_>) + Sync) -> Vec<Ended> {
        let changes: Vec<_> = wanted.iter().enumerate().map(|(action, wanted)| wanted.change(action)).collect();
        self.run(&changes, Keys::default(), at).await
    }

    async fn run(&self, changes: &[GithubChange<'_>], keys: Keys, at: impl Fn(GithubEvent<'_>) + Sync) -> Vec<Ended> {
        let on_event = |event: GithubEvent<'_>| {
            let told = match event {
                GithubEvent::Started { action } => format!("started {action}"),
                GithubEvent::Ended(ended) => format!("ended {}", ended.action),
            };
            self.events.lock().expect("whole").push(told);
            at(event);
        };
        let (pace, stop, waited) = (&self.pace, &self.stop, self.waited);
        let run = GithubRun { store: &self.store, pace, stop, keys, waited, on_event: &on_event };
        write_all(&run, changes).await
    }

    fn stored(&self, scope: &str, slot: Slot, name: &str) -> Option<String> {
        let view = self.running.world(|world| world.github.view(scope, slot, name)).ok()?;
        Some(view.value.expose_text().expect("text").to_owned())
    }

    fn org_secret(&self, name: &str) -> Option<String> {
        self.stored("org:acme", Slot::Secret, name)
    }

    /// Requests by method whose path has this in it.
    fn asked(&self, method: &str, part: &str) -> usize {
        let requests = self.running.requests();
        requests.iter().filter(|request| request.method == method && request.path.contains(part)).count()
    }

    fn events(&self) -> Vec<String> {
        self.events.lock().expect("whole").clone()
    }

    /// An organization secret that is there already, with its stamp.
    fn given(&self, name: &str, value: &str, at: i64) {
        self.running.world(|world| {
            world.github.set("org:acme", Slot::Secret, name, value.into(), at).expect("set");
            world.github.set_stamps("org:acme", Slot::Secret, name, at, at).expect("set");
        });
    }
}

impl Wanted {
    fn new(place: GithubPlace, value: &str) -> Self {
        let (access, before) = (Access::All, GithubBasis::Absent);
        Self { place, value: value.into(), access, before, visibility: None }
    }

    fn change(&self, action: usize) -> GithubChange<'_> {
        GithubChange {
            action,
            place: &self.place,
            op: GithubOp::Put { value: &self.value, access: &self.access },
            before: self.before,
            visibility: self.visibility.as_ref(),
        }
    }
}

fn org() -> Arc<GithubScope> {
    Arc::new(GithubScope::Organization { app: App::Actions, organization: "acme".into() })
}

fn repository(name: &str) -> Arc<GithubScope> {
    Arc::new(GithubScope::Repository { app: App::Actions, repository: name.parse().expect("legal") })
}

fn place(scope: &Arc<GithubScope>, slot: Slot, name: &str) -> GithubPlace {
    GithubPlace { scope: Arc::clone(scope), slot, name: SecretName::parse(name).expect("legal") }
}

fn secret(scope: &Arc<GithubScope>, name: &str) -> GithubPlace {
    place(scope, Slot::Secret, name)
}

/// So many secrets of the organization, each with a value of its own.
fn many(count: usize) -> Vec<Wanted> {
    let scope = org();
    (0..count).map(|n| Wanted::new(secret(&scope, &format!("S_{n:03}")), &format!("value {n}"))).collect()
}

fn all_stored(bench: &Bench, count: usize) -> bool {
    (0..count).all(|n| bench.org_secret(&format!("S_{n:03}")) == Some(format!("value {n}")))
}

fn ends(ended: &[Ended]) -> Vec<End> {
    ended.iter().map(|ended| ended.end).collect()
}

fn count(ended: &[Ended], end: End) -> usize {
    ended.iter().filter(|ended| ended.end == end).count()
}
