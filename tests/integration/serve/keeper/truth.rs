//! What is true of health, written apart from the product: from what runs told and when, and nothing else.

use esc_sync::daemon::{Account, RunKind, account::Verdict};
use esc_sync::model::Status;

use super::script::Went;

/// The last of each that matters.
#[derive(Default)]
pub(super) struct Truth {
    look: Option<Account>,
    live: Option<Account>,
    sync: Option<Option<u8>>,
    taken: usize,
}

pub(super) const CHECK_S: i64 = 10;
pub(super) const LIVE_S: i64 = 60;

impl Truth {
    /// Takes in the runs that ended since it was last asked.
    pub(super) fn learn(&mut self, went: &[Went]) {
        for went in &went[self.taken..] {
            let told = went.told.as_ref();
            if let Some(account) = told.filter(|account| account.failure.is_none() && !account.entries.is_empty()) {
                self.look = Some(account.clone());
                if went.order.kind == RunKind::Live {
                    self.live = Some(account.clone());
                }
            }
            if went.order.kind == RunKind::Sync {
                self.sync = Some(told.filter(|account| account.failure.is_none()).map(|account| account.exit));
            }
        }
        self.taken = went.len();
    }

    pub(super) fn verdict(&self, now: i64) -> &'static str {
        let Some(look) = &self.look else {
            return if self.sync == Some(Some(4)) { "unhealthy" } else { "unknown" };
        };
        let rejected = |account: &Account| account.entries.iter().any(|entry| entry.status == Status::Rejected);
        let is_bad = look.verdict == Verdict::Fail
            || (look.kind != RunKind::Live && self.live.as_ref().is_some_and(rejected))
            || self.sync == Some(Some(4));
        if is_bad {
            return "unhealthy";
        }
        let is_old = |ended: i64, every: i64| now - ended > 2 * every + 60 || now - ended < -60;
        let is_unclear = look.verdict == Verdict::Unknown
            || is_old(look.ended, CHECK_S)
            || self.live.as_ref().is_none_or(|live| is_old(live.ended, LIVE_S))
            || self.sync.is_some_and(|exit| !matches!(exit, Some(0 | 1)));
        if is_unclear { "unknown" } else { "healthy" }
    }
}
