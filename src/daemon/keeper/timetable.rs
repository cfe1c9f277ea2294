//! What is due, and when something is: pure but for the jitter, which is handed in.
//!
//! Intervals are a grid on the steady clock: a point that passes while another run is under way is skipped, so that a
//! long run, a suspended machine or a jump of the wall clock is followed by one run and not by a storm (failure case
//! C8). Cron expressions name moments of the wall clock; after it was put back they are looked up anew.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    super::{board::Scheduled, order::RunKind, schedule::Schedule},
    KeeperOptions,
};

/// One moment by both clocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) steady: Instant,
    pub(super) wall: i64,
}

pub(super) struct Timetable {
    slots: [Slot; 3],
    /// A check that somebody asked for, whatever the schedule says.
    asked: bool,
    /// The wall clock when it was last looked at.
    seen: i64,
    spread: Spread,
}

/// Where in its spread a run begins: from 0 to 1.
pub(super) type Spread = fn() -> f64;

struct Slot {
    kind: RunKind,
    schedule: Schedule,
    jitter: Option<Duration>,
    due: Due,
    /// How much later than its point the next run begins.
    delay: Duration,
}

#[derive(Clone, Copy, Debug)]
enum Due {
    Never,
    /// Once the first check ended.
    AfterTheFirstCheck,
    Steady(Instant),
    Wall(i64),
}

/// The wall clock is corrected by seconds all the time; only what is more than this is a clock that was put back.
const PUT_BACK_S: i64 = 60;

impl Timetable {
    /// Nothing is due before `begin`.
    pub(super) fn new(options: &KeeperOptions, spread: Spread) -> Self {
        let slot = |kind, schedule: &Schedule| {
            let (schedule, jitter) = (schedule.clone(), options.jitter);
            Slot { kind, schedule, jitter, due: Due::Never, delay: Duration::ZERO }
        };
        let slots = [
            slot(RunKind::Check, &options.check),
            slot(RunKind::Live, &options.live),
            slot(RunKind::Sync, &options.sync),
        ];
        Self { slots, asked: false, seen: i64::MIN, spread }
    }

    /// From now on this replica acts: a check at once, then the services are asked, then the first sync. A sync by a
    /// cron expression waits for its time.
    pub(super) fn begin(&mut self, now: Moment) {
        let spread = self.spread;
        let is_checked = !self.slots[0].schedule.is_never();
        for slot in &mut self.slots {
            slot.delay = Duration::ZERO;
            slot.due = match (&slot.schedule, slot.kind) {
                (Schedule::Never, _) => Due::Never,
                (Schedule::Cron(_), RunKind::Sync) => slot.named_after(now.wall),
                (_, RunKind::Check) => Due::Steady(now.steady),
                _ if is_checked => Due::AfterTheFirstCheck,
                _ => Due::Steady(now.steady),
            };
            if slot.kind == RunKind::Sync {
                slot.delay = slot.some_delay(now, spread);
            }
        }
        self.seen = now.wall;
    }

    /// This replica acts no more.
    pub(super) fn end(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.due = Due::Never);
        self.asked = false;
    }

    /// Asks for a check beside the schedule.
    pub(super) fn ask(&mut self) {
        self.asked = true;
    }

    /// The run to begin now. A live check and a sync are a check as well, so a check gives way to them; of those two
    /// the one that waited longer comes first.
    pub(super) fn due(&mut self, now: Moment) -> Option<RunKind> {
        self.look_at_the_clock(now);
        if self.asked {
            return Some(RunKind::Check);
        }
        let [check, rest @ ..] = &self.slots;
        let waiting = |slot: &&Slot| slot.wait(now).is_some_and(|wait| wait.is_zero());
        // Of equals the last is taken, so that the services are asked first.
        rest.iter()
            .rev()
            .filter(waiting)
            .max_by_key(|slot| slot.late(now))
            .or(Some(check).filter(waiting))
            .map(|slot| slot.kind)
    }

    /// How long nothing is due.
    pub(super) fn wait(&self, now: Moment) -> Option<Duration> {
        if self.asked {
            return Some(Duration::ZERO);
        }
        self.slots.iter().filter_map(|slot| slot.wait(now)).min()
    }

    pub(super) fn began(&mut self, kind: RunKind) {
        self.asked &= kind != RunKind::Check;
    }

    /// A run ended; `looked`: it looked at everything. Returns how many runs of its kind were due meanwhile and are
    /// skipped.
    pub(super) fn ended(&mut self, kind: RunKind, looked: bool, now: Moment) -> u64 {
        self.look_at_the_clock(now);
        let spread = self.spread;
        let mut skipped = 0;
        for slot in &mut self.slots {
            if slot.kind == kind {
                skipped = slot.advance(now, spread);
            } else if slot.kind == RunKind::Check && looked && !matches!(slot.due, Due::Never) {
                slot.put_off(now, spread);
            } else if matches!(slot.due, Due::AfterTheFirstCheck) {
                slot.due = Due::Steady(now.steady);
            }
        }
        skipped
    }

    /// What is scheduled, for the board.
    pub(super) fn scheduled(&self, now: Moment) -> Vec<Scheduled> {
        let told = |slot: &Slot| {
            let period_s = slot.schedule.period(now.wall)?.as_secs().max(1);
            let next = slot.wait(now).map(|wait| now.wall.saturating_add_unsigned(wait.as_secs()));
            Some(Scheduled { kind: slot.kind, every: slot.schedule.to_string(), period_s, next })
        };
        self.slots.iter().filter_map(told).collect()
    }

    /// A cron expression's next time, looked up before the wall clock was put back, would be far away.
    fn look_at_the_clock(&mut self, now: Moment) {
        if now.wall < self.seen.saturating_sub(PUT_BACK_S) {
            for slot in self.slots.iter_mut().filter(|slot| matches!(slot.due, Due::Wall(_))) {
                slot.due = slot.named_after(now.wall);
            }
        }
        self.seen = now.wall;
    }
}

