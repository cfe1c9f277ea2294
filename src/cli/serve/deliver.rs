//! Alerts, delivered by a process of their own: to each address that is set, one not waiting for the other.
//!
//! What became of it is told for each address, so that a later delivery asks only those that failed
//! (`Message::left_of`). No part of an address, and nothing an address answered, is in what is told.

mod attempt;
mod body;
mod target;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::super::{Failure, exit::Exit, session, terminal};
use crate::{
    daemon::{
        Account, Order, RunKind,
        account::{OutcomeAccount, Said, Verdict},
        alert::Message,
        order::WriteBudget,
    },
    http::{Client, Names, Options, ProxySettings, Strangers},
    ledger::journal::run_id,
    model::Stamp,
};
use attempt::{Patience, deliver, seconds};
use target::Target;

type Look<'a> = &'a dyn Fn(&str) -> Option<String>;

/// How many addresses alerts go to, each of them usable; for the daemon's start.
pub(crate) fn targets(environment: Look<'_>) -> Result<usize, Failure> {
    let targets = Target::find(environment)?;
    if Target::is_secret_idle(&targets, environment) {
        Failure::usage("ESC_SYNC_WEBHOOK_SECRET is set, and ESC_SYNC_WEBHOOK is not", "set both, or neither")
            .warn("nothing is signed with it");
    }
    Ok(targets.len())
}

/// Delivers the order's message.
pub(crate) async fn run(order: &Order, environment: Look<'_>) -> Account {
    let proxy = ProxySettings::find(environment);
    let client = Client::new(Options { proxy, ..Options::default() });
    carry_out(order, environment, &Strangers::new(&client, Names::System), Patience::default()).await
}

/// Sends one message to try the addresses, and prints what came of it.
pub(crate) fn test(environment: Look<'_>) -> Result<Exit, Failure> {
    if targets(environment)? == 0 {
        let help = "set ESC_SYNC_SLACK_WEBHOOK or ESC_SYNC_WEBHOOK to the address alerts shall go to";
        return Err(Failure::usage("there is no address for alerts", help));
    }
    let now = seconds(std::time::SystemTime::now());
    let order = Order {
        kind: RunKind::Deliver,
        run: run_id(Stamp(now)),
        mapping: String::new(),
        writes: WriteBudget { burst: 0, cap: 0 },
        message: Some(Message::test(now)),
    };
    let account = session::runtime()?.block_on(run(&order, environment));
    let line = |outcome: &OutcomeAccount| match outcome.reason.as_str() {
        "" => format!("{}: delivered\n", outcome.place),
        reason => format!("{}: not delivered, {reason}\n", outcome.place),
    };
    let told: String = account.outcomes.iter().map(line).collect();
    terminal::print(told.as_bytes()).map_err(Failure::from_io)?;
    Ok(if account.exit == 0 { Exit::Pass } else { Exit::Unknown })
}

async fn carry_out(order: &Order, environment: Look<'_>, strangers: &Strangers, patience: Patience) -> Account {
    let (began, clock) = (seconds(strangers.now()), Instant::now());
    let outcomes = match (&order.message, Target::find(environment)) {
        (Some(message), Ok(targets)) => Ok(all(message, targets, strangers, patience).await),
        (None, _) => Err(said("the order holds no message", "this is a defect; please report it")),
        (_, Err(failure)) => {
            let (what, help) = failure.into_words();
            Err(Said { what, help })
        }
    };
    let duration_ms = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
    account(order, (began, seconds(strangers.now()), duration_ms), outcomes)
}

/// To all that do not have it yet.
async fn all(
    message: &Message,
    targets: Vec<Target>,
    strangers: &Strangers,
    patience: Patience,
) -> Vec<OutcomeAccount> {
    let is_meant =
        |target: &Target| message.pending.is_empty() || message.pending.iter().any(|word| word == target.kind.word());
    let one = |target: Target| async move {
        let ended = deliver(strangers, &target, message, patience).await;
        OutcomeAccount {
            name: target.kind.word().to_owned(),
            verb: "deliver".to_owned(),
            place: target.kind.shown().to_owned(),
            end: if ended.is_ok() { "done" } else { "failed" }.to_owned(),
            reason: ended.err().unwrap_or_default(),
        }
    };
    join_all(targets.into_iter().filter(is_meant).map(one)).await
}

fn account(order: &Order, times: (i64, i64, u64), outcomes: Result<Vec<OutcomeAccount>, Said>) -> Account {
    let (began, ended, duration_ms) = times;
    let (failure, outcomes) = match outcomes {
        Ok(outcomes) => (failed(&outcomes), outcomes),
        Err(said) => (Some(said), Vec::new()),
    };
    let is_well = failure.is_none();
    Account {
        began,
        ended,
        duration_ms,
        exit: if is_well { Exit::Pass } else { Exit::Unknown } as u8,
        verdict: if is_well { Verdict::Pass } else { Verdict::Unknown },
        failure,
        outcomes,
        ..Account::of_nothing(RunKind::Deliver, order.run.clone())
    }
}

fn failed(outcomes: &[OutcomeAccount]) -> Option<Said> {
    let failed: Vec<_> = outcomes.iter().filter(|outcome| outcome.end != "done").collect();
    let told: Vec<_> = failed.iter().map(|outcome| format!("{}: {}", outcome.place, outcome.reason)).collect();
    let what = format!("an alert could not be delivered: {}", told.join("; "));
    (!failed.is_empty()).then(|| said(&what, "try the addresses with `esc-sync serve --send-test-alert`"))
}

fn said(what: &str, help: &str) -> Said {
    Said { what: what.to_owned(), help: help.to_owned() }
}

#[cfg(test)]
mod tests;
