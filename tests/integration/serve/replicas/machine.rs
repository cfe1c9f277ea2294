//! One replica: it stands for election, and syncs again and again while it leads. It can be killed, frozen and thawed,
//! its clocks can be moved.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use esc_sync::{
    daemon::{
        board::{Replica, Role},
        election::{self, Clock, ElectionOptions},
    },
    engine::{Applying, Look, Pace, PaceOptions, Planned, Progress, State, Stop, Task, ToWrite},
    http::{self, BaseUrl, Client, Jitter, Options},
    judge::JudgeOptions,
    ledger::{StateFaultKind, backend::Backend, document::Identity},
    model::{Evidence, SecretValue, Stamp},
    plan::PlanOptions,
    store::{EscStore, GithubStore, Stores, esc::EscLogin, github::GithubLogin},
};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, sleep},
};

use super::{
    ground::{Ground, Wire},
    place::Place,
};
use crate::simulation::world::URL;

pub(super) struct Machine {
    pub(super) number: usize,
    pub(super) ice: Ice,
    pub(super) clocks: Arc<Clocks>,
    pub(super) role: watch::Receiver<Role>,
    tasks: [JoinHandle<()>; 2],
}

/// The clocks of a machine, which show what they are set to.
#[derive(Debug)]
pub(super) struct Clocks {
    start: Instant,
    slept_ms: AtomicU64,
    /// By how many seconds its clock on the wall is off.
    pub(super) wrong_s: AtomicI64,
}

/// What is inside stands still while it is closed.
#[derive(Clone)]
pub(super) struct Ice(Arc<watch::Sender<bool>>);

impl Machine {
    pub(super) fn start(number: usize, ground: &Arc<Ground>, place: &dyn Place, lease: Duration) -> Self {
        let me = Replica { id: format!("replica-{number}"), ..Replica::default() };
        let start = Instant::now();
        let clocks = Arc::new(Clocks { start, slept_ms: AtomicU64::default(), wrong_s: AtomicI64::default() });
        let (sender, role) = watch::channel(Role::default());
        let ice = Ice(Arc::new(watch::Sender::new(false)));
        // As in the product: runs are processes of their own, with a connection of their own.
        let (options, backend) = (ElectionOptions { lease }, place.open());
        let standing = election::stand_by(Arc::clone(&clocks) as _, place.open(), me, options, sender);
        let actor = Actor {
            number,
            ground: Arc::clone(ground),
            backend,
            clocks: Arc::clone(&clocks),
            role: role.clone(),
            lease,
        };
        let tasks = [
            tokio::task::spawn_local(ice.around(standing)),
            tokio::task::spawn_local(ice.around(async move { actor.act().await })),
        ];
        Self { number, ice, clocks, role, tasks }
    }

    pub(super) fn is_leader(&self) -> bool {
        matches!(*self.role.borrow(), Role::Leader { .. })
    }
}

/// It is gone as a process is that was killed: in the middle of whatever it did.
impl Drop for Machine {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Clocks {
    pub(super) fn sleep_through(&self, time: Duration) {
        self.slept_ms.fetch_add(u64::try_from(time.as_millis()).expect("short"), Ordering::Relaxed);
    }
}

impl Clock for Clocks {
    fn now(&self) -> Duration {
        self.start.elapsed() + Duration::from_millis(self.slept_ms.load(Ordering::Relaxed))
    }
}

impl Ice {
    pub(super) fn set(&self, closed: bool) {
        self.0.send_replace(closed);
    }

    pub(super) fn is_closed(&self) -> bool {
        *self.0.borrow()
    }

    fn around(&self, future: impl Future<Output = ()> + 'static) -> impl Future<Output = ()> + 'static {
        let (mut closed, mut future) = (self.0.subscribe(), Box::pin(future));
        async move {
            loop {
                drop(closed.wait_for(|closed| !closed).await);
                tokio::select! {
                    biased;
                    frozen = closed.wait_for(|closed| *closed) => drop(frozen),
                    () = &mut future => return,
                }
            }
        }
    }
}

/// What the keeper does as far as it matters here.
struct Actor {
    number: usize,
    ground: Arc<Ground>,
    backend: Arc<dyn Backend>,
    clocks: Arc<Clocks>,
    role: watch::Receiver<Role>,
    lease: Duration,
}

impl Actor {
    async fn act(mut self) {
        loop {
            drop(self.role.wait_for(Role::acts).await.expect("it stands"));
            self.sync().await;
            sleep(self.ground.part(self.lease, 5, 15)).await;
        }
    }

