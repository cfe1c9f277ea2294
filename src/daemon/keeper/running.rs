//! A run from its beginning to the board: the mapping it goes by, what it may write, what it told.

use std::sync::Arc;

use super::{
    super::{
        account::{Account, Said, Verdict},
        board::{Board, MappingState, Running},
        health::health,
        notify::State,
        order::{Order, RunKind, WriteBudget},
    },
    RunFault,
    course::Course,
    posting,
    timetable::Moment,
    under_way::UnderWay,
};
use crate::{ledger::journal::run_id, model::Stamp};

impl Course {
    pub(super) fn begin(&mut self, kind: RunKind, now: Moment) {
        self.timetable.began(kind);
        let (run, writes) = (run_id(Stamp(now.wall)), self.budget.left(now.steady));
        let running = Running { kind, run: run.clone(), since: now.wall };
        self.board.update(|board| board.running = Some(running));
        let mut under_way = UnderWay::new(kind, run.clone(), now, writes, self.options.run_limit);
        match self.read_mapping() {
            Ok(mapping) => {
                let order = Order { kind, run, mapping, writes, message: None };
                let runs = Arc::clone(&self.runs);
                under_way.lane.begin(async move { runs.run(order).await });
            }
            Err(said) => {
                let fault = RunFault { what: said.what, help: said.help };
                under_way.lane.begin(std::future::ready(Err(fault)));
            }
        }
        self.under_way = Some(under_way);
    }

    pub(super) fn run_ended(&mut self, end: Result<Account, RunFault>) {
        let Some(under_way) = self.under_way.take() else { return };
        let (now, kind) = (self.now(), under_way.kind);
        let account = match end {
            // Which run it was is known better here than by whoever told.
            Ok(account) => Account { kind, run: under_way.run.clone(), ..account },
            Err(fault) => {
                let took = now.steady.saturating_duration_since(under_way.began.steady).as_millis();
                posting::account_of_fault(&under_way, now.wall, took.try_into().unwrap_or(u64::MAX), fault)
            }
        };
        self.spend(&account, under_way.writes, now);
        let skipped = self.timetable.ended(kind, account.is_look(), now);
        tell_of_run(&account);
        let (acts, scheduled) = (self.acts(), self.timetable.scheduled(now));
        self.board.update(|board| {
            posting::post(board, account, acts);
            board.schedule = scheduled;
            if skipped > 0 {
                *board.counters.skipped.entry(kind).or_default() += skipped;
            }
        });
        if acts {
            self.memory.want_keep();
        }
        self.consider(now);
        self.manager.tell(&[State::Status(&status(&self.board.read(), now.wall))]);
    }

    /// Of a sync that told nothing it is not known what it wrote: then its burst counts as used up.
    fn spend(&mut self, account: &Account, granted: WriteBudget, now: Moment) {
        let is_silent = account.kind == RunKind::Sync && account.failure.is_some() && account.outcomes.is_empty();
        let writes = if is_silent { granted.burst } else { posting::writes(account) };
        self.budget.spend(writes, now.steady);
    }

    /// The mapping that is in force now: as the file has it, or, where that cannot be used, as it had it last
    /// (failure case M13). Without either: why not.
    pub(super) fn read_mapping(&mut self) -> Result<String, Said> {
        match self.mappings.read() {
            Ok((text, state)) => {
                let is_new = self.mapping.as_ref().is_some_and(|mapping| *mapping != text);
                if is_new || self.mapping.is_none() || self.board.read().mapping.refused.is_some() {
                    tracing::info!(file = state.file, entries = state.entries, digest = state.digest, "mapping taken");
                }
                self.board.update(|board| {
                    let loaded = if is_new || board.mapping.loaded == 0 { state.loaded } else { board.mapping.loaded };
                    board.mapping = MappingState { refused: None, loaded, ..state };
                    board.counters.reloads += u64::from(is_new);
                });
                self.mapping = Some(text.clone());
                Ok(text)
            }
            Err(said) => {
                if self.board.read().mapping.refused.as_ref() != Some(&said) {
                    tracing::warn!(why = said.what, "the mapping as it is now is not taken");
                    self.board.update(|board| {
                        board.mapping.refused = Some(said.clone());
                        board.counters.reloads_refused += 1;
                    });
                }
                self.mapping.clone().ok_or(said)
            }
        }
    }
}

fn tell_of_run(account: &Account) {
    let Account { run, kind, verdict, exit, duration_ms, .. } = account;
    match &account.failure {
        None if *verdict == Verdict::Unknown => {
            let why = account.entries.iter().flat_map(|entry| &entry.places).find_map(|place| place.why.as_deref());
            tracing::warn!(run, %kind, %verdict, exit, duration_ms, why = why.unwrap_or_default(), "a run ended");
        }
        None => tracing::info!(run, %kind, %verdict, exit, duration_ms, "a run ended"),
        Some(said) => tracing::warn!(run, %kind, exit, duration_ms, why = said.what, help = said.help, "a run failed"),
    }
}

/// One line for whoever asks the service manager.
fn status(board: &Board, now: i64) -> String {
    let health = health(board, now);
    let entries: usize = health.statuses.iter().map(|(_, number)| number).sum();
    let reason = health.reasons.into_iter().next().unwrap_or_else(|| format!("{entries} entries"));
    format!("{}: {reason}", health.verdict)
}
