//! The loop: everything that is due is begun, then one event is waited for. It never waits for one thing alone.

use std::{future::pending, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};

use super::{
    super::{
        account::Account,
        alert,
        board::{Role, Shared},
        budget::Budget,
        kept::Kept,
        notify::{Manager, State},
        pulse::{BEAT, Pulse},
    },
    Keeper, KeeperOptions, Mappings, RunFault, Runs, Signal, Wall,
    letters::Letters,
    memory::{Done, Memory},
    timetable::{Moment, Timetable},
    under_way::UnderWay,
};
use crate::crypto;

/// A keeper at work.
pub(super) struct Course {
    pub(super) options: KeeperOptions,
    pub(super) board: Shared,
    pub(super) runs: Arc<dyn Runs>,
    pub(super) mappings: Arc<dyn Mappings>,
    pub(super) roles: watch::Receiver<Role>,
    pub(super) pulse: Pulse,
    pub(super) wall: Wall,
    pub(super) manager: Manager,
    pub(super) role: Role,
    pub(super) timetable: Timetable,
    pub(super) budget: Budget,
    pub(super) memory: Memory,
    pub(super) letters: Letters,
    /// What was considered to be said, and what of it was said (or given up). Only the latter is kept, so that whoever
    /// acts after us says the rest.
    pub(super) considered: alert::Memory,
    pub(super) told: alert::Memory,
    /// The text that is in force.
    pub(super) mapping: Option<String>,
    pub(super) under_way: Option<UnderWay>,
    pub(super) next_beat: Instant,
    /// When a standby looks next at what the leader knows.
    pub(super) next_glance: Instant,
    /// When it ends whatever is under way.
    pub(super) last_call: Option<Instant>,
    pub(super) signals_open: bool,
    pub(super) roles_open: bool,
}

/// What can happen.
pub(super) enum Event {
    Told(Option<Signal>),
    RoleChanged(bool),
    RunEnded(Result<Account, RunFault>),
    Delivered(Result<Account, RunFault>),
    Remembered(Done),
    /// Something is due.
    Woken,
}

impl Course {
    pub(super) fn new(keeper: Keeper) -> Self {
        let Keeper { options, board, runs, mappings, state, role: roles, pulse, wall, manager } = keeper;
        let now = Instant::now();
        Self {
            timetable: Timetable::new(&options, somewhere),
            budget: Budget::new(options.writes, options.write_interval).among(options.workers),
            memory: Memory::new(state),
            letters: Letters::default(),
            considered: alert::Memory::default(),
            told: alert::Memory::default(),
            mapping: None,
            under_way: None,
            role: Role::Undecided,
            next_beat: now,
            next_glance: now,
            last_call: None,
            signals_open: true,
            roles_open: true,
            options,
            board,
            runs,
            mappings,
            roles,
            pulse,
            wall,
            manager,
        }
    }

    pub(super) async fn run(mut self, mut signals: mpsc::Receiver<Signal>) {
        self.open();
        loop {
            self.proceed();
            if self.is_over() {
                return;
            }
            match self.event(&mut signals).await {
                // The second wish to end is granted at once; what is under way is killed by being dropped.
                Event::Told(Some(Signal::Stop)) if self.last_call.is_some() => return,
                event => self.take(event),
            }
        }
    }

    pub(super) fn now(&self) -> Moment {
        Moment { steady: Instant::now(), wall: (self.wall)() }
    }

    pub(super) fn acts(&self) -> bool {
        self.role.acts()
    }

    /// Begins, or ends, whatever is due.
    fn proceed(&mut self) {
        let now = self.now();
        self.pulse.beat();
        if now.steady >= self.next_beat {
            self.beat(now);
        }
        if let Some(fault) = self.under_way.as_mut().and_then(|run| run.overdue(&*self.runs, now.steady)) {
            self.run_ended(Err(fault));
        }
        if let Some(fault) = self.letters.overdue(now.steady) {
            self.delivered(Err(fault));
        }
        if !self.acts() && self.last_call.is_none() && now.steady >= self.next_glance {
            self.glance(now);
        }
        let (board, told) = (&self.board, &self.told);
        self.memory.begin(|| Kept::of(&board.read(), told.clone()), now.steady);
        if self.last_call.is_some() {
            return;
        }
        self.deliver(now);
        if self.may_begin()
            && let Some(kind) = self.timetable.due(now)
        {
            self.begin(kind, now);
        }
    }

    /// A run begins only where this replica acts, alone, and knows what the one before it knew.
    fn may_begin(&self) -> bool {
        self.acts() && self.under_way.is_none() && self.last_call.is_none() && !self.memory.is_loading()
    }

    fn beat(&mut self, now: Moment) {
        self.manager.tell(&[State::Watchdog]);
        let scheduled = self.timetable.scheduled(now);
        self.board.update(|board| board.schedule = scheduled);
        self.consider(now);
        self.next_beat = now.steady + self.manager.watchdog_beat().map_or(BEAT, |beat| beat.min(BEAT));
    }

    fn is_over(&self) -> bool {
        let Some(last_call) = self.last_call else { return false };
        let has_settled = self.under_way.is_none() && self.letters.lane.is_free() && self.memory.is_idle();
        has_settled || Instant::now() >= last_call
    }

    /// When something is due next.
    fn wake(&self) -> Instant {
        let now = self.now();
        let run = self.under_way.as_ref().map(UnderWay::wake);
        let due = self.timetable.wait(now).filter(|_| self.may_begin()).map(|wait| now.steady + wait);
        let glance = (!self.acts() && self.last_call.is_none()).then_some(self.next_glance);
        let letters = self.letters.wake(now.steady).filter(|_| self.last_call.is_none());
        let others = [run, due, glance, letters, self.memory.wake(now.steady), self.last_call];
        others.into_iter().flatten().fold(self.next_beat, Instant::min)
    }

    async fn event(&mut self, signals: &mut mpsc::Receiver<Signal>) -> Event {
        let wake = self.wake();
        let Self { under_way, letters, memory, roles, signals_open, roles_open, .. } = self;
        let run = async {
            match under_way {
                Some(run) => run.lane.end().await,
                None => pending().await,
            }
        };
        tokio::select! {
            biased;
            signal = signals.recv(), if *signals_open => Event::Told(signal),
            changed = roles.changed(), if *roles_open => Event::RoleChanged(changed.is_ok()),
            end = run => Event::RunEnded(end),
            end = letters.lane.end() => Event::Delivered(end),
            done = memory.lane.end() => Event::Remembered(done),
            () = sleep_until(wake) => Event::Woken,
        }
    }
}

/// Somewhere from 0 to 1, so that many daemons that were started together do not ask together.
fn somewhere() -> f64 {
    let number = crypto::random_bytes(4).iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    f64::from(number) / f64::from(u32::MAX)
}

/// How long an orderly end may take in all: what is under way has ten seconds of it, the rest is for the last words to
/// the state.
pub(super) const LAST_CALL: Duration = Duration::from_secs(15);
