//! What becomes of each event: a signal, a change of role, and whatever ended.

use std::time::Duration;

use super::{
    super::{board::Role, notify::State},
    Signal,
    course::{Course, Event, LAST_CALL},
    timetable::Moment,
    under_way::Why,
};

/// How often a standby looks at what the leader knows.
const GLANCE: Duration = Duration::from_secs(10);

impl Course {
    /// The first moment.
    pub(super) fn open(&mut self) {
        let targets = self.options.alerts.targets;
        self.board.update(|board| board.deliveries.targets = targets);
        // Why it cannot be read is on the board; a run that needs it says so as well.
        let _ = self.read_mapping();
        self.role_changed();
        self.manager.tell(&[State::Ready]);
    }

    pub(super) fn take(&mut self, event: Event) {
        match event {
            Event::Told(None) => self.signals_open = false,
            Event::Told(Some(Signal::Stop)) => self.stop(),
            Event::Told(Some(Signal::Reload)) => self.reload(),
            Event::RoleChanged(is_open) => {
                self.roles_open = is_open;
                self.role_changed();
            }
            Event::RunEnded(end) => self.run_ended(end),
            Event::Delivered(end) => self.delivered(end),
            Event::Remembered(done) => self.remembered(done),
            Event::Woken => {}
        }
    }
}

/// Signals and roles.
impl Course {
    fn stop(&mut self) {
        let now = self.now();
        self.manager.tell(&[State::Stopping]);
        self.board.update(|board| board.stopping = true);
        self.timetable.end();
        if let Some(run) = &mut self.under_way {
            run.end(Why::Stop, &*self.runs, now.steady);
        }
        self.leave_letters();
        self.memory.close();
        if self.acts() {
            self.memory.want_keep();
        }
        self.last_call = Some(now.steady + LAST_CALL);
    }

    fn reload(&mut self) {
        self.manager.tell(&[State::Reloading]);
        let _ = self.read_mapping();
        if self.acts() && self.last_call.is_none() {
            self.timetable.ask();
        }
        self.manager.tell(&[State::Ready]);
    }

    fn role_changed(&mut self) {
        let role = self.roles.borrow_and_update().clone();
        if role == self.role {
            return;
        }
        tracing::info!(role = role.as_str(), "the role of this replica changed");
        let (acted, acts) = (self.acts(), role.acts());
        self.role = role.clone();
        self.board.update(|board| {
            board.counters.elections += u64::from(matches!(role, Role::Leader { .. } | Role::Standby { .. }));
            board.looked &= acted && acts;
            board.role = role;
        });
        match (acted, acts) {
            (false, true) if self.last_call.is_none() => self.begin_to_act(),
            (true, false) => self.cease_to_act(),
            _ => {}
        }
    }

    /// What the one before knew is read first.
    fn begin_to_act(&mut self) {
        let now = self.now();
        self.memory.want_load();
        self.timetable.begin(now);
        self.next_beat = now.steady;
    }

    fn cease_to_act(&mut self) {
        let now = self.now();
        self.timetable.end();
        if let Some(run) = &mut self.under_way {
            run.end(Why::NotOurs, &*self.runs, now.steady);
        }
        self.leave_letters();
        self.memory.forget();
        (self.next_glance, self.next_beat) = (now.steady, now.steady);
    }

    pub(super) fn glance(&mut self, now: Moment) {
        self.memory.want_load();
        self.next_glance = now.steady + GLANCE;
    }
}
