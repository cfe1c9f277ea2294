//! How fast is written: the budget that all writes of the process share.
//!
//! GitHub's secondary limits are not told in advance (docs, rate limits for the REST API):
//! at most 100 requests at once; 900 points a minute to one endpoint, of which a write takes
//! 5; "content" at most 80 a minute and 500 an hour, in general; a second between writes is
//! asked for. About 200 secrets in a row are known to pass (secrets-sync-action issue 11).
//! Hence a burst of 180, then a write a second, and an end at 500 an hour. The decision is
//! pure; only `pass` waits.

use std::{
    collections::VecDeque,
    num::NonZeroU32,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};

/// The measures of a pace.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PaceOptions {
    /// Writes that are under way at once.
    pub in_flight: usize,
    /// Writes that may follow each other without a wait; they come back one by one with time.
    pub burst: u32,
    /// Between two writes once the burst is used up.
    pub interval: Duration,
    /// Within any hour.
    pub hourly: usize,
    /// How long after its first write a run may wait for the writes of another hour.
    pub patience: Duration,
}

/// The write budget of the process.
#[derive(Debug)]
pub struct Pace {
    options: PaceOptions,
    slots: Semaphore,
    spent: Mutex<Spent>,
}

/// Whether a write may start.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Permit {
    Go,
    WaitUntil(Instant),
    /// The hour's writes are used up; the first comes back then.
    NotThisHour(Instant),
}

/// The right to one write; it ends with the write.
#[derive(Debug)]
pub struct Passage<'a>(#[expect(dead_code, reason = "held, not read")] SemaphorePermit<'a>);

/// No write more within this hour.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HourSpent {
    pub until: Instant,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Spent {
    /// The writes of the last hour.
    starts: VecDeque<Instant>,
    /// When the whole burst will be there again.
    whole_at: Option<Instant>,
    /// When the first write was asked for.
    begun: Option<Instant>,
}

/// An hour and a minute: GitHub counts when writes arrive, and one that had its permit may be held back for most of a
/// minute by the limit on points.
pub(super) const HOUR: Duration = Duration::from_secs(3_660);

impl Default for PaceOptions {
    fn default() -> Self {
        Self { in_flight: 64, burst: 180, interval: Duration::from_secs(1), hourly: 500, patience: Duration::ZERO }
    }
}

impl PaceOptions {
    /// What is one worker's where `of` share the limits: what GitHub counts, it counts for all of them together.
    #[must_use]
    pub fn shared_by(self, of: NonZeroU32) -> Self {
        let workers = of.get() as usize;
        Self {
            in_flight: (self.in_flight / workers).max(1),
            burst: (self.burst / of).max(1),
            interval: self.interval * of.get(),
            // A cap of nothing is meant as it is.
            hourly: (self.hourly / workers).max(self.hourly.min(1)),
            patience: self.patience,
        }
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::new(PaceOptions::default())
    }
}

impl Pace {
    pub fn new(options: PaceOptions) -> Self {
        Self { slots: Semaphore::new(options.in_flight.max(1)), spent: Mutex::default(), options }
    }

    pub fn options(&self) -> &PaceOptions {
        &self.options
    }

    /// Decides about one write at `now`, and takes it into account if it may go.
    pub fn permit(&self, now: Instant) -> Permit {
        self.spent().permit(&self.options, now)
    }

    /// Waits for the right to one write.
    pub async fn pass(&self) -> Result<Passage<'_>, HourSpent> {
        let slot = self.slots.acquire().await.expect("the semaphore is never closed");
        loop {
            let permit = self.permit(Instant::now());
            match permit {
                Permit::Go => return Ok(Passage(slot)),
                Permit::WaitUntil(moment) => tokio::time::sleep_until(moment).await,
                Permit::NotThisHour(until) if self.spent().is_patient(&self.options, until) => {
                    tokio::time::sleep_until(until).await;
                }
                Permit::NotThisHour(until) => return Err(HourSpent { until }),
            }
        }
    }

    /// Waits until a write may begin, or none will in this run; nobody's turn is taken.
    pub async fn open(&self) {
        loop {
            let now = Instant::now();
            let (permit, patient) = {
                let mut played = self.played();
                (played.permit(&self.options, now), played)
            };
            match permit {
                Permit::WaitUntil(moment) => tokio::time::sleep_until(moment).await,
                Permit::NotThisHour(until) if patient.is_patient(&self.options, until) => {
                    tokio::time::sleep_until(until).await;
                }
                Permit::Go | Permit::NotThisHour(_) => return,
            }
        }
    }

    /// How many of so many writes begin within such a time from now.
    pub fn within(&self, time: Duration, writes: usize) -> usize {
        let (mut played, mut now) = (self.played(), Instant::now());
        let end = now + time;
        (0..writes)
            .take_while(|_| {
                loop {
                    match played.permit(&self.options, now) {
                        Permit::Go => return true,
                        Permit::WaitUntil(moment) if moment <= end => now = moment,
                        Permit::WaitUntil(_) | Permit::NotThisHour(_) => return false,
                    }
                }
            })
            .count()
    }

    /// What was spent so far, to play on with.
    pub(super) fn played(&self) -> Spent {
        self.spent().clone()
    }

    fn spent(&self) -> MutexGuard<'_, Spent> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many writes may start at once now, without a wait.
    pub fn free(&self, now: Instant) -> usize {
        let spent = self.spent();
        let owed = spent.whole_at.map_or(Duration::ZERO, |whole| whole.saturating_duration_since(now));
        let Some(interval) = self.options.interval.as_nanos().try_into().ok().filter(|nanos: &u64| *nanos > 0) else {
            return usize::MAX;
        };
        let used = owed.as_nanos().div_ceil(u128::from(interval));
        (self.options.burst as usize).saturating_sub(usize::try_from(used).unwrap_or(usize::MAX))
    }
}

