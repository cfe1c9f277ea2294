//! `docs/command-line.md` against the program: its options, its variables, its help.

use std::{collections::BTreeSet, fs, path::Path};

use regex::Regex;

use super::{blocks, read, root, table_after};
use crate::support::program::{Program, folder};

const DOCUMENT: &str = "docs/command-line.md";

/// What libraries and the C library read for us, so that it stands nowhere in our code.
const READ_FOR_US: [&str; 2] = ["SSL_CERT_DIR", "SSL_CERT_FILE"];

/// In the order of `--help`.
const COMMANDS: [&str; 25] = [
    "check",
    "probe",
    "plan",
    "sync",
    "attest",
    "rollback",
    "history",
    "ssh rotate",
    "ssh status",
    "ssh resume",
    "ssh cancel",
    "ssh retire",
    "ssh verify",
    "ssh inject",
    "doctor",
    "explain",
    "scan",
    "redact",
    "init",
    "docs",
    "mapping lint",
    "mapping fmt",
    "mapping schema",
    "serve",
    "sandbox",
];

fn help(command: &[&str]) -> String {
    let ran = Program::new(&folder("help")).args(command.iter().copied()).args(["--help"]).run();
    assert_eq!(ran.code, 0, "{}", ran.everything());
    ran.stdout
}

#[test]
fn the_help_of_each_command() {
    for command in ["", "ssh", "mapping"].iter().chain(&COMMANDS) {
        let words: Vec<&str> = command.split_whitespace().collect();
        let name = format!("help {command}").trim_end().replace(' ', "-");
        insta::assert_snapshot!(name, help(&words));
    }
}

/// The options of a command below one heading of its help.
fn options(help: &str, heading: &str) -> Vec<String> {
    let pattern = Regex::new(r"^ +(?:-\w, )?(--[a-z-]+)").expect("a pattern");
    let lines = help.lines().skip_while(|line| *line != format!("{heading}:")).skip(1);
    let below = lines.take_while(|line| line.is_empty() || line.starts_with(' '));
    below.filter_map(|line| Some(format!("`{}`", &pattern.captures(line)?[1]))).collect()
}

/// What the help says is taken where nothing is typed.
fn default_of<'h>(help: &'h str, option: &str) -> Option<&'h str> {
    let (_, rest) = help.split_once(&format!("--{}", option.trim_matches(['`', '-'])))?;
    let end = Regex::new(r"\n +(?:-\w, +)?--").expect("a pattern").find(rest).map_or(rest.len(), |found| found.start());
    rest[..end].split_once("[default: ")?.1.split(']').next()
}

/// The tables of the document, each with the heading of the help it is about, and the commands that have it.
const TABLES: [(&str, &str, &[&str]); 10] = [
    ("## Options of every command", "Everywhere", &["check", "probe", "plan", "sync", "attest", "rollback", "history"]),
    ("## Clock of serve", "Clock", &["serve"]),
    ("## Applying of serve", "Applying", &["serve"]),
    ("## Telling of serve", "Telling", &["serve"]),
    ("## Alerts of serve", "Alerts", &["serve"]),
    ("## Judging", "Judging", &["check", "plan", "sync", "attest", "serve"]),
    ("## Choices of plan and sync", "Choices", &["plan", "sync"]),
    ("## Writing", "Writing", &["sync", "attest", "rollback", "ssh rotate", "ssh resume", "ssh cancel", "ssh retire"]),
    ("## Machines", "Machines", &["ssh rotate", "ssh resume", "ssh cancel", "ssh retire", "ssh verify"]),
    ("## Stores", "Stores", &["check", "plan", "sync", "attest", "rollback", "history", "ssh rotate", "ssh status"]),
];

/// Options that one command has for itself.
const OWN: [(&str, &str); 40] = [
    ("check", "`--live`"),
    ("probe", "`--endpoints`"),
    ("probe", "`--fail-on`"),
    ("plan", "`--out`"),
    ("sync", "`--plan`"),
    ("history", "`--run`"),
    ("ssh rotate", "`--dry-run`"),
    ("ssh rotate", "`--without-machines`"),
    ("ssh rotate", "`--retire`"),
    ("ssh rotate", "`--compromised`"),
    ("ssh rotate", "`--overwrite`"),
    ("ssh resume", "`--retire`"),
    ("ssh resume", "`--compromised`"),
    ("ssh resume", "`--overwrite`"),
    ("ssh retire", "`--now`"),
    ("ssh inject", "`--key`"),
    ("ssh inject", "`--user`"),
    ("ssh inject", "`--default-user`"),
    ("ssh inject", "`--out`"),
    ("ssh inject", "`--dry-run`"),
    ("ssh inject", "`--template`"),
    ("ssh inject", "`--var`"),
    ("scan", "`--no-values`"),
    ("scan", "`--fail-on`"),
    ("redact", "`--without`"),
    ("init", "`--out`"),
    ("init", "`--from-json`"),
    ("init", "`--from-env`"),
    ("init", "`--from-workflows`"),
    ("init", "`--esc`"),
    ("init", "`--github`"),
    ("docs", "`--out`"),
    ("docs", "`--check`"),
    ("docs", "`--force`"),
    ("docs", "`--install`"),
    ("docs", "`--live`"),
    ("mapping fmt", "`--check`"),
    ("serve", "`--listen`"),
    ("serve", "`--host`"),
    ("serve", "`--token-file`"),
];

