//! The run under way: who it is, and until when it may go on.
//!
//! A run is first asked to end, so that what is in flight is settled, and only then killed (failure case C3).

use std::time::Duration;

use tokio::time::Instant;

use super::{
    super::{
        account::Account,
        order::{RunKind, WriteBudget},
    },
    RunFault, Runs,
    lane::Lane,
    timetable::Moment,
};

pub(super) struct UnderWay {
    pub(super) kind: RunKind,
    pub(super) run: String,
    pub(super) began: Moment,
    /// What it was allowed to write.
    pub(super) writes: WriteBudget,
    pub(super) lane: Lane<Result<Account, RunFault>>,
    /// When it is asked to end.
    pub(super) limit: Instant,
    ending: Option<Ending>,
}

struct Ending {
    why: Why,
    /// When it is killed.
    by: Instant,
}

/// Why a run is asked to end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Why {
    /// It takes too long.
    Limit,
    /// Another replica acts now.
    NotOurs,
    /// The daemon ends.
    Stop,
}

impl Why {
    fn patience(self) -> Duration {
        match self {
            Self::Limit | Self::NotOurs => Duration::from_secs(15),
            Self::Stop => Duration::from_secs(10),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Limit => "it took longer than --run-limit and was killed, since it did not end when it was asked to",
            Self::NotOurs => "another replica acts now, and it was killed, since it did not end when it was asked to",
            Self::Stop => "the daemon was stopped, and it was killed, since it did not end when it was asked to",
        }
    }
}

impl UnderWay {
    pub(super) fn new(kind: RunKind, run: String, began: Moment, writes: WriteBudget, limit: Duration) -> Self {
        Self { kind, run, began, writes, lane: Lane::default(), limit: began.steady + limit, ending: None }
    }

    /// Asks it to end. Who was asked before is not given more time.
    pub(super) fn end(&mut self, why: Why, runs: &dyn Runs, now: Instant) {
        let by = now + why.patience();
        match &mut self.ending {
            Some(ending) => ending.by = ending.by.min(by),
            None => self.ending = Some(Ending { why, by }),
        }
        runs.stop();
    }

    /// When something has to be done about it, unless it ends before.
    pub(super) fn wake(&self) -> Instant {
        self.ending.as_ref().map_or(self.limit, |ending| ending.by)
    }

    /// Asks it to end if its time is up, and says why it is to be killed if that did not help.
    pub(super) fn overdue(&mut self, runs: &dyn Runs, now: Instant) -> Option<RunFault> {
        match &self.ending {
            None if now >= self.limit => self.end(Why::Limit, runs, now),
            Some(ending) if now >= ending.by => {
                let help = "what it was about to write is settled by the next sync".to_owned();
                return Some(RunFault { what: ending.why.words().to_owned(), help });
            }
            None | Some(_) => {}
        }
        None
    }
}
