//! A fleet in virtual time: repositories of one organization, workers that share them, one emulator for all.
//!
//! Client, engine, ledger and pace are the real ones; the network and the clock are simulated, so that a day of
//! writing takes seconds. The bench plays the same with ten thousand repositories.

use std::{
    collections::VecDeque,
    fmt::Write as _,
    num::NonZeroU32,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use esc_sync::{
    crypto::fingerprint::FingerprintKey,
    engine::{
        Applying, Look, Pace, PaceOptions, Partition, Planned, Progress, Selection, State, Stop, Task, ToWrite, Traffic,
    },
    http::{BaseUrl, Client, Clock, HttpError, Incoming, Jitter, Options, Outgoing, Quota, Transport},
    judge::JudgeOptions,
    ledger::{document::Identity, memory::MemoryState},
    mapping::{LoadOptions, Mapping, load},
    model::{Evidence, SecretValue, Slot, Stamp},
    plan::{End, PlanOptions},
    sandbox::{World, github::RepositoryVisibility, message::SandboxRequest},
    store::{EscStore, GithubStore, Stores, esc::EscLogin, github::GithubLogin},
};
use futures_util::future::{BoxFuture, join_all};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;
use zeroize::Zeroizing;

const URL: &str = "http://127.0.0.1:9";
/// A second of 2026.
const START: u64 = 1_790_000_000;
const LATENCY: Duration = Duration::from_millis(50);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
/// What one run may wait for: any number of hours.
const PATIENCE: Duration = Duration::from_secs(30 * 86_400);

/// What was seen of all workers together.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) requests: usize,
    pub(crate) writes: usize,
    pub(crate) most_in_flight: usize,
    pub(crate) most_writes_an_hour: usize,
    pub(crate) most_points_a_minute: u32,
    pub(crate) refused: usize,
}

/// What became of one worker.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Worked {
    pub(crate) planned: usize,
    pub(crate) done: usize,
    #[allow(dead_code, reason = "the bench tells it")]
    pub(crate) requests: u64,
    pub(crate) took: Duration,
    pub(crate) foretold: Duration,
}

/// The emulator and all that passes it.
pub(crate) struct Fleet {
    text: String,
    world: Mutex<World>,
    born: Instant,
    in_flight: AtomicUsize,
    seen: Mutex<Watch>,
}

/// The last minute and the last hour, to find the fullest.
#[derive(Default)]
struct Watch {
    seen: Seen,
    minute: VecDeque<(Instant, u32)>,
    hour: VecDeque<Instant>,
}

