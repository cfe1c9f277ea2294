//! What the state answered: whether it can be written, and what it remembers.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use super::{
    super::{
        account::{Account, Said},
        board::{HISTORY, RunLine},
        kept::Kept,
        order::RunKind,
    },
    course::Course,
    memory::Done,
    timetable::Moment,
};

const HOUR_S: i64 = 3_600;

impl Course {
    pub(super) fn remembered(&mut self, done: Done) {
        let now = self.now();
        if let Some(said) = self.memory.ended(&done, now.steady) {
            match &said {
                Err(fault) => tracing::warn!(why = fault.what, "the state cannot be used"),
                Ok(()) if self.board.read().state.fault.is_some() => tracing::info!("the state can be used again"),
                Ok(()) => {}
            }
            self.board.update(|board| match said {
                Ok(()) => (board.state.proved, board.state.fault) = (Some(now.wall), None),
                Err(fault) => board.state.fault = Some(Said { what: fault.what, help: fault.help }),
            });
        }
        if let Done::Loaded(Ok(Some(kept))) = done {
            self.recall(kept, now);
        }
    }

    fn recall(&mut self, kept: Kept, now: Moment) {
        let Kept { look, live, sync, history, alerts } = kept;
        self.count_writes_of_others(&history, now);
        (self.considered, self.told) = (alerts.clone(), alerts);
        self.board.update(|board| {
            board.look = newer(look, board.look.take(), now.wall);
            board.live = newer(live, board.live.take(), now.wall);
            board.sync = newer(sync, board.sync.take(), now.wall);
            let own = std::mem::take(&mut board.history);
            board.history = joined(history, own);
        });
    }

    /// Writes of the last hour that another daemon made, or this one before it was started again.
    fn count_writes_of_others(&mut self, history: &VecDeque<RunLine>, now: Moment) {
        let board = self.board.read();
        let own: HashSet<_> = board.history.iter().map(|line| line.run.as_str()).collect();
        let is_recent = |line: &&RunLine| (0..HOUR_S).contains(&now.wall.saturating_sub(line.began));
        let syncs = history.iter().rev().filter(|line| line.kind == RunKind::Sync && !own.contains(line.run.as_str()));
        for line in syncs.filter(is_recent) {
            let ago = Duration::from_secs(now.wall.abs_diff(line.began));
            let writes = u32::try_from(line.written + line.unwritten).unwrap_or(u32::MAX);
            self.budget.spend(writes, now.steady.checked_sub(ago).unwrap_or(now.steady));
        }
    }
}

/// The newer of what was kept and of what is known here, which may not have been kept. What claims to be of the
/// future was told by a clock that went wrong.
fn newer(kept: Option<Arc<Account>>, own: Option<Arc<Account>>, now: i64) -> Option<Arc<Account>> {
    let age = |account: &Option<Arc<Account>>| {
        let ended = account.as_ref().map(|account| account.ended);
        ended.map(|ended| if ended > now.saturating_add(60) { i64::MIN } else { ended })
    };
    if age(&own) > age(&kept) { own } else { kept }
}

/// Both histories in one, newest first, each run once.
fn joined(kept: VecDeque<RunLine>, own: VecDeque<RunLine>) -> VecDeque<RunLine> {
    let known: HashSet<_> = kept.iter().map(|line| line.run.clone()).collect();
    let mut lines: Vec<_> = own.into_iter().filter(|line| !known.contains(&line.run)).chain(kept).collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.began));
    lines.truncate(HISTORY);
    lines.into()
}
