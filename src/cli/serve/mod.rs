//! `serve`: the daemon, wired: its runs are processes of their own, its logins lie outside its memory.

pub(crate) mod args;

use super::{Failure, args::Global, exit::Exit};
use args::ServeArgs;

pub(crate) fn run(global: &Global, args: &ServeArgs) -> Result<Exit, Failure> {
    let _ = (global, args);
    Ok(Exit::Unknown)
}
