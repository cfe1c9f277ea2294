//! Runs, a mapping, a state and clocks as a test wants them.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use esc_sync::{
    daemon::{
        Account, Keeper, KeeperOptions, Order, Pulse, RunFault, RunKind, Runs, Shared,
        account::Said,
        alert::AlertOptions,
        board::{Board, MappingState, Role},
        keeper::{Mappings, Signal},
        notify::Manager,
        order::WriteBudget,
    },
    ledger::{
        Backend, Exclusion, StateFault, StateFaultKind,
        backend::{Expected, PutFault, Stored, Tag},
        memory::MemoryState,
    },
};
use futures_util::future::BoxFuture;
use tokio::{
    sync::{Notify, mpsc, watch},
    task::JoinHandle,
    time::{Instant, sleep},
};

pub(super) const EPOCH: i64 = 1_800_000_000;

/// What one run does.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    /// Tells this after so long; less if it is asked to end.
    Tells(Box<Account>, Duration),
    Faults(Duration),
    /// Ends only when it is asked to.
    Hangs,
    /// Does not even end then.
    IsDeaf,
}

/// One run as it went; what it told, or that it told nothing.
#[derive(Clone, Debug)]
pub(super) struct Went {
    pub(super) order: Order,
    pub(super) began: Instant,
    pub(super) told: Option<Account>,
}

/// All that a test holds in its hands.
pub(super) struct Stage {
    pub(super) board: Shared,
    pub(super) script: Arc<Script>,
    pub(super) role: watch::Sender<Role>,
    pub(super) signals: mpsc::Sender<Signal>,
    pub(super) keeper: JoinHandle<()>,
}

pub(super) struct Script {
    start: Instant,
    /// How far the wall clock was moved.
    pub(super) skew: AtomicI64,
    next: Mutex<Box<dyn FnMut(RunKind, i64) -> Deed + Send>>,
    pub(super) went: Mutex<Vec<Went>>,
    under_way: AtomicUsize,
    pub(super) overlaps: AtomicUsize,
    ask: Notify,
    /// The mapping's text, or why there is none.
    pub(super) mapping: Mutex<Result<String, String>>,
    pub(super) state_fails: AtomicBool,
}

pub(super) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn options(check: &str, live: &str, sync: &str) -> KeeperOptions {
    let schedule = |text: &str| text.parse().expect("a schedule");
    KeeperOptions {
        check: schedule(check),
        live: schedule(live),
        sync: schedule(sync),
        jitter: Some(Duration::ZERO),
        run_limit: Duration::from_secs(20),
        writes: WriteBudget { burst: 10, cap: 50 },
        write_interval: Duration::from_secs(1),
        workers: 1,
        alerts: AlertOptions {
            targets: 0,
            drift_percent: 10,
            failures: 3,
            expiry_s: 1,
            cooldown_s: 1,
            cap_per_hour: 1,
        },
    }
}

impl Stage {
    /// A keeper that acts alone, on virtual time.
    pub(super) fn set(options: KeeperOptions, next: impl FnMut(RunKind, i64) -> Deed + Send + 'static) -> Self {
        let script = Arc::new(Script {
            start: Instant::now(),
            skew: AtomicI64::new(0),
            next: Mutex::new(Box::new(next)),
            went: Mutex::default(),
            under_way: AtomicUsize::new(0),
            overlaps: AtomicUsize::new(0),
            ask: Notify::new(),
            mapping: Mutex::new(Ok("mapping 0".into())),
            state_fails: AtomicBool::new(false),
        });
        let (role, roles) = watch::channel(Role::Alone);
        let (signals, told) = mpsc::channel(4);
        let board = Shared::new(Board::default());
        let clock = Arc::clone(&script);
        let keeper = Keeper {
            options,
            board: board.clone(),
            runs: Arc::clone(&script) as Arc<dyn Runs>,
            mappings: Arc::clone(&script) as Arc<dyn Mappings>,
            state: Some(Arc::new(Moody(MemoryState::new(), Arc::clone(&script)))),
            role: roles,
            pulse: Pulse::default(),
            wall: Arc::new(move || clock.wall()),
            manager: Manager::default(),
        };
        Self { board, script, role, signals, keeper: tokio::spawn(keeper.keep(told)) }
    }

    /// Lets virtual time pass, and everything settle that is due by then.
    pub(super) async fn pass(&self, time: Duration) {
        sleep(time).await;
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }

