//! The emulator of the stores: Pulumi ESC, GitHub and Lambda behind one address, and of the services that probes ask.
//!
//! The worlds (`esc`, `github`, `lambda`, `services`) are pure: a request in, an answer out, no clock and no
//! socket. Sockets, waiting and faults live once, in `server` and `faults`. Unlike the
//! real GitHub it tells the values it was given, through its control endpoint: it is a
//! place to try things out, and nothing real belongs into it.

pub mod esc;
pub mod github;
pub mod lambda;
pub mod machines;
pub mod message;
pub mod services;

mod clock;
mod control;
mod faults;
mod log;
mod oidc;
mod seed;
mod server;
mod state;
mod wire;

use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Instant,
};

use tokio::{sync::watch, task::JoinHandle};

use self::{
    clock::{Clock, ClockSetting},
    esc::EscWorld,
    faults::FaultList,
    github::GithubWorld,
    lambda::LambdaWorld,
    log::RequestLog,
    message::{SandboxRequest, SandboxResponse},
    services::ServicesWorld,
    state::StateDir,
};
use crate::mapping::Mapping;

pub use self::{
    faults::{Effect, Fault, FaultMatch, Times},
    log::LoggedRequest,
    seed::{SeedFault, SeedPlan, seed},
};

/// All stores.
#[derive(Debug, Default)]
pub struct World {
    pub esc: EscWorld,
    pub github: GithubWorld,
    pub lambda: LambdaWorld,
    pub services: ServicesWorld,
}

/// Where the emulator listens and what it keeps.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// Port 0 takes any free one.
    pub listen: SocketAddr,
    /// A socket in the file system to listen on as well.
    pub unix_socket: Option<PathBuf>,
    /// Under which address clients reach it, if not under the one it listens on.
    pub public_url: Option<String>,
    /// Where its state is kept; `None` forgets everything at the end.
    pub dir: Option<PathBuf>,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 0)), unix_socket: None, public_url: None, dir: None }
    }
}

/// The emulator, ready to be started.
#[derive(Debug)]
pub struct Sandbox;

/// A running emulator. Dropping it stops it, without waiting for the end.
#[derive(Debug)]
pub struct Running {
    /// Under which clients reach it; no final slash.
    pub url: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether it started without a kept state.
    pub fresh: bool,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    listeners: Vec<JoinHandle<()>>,
    unix_socket: Option<PathBuf>,
}

/// What all connections share.
#[derive(Debug)]
struct Shared {
    world: Mutex<World>,
    faults: Mutex<FaultList>,
    log: Mutex<RequestLog>,
    clock: Clock,
    latency_ms: AtomicU64,
    in_flight: AtomicUsize,
    public_url: String,
    /// The path of the public URL, which a proxy may or may not have taken away.
    public_prefix: String,
    state: Option<StateDir>,
    started: Instant,
}

impl Sandbox {
    /// Listens, and answers in the background from then on.
    pub async fn start(options: SandboxOptions) -> io::Result<Running> {
        let (state, kept) = match &options.dir {
            Some(dir) => StateDir::open(dir).await.map(|(state, kept)| (Some(state), kept))?,
            None => (None, None),
        };
        let fresh = kept.is_none();
        let (world, clock) = kept.unwrap_or_else(|| (World::default(), ClockSetting::default()));
        let listener = server::listen(options.listen)?;
        let address = listener.local_addr()?;
        let url = options.public_url.unwrap_or_else(|| format!("http://{address}")).trim_end_matches('/').to_owned();
        let shared = Arc::new(Shared::new(world, clock, state, &url));
        let (stop, stopped) = watch::channel(false);
        let mut listeners = vec![tokio::spawn(server::serve_tcp(listener, Arc::clone(&shared), stopped.clone()))];
        if let Some(path) = &options.unix_socket {
            let listener = server::listen_unix(path)?;
            listeners.push(tokio::spawn(server::serve_unix(listener, Arc::clone(&shared), stopped)));
        }
        Ok(Running { url, address, fresh, shared, stop, listeners, unix_socket: options.unix_socket })
    }
}

