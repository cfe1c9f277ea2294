//! One run of the daemon, in a process of its own: the order in, one thing done, the account out.
//!
//! Invariants: whatever happened is in the account, and its exit code is the process's; a run without its daemon
//! ends like any run that is asked to (failure case C3), so that two never act.

use std::{
    io::{self, Read as _},
    time::Instant,
};

use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};

use super::{
    super::{
        Failure,
        args::Global,
        check,
        environment::Environment,
        exit::Exit,
        logging, mapping_file, session,
        session::{Given, Session},
        terminal,
    },
    account, apply,
    args::{Errand, ServeArgs},
    deliver, otel,
};
use crate::daemon::{Account, Order, RunKind, account::Said};

/// An order carries a mapping, escaped; that is at most 64 MiB of text.
const LARGEST: u64 = 512 << 20;

/// `serve --run KIND`.
pub(super) fn carry_out(global: &Global, args: &ServeArgs, kind: RunKind) -> Result<Exit, Failure> {
    end_with_the_daemon(&args.errand)?;
    let order = read(kind)?;
    logging::of_run(&order.run);
    let (run, began, started) = (order.run.clone(), session::now().0, Instant::now());
    let account = done(global, args, order).unwrap_or_else(|failure| Account {
        duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        ..failed(kind, run, began, failure)
    });
    let mut told = serde_json::to_vec(&account).map_err(|error| Failure::from_io(error.into()))?;
    told.push(b'\n');
    terminal::print(&told).map_err(Failure::from_io)?;
    if kind != RunKind::Deliver {
        let environment = Environment::of(global.variables.clone(), Vec::new());
        session::runtime()?.block_on(otel::export(&account, &|name| environment.var(name)));
    }
    Ok(Exit::from_code(account.exit))
}

/// The kernel sends the signal when the daemon ends; one that ended before is seen by who is the parent now.
fn end_with_the_daemon(errand: &Errand) -> Result<(), Failure> {
    let Some(parent) = errand.parent else { return Ok(()) };
    let bound = set_parent_process_death_signal(Some(Signal::TERM));
    bound.map_err(|error| Failure::from_io(error.into()))?;
    if getppid() != Pid::from_raw(parent.cast_signed()) {
        return Err(Failure::new(Exit::Interrupted, "the daemon has ended; nothing was begun", "start it again"));
    }
    Ok(())
}

fn read(kind: RunKind) -> Result<Order, Failure> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(LARGEST).read_to_end(&mut bytes).map_err(Failure::from_io)?;
    let order = serde_json::from_slice::<Order>(&bytes).ok().filter(|order| order.kind == kind);
    // Nothing of it is repeated: it was meant for nobody else.
    order.ok_or_else(|| {
        Failure::usage("there is no order for such a run on standard input", "`esc-sync serve` starts its runs itself")
    })
}

fn done(global: &Global, args: &ServeArgs, order: Order) -> Result<Account, Failure> {
    let runtime = session::runtime()?;
    let (kind, writes) = (order.kind, order.writes);
    let command = match kind {
        RunKind::Check | RunKind::Live => "check",
        RunKind::Sync => "sync",
        RunKind::Deliver => {
            let environment = Environment::of(global.variables.clone(), Vec::new());
            return Ok(runtime.block_on(deliver::run(&order, &|name| environment.var(name))));
        }
    };
    let file = match &args.errand.mapping_file {
        Some(file) => file.clone(),
        None => mapping_file::choose(global.mapping.as_deref())?,
    };
    let session = Session::over(global, command, Given { file: &file, text: order.mapping, run: order.run })?;
    match kind {
        RunKind::Sync => {
            session.needs_network()?;
            runtime.block_on(apply::sync(&session, &session.stores(), args, writes))
        }
        _ => runtime.block_on(look(&session, args, kind)),
    }
}

/// As `check` looks, and for `Live` as `check --live` does.
async fn look(session: &Session<'_>, args: &ServeArgs, kind: RunKind) -> Result<Account, Failure> {
    let looked = check::look(session, kind == RunKind::Live, &args.judging).await?;
    let looked = looked.ok_or_else(|| {
        Failure::new(
            Exit::Interrupted,
            "the run was stopped before it had looked at everything",
            "the next one looks again",
        )
    })?;
    Ok(account::of(session, &looked.report, &looked.snapshot, kind))
}

/// A run that could not be carried out tells why, and nothing else.
fn failed(kind: RunKind, run: String, began: i64, failure: Failure) -> Account {
    let exit = failure.exit() as u8;
    let (what, help) = failure.into_words();
    Account {
        began,
        ended: session::now().0,
        exit,
        failure: Some(Said { what, help }),
        ..Account::of_nothing(kind, run)
    }
}
