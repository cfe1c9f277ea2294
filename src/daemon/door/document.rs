//! The board for programs: `esc-sync/board/v1`.
//!
//! Invariant: fields are chosen one by one, so that what is put on the board later does not leave by itself. There is
//! no fingerprint among them, neither of a value nor of the mapping.

use std::collections::VecDeque;

use serde::Serialize;

use crate::daemon::{
    account::{
        Account, BudgetAccount, EndpointAccount, EntryAccount, FindingAccount, HeldAccount, KeyAccount, OutcomeAccount,
        ProposedAccount, Said, Verdict,
    },
    board::{Board, Role, RunLine},
    health::{self, Health},
    order::RunKind,
};

#[derive(Serialize)]
pub(super) struct Document<'a> {
    schema: &'static str,
    /// Seconds since 1970, as all times here.
    at: i64,
    version: &'a str,
    replica: &'a str,
    started: i64,
    role: &'static str,
    health: Health,
    /// Why it is not ready; empty where it is.
    unready: Vec<String>,
    mapping: Mapping<'a>,
    schedule: Vec<Due<'a>>,
    running: Option<Begun<'a>>,
    /// What all that follows was seen by, up to `budgets`.
    look: Option<Look<'a>>,
    entries: &'a [EntryAccount],
    findings: &'a [FindingAccount],
    endpoints: &'a [EndpointAccount],
    proposed: &'a [ProposedAccount],
    held_back: &'a [HeldAccount],
    rotation: Option<&'a KeyAccount>,
    budgets: &'a [BudgetAccount],
    /// Of the last sync.
    outcomes: &'a [OutcomeAccount],
    /// Newest first.
    history: &'a VecDeque<RunLine>,
    state: State<'a>,
    alerts: Alerts<'a>,
}

#[derive(Serialize)]
struct Mapping<'a> {
    file: &'a str,
    entries: usize,
    loaded: i64,
    refused: Option<&'a Said>,
}

#[derive(Serialize)]
struct Due<'a> {
    kind: RunKind,
    every: &'a str,
    next: Option<i64>,
}

#[derive(Serialize)]
struct Begun<'a> {
    kind: RunKind,
    run: &'a str,
    since: i64,
}

#[derive(Serialize)]
struct Look<'a> {
    kind: RunKind,
    run: &'a str,
    began: i64,
    ended: i64,
    verdict: Verdict,
    exit: u8,
}

#[derive(Serialize)]
struct State<'a> {
    proved: Option<i64>,
    fault: Option<&'a Said>,
}

#[derive(Serialize)]
struct Alerts<'a> {
    targets: usize,
    sent: u64,
    failed: u64,
    suppressed: u64,
    failing_since: Option<i64>,
    fault: Option<&'a Said>,
}

impl<'a> Document<'a> {
    /// `seen`: what is known of the entries, from the looks together.
    pub(super) fn of(board: &'a Board, seen: Option<&'a Account>, at: i64) -> Self {
        Self {
            schema: "esc-sync/board/v1",
            at,
            version: &board.replica.version,
            replica: &board.replica.id,
            started: board.replica.started,
            role: Role::as_str(&board.role),
            health: health::health(board, at),
            unready: health::unready(board, at),
            mapping: Mapping::of(board),
            schedule: board
                .schedule
                .iter()
                .map(|due| Due { kind: due.kind, every: &due.every, next: due.next })
                .collect(),
            running: board.running.as_ref().map(|run| Begun { kind: run.kind, run: &run.run, since: run.since }),
            look: seen.map(Look::of),
            entries: seen.map_or(&[], |seen| &seen.entries),
            findings: seen.map_or(&[], |seen| &seen.findings),
            endpoints: seen.map_or(&[], |seen| &seen.endpoints),
            proposed: seen.map_or(&[], |seen| &seen.proposed),
            held_back: seen.map_or(&[], |seen| &seen.held_back),
            rotation: seen.and_then(|seen| seen.rotation.as_ref()),
            budgets: seen.map_or(&[], |seen| &seen.budgets),
            outcomes: board.sync.as_deref().map_or(&[], |sync| &sync.outcomes),
            history: &board.history,
            state: State { proved: board.state.proved, fault: board.state.fault.as_ref() },
            alerts: Alerts::of(board),
        }
    }
}

impl<'a> Mapping<'a> {
    fn of(board: &'a Board) -> Self {
        let mapping = &board.mapping;
        Self {
            file: &mapping.file,
            entries: mapping.entries,
            loaded: mapping.loaded,
            refused: mapping.refused.as_ref(),
        }
    }
}

impl<'a> Look<'a> {
    fn of(seen: &'a Account) -> Self {
        let Account { kind, run, began, ended, verdict, exit, .. } = seen;
        Self { kind: *kind, run, began: *began, ended: *ended, verdict: *verdict, exit: *exit }
    }
}

impl<'a> Alerts<'a> {
    fn of(board: &'a Board) -> Self {
        let told = &board.deliveries;
        Self {
            targets: told.targets,
            sent: told.sent,
            failed: told.failed,
            suppressed: told.suppressed,
            failing_since: told.failing.as_ref().map(|(since, _)| *since),
            fault: told.failing.as_ref().map(|(_, fault)| fault),
        }
    }
}