impl World {
    /// Answers one request as the emulator does, without a socket, a clock or a fault; what
    /// it does depends on nothing but the request, the moment and the world.
    pub fn answer(&mut self, request: &SandboxRequest, now_ms: i64) -> SandboxResponse {
        match server::store_of(&request.path) {
            "esc" => esc::handle(&mut self.esc, request, now_ms / 1000),
            "lambda" => lambda::handle(&mut self.lambda, request, now_ms),
            "services" => services::handle(&self.services, request),
            _ => github::handle(&mut self.github, request, now_ms),
        }
    }
}

impl Running {
    /// Looks at the worlds or alters them; no request is answered meanwhile.
    pub fn world<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        let mut world = lock(&self.shared.world);
        let result = act(&mut world);
        self.shared.keep(&world);
        result
    }

    /// Replaces all worlds by what the mapping describes, with one of every fault; see `seed`.
    pub fn seed(&self, mapping: &Mapping) -> SeedPlan {
        let now = self.shared.clock.now_ms() / 1000;
        self.world(|world| seed(world, mapping, now))
    }

    /// The emulator's time in seconds since 1970.
    pub fn now(&self) -> i64 {
        self.shared.clock.now_ms() / 1000
    }

    /// Moves the emulator's clock.
    pub fn advance(&self, seconds: i64) {
        self.shared.clock.set(None, seconds.saturating_mul(1000));
        self.shared.keep(&lock(&self.shared.world));
    }

    /// Stops the emulator's clock, or lets it run again.
    pub fn freeze(&self, frozen: bool) {
        self.shared.clock.freeze(frozen);
        self.shared.keep(&lock(&self.shared.world));
    }

    pub fn fault(&self, fault: Fault) {
        lock(&self.shared.faults).add(fault);
    }

    pub fn clear_faults(&self) {
        lock(&self.shared.faults).clear();
    }

    /// Added to every answer from now on.
    pub fn latency(&self, ms: u64) {
        self.shared.latency_ms.store(ms, Ordering::Relaxed);
    }

    /// What was asked since the start or the last reset, in order of arrival; control requests are not in it.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        lock(&self.shared.log).all()
    }

    pub fn reset_log(&self) {
        lock(&self.shared.log).clear();
    }

    /// Stops listening and drops every connection.
    pub async fn shutdown(mut self) {
        // Nobody listening any more is what was wanted.
        let _ = self.stop.send(true);
        for listener in self.listeners.drain(..) {
            // A listener that ended by itself has nothing to tell here.
            let _ = listener.await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(path) = &self.unix_socket {
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Shared {
    fn new(world: World, clock: ClockSetting, state: Option<StateDir>, url: &str) -> Self {
        let after_scheme = url.find("://").map_or(0, |at| at + 3);
        let prefix = url[after_scheme..].find('/').map_or("", |at| &url[after_scheme + at..]);
        Self {
            world: Mutex::new(world),
            faults: Mutex::default(),
            log: Mutex::default(),
            clock: Clock::new(clock),
            latency_ms: AtomicU64::default(),
            in_flight: AtomicUsize::default(),
            public_url: url.to_owned(),
            public_prefix: prefix.to_owned(),
            state,
            started: Instant::now(),
        }
    }

    /// Fills in what only the server knows, and drops the public prefix where a proxy left it.
    fn complete(&self, request: &mut SandboxRequest) {
        request.public_url.clone_from(&self.public_url);
        if !self.public_prefix.is_empty()
            && let Some(rest) = request.path.strip_prefix(&self.public_prefix)
            && rest.starts_with('/')
        {
            request.path = rest.to_owned();
        }
    }

    fn ask_world(&self, request: &SandboxRequest) -> SandboxResponse {
        let now_ms = self.clock.now_ms();
        let mut world = lock(&self.world);
        let response = world.answer(request, now_ms);
        if request.method != "GET" && request.method != "HEAD" {
            self.keep(&world);
        }
        response
    }

    /// Writes the state down. A full disk does not stop the emulator; it is said in the log.
    fn keep(&self, world: &World) {
        if let Some(state) = &self.state
            && let Err(error) = state.save(world, self.clock.setting())
        {
            tracing::warn!(kind = ?error.kind(), "the sandbox's state was not saved");
        }
    }
}

/// A panic elsewhere leaves the emulator's data whole enough to go on.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
