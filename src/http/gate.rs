//! The pause all requests to one store keep together when it asks for one.
//!
//! While the gate is closed nothing is sent (failure case G1). The waits of a run
//! are budgeted as wall-clock time; what goes beyond ends at once and says when the
//! store can be asked again. The decisions are pure, only `pass` sleeps.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

use super::{Clock, HttpError};
use crate::model::Stamp;

/// How long a store wants to be left alone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Pause {
    For(Duration),
    /// It did not say: a minute at least, doubling each time.
    Unstated,
}

#[derive(Debug)]
pub(super) struct Gate {
    budget: Duration,
    unstated: Duration,
    /// The least time between the beginnings of two requests.
    interval: Duration,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    closed_until: Option<Instant>,
    /// The status that closed the gate.
    status: u16,
    charged_until: Option<Instant>,
    spent: Duration,
    unstated_in_a_row: u32,
    /// When the next request may begin.
    next_turn: Option<Instant>,
}

impl Gate {
    pub(super) fn new(budget: Duration, unstated: Duration, clock: Clock) -> Self {
        Self { budget, unstated, interval: Duration::ZERO, clock, state: Mutex::default() }
    }

    /// The same, with so much time between any two requests, and this as the first pause where none is stated.
    pub(super) fn paced(self, interval: Duration, unstated: Duration) -> Self {
        Self { interval, unstated, ..self }
    }

    /// Waits until the gate is open, or fails if the budget does not reach that far.
    pub(super) async fn pass(&self) -> Result<(), HttpError> {
        while let Some(until) = self.permit(Instant::now())? {
            tokio::time::sleep_until(until).await;
        }
        Ok(())
    }

    /// The same, and waits for a turn; whoever comes through begins a request.
    pub(super) async fn enter(&self) -> Result<(), HttpError> {
        loop {
            self.pass().await?;
            let Some(until) = self.take_turn(Instant::now()) else { return Ok(()) };
            tokio::time::sleep_until(until).await;
        }
    }

    /// `None`: it is yours. `Some`: ask again then, and look whether the gate is still open.
    fn take_turn(&self, now: Instant) -> Option<Instant> {
        let mut state = self.lock();
        if let Some(until) = state.next_turn.filter(|until| *until > now) {
            return Some(until);
        }
        state.next_turn = Some(now + self.interval);
        None
    }

    /// Closes the gate from `now` on; a later end already set stays.
    pub(super) fn close(&self, pause: Pause, status: u16, now: Instant) {
        let mut state = self.lock();
        let wait = match pause {
            Pause::For(wait) => wait,
            Pause::Unstated => {
                let doublings = state.unstated_in_a_row.min(10);
                state.unstated_in_a_row += 1;
                self.unstated * 2_u32.pow(doublings)
            }
        };
        let until = now + wait.min(Duration::from_secs(86_400));
        if state.closed_until.is_none_or(|earlier| earlier < until) {
            state.closed_until = Some(until);
            state.status = status;
        }
    }

    /// An ordinary answer ends the row of unstated pauses.
    pub(super) fn answered(&self) {
        self.lock().unstated_in_a_row = 0;
    }

    /// `None`: go. `Some`: wait until then; the wait is charged once, however many keep it.
    fn permit(&self, now: Instant) -> Result<Option<Instant>, HttpError> {
        let mut state = self.lock();
        let Some(until) = state.closed_until.filter(|until| *until > now) else { return Ok(None) };
        let from = state.charged_until.map_or(now, |charged| charged.max(now));
        let charge = until.saturating_duration_since(from);
        if state.spent + charge > self.budget {
            return Err(HttpError::Paused {
                status: state.status,
                returns_at: stamp(self.clock.now() + (until - now)),
            });
        }
        state.spent += charge;
        state.charged_until = Some(until);
        Ok(Some(until))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first whole second after `moment`.
fn stamp(moment: SystemTime) -> Stamp {
    let seconds = moment.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Stamp(i64::try_from(seconds).unwrap_or(i64::MAX).saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn g1_everybody_waits_for_the_same_moment_and_it_is_charged_once() {
        let gate = Gate::new(MINUTE, MINUTE, Clock::System);
        let now = Instant::now();
        assert!(matches!(gate.permit(now), Ok(None)));
        gate.close(Pause::For(MINUTE), 429, now);
        for _ in 0..100 {
            assert_eq!(gate.permit(now).expect("within the budget"), Some(now + MINUTE));
        }
        assert!(matches!(gate.permit(now + MINUTE), Ok(None)));
        gate.close(Pause::For(Duration::from_secs(1)), 429, now + MINUTE);
        assert!(matches!(gate.permit(now + MINUTE), Err(HttpError::Paused { status: 429, .. })));
    }

    #[test]
    fn g2_beyond_the_budget_nothing_is_waited_for() {
        let gate = Gate::new(MINUTE, MINUTE, Clock::System);
        let now = Instant::now();
        gate.close(Pause::For(61 * MINUTE), 403, now);
        assert!(matches!(gate.permit(now), Err(HttpError::Paused { status: 403, .. })));
        assert!(matches!(gate.permit(now + 61 * MINUTE), Ok(None)));
    }

    #[test]
    fn g3_unstated_pauses_double_until_given_up() {
        let gate = Gate::new(Duration::from_secs(200), MINUTE, Clock::System);
        let now = Instant::now();
        gate.close(Pause::Unstated, 403, now);
        assert_eq!(gate.permit(now).expect("60 s"), Some(now + MINUTE));
        let later = now + MINUTE;
        gate.close(Pause::Unstated, 403, later);
        assert_eq!(gate.permit(later).expect("120 s"), Some(later + 2 * MINUTE));
        let last = later + 2 * MINUTE;
        gate.close(Pause::Unstated, 403, last);
        assert!(gate.permit(last).is_err());
    }

    #[test]
    fn turns_are_an_interval_apart_and_one_at_a_time() {
        let (second, now) = (Duration::from_secs(1), Instant::now());
        let gate = Gate::new(MINUTE, MINUTE, Clock::System).paced(second, MINUTE);
        assert_eq!(gate.take_turn(now), None);
        assert_eq!(gate.take_turn(now), Some(now + second));
        assert_eq!(gate.take_turn(now + second), None);
        assert_eq!(gate.take_turn(now + second), Some(now + 2 * second));
        assert_eq!(gate.take_turn(now + 9 * second), None);
    }

    #[test]
    fn a_shorter_pause_does_not_open_a_closed_gate() {
        let gate = Gate::new(MINUTE, MINUTE, Clock::System);
        let now = Instant::now();
        gate.close(Pause::For(MINUTE), 429, now);
        gate.close(Pause::For(Duration::from_secs(1)), 429, now);
        assert_eq!(gate.permit(now).expect("within"), Some(now + MINUTE));
    }
}
