//! `ssh`: the machines' key.

pub(crate) mod args;
mod command;
mod inject;
mod known;
mod outcome;
mod played;
mod rotation;
mod status;
mod verify;

pub(super) use self::command::places;

use self::args::{SshArgs, SshCommand};
use super::{Failure, args::Global, exit::Exit};

pub(crate) fn run(global: &Global, args: &SshArgs) -> Result<Exit, Failure> {
    match &args.command {
        SshCommand::Inject(args) => inject::run(global, args),
        SshCommand::Rotate(args) => rotation::rotate(global, args),
        SshCommand::Status(args) => status::run(global, args),
        SshCommand::Resume(args) => rotation::resume(global, args),
        SshCommand::Cancel(args) => rotation::cancel(global, args),
        SshCommand::Retire(args) => rotation::retire(global, args),
        SshCommand::Verify(args) => verify::run(global, args),
    }
}