/// Of a rotation that is under way nothing is tried out: whoever asks for that hears so, and nothing is done.
#[test]
fn only_what_begins_has_a_dry_run() {
    for command in ["resume", "cancel", "retire"] {
        let ran = Program::new(&folder("dry-run")).args(["ssh", command, "--dry-run"]).run();
        assert!(ran.code == 2 && ran.stderr.contains("--dry-run"), "{command}: {}", ran.everything());
    }
}

#[test]
fn every_option_has_its_row() {
    let document = read(DOCUMENT);
    for (section, heading, commands) in TABLES {
        let rows = table_after(&document, section);
        let shown: Vec<_> = rows.iter().map(|row| row[0].clone()).collect();
        for command in commands {
            let help = help(&command.split(' ').collect::<Vec<_>>());
            let own = |option: &String| OWN.contains(&(command, option));
            let mut real = options(&help, heading);
            if heading == "Everywhere" {
                // `--help` stands among the command's own.
                real.extend(options(&help, "Options"));
            }
            real.retain(|option| !own(option));
            assert_eq!(shown, real, "{section} and `{command} --help`");
            for row in rows.iter().filter(|row| !["`--mapping`", "`--from`", "`--jitter`"].contains(&&*row[0])) {
                let default = default_of(&help, &row[0]);
                assert!(default.is_none_or(|default| row[1] == format!("`{default}`")), "{}: {default:?}", row[0]);
            }
        }
    }
}

#[test]
fn the_options_of_one_command_alone_have_their_row() {
    let rows = table_after(&read(DOCUMENT), "## Options of one command");
    let shown: Vec<_> = rows.iter().map(|row| (row[0].trim_matches('`').to_owned(), row[1].clone())).collect();
    let own: Vec<_> = OWN.iter().map(|(command, option)| ((*command).to_owned(), (*option).to_owned())).collect();
    assert_eq!(shown, own);
    for (command, option) in OWN {
        let words: Vec<_> = command.split(' ').collect();
        assert!(options(&help(&words), "Options").contains(&option.to_owned()), "{command} {option}");
    }
}

#[test]
fn every_command_has_its_row() {
    let rows = table_after(&read(DOCUMENT), "## Commands");
    let commands: Vec<_> = rows
        .iter()
        .map(|row| row[0].trim_matches('`').trim_end_matches(" RUN").trim_end_matches(" FILE"))
        .map(|command| {
            command.trim_end_matches(" COMMAND").trim_end_matches(" WHAT").trim_end_matches(" PATH").to_owned()
        })
        .collect();
    assert_eq!(commands, COMMANDS);
    let listed = |help: &str| -> Vec<String> {
        let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        lines.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
    };
    let mut first: Vec<_> = COMMANDS.iter().filter_map(|command| command.split(' ').next()).collect();
    first.dedup();
    assert_eq!(listed(&help(&[])), first);
    assert_eq!(listed(&help(&["mapping"])), ["lint", "fmt", "schema"]);
    assert_eq!(listed(&help(&["ssh"])), ["rotate", "status", "resume", "cancel", "retire", "verify", "inject"]);
}

/// The names of variables that stand as whole literals in the rooms that read the environment.
fn read_by_the_code() -> BTreeSet<String> {
    let name = r"(?:ESC_SYNC|PULUMI|GITHUB|LAMBDA|GH|ACTIONS|XDG|AWS|AZURE|GOOGLE|IDENTITY|OTEL)_[A-Z_0-9]+|PGPASSWORD|JOB_COMPLETION_INDEX|NO_COLOR|COLUMNS|TERM|HOME|USER|LOGNAME|(?:HTTPS|ALL|NO)_PROXY";
    let pattern = Regex::new(&format!("\"({name})\"")).expect("a pattern");
    let mut found = BTreeSet::new();
    for room in ["cli", "http", "ledger", "store"] {
        each_file(&root().join("src").join(room), "rs", &mut |text| {
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            found.extend(pattern.captures_iter(code).map(|name| name[1].to_owned()));
        });
    }
    found
}

/// Shows the text of each file below a folder that has this ending.
pub(super) fn each_file(folder: &Path, ending: &str, see: &mut impl FnMut(&str)) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            each_file(&path, ending, see);
        } else if path.extension().is_some_and(|extension| extension == ending) {
            see(&fs::read_to_string(path).expect("text"));
        }
    }
}

fn documented() -> BTreeSet<String> {
    let rows = table_after(&read(DOCUMENT), "## Environment");
    rows.iter().flat_map(|row| row[0].split(", ")).map(|name| name.trim_matches('`').to_owned()).collect()
}

#[test]
fn every_variable_that_is_read_has_its_row_and_no_row_is_made_up() {
    let wanted: BTreeSet<_> = read_by_the_code().into_iter().chain(READ_FOR_US.map(str::to_owned)).collect();
    assert_eq!(documented(), wanted);
}

/// A workflow that names a variable we do not read would be silently without effect.
#[test]
fn the_variables_of_the_examples_are_documented() {
    let documented = documented();
    let pattern = Regex::new(r"(?m)^ +([A-Z][A-Z0-9_]+):").expect("a pattern");
    let numbered = Regex::new(r"^ESC_SYNC_GITHUB_SECRETS_\d+$").expect("a pattern");
    let mut seen = 0;
    for (name, text) in super::documents() {
        for block in blocks(&text, "yaml").iter().filter(|block| block.contains("steps:")) {
            for variable in pattern.captures_iter(block).map(|found| found[1].to_owned()) {
                let known = documented.contains(&variable)
                    || numbered.is_match(&variable)
                    || variable.starts_with("ESC_SYNC_GITHUB_SECRET_");
                assert!(known, "{name}: {variable} is read by nobody");
                seen += 1;
            }
        }
    }
    assert!(seen > 6, "only {seen} variables found");
}