    async fn sync(&self) {
        let (number, run) = self.ground.begin(self.number);
        // Another run may be under way still: that of a leader who was replaced, or that was killed just now.
        let how = ToWrite { run: &run, wait: Duration::ZERO, rebuild: false };
        match State::open_to_write(Arc::clone(&self.backend), identity(), how).await {
            Ok(mut state) => {
                self.sync_alone(number, &run, &mut state).await;
                state.close().await;
            }
            Err(fault) if matches!(fault.kind, StateFaultKind::Busy | StateFaultKind::Unavailable) => {}
            Err(fault) => self.ground.complain(format!("{run}: {fault:?}")),
        }
        self.ground.end(number);
    }

    async fn sync_alone(&self, number: usize, run: &str, state: &mut State) {
        let stores = self.stores(number);
        let task = Task { mapping: &self.ground.mapping, selection: &self.ground.selection, stores: &stores };
        let mut observed = task.look(None, Some(state), Look { to_push: true, ..Look::to_plan() }).await;
        let judging = JudgeOptions { now: self.now(), require_evidence: Evidence::Presence };
        let plan = match task.decide(&observed, judging, &PlanOptions::default()) {
            Ok(Planned { plan, .. }) => plan,
            Err(error) => return self.ground.complain(format!("{run}: {error}")),
        };
        self.ground.leave_alone(format!("{run}: {:?}", plan.held_back));
        let pace = Pace::new(PaceOptions { interval: Duration::ZERO, hourly: usize::MAX, ..PaceOptions::default() });
        let (stop, progress, now) = (Stop::new(), Progress::default(), || self.now());
        let applying = Applying {
            waited: false,
            run,
            command: "sync",
            options: &[],
            who: "replicas",
            pace: &pace,
            stop: &stop,
            progress: &progress,
            now: &now,
        };
        let mut role = self.role.clone();
        let losing = async {
            drop(role.wait_for(|role| !role.acts()).await);
            stop.ask();
            std::future::pending::<()>().await;
        };
        tokio::select! {
            // What cannot be remembered is not begun, and what cannot be recorded is settled by the next run.
            applied = task.apply(&applying, state, &mut observed, &plan) => drop(applied),
            () = losing => {}
        }
    }

    /// By the machine's own clock on the wall.
    fn now(&self) -> Stamp {
        Stamp(self.ground.now() + self.clocks.wrong_s.load(Ordering::Relaxed))
    }

    fn stores(&self, run: usize) -> Stores {
        let (ground, clocks) = (Arc::clone(&self.ground), Arc::clone(&self.clocks));
        let clock = move || {
            let now = ground.now() + clocks.wrong_s.load(Ordering::Relaxed);
            SystemTime::UNIX_EPOCH + Duration::from_secs(now.unsigned_abs())
        };
        let jitter = Jitter::seeded(run as u64);
        let options = Options { clock: http::Clock::Simulated(Arc::new(clock)), jitter, ..Options::default() };
        let client = Client::simulated(options, Arc::new(Wire { ground: Arc::clone(&self.ground), run }));
        let base = || BaseUrl::parse(URL).expect("loopback");
        let esc = EscLogin::token(&SecretValue::from("pul-simulated"), "the token in PULUMI_ACCESS_TOKEN");
        let github = GithubLogin::token(&SecretValue::from("ghp_simulated"), "the token in GITHUB_TOKEN");
        Stores::new(
            esc.map(|login| EscStore::new(&client, base(), login)),
            github.map(|login| GithubStore::new(&client, base(), login)),
            Ok(None),
        )
    }
}

fn identity() -> Identity {
    Identity { esc: URL.to_owned(), github: URL.to_owned() }
}
