//! A replica that stands for election on a road of its own to a shared state, by a clock that can be moved.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use tokio::{sync::watch, task::JoinHandle, time::Instant};

use crate::{
    daemon::{
        board::{Replica, Role},
        election::{Clock, ElectionOptions, stand_by},
    },
    ledger::{
        Backend, Exclusion, StateFault,
        backend::{Expected, PutFault, Stored, Tag},
        fault::unavailable,
        memory::MemoryState,
    },
};

pub(super) const LEASE: Duration = Duration::from_secs(30);

/// Time as tokio counts it, and what the machine slept.
#[derive(Debug)]
pub(super) struct Watch {
    start: Instant,
    pub(super) slept_s: AtomicU64,
}

impl Clock for Watch {
    fn now(&self) -> Duration {
        self.start.elapsed() + Duration::from_secs(self.slept_s.load(Ordering::Relaxed))
    }
}

/// The way to a state that others reach as well.
#[derive(Clone, Debug)]
pub(super) struct Road(MemoryState, Arc<AtomicU8>);

pub(super) const OPEN: u8 = 0;
pub(super) const CLOSED: u8 = 1;
pub(super) const SILENT: u8 = 2;
/// What is asked is done, and the answer is lost.
pub(super) const ONE_WAY: u8 = 3;

impl Road {
    async fn pass(&self) -> Result<(), StateFault> {
        match self.1.load(Ordering::Relaxed) {
            CLOSED => Err(unavailable("the road is closed", "wait")),
            SILENT => std::future::pending().await,
            _ => Ok(()),
        }
    }
}

impl Backend for Road {
    fn describe(&self) -> String {
        "a road".to_owned()
    }

    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Stored>, StateFault>> {
        Box::pin(async move {
            self.pass().await?;
            self.0.get(key).await
        })
    }

    fn put<'a>(&'a self, key: &'a str, bytes: &'a [u8], expected: Expected) -> BoxFuture<'a, Result<Tag, PutFault>> {
        Box::pin(async move {
            self.pass().await?;
            let put = self.0.put(key, bytes, expected).await;
            match self.1.compare_exchange(ONE_WAY, OPEN, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => Err(unavailable("no answer came", "ask again").into()),
                Err(_) => put,
            }
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
        self.0.prove_writable()
    }
}

/// A replica standing for election, with all that can be done to it.
pub(super) struct Candidate {
    pub(super) me: Replica,
    pub(super) clock: Arc<Watch>,
    pub(super) road: Arc<AtomicU8>,
    pub(super) role: watch::Receiver<Role>,
    pub(super) roles: Arc<Mutex<Vec<&'static str>>>,
    pub(super) standing: JoinHandle<()>,
}

impl Candidate {
    pub(super) fn new(state: &MemoryState, id: &str) -> Self {
        let me = Replica { id: id.to_owned(), ..Replica::default() };
        let clock = Arc::new(Watch { start: Instant::now(), slept_s: AtomicU64::default() });
        let road = Arc::new(AtomicU8::new(OPEN));
        let backend = Arc::new(Road(state.clone(), Arc::clone(&road)));
        let (sender, role) = watch::channel(Role::default());
        let options = ElectionOptions { lease: LEASE };
        let stand = stand_by(Arc::clone(&clock) as _, backend, me.clone(), options, sender);
        let roles = Arc::new(Mutex::new(Vec::new()));
        let (mut seen, seen_roles) = (role.clone(), Arc::clone(&roles));
        tokio::spawn(async move {
            while seen.changed().await.is_ok() {
                let now = seen.borrow_and_update().as_str();
                seen_roles.lock().expect("whole").push(now);
            }
        });
        Self { me, clock, road, role, roles, standing: tokio::spawn(stand) }
    }

    pub(super) async fn leads(&self) -> Duration {
        let begun = Instant::now();
        let mut role = self.role.clone();
        role.wait_for(|role| matches!(role, Role::Leader { .. })).await.expect("it stands");
        begun.elapsed()
    }

    pub(super) async fn stands_by(&self) -> Duration {
        let begun = Instant::now();
        let mut role = self.role.clone();
        role.wait_for(|role| matches!(role, Role::Standby { .. })).await.expect("it stands");
        begun.elapsed()
    }

    pub(super) fn is_leader(&self) -> bool {
        matches!(*self.role.borrow(), Role::Leader { .. })
    }

    pub(super) fn road(&self, to: u8) {
        self.road.store(to, Ordering::Relaxed);
    }
}

impl Drop for Candidate {
    fn drop(&mut self) {
        self.standing.abort();
    }
}