impl Slot {
    fn named_after(&self, wall: i64) -> Due {
        self.schedule.following(wall).map_or(Due::Never, Due::Wall)
    }

    fn some_delay(&self, now: Moment, spread: Spread) -> Duration {
        self.schedule.spread(self.jitter, now.wall).mul_f64(spread().clamp(0.0, 1.0))
    }

    /// `None`: no time is known.
    fn wait(&self, now: Moment) -> Option<Duration> {
        match self.due {
            Due::Never | Due::AfterTheFirstCheck => None,
            Due::Steady(point) => Some((point + self.delay).saturating_duration_since(now.steady)),
            Due::Wall(point) => {
                Some(Duration::from_secs(self.moment(point).saturating_sub(now.wall).try_into().unwrap_or(0)))
            }
        }
    }

    /// For how long it has been due.
    fn late(&self, now: Moment) -> Duration {
        match self.due {
            Due::Never | Due::AfterTheFirstCheck => Duration::ZERO,
            Due::Steady(point) => now.steady.saturating_duration_since(point + self.delay),
            Due::Wall(point) => {
                Duration::from_secs(now.wall.saturating_sub(self.moment(point)).try_into().unwrap_or(0))
            }
        }
    }

    fn moment(&self, point: i64) -> i64 {
        point.saturating_add_unsigned(self.delay.as_secs())
    }

    /// To the next point that is not there yet. Returns how many were passed over.
    fn advance(&mut self, now: Moment, spread: Spread) -> u64 {
        let due = self.due;
        self.delay = self.some_delay(now, spread);
        let (next, skipped) = match (due, &self.schedule) {
            (Due::Steady(point), Schedule::Every(period)) => on_the_grid(point, *period, now.steady),
            // Ahead of its time, it was asked for: its own time still comes.
            (Due::Wall(point), Schedule::Cron(_)) if point > now.wall => (due, 0),
            (Due::Wall(point), Schedule::Cron(_)) => {
                let is_passed = self.schedule.following(point).is_some_and(|next| next <= now.wall);
                (self.named_after(now.wall), u64::from(is_passed))
            }
            (Due::Steady(_), Schedule::Cron(_)) => (self.named_after(now.wall), 0),
            _ => (due, 0),
        };
        self.due = next;
        skipped
    }

    /// Another run did its work: the next one is a whole period away.
    fn put_off(&mut self, now: Moment, spread: Spread) {
        self.due = match &self.schedule {
            Schedule::Never => Due::Never,
            Schedule::Every(period) => Due::Steady(now.steady + *period),
            Schedule::Cron(_) => self.named_after(now.wall),
        };
        self.delay = self.some_delay(now, spread);
    }
}

/// The first point of the grid after `now`, and how many others lie between.
fn on_the_grid(point: Instant, period: Duration, now: Instant) -> (Due, u64) {
    if point > now {
        return (Due::Steady(now + period), 0);
    }
    let (gone, period_ns) = ((now - point).as_nanos(), period.as_nanos().max(1));
    let into = Duration::from_nanos(u64::try_from(gone % period_ns).unwrap_or(u64::MAX));
    (Due::Steady(now + period.saturating_sub(into)), u64::try_from(gone / period_ns).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
