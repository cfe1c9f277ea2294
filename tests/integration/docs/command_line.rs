//! `docs/command-line.md` against the program: its options, its variables, its help.

use std::{collections::BTreeSet, fs, path::Path};

use regex::Regex;

use super::{blocks, read, root, table_after};
use crate::support::program::{Program, folder};

const DOCUMENT: &str = "docs/command-line.md";

/// What libraries and the C library read for us, so that it stands nowhere in our code.
const READ_FOR_US: [&str; 2] = ["SSL_CERT_DIR", "SSL_CERT_FILE"];

fn help(command: &[&str]) -> String {
    let ran = Program::new(&folder("help")).args(command.iter().copied()).args(["--help"]).run();
    assert_eq!(ran.code, 0, "{}", ran.everything());
    ran.stdout
}

#[test]
fn the_help_of_each_command() {
    for command in ["", "check", "mapping", "mapping lint", "mapping schema", "sandbox"] {
        let words: Vec<&str> = command.split_whitespace().collect();
        let name = format!("help {command}").trim_end().replace(' ', "-");
        insta::assert_snapshot!(name, help(&words));
    }
}

#[test]
fn every_option_of_check_has_its_row() {
    let pattern = Regex::new(r"(?m)^ +(?:-\w, )?(--[a-z-]+)").expect("a pattern");
    let help = help(&["check"]);
    let options: Vec<_> = pattern.captures_iter(&help).map(|found| format!("`{}`", &found[1])).collect();
    let rows = table_after(&read(DOCUMENT), "<!-- options: every option of `esc-sync check --help`, in its order -->");
    assert_eq!(rows.iter().map(|row| row[0].clone()).collect::<Vec<_>>(), options);
    for row in rows {
        let shown = help.split(&format!("{} ", row[0].trim_matches('`'))).nth(1).unwrap_or_default();
        let shown =
            shown.split("\n      -").next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((_, rest)) = shown.split_once("[default: ").filter(|_| row[0] != "`--mapping`") {
            assert_eq!(row[1].trim_matches('`'), rest.split(']').next().unwrap_or_default(), "{}", row[0]);
        }
    }
}

#[test]
fn every_command_has_its_row() {
    let rows = table_after(
        &read(DOCUMENT),
        "What `check` takes, reads from its environment, and asks of the stores. `esc-sync COMMAND --help` has the same options in short.",
    );
    let commands: Vec<_> = rows.iter().map(|row| row[0].trim_matches('`').to_owned()).collect();
    assert_eq!(commands, ["check", "mapping lint", "mapping schema", "sandbox"]);
    let listed = |help: &str| -> Vec<String> {
        let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        lines.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
    };
    assert_eq!(listed(&help(&[])), ["check", "mapping", "sandbox"]);
    assert_eq!(listed(&help(&["mapping"])), ["lint", "schema"]);
}

/// The names of variables that stand as whole literals in the rooms that read the environment.
fn read_by_the_code() -> BTreeSet<String> {
    let name = r"(?:ESC_SYNC|PULUMI|GITHUB|GH|ACTIONS|XDG)_[A-Z_]+|NO_COLOR|COLUMNS|TERM|HOME|(?:HTTPS|ALL|NO)_PROXY";
    let pattern = Regex::new(&format!("\"({name})\"")).expect("a pattern");
    let mut found = BTreeSet::new();
    for room in ["cli", "http", "store"] {
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
