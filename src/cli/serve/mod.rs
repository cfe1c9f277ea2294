//! `serve`: the daemon, wired: its runs are processes of their own, its logins lie outside its memory.

pub(crate) mod account;
mod apply;
pub(crate) mod args;
mod deliver;
#[allow(dead_code, reason = "called by the process of a run")]
mod otel;

use super::{
    Failure,
    args::Global,
    environment::Environment,
    exit::Exit,
    session::{self, Session},
    terminal,
};
use crate::daemon::{Order, RunKind};
use args::ServeArgs;

pub(crate) fn run(global: &Global, args: &ServeArgs) -> Result<Exit, Failure> {
    if args.alerts.send_test_alert {
        let environment = Environment::process(Vec::new());
        return deliver::test(&|name| environment.var(name));
    }
    match args.run {
        Some(RunKind::Sync) => sync(global, args),
        _ => Ok(Exit::Unknown),
    }
}

/// One run of the daemon.
fn sync(global: &Global, args: &ServeArgs) -> Result<Exit, Failure> {
    let refused = |_| Failure::usage("there is no order on standard input", "it is for the daemon itself");
    let order: Order = serde_json::from_reader(std::io::stdin().lock()).map_err(refused)?;
    let (mut session, _) = Session::open(global, "sync")?;
    session.run = order.run;
    let stores = session.stores();
    let account = session::runtime()?.block_on(apply::sync(&session, &stores, args, order.writes))?;
    let told = serde_json::to_string(&account).map_err(|error| Failure::from_io(error.into()))?;
    terminal::print(told.as_bytes()).map_err(Failure::from_io)?;
    Ok(Exit::Pass)
}
