//! `serve`: the daemon, wired: its runs are processes of their own, its logins lie outside its memory.

pub(crate) mod args;
mod deliver;
#[allow(dead_code, reason = "called by the process of a run")]
mod otel;

use super::{Failure, args::Global, environment::Environment, exit::Exit};
use args::ServeArgs;

pub(crate) fn run(global: &Global, args: &ServeArgs) -> Result<Exit, Failure> {
    if args.alerts.send_test_alert {
        let environment = Environment::process(Vec::new());
        return deliver::test(&|name| environment.var(name));
    }
    let _ = global;
    Ok(Exit::Unknown)
}
