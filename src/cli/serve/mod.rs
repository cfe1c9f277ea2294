//! `serve`: the daemon, wired: its runs are processes of their own, its logins lie outside its memory.
//!
//! One program in three parts. It starts (`start`) with everything its environment holds, checks what was typed,
//! seals the environment away and becomes itself again (`handover`). What goes on (`daemon`) knows no token of a
//! store and starts a process (`process`) for each run, which does one thing and ends (`run`).

mod account;
mod apply;
pub(crate) mod args;
mod daemon;
mod deliver;
mod handover;
mod mappings;
mod otel;
mod process;
mod run;
mod signals;
mod start;
mod token;

use super::{
    Failure,
    args::Global,
    environment::{Environment, Variables},
    exit::Exit,
};
use args::ServeArgs;

pub(crate) fn run(global: &Global, args: &ServeArgs) -> Result<Exit, Failure> {
    if let Some(kind) = args.errand.run {
        return run::carry_out(global, args, kind);
    }
    if args.alerts.send_test_alert {
        let environment = Environment::of(global.variables.clone(), Vec::new());
        return deliver::test(&|name| environment.var(name));
    }
    let known = match handover::received(&global.variables) {
        Some(known) => known,
        None => {
            let known = start::check(global, args)?;
            handover::become_itself(&known);
            known
        }
    };
    daemon::run(global, args, known)
}

/// Where a process of the daemon looks variables up.
pub(crate) fn variables() -> Variables {
    handover::variables()
}
