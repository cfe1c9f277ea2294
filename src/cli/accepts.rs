//! Which of the options that every command takes a command can do something with.
//!
//! An option without effect would let a person believe in one, so it is a usage error. Commands that are not in
//! the tables write every format and heed every selection, or say themselves what they write.

use crate::report::Format;

use super::{
    Failure,
    args::{Cli, Command, Global, MappingCommand},
};

/// Refuses what the command would leave unheeded; nothing was read or asked yet.
pub(super) fn check(cli: &Cli) -> Result<(), Failure> {
    if let Some((command, formats)) = formats(&cli.command) {
        check_format(&cli.global, command, formats)?;
    }
    if let Some((command, why)) = unselected(&cli.command) {
        check_selection(&cli.global, command, why)?;
    }
    match undivided(&cli.command) {
        Some((command, why)) if cli.global.partition.is_some() => Err(Failure::usage(
            format!("{command} is not divided among workers, so --partition has no place here"),
            format!("leave it out: {why}"),
        )),
        _ => Ok(()),
    }
}

/// The formats of commands whose result is no report.
fn formats(command: &Command) -> Option<(&'static str, &'static [Format])> {
    const TEXT: &[Format] = &[Format::Text];
    const JSON_TOO: &[Format] = &[Format::Text, Format::Json];
    Some(match command {
        Command::Docs(_) => ("docs", TEXT),
        Command::Init(_) => ("init", TEXT),
        Command::Redact(_) => ("redact", TEXT),
        Command::Serve(_) => ("serve", TEXT),
        Command::Mapping(args) => match args.command {
            MappingCommand::Fmt { .. } => ("mapping fmt", TEXT),
            MappingCommand::Lint { .. } => ("mapping lint", JSON_TOO),
            // What it prints is JSON, whatever it is asked for.
            MappingCommand::Schema => ("mapping schema", JSON_TOO),
        },
        _ => return None,
    })
}

/// Commands that look for the values of all entries, and why.
fn unselected(command: &Command) -> Option<(&'static str, &'static str)> {
    Some(match command {
        Command::Redact(_) => ("redact", "a value that is left out would be passed; `--without NAME` leaves one out"),
        Command::Scan(_) => ("scan", "a tree may refer to, or leak, any of them"),
        _ => return None,
    })
}

/// Commands that are about the whole or about nothing that is divided, and why.
fn undivided(command: &Command) -> Option<(&'static str, &'static str)> {
    const TREE: &str = "a tree may refer to any entry";
    const MAPPING: &str = "it is about the whole mapping";
    Some(match command {
        Command::Attest(_) | Command::Check(_) | Command::Plan(_) | Command::Probe(_) => return None,
        Command::Serve(_) | Command::Sync(_) => return None,
        // They look into the state, of which each worker has its own.
        Command::History(_) | Command::Rollback(_) => return None,
        Command::Docs(_) => ("docs", MAPPING),
        Command::Doctor(_) => ("doctor", "it looks at the whole mapping; what it finds holds for each part"),
        Command::Explain(_) => ("explain", MAPPING),
        Command::Init(_) => ("init", MAPPING),
        Command::Mapping(_) => ("mapping", MAPPING),
        Command::Redact(_) => ("redact", "a value that is left out would be passed"),
        Command::Sandbox(_) => ("sandbox", "the emulator is one world for all workers"),
        Command::Scan(_) => ("scan", TREE),
        Command::Ssh(_) => ("ssh", "the machines' key is rotated by one"),
    })
}

fn check_format(global: &Global, command: &str, formats: &[Format]) -> Result<(), Failure> {
    let words: Vec<&str> = formats.iter().map(|format| format.as_str()).collect();
    let words = words.join(" or ");
    if !formats.contains(&global.format) {
        let message = format!("{command} writes {words}, not {}", global.format.as_str());
        return Err(Failure::usage(message, format!("leave out --format, or use --format {words}")));
    }
    if !global.report.is_empty() {
        return Err(Failure::usage(format!("{command} writes no report"), "leave out --report"));
    }
    Ok(())
}

fn check_selection(global: &Global, command: &str, why: &str) -> Result<(), Failure> {
    let given = [
        ("--only", !global.only.is_empty()),
        ("--service", !global.service.is_empty()),
        ("--tier", !global.tier.is_empty()),
    ];
    match given.into_iter().find(|(_, given)| *given) {
        Some((option, _)) => Err(Failure::usage(
            format!("{command} looks for all entries, so {option} has no place here"),
            format!("leave it out: {why}"),
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn words(line: &str) -> Option<(String, String)> {
        let cli = Cli::try_parse_from(line.split(' ')).expect(line);
        check(&cli).err().map(Failure::into_words)
    }

    #[test]
    fn what_would_have_no_effect_is_refused() {
        for line in [
            "esc-sync docs --format json",
            "esc-sync docs --check --format github",
            "esc-sync init --format markdown",
            "esc-sync redact --format sarif",
            "esc-sync redact --report json=x",
            "esc-sync serve --format json",
            "esc-sync serve --report json=x",
            "esc-sync mapping fmt --format json",
            "esc-sync mapping lint --format gate",
            "esc-sync scan --only A",
            "esc-sync scan --service stripe",
            "esc-sync redact --tier critical",
        ] {
            assert!(words(line).is_some(), "{line}");
        }
        for command in ["docs", "redact", "scan", "ssh status", "doctor", "init", "mapping lint"] {
            assert!(words(&format!("esc-sync {command} --partition 1/8")).is_some(), "{command}");
        }
        let (message, _) = words("esc-sync scan . --only NO_SUCH").expect("refused");
        assert_eq!(message, "scan looks for all entries, so --only has no place here");
    }

    #[test]
    fn what_has_one_is_not() {
        for line in [
            "esc-sync docs",
            "esc-sync docs --format text",
            "esc-sync mapping lint --format json",
            "esc-sync mapping schema",
            "esc-sync scan --format gate --report json=x",
            "esc-sync check --only A --format junit",
            "esc-sync sync --partition 1/8",
            "esc-sync serve --partition 8/8",
            "esc-sync history --partition 8/8",
        ] {
            assert_eq!(words(line), None, "{line}");
        }
    }
}
