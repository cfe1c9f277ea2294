//! The points a store counts within a minute, kept below what it allows.
//!
//! GitHub: 900 points a minute, a read is one point, a write five (docs, rate limits for the REST API, "calculating
//! points for the secondary rate limit", read 2026-11). A run of its own stays below that by the number of its
//! requests; workers that share the limit each keep to their part of it, counted over any minute, not from its start.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use reqwest::Method;
use tokio::time::Instant;

/// So many points within any minute.
#[derive(Debug)]
pub struct Quota {
    most: u32,
    /// When each request of the last minute began, and what it counts.
    spent: Mutex<VecDeque<(Instant, u32)>>,
}

const MINUTE: Duration = Duration::from_secs(60);

impl Quota {
    /// What a request counts that changes nothing.
    pub const READ: u32 = 1;
    /// What any other counts.
    pub const WRITE: u32 = 5;

    pub fn new(most: u32) -> Self {
        // With less than one write a minute nothing would ever be sent.
        Self { most: most.max(Self::WRITE), spent: Mutex::default() }
    }

    pub(super) async fn pass(&self, method: &Method) {
        let points = if matches!(*method, Method::GET | Method::HEAD) { Self::READ } else { Self::WRITE };
        while let Some(until) = self.permit(points, Instant::now()) {
            tokio::time::sleep_until(until).await;
        }
    }

    /// `None`: go, it is counted. `Some`: ask again then.
    pub fn permit(&self, points: u32, now: Instant) -> Option<Instant> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        while spent.front().is_some_and(|(begun, _)| now.saturating_duration_since(*begun) >= MINUTE) {
            spent.pop_front();
        }
        let total: u32 = spent.iter().map(|(_, points)| points).sum();
        let mut over = (total + points).saturating_sub(self.most);
        if over == 0 {
            spent.push_back((now, points));
            return None;
        }
        let enough = spent.iter().find(|(_, points)| {
            over = over.saturating_sub(*points);
            over == 0
        });
        enough.map(|(begun, _)| *begun + MINUTE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_minute_holds_no_more_than_its_points() {
        let (quota, start) = (Quota::new(20), Instant::now());
        let (mut now, mut went) = (start, Vec::new());
        for request in 0_u32..200 {
            let points = if request % 3 == 0 { Quota::WRITE } else { Quota::READ };
            while let Some(until) = quota.permit(points, now) {
                assert!(until > now);
                now = until;
            }
            went.push((now, points));
            now += Duration::from_millis(700);
        }
        for (first, _) in &went {
            let within = went.iter().filter(|(at, _)| at >= first && *at < *first + MINUTE);
            assert!(within.map(|(_, points)| points).sum::<u32>() <= 20);
        }
        let whole = went.iter().map(|(_, points)| points).sum::<u32>();
        assert!(now - start <= MINUTE * (whole / 15), "{:?} for {whole} points", now - start);
    }
}