impl Fleet {
    /// So many repositories; of each one secret that ESC has and GitHub lacks.
    pub(crate) fn new(repositories: usize) -> Arc<Self> {
        let key = FingerprintKey::generate().to_text();
        let key = key.expose_text().expect("a key is text");
        let mut definition =
            format!("values:\n  esc-sync: {{ fingerprint-key: {{ \"fn::secret\": \"{key}\" }} }}\n  s:\n");
        let mut text =
            "version: 1\nesc: { environment: acme/default/prod }\ngithub: { organization: acme }\nentries:\n"
                .to_owned();
        let mut world = World::default();
        for at in 0..repositories {
            let value = (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let _ = writeln!(definition, "    k{at:05}: {{ \"fn::secret\": \"v{value:016x}\" }}");
            let _ = writeln!(text, "  S_{at:05}: {{ esc: s.k{at:05}, github: {{ repository: acme/r{at:05} }} }}");
            world.github.put_repository(
                "acme",
                &format!("r{at:05}"),
                RepositoryVisibility::Private,
                START.cast_signed(),
            );
        }
        let put = world.esc.put_environment("acme", "default", "prod", &definition, START.cast_signed());
        put.expect("a legal definition");
        let (born, in_flight) = (Instant::now(), AtomicUsize::new(0));
        Arc::new(Self { text, world: Mutex::new(world), born, in_flight, seen: Mutex::default() })
    }

    /// All workers at once, each to its end.
    pub(crate) async fn sync(self: &Arc<Self>, workers: u32) -> Vec<Worked> {
        join_all((1..=workers).map(|index| self.work(index, workers, true))).await
    }

    /// One worker's plan, and its sync where it is to write.
    pub(crate) async fn work(self: &Arc<Self>, index: u32, of: u32, writes: bool) -> Worked {
        let of = NonZeroU32::new(of).expect("workers");
        let partition: Partition = format!("{index}/{of}").parse().expect("one of them");
        let mut mapping = load("fleet.yaml", self.text.as_bytes(), &LoadOptions::default()).expect("legal").mapping;
        partition.narrow(&mut mapping);
        let options = self.options().shared_by(of);
        let pace = Pace::new(PaceOptions { patience: PATIENCE, ..PaceOptions::default() }.shared_by(of));
        let traffic = Traffic {
            before: mapping.entries.len(),
            after: mapping.entries.len(),
            latency: LATENCY,
            in_flight: options.in_flight,
            points_a_minute: options.points_a_minute,
        };
        let stores = stores(&Client::simulated(options, Arc::clone(self) as _));
        let begun = Instant::now();
        let (foretold, mut worked) = (pace.foretold(mapping.entries.len(), &traffic), Worked::default());
        let how = ToWrite { run: "run", wait: Duration::ZERO, rebuild: false };
        let identity = Identity { esc: URL.to_owned(), github: URL.to_owned() };
        let state = State::open_to_write(Arc::new(MemoryState::new()), identity, how).await;
        let mut state = state.expect("a state of its own");
        self.carry_out(&mapping, &stores, &mut state, &pace, writes, &mut worked).await;
        state.close().await;
        let requests = stores.requests();
        Worked { requests: requests.esc + requests.github, took: begun.elapsed(), foretold, ..worked }
    }

    async fn carry_out(
        &self,
        mapping: &Mapping,
        stores: &Stores,
        state: &mut State,
        pace: &Pace,
        writes: bool,
        worked: &mut Worked,
    ) {
        let selection = Selection::default();
        let task = Task { mapping, selection: &selection, stores };
        let mut observed = task.look(None, Some(state), Look::to_plan()).await;
        let now = || Stamp(self.now().cast_signed());
        let judging = JudgeOptions { now: now(), require_evidence: Evidence::Presence };
        let choices = PlanOptions { max_changes: usize::MAX, ..PlanOptions::default() };
        let Planned { plan, .. } = task.decide(&observed, judging, &choices).expect("a plan");
        worked.planned = plan.actions.len();
        if !writes {
            return;
        }
        let (stop, progress) = (Stop::new(), Progress::default());
        let applying = Applying {
            waited: false,
            run: "run",
            command: "sync",
            options: &[],
            who: "fleet",
            pace,
            stop: &stop,
            progress: &progress,
            now: &now,
        };
        let applied = task.apply(&applying, state, &mut observed, &plan).await.expect("nothing refuses it");
        worked.done = applied.outcomes.iter().filter(|outcome| outcome.end == End::Done).count();
    }

    pub(crate) fn seen(&self) -> Seen {
        self.watch().seen
    }

    /// Whether GitHub has a value for every entry.
    pub(crate) fn is_whole(&self, repositories: usize) -> bool {
        let world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let has = |at: usize| world.github.view(&format!("repo:acme/r{at:05}"), Slot::Secret, &format!("S_{at:05}"));
        (0..repositories).all(|at| has(at).is_ok())
    }

    fn options(self: &Arc<Self>) -> Options {
        let fleet = Arc::clone(self);
        let clock = Clock::Simulated(Arc::new(move || SystemTime::UNIX_EPOCH + Duration::from_secs(fleet.now())));
        Options { clock, jitter: Jitter::seeded(1), wait_budget: PATIENCE, ..Options::default() }
    }

    fn now(&self) -> u64 {
        START + self.born.elapsed().as_secs()
    }

    fn watch(&self) -> MutexGuard<'_, Watch> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, request: SandboxRequest) -> Incoming {
        let in_flight = self.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
        self.watch().note(&request, in_flight, Instant::now());
        tokio::time::sleep(LATENCY / 2).await;
        let now = self.now();
        let response = {
            let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
            world.answer(&request, now.cast_signed() * 1_000)
        };
        tokio::time::sleep(LATENCY / 2).await;
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        self.watch().seen.refused += usize::from(response.status >= 400 && response.status != 404);
        let mut headers = HeaderMap::new();
        for (name, value) in &response.headers {
            let name: HeaderName = name.parse().expect("a legal header");
            headers.append(name, HeaderValue::from_str(value).expect("a legal header"));
        }
        let date = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(now));
        headers.insert("date", HeaderValue::from_str(&date).expect("a date is legal"));
        Incoming { status: response.status, headers, body: Zeroizing::new(response.body) }
    }
}

impl Watch {
    /// GitHub counts what is asked of GitHub.
    fn note(&mut self, request: &SandboxRequest, in_flight: usize, now: Instant) {
        self.seen.requests += 1;
        if request.path.starts_with("/api/") {
            return;
        }
        let writes = !matches!(request.method.as_str(), "GET" | "HEAD");
        self.minute.push_back((now, if writes { Quota::WRITE } else { Quota::READ }));
        while self.minute.front().is_some_and(|(at, _)| now - *at >= MINUTE) {
            self.minute.pop_front();
        }
        if writes {
            self.hour.push_back(now);
        }
        while self.hour.front().is_some_and(|at| now - *at >= HOUR) {
            self.hour.pop_front();
        }
        let seen = &mut self.seen;
        seen.writes += usize::from(writes);
        seen.most_in_flight = seen.most_in_flight.max(in_flight);
        seen.most_writes_an_hour = seen.most_writes_an_hour.max(self.hour.len());
        seen.most_points_a_minute = seen.most_points_a_minute.max(self.minute.iter().map(|(_, points)| points).sum());
    }
}

impl Transport for Fleet {
    fn exchange<'a>(&'a self, request: Outgoing<'a>) -> BoxFuture<'a, Result<Incoming, HttpError>> {
        let text = |value: &HeaderValue| value.to_str().expect("our headers are text").to_owned();
        let request = SandboxRequest {
            method: request.method.as_str().to_owned(),
            path: request.url.path().to_owned(),
            query: request.url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
            headers: request.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
            body: request.body.to_vec(),
            public_url: URL.to_owned(),
        };
        Box::pin(async move { Ok(self.answer(request).await) })
    }
}

fn stores(client: &Client) -> Stores {
    let base = || BaseUrl::parse(URL).expect("loopback");
    let esc = EscLogin::token(&SecretValue::from("pul-fleet"), "the token in PULUMI_ACCESS_TOKEN");
    let github = GithubLogin::token(&SecretValue::from("ghp_fleet"), "the token in GITHUB_TOKEN");
    Stores::new(
        esc.map(|login| EscStore::new(client, base(), login)),
        github.map(|login| GithubStore::new(client, base(), login)),
        Ok(None),
    )
}
