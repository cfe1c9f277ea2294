//! `ssh`: keys of machines. Each command has its file.

pub(crate) mod args;
mod inject;
mod known;

use super::{Failure, args::Global, exit::Exit};
use args::{SshArgs, SshCommand};

pub(crate) fn run(global: &Global, args: &SshArgs) -> Result<Exit, Failure> {
    match &args.command {
        SshCommand::Inject(args) => inject::run(global, args),
    }
}
