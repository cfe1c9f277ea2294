//! How long a run will take: the pace itself, played on from now without waiting.
//!
//! Pure: what is foretold and what is kept are one and the same decision, so they cannot differ by a formula. What
//! is not the pace's (answers, reads, the store's points) comes with `Traffic`. Pauses that a store will ask for are
//! not known beforehand and not foretold.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

use super::pace::{Pace, PaceOptions, Permit, Spent};
use crate::http::Quota;

/// What becomes of so many writes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Forecast {
    /// From now to the beginning of the last write that is made.
    pub duration: Duration,
    /// Writes that this run does not make: it would have to wait longer than it may.
    pub left: usize,
}

/// What a run asks beside its writes, and how fast it may.
#[derive(Clone, Copy, Debug)]
pub struct Traffic {
    /// Lists before the first write.
    pub before: usize,
    /// Lists after the last one.
    pub after: usize,
    /// From a request to its answer.
    pub latency: Duration,
    /// Requests under way at once.
    pub in_flight: usize,
    /// What the store counts within any minute; `None`: it is not counted.
    pub points_a_minute: Option<u32>,
}

/// A run that is played on, at some moment of it.
struct Played<'a> {
    traffic: &'a Traffic,
    quota: Option<Quota>,
    now: Instant,
}

impl Pace {
    /// What becomes of so many writes that begin now.
    pub fn forecast(&self, writes: usize) -> Forecast {
        let (mut played, begun) = (self.played(), Instant::now());
        let (mut now, mut made) = (begun, 0);
        while made < writes {
            let Some(moment) = played.begin(self.options(), now) else { break };
            (now, made) = (moment, made + 1);
        }
        Forecast { duration: now - begun, left: writes - made }
    }

    /// How long a whole run of so many writes takes, reads and answers included.
    pub fn foretold(&self, writes: usize, traffic: &Traffic) -> Duration {
        let begun = Instant::now();
        let mut run = Played { traffic, quota: traffic.points_a_minute.map(Quota::new), now: begun };
        let at_once = self.free(begun);
        run.read(traffic.before);
        run.write(writes, at_once, self.options(), self.played());
        run.read(traffic.after);
        run.now - begun
    }
}

impl Played<'_> {
    /// Lists, as many at once as may be.
    fn read(&mut self, lists: usize) {
        let mut under_way = VecDeque::new();
        let mut at = self.now;
        for _ in 0..lists {
            at = self.counted(Quota::READ, self.turn(&mut under_way, at));
            under_way.push_back(at + self.traffic.latency);
        }
        self.now = under_way.back().map_or(self.now, |last| *last);
    }

    /// Each reads its scope's key, and beyond the burst its list, before it is sent.
    fn write(&mut self, writes: usize, at_once: usize, options: &PaceOptions, mut spent: Spent) {
        let mut under_way = VecDeque::new();
        let mut at = self.now;
        for write in 0..writes {
            let mut turn = self.turn(&mut under_way, at);
            match spent.begin(options, turn) {
                Some(moment) => at = moment,
                None => break,
            }
            turn = self.counted(Quota::READ * if write < at_once { 1 } else { 2 }, at);
            let sent = self.counted(Quota::WRITE, turn + self.traffic.latency);
            under_way.push_back(sent + self.traffic.latency);
        }
        self.now = under_way.into_iter().max().unwrap_or(self.now);
    }

    /// When there is room among the requests that are under way.
    fn turn(&self, under_way: &mut VecDeque<Instant>, at: Instant) -> Instant {
        if under_way.len() < self.traffic.in_flight.max(1) {
            return at;
        }
        under_way.pop_front().map_or(at, |room| room.max(at))
    }

    fn counted(&self, points: u32, mut at: Instant) -> Instant {
        while let Some(until) = self.quota.as_ref().and_then(|quota| quota.permit(points, at)) {
            at = until;
        }
        at
    }
}

impl Spent {
    /// When a write that is asked for at `now` begins; `None`: not within the run's patience.
    fn begin(&mut self, options: &PaceOptions, mut now: Instant) -> Option<Instant> {
        loop {
            match self.permit(options, now) {
                Permit::Go => return Some(now),
                Permit::WaitUntil(moment) => now = moment,
                Permit::NotThisHour(until) if self.is_patient(options, until) => now = until,
                Permit::NotThisHour(_) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::apply::pace::HOUR;

    const SECOND: Duration = Duration::from_secs(1);
    const MINUTE: Duration = Duration::from_secs(60);

    fn pace(burst: u32, hourly: usize, patience: Duration) -> Pace {
        Pace::new(PaceOptions { burst, interval: SECOND, hourly, patience, ..PaceOptions::default() })
    }

    #[test]
    fn the_duration_is_known_beforehand() {
        let pace = pace(3, 10, Duration::ZERO);
        let told = |writes| pace.forecast(writes);
        assert_eq!(told(3), Forecast { duration: Duration::ZERO, left: 0 });
        assert_eq!(told(5), Forecast { duration: 2 * SECOND, left: 0 });
        assert_eq!(told(1_000), Forecast { duration: 7 * SECOND, left: 990 });
    }

    #[test]
    fn hours_that_are_waited_for_count() {
        let told = pace(3, 10, 24 * HOUR).forecast(25);
        assert_eq!(told, Forecast { duration: 2 * HOUR + 2 * SECOND, left: 0 });
        assert_eq!(pace(3, 0, 24 * HOUR).forecast(25), Forecast { duration: Duration::ZERO, left: 25 });
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_foretold_is_what_is_kept() {
        for writes in [1, 4, 30, 200] {
            let (pace, begun) = (pace(7, 50, 24 * HOUR), Instant::now());
            let told = pace.forecast(writes);
            for _ in 0..writes {
                pace.pass().await.expect("patient");
            }
            assert_eq!((told.duration, told.left), (begun.elapsed(), 0), "{writes}");
        }
    }

    #[test]
    fn reads_take_their_minutes_and_their_answers() {
        let latency = Duration::from_millis(100);
        let told = |before, writes, points_a_minute| {
            pace(3, 10, HOUR).foretold(writes, &Traffic { before, after: 0, latency, in_flight: 8, points_a_minute })
        };
        assert_eq!(
            (told(0, 0, None), told(16, 0, None), told(17, 0, None)),
            (Duration::ZERO, 2 * latency, 3 * latency)
        );
        assert_eq!(told(101, 0, Some(50)), 2 * MINUTE + latency);
        // A key, then the write, each with its answer; the fifth waits two seconds for the pace.
        assert_eq!((told(0, 3, None), told(0, 5, None)), (2 * latency, 2 * SECOND + 2 * latency));
    }
}
