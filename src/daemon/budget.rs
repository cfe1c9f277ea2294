//! How much the next run may write: one budget for all runs of the daemon. Pure.
//!
//! A run keeps the pace by itself while it lives (`engine/apply/pace.rs`); what it leaves behind for the next one is
//! counted here, by the same measures. Where it is not known when a write was made, it counts as late as it can have
//! been, so that the budget is rather too small.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

use super::order::WriteBudget;

/// The writes of the last hour, and what they leave.
#[derive(Debug)]
pub struct Budget {
    whole: WriteBudget,
    /// Those who share it: each is taken to write as much as we do.
    workers: u32,
    /// Between two writes once the burst is used up; also the time after which one write of the burst comes back.
    interval: Duration,
    spent: VecDeque<(Instant, u32)>,
    /// When the whole burst is there again.
    whole_at: Option<Instant>,
}

const HOUR: Duration = Duration::from_secs(3_600);

impl Budget {
    pub fn new(whole: WriteBudget, interval: Duration) -> Self {
        Self { whole, workers: 1, interval, spent: VecDeque::new(), whole_at: None }
    }

    /// The same for one of several workers, each of whose runs takes its share of what is left.
    pub fn among(self, workers: u32) -> Self {
        Self { workers, ..self }
    }

    /// What a run that begins now may write.
    pub fn left(&self, now: Instant) -> WriteBudget {
        let within = self.spent.iter().filter(|(at, _)| now.saturating_duration_since(*at) < HOUR);
        let spent = within.fold(0_u32, |sum, (_, writes)| sum.saturating_add(*writes));
        let cap = self.whole.cap.saturating_sub(spent);
        WriteBudget { burst: self.whole.burst.saturating_sub(self.owed(now)).min(cap), cap }
    }

    /// Takes into account what a run wrote that ended at `at`.
    pub fn spend(&mut self, writes: u32, at: Instant) {
        let writes = writes.saturating_mul(self.workers);
        self.spent.retain(|(earlier, _)| at.saturating_duration_since(*earlier) < HOUR);
        if writes == 0 {
            return;
        }
        self.spent.push_back((at, writes));
        let from = self.whole_at.map_or(at, |whole| whole.max(at));
        // More than the burst is never owed: a longer run waited for the rest by itself.
        let most = at + self.interval.saturating_mul(self.whole.burst);
        self.whole_at = Some((from + self.interval.saturating_mul(writes)).min(most.max(from)));
    }

    /// Writes of the burst that did not come back yet.
    fn owed(&self, now: Instant) -> u32 {
        let open = self.whole_at.map_or(Duration::ZERO, |whole| whole.saturating_duration_since(now));
        let interval = self.interval.as_nanos().max(1);
        u32::try_from(open.as_nanos().div_ceil(interval)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn what_one_of_several_workers_wrote_the_others_wrote_as_well() {
        let (mut budget, now) = (budget().among(8), Instant::now());
        budget.spend(22, now);
        assert_eq!(budget.left(now), WriteBudget { burst: 4, cap: 324 });
    }

    fn budget() -> Budget {
        Budget::new(WriteBudget { burst: 180, cap: 500 }, SECOND)
    }

    #[test]
    fn i11_a_burst_comes_back_with_time_and_the_hour_with_the_hour() {
        let (mut budget, now) = (budget(), Instant::now());
        assert_eq!(budget.left(now), WriteBudget { burst: 180, cap: 500 });
        budget.spend(100, now);
        assert_eq!(budget.left(now), WriteBudget { burst: 80, cap: 400 });
        assert_eq!(budget.left(now + 40 * SECOND), WriteBudget { burst: 120, cap: 400 });
        assert_eq!(budget.left(now + HOUR), WriteBudget { burst: 180, cap: 500 });
    }

    #[test]
    fn i11_a_long_run_leaves_no_burst_and_runs_together_no_more_than_an_hour_holds() {
        let (mut budget, now) = (budget(), Instant::now());
        budget.spend(400, now);
        assert_eq!(budget.left(now), WriteBudget { burst: 0, cap: 100 });
        assert_eq!(budget.left(now + 180 * SECOND), WriteBudget { burst: 100, cap: 100 });
        budget.spend(100, now + 200 * SECOND);
        assert_eq!(budget.left(now + 1_000 * SECOND), WriteBudget { burst: 0, cap: 0 });
        assert_eq!(budget.left(now + HOUR), WriteBudget { burst: 180, cap: 400 });
    }

    /// As the pace of one process has it: the sum of what runs were given and used is no more in any hour.
    #[test]
    fn i11_whatever_runs_use_of_what_they_are_given_no_hour_holds_more() {
        let (mut budget, start) = (budget(), Instant::now());
        let mut used: Vec<(u64, u32)> = Vec::new();
        for minute in 0..600_u64 {
            let now = start + Duration::from_mins(minute);
            let given = budget.left(now);
            assert!(given.burst <= given.cap);
            // Some runs write nothing, some their burst, some all they may within the hour.
            let writes = [0, given.burst, given.cap.min(60)][usize::try_from(minute * 7 % 3).expect("small")];
            budget.spend(writes, now);
            used.push((minute, writes));
            let hour: u32 = used.iter().filter(|(at, _)| *at + 60 > minute).map(|(_, writes)| writes).sum();
            assert!(hour <= 500, "{hour} in the hour before minute {minute}");
        }
        assert!(used.iter().map(|(_, writes)| writes).sum::<u32>() > 3_000, "it does let runs write");
    }
}