impl Spent {
    pub(super) fn permit(&mut self, options: &PaceOptions, now: Instant) -> Permit {
        self.begun.get_or_insert(now);
        while self.starts.front().is_some_and(|first| now.saturating_duration_since(*first) >= HOUR) {
            self.starts.pop_front();
        }
        if self.starts.len() >= options.hourly {
            let until = self.starts.front().map_or(now, |first| *first) + HOUR;
            return Permit::NotThisHour(until);
        }
        let whole_at = self.whole_at.map_or(now, |whole| whole.max(now));
        let reach = options.interval * options.burst.saturating_sub(1);
        if whole_at > now + reach {
            return Permit::WaitUntil(whole_at - reach);
        }
        self.whole_at = Some(whole_at + options.interval);
        self.starts.push_back(now);
        Permit::Go
    }

    /// Whether a run waits that long. Where nothing may be written at all no hour brings more.
    pub(super) fn is_patient(&self, options: &PaceOptions, until: Instant) -> bool {
        let waited = self.begun.map_or(Duration::ZERO, |begun| until.saturating_duration_since(begun));
        options.hourly > 0 && waited <= options.patience
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn pace(burst: u32, hourly: usize) -> Pace {
        Pace::new(PaceOptions { in_flight: 2, burst, interval: SECOND, hourly, ..PaceOptions::default() })
    }

    #[test]
    fn i11_a_burst_then_one_at_a_time() {
        let (pace, now) = (pace(3, 100), Instant::now());
        assert_eq!(pace.free(now), 3);
        assert!((0..3).all(|_| pace.permit(now) == Permit::Go));
        assert_eq!((pace.permit(now), pace.free(now)), (Permit::WaitUntil(now + SECOND), 0));
        assert_eq!(pace.permit(now + SECOND), Permit::Go);
        assert_eq!(pace.permit(now + SECOND), Permit::WaitUntil(now + 2 * SECOND));
        // What was not used comes back, and never more than the burst.
        let later = now + 100 * SECOND;
        assert!((0..3).all(|_| pace.permit(later) == Permit::Go));
        assert_eq!(pace.permit(later), Permit::WaitUntil(later + SECOND));
    }

    #[test]
    fn i11_an_hour_has_its_end_and_tells_when_it_goes_on() {
        let (pace, now) = (pace(10, 4), Instant::now());
        assert_eq!(pace.permit(now), Permit::Go);
        assert!((0..3).all(|_| pace.permit(now + SECOND) == Permit::Go));
        assert_eq!(pace.permit(now + 2 * SECOND), Permit::NotThisHour(now + HOUR));
        assert_eq!(pace.permit(now + HOUR), Permit::Go);
        assert_eq!(pace.permit(now + HOUR), Permit::NotThisHour(now + SECOND + HOUR));
    }

    #[test]
    fn i11_any_hour_holds_no_more_than_its_writes() {
        let (pace, start) = (Pace::default(), Instant::now());
        let (mut now, mut went) = (start, Vec::new());
        while now < start + 3 * HOUR {
            match pace.permit(now) {
                Permit::Go => went.push(now),
                Permit::WaitUntil(moment) | Permit::NotThisHour(moment) => {
                    assert!(moment > now);
                    now = moment;
                }
            }
        }
        assert!((1_500..=1_650).contains(&went.len()), "{}", went.len());
        assert!(went.iter().zip(went.iter().skip(500)).all(|(first, last)| *last - *first >= HOUR));
    }

    #[test]
    fn i11_workers_that_share_a_pace_are_together_no_faster_than_one() {
        let whole = PaceOptions::default();
        for of in 1..=64 {
            let share = whole.shared_by(NonZeroU32::new(of).expect("not zero"));
            let (workers, part) = (of as usize, share.interval.as_secs());
            assert!(share.burst * of <= whole.burst && share.hourly * workers <= whole.hourly, "{of}: {share:?}");
            assert!(share.in_flight * workers <= whole.in_flight && part == u64::from(of), "{of}: {share:?}");
        }
        let nothing = PaceOptions { hourly: 0, ..whole }.shared_by(NonZeroU32::MIN);
        assert_eq!(nothing.hourly, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_patient_run_goes_on_through_the_hours() {
        let options = PaceOptions { in_flight: 2, burst: 10, interval: SECOND, hourly: 4, patience: HOUR };
        let (pace, begun) = (Pace::new(options), Instant::now());
        for _ in 0..8 {
            pace.pass().await.expect("within its patience");
        }
        assert_eq!(begun.elapsed(), HOUR);
        pace.open().await;
        assert_eq!((begun.elapsed(), pace.pass().await.err()), (HOUR, Some(HourSpent { until: begun + 2 * HOUR })));
    }

    #[tokio::test]
    async fn i11_no_more_are_under_way_than_may_be() {
        let pace = pace(10, 10);
        let (first, _second) = (pace.pass().await.expect("goes"), pace.pass().await.expect("goes"));
        let mut third = Box::pin(pace.pass());
        let mut nobody = Context::from_waker(Waker::noop());
        assert!(third.as_mut().poll(&mut nobody).is_pending());
        drop(first);
        assert!(third.await.is_ok());
    }
}
