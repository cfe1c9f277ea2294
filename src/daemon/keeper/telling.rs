//! Alerts: what there is to be said is decided here, and brought on its way.

use std::sync::Arc;

use super::{
    super::{
        account::Account,
        alert,
        board::Board,
        order::{Order, RunKind, WriteBudget},
    },
    RunFault,
    course::Course,
    letters::Try,
    posting,
    timetable::Moment,
};
use crate::{ledger::journal::run_id, model::Stamp};

impl Course {
    /// Decides what there is to be said.
    pub(super) fn consider(&mut self, now: Moment) {
        if !self.acts() || self.memory.is_loading() || self.last_call.is_some() {
            return;
        }
        let messages = alert::consider(&self.board.read(), now.wall, &self.options.alerts, &mut self.considered);
        self.letters.push(messages);
        let suppressed = self.considered.suppressed();
        if self.board.read().deliveries.suppressed != suppressed {
            self.board.update(|board| board.deliveries.suppressed = suppressed);
        }
        if self.letters.is_empty() {
            self.told = self.considered.clone();
        }
    }

    pub(super) fn deliver(&mut self, now: Moment) {
        let Some(message) = self.letters.due(now.steady).cloned() else { return };
        let order = Order {
            kind: RunKind::Deliver,
            run: run_id(Stamp(now.wall)),
            mapping: self.mapping.clone().unwrap_or_default(),
            writes: WriteBudget { burst: 0, cap: 0 },
            message: Some(message),
        };
        let runs = Arc::clone(&self.runs);
        self.letters.begin(async move { runs.run(order).await }, now.steady);
    }

    pub(super) fn delivered(&mut self, end: Result<Account, RunFault>) {
        let now = self.now();
        let counted = end.as_ref().ok().cloned();
        let outcome = self.letters.tried(end, now.steady, now.wall);
        if let Try::Again(said) | Try::GivenUp { said, .. } = &outcome {
            tracing::warn!(why = said.what, "an alert could not be delivered");
        }
        self.board.update(|board| {
            if let Some(account) = &counted {
                posting::count(&mut board.counters, account);
            }
            note_delivery(board, outcome, now.wall);
        });
        if self.letters.is_empty() && self.acts() {
            self.told = self.considered.clone();
            self.memory.want_keep();
        }
    }

    /// What was not said yet is not remembered as said, so that whoever acts next says it.
    pub(super) fn leave_letters(&mut self) {
        let left = self.letters.leave();
        if left > 0 {
            tracing::info!(alerts = left, "alerts are left to whoever acts next");
        }
        self.considered = self.told.clone();
    }
}

fn note_delivery(board: &mut Board, outcome: Try, wall: i64) {
    match outcome {
        Try::Delivered => {
            board.deliveries.sent += 1;
            board.deliveries.last = Some(wall);
            board.deliveries.failing = None;
        }
        Try::Again(_) => {}
        Try::GivenUp { since, said } => {
            board.deliveries.failed += 1;
            board.deliveries.failing.get_or_insert((since, said));
        }
    }
}