    pub(super) fn went(&self) -> Vec<Went> {
        lock(&self.script.went).clone()
    }

    pub(super) fn kinds(&self) -> Vec<(u64, RunKind)> {
        let since = |went: &Went| went.began.duration_since(self.script.start).as_secs();
        self.went().iter().map(|went| (since(went), went.order.kind)).collect()
    }
}

impl Script {
    pub(super) fn wall(&self) -> i64 {
        EPOCH + i64::try_from(self.start.elapsed().as_secs()).expect("small") + self.skew.load(Ordering::Relaxed)
    }
}

/// Notes the end of a run, also of one that is killed.
struct Under<'a>(&'a Script, Option<Went>);

impl Drop for Under<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
        if let Some(went) = self.1.take() {
            lock(&self.0.went).push(went);
        }
    }
}

impl Runs for Script {
    fn run(&self, order: Order) -> BoxFuture<'_, Result<Account, RunFault>> {
        Box::pin(async move {
            let others = self.under_way.fetch_add(1, Ordering::Relaxed);
            self.overlaps.fetch_add(others, Ordering::Relaxed);
            let deed = (*lock(&self.next))(order.kind, self.wall());
            let went = Went { order, began: Instant::now(), told: None };
            let mut under = Under(self, Some(went));
            let fault = || Err(RunFault { what: "it told nothing".into(), help: String::new() });
            match deed {
                Deed::Tells(account, takes) => {
                    tokio::select! { () = sleep(takes) => {}, () = self.ask.notified() => {} }
                    let account = Account { began: self.wall(), ended: self.wall(), ..*account };
                    if let Some(went) = &mut under.1 {
                        went.told = Some(account.clone());
                    }
                    Ok(account)
                }
                Deed::Faults(takes) => {
                    sleep(takes).await;
                    fault()
                }
                Deed::Hangs => {
                    self.ask.notified().await;
                    fault()
                }
                Deed::IsDeaf => std::future::pending().await,
            }
        })
    }

    fn stop(&self) {
        self.ask.notify_waiters();
    }
}

impl Mappings for Script {
    fn read(&self) -> Result<(String, MappingState), Said> {
        let state =
            |text: &String| MappingState { digest: text.clone(), loaded: self.wall(), ..MappingState::default() };
        match &*lock(&self.mapping) {
            Ok(text) => Ok((text.clone(), state(text))),
            Err(why) => Err(Said { what: why.clone(), help: String::new() }),
        }
    }
}

/// A state that sometimes cannot be used.
#[derive(Clone)]
struct Moody(MemoryState, Arc<Script>);

impl std::fmt::Debug for Moody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Moody")
    }
}

impl Moody {
    fn mood(&self) -> Result<(), StateFault> {
        let fault =
            StateFault { kind: StateFaultKind::Unavailable, what: "the disk is full".into(), help: String::new() };
        if self.1.state_fails.load(Ordering::Relaxed) { Err(fault) } else { Ok(()) }
    }
}

impl Backend for Moody {
    fn describe(&self) -> String {
        "moody".into()
    }

    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Stored>, StateFault>> {
        Box::pin(async move {
            self.mood()?;
            self.0.get(key).await
        })
    }

    fn put<'a>(&'a self, key: &'a str, bytes: &'a [u8], expected: Expected) -> BoxFuture<'a, Result<Tag, PutFault>> {
        Box::pin(async move {
            self.mood()?;
            self.0.put(key, bytes, expected).await
        })
    }

    fn append<'a>(&'a self, log: &'a str, lines: &'a [u8]) -> BoxFuture<'a, Result<(), StateFault>> {
        self.0.append(log, lines)
    }

    fn read_log<'a>(&'a self, log: &'a str) -> BoxFuture<'a, Result<Vec<u8>, StateFault>> {
        self.0.read_log(log)
    }

    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, StateFault>> {
        self.0.list(prefix)
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StateFault>> {
        self.0.remove(key)
    }

    fn exclude<'a>(&'a self, holder: &'a str, wait: Duration) -> BoxFuture<'a, Result<Exclusion, StateFault>> {
        self.0.exclude(holder, wait)
    }

    fn prove_writable(&self) -> BoxFuture<'_, Result<(), StateFault>> {
        Box::pin(async move { self.mood() })
    }
}
