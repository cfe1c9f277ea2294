//! The command line: wires the rooms, prints, maps to exit codes. It decides nothing.

mod accepts;
mod args;
mod attest;
mod check;
mod choices;
mod context;
mod docs;
mod doctor;
mod environment;
mod exit;
mod explain;
mod failure;
mod harden;
mod history;
mod init;
mod live_words;
mod logging;
mod mapping;
mod mapping_file;
mod output;
mod plan_file;
mod probe;
mod progress;
mod proposed;
mod redact;
mod repository;
mod rollback;
mod sandbox;
mod scan;
mod sealed;
mod serve;
mod session;
mod share;
mod ssh;
mod state;
mod summary;
mod sync;
mod terminal;
mod unspoken;
mod writing;

use std::{
    ffi::{OsStr, OsString},
    panic::AssertUnwindSafe,
    process::ExitCode,
};

use clap::{CommandFactory as _, Parser as _};

use args::{Cli, Command};
use context::Context;
use exit::Exit;
use failure::Failure;

/// Runs the program on the process's own arguments.
pub fn main() -> ExitCode {
    quiet_panics();
    let mut cli = match Cli::try_parse_from(join_sandbox_folder(std::env::args_os())) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are results and go to standard output; the rest is usage, and may quote an argument.
            if error.use_stderr() {
                terminal::say(error.render());
                return Exit::Usage.into();
            }
            let _ = error.print();
            return Exit::Pass.into();
        }
    };
    harden::harden();
    if let Command::Serve(_) = &cli.command {
        cli.global.variables = serve::variables();
    }
    cli.global = cli.global.with_environment();
    let color = terminal::wants_color(cli.global.color, terminal::stderr_is_terminal());
    logging::start(&cli, color);
    // After a defect of ours nothing is known; its own code would be read as some other program's.
    std::panic::catch_unwind(AssertUnwindSafe(|| run(&cli).unwrap_or_else(Failure::tell)))
        .unwrap_or(Exit::Unknown)
        .into()
}

/// The text of a panic may quote what was being worked on, so only its place is told.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| format!(" ({}:{})", at.file(), at.line())).unwrap_or_default();
        terminal::say_error(format_args!("a defect in esc-sync{place}"), Some("please report it with what was asked"));
    }));
}

fn run(cli: &Cli) -> Result<Exit, Failure> {
    accepts::check(cli)?;
    match &cli.command {
        Command::Check(args) => check::run(&cli.global, args),
        Command::Probe(args) => probe::run(&cli.global, args),
        Command::Plan(args) => sync::plan(&cli.global, args),
        Command::Sync(args) => sync::sync(&cli.global, args),
        Command::Attest(args) => attest::run(&cli.global, args),
        Command::Rollback(args) => rollback::run(&cli.global, args),
        Command::History(args) => history::run(&cli.global, args),
        Command::Doctor(args) => doctor::run(&cli.global, args),
        Command::Explain(args) => explain::run(&cli.global, args),
        Command::Scan(args) => scan::run(&cli.global, args),
        Command::Redact(args) => redact::run(&cli.global, args),
        Command::Init(args) => init::run(&cli.global, args),
        Command::Docs(args) => docs::run(&cli.global, args),
        Command::Mapping(args) => mapping::run(&cli.global, args),
        Command::Ssh(args) => ssh::run(&cli.global, args),
        Command::Serve(args) => serve::run(&cli.global, args),
        Command::Sandbox(args) => sandbox::serve(&cli.global, args),
    }
}

/// Lets `--sandbox DIR` mean `--sandbox=DIR`, where `DIR` cannot be taken for a command.
///
/// The folder is optional and commands follow freely, so the parser alone must insist on the
/// equals sign. A word with a slash or a leading dot is no command.
fn join_sandbox_folder(args: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let commands: Vec<_> = Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let is_folder = |word: &OsStr| {
        let text = word.to_string_lossy();
        !text.starts_with('-')
            && (text.contains('/') || text.starts_with('.'))
            && !commands.iter().any(|name| *name == *text)
    };
    let mut joined: Vec<OsString> = Vec::new();
    for word in args {
        match joined.last_mut() {
            Some(last) if last == "--sandbox" && is_folder(&word) => {
                last.push("=");
                last.push(word);
            }
            _ => joined.push(word),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sandbox_folder_may_stand_apart_if_it_looks_like_one() {
        let join = |words: &str| {
            let joined = join_sandbox_folder(words.split(' ').map(OsString::from));
            joined.iter().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(join("esc-sync --sandbox ./x check"), "esc-sync --sandbox=./x check");
        assert_eq!(join("esc-sync check --sandbox a/b"), "esc-sync check --sandbox=a/b");
        assert_eq!(join("esc-sync --sandbox check"), "esc-sync --sandbox check");
        assert_eq!(join("esc-sync --sandbox --offline check"), "esc-sync --sandbox --offline check");
    }
}
