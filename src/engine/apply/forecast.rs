//! How long a run will take: the pace itself, played on from now without waiting.
//!
//! Pure: what is foretold and what is kept are one and the same decision, so they cannot differ by a formula. What
//! is not the pace's (answers, reads, pauses a store asks for) is told by `Traffic`.

use std::time::Duration;

use tokio::time::Instant;

use super::pace::{Pace, Permit};

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
    /// Reads within any minute; `None`: as many as are asked.
    pub a_minute: Option<usize>,
}

const MINUTE: Duration = Duration::from_secs(60);

impl Pace {
    /// What becomes of so many writes that begin now.
    pub fn forecast(&self, writes: usize) -> Forecast {
        let (mut played, begun) = (self.played(), Instant::now());
        let (mut now, mut made) = (begun, 0);
        while made < writes {
            match played.permit(self.options(), now) {
                Permit::Go => made += 1,
                Permit::WaitUntil(moment) => now = moment,
                Permit::NotThisHour(until) if played.is_patient(self.options(), until) => now = until,
                Permit::NotThisHour(_) => break,
            }
        }
        Forecast { duration: now - begun, left: writes - made }
    }

    /// How long a whole run of so many writes takes, reads and answers included.
    pub fn foretold(&self, writes: usize, traffic: &Traffic) -> Duration {
        // Before a write the scope's key is read, or its list; both are on the way while others wait their turn.
        let answers = if writes == 0 { Duration::ZERO } else { 2 * traffic.latency };
        traffic.reading(traffic.before) + self.forecast(writes).duration + answers + traffic.reading(traffic.after)
    }
}

impl Traffic {
    fn reading(&self, reads: usize) -> Duration {
        let rounds = u32::try_from(reads.div_ceil(self.in_flight.max(1))).unwrap_or(u32::MAX);
        let minutes = self.a_minute.map_or(0, |most| reads.saturating_sub(1) / most.max(1));
        let paused = MINUTE * u32::try_from(minutes).unwrap_or(u32::MAX);
        paused.max(self.latency * rounds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::apply::PaceOptions;

    const SECOND: Duration = Duration::from_secs(1);
    const HOUR: Duration = Duration::from_secs(3_600);

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
        let course = |before, a_minute| Traffic { before, after: 0, latency, in_flight: 8, a_minute };
        let told = |before, a_minute| pace(3, 10, HOUR).foretold(0, &course(before, a_minute));
        assert_eq!(told(16, None), 2 * latency);
        assert_eq!(told(100, Some(50)), MINUTE.max(13 * latency));
    }
}
