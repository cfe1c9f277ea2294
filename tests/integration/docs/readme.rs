//! `README.md`: the output it shows is the output its commands print. `UPDATE=1` writes it anew.

use std::fs;

use regex::Regex;

use super::{blocks, read, root};
use crate::support::program::{Program, Ran, folder};

/// Puts `shown` between the markers of that name, or asserts that it stands there.
fn between(marker: &str, shown: &str) {
    let readme = read("README.md");
    let (start, end) = (format!("<!-- {marker} -->\n"), format!("<!-- /{marker} -->"));
    let (head, rest) = readme.split_once(&start).expect("the start marker");
    let (_, tail) = rest.split_once(&end).expect("the end marker");
    let wanted = format!("{head}{start}```text\n{shown}```\n{end}{tail}");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(root().join("README.md"), &wanted).expect("README.md can be written");
    } else {
        assert!(readme == wanted, "the README is stale; run `UPDATE=1 cargo nextest run readme -j1`:\n{shown}");
    }
}

/// What differs from run to run, made equal.
fn settled(text: &str) -> String {
    let time = Regex::new(r"\d+(\.\d+)? m?s\b").expect("a pattern");
    let run = Regex::new(r"\d{8}T\d{6}Z-[0-9a-f]{6}").expect("a pattern");
    let text = time.replace_all(text, "… ms");
    run.replace_all(&text, "20261121T140918Z-5bc705")
        .lines()
        .fold(String::new(), |all, line| all + line.trim_end() + "\n")
}

#[test]
fn the_readme_shows_the_report_that_its_command_prints() {
    let scratch = folder("readme");
    let sandbox = format!("--sandbox={}", scratch.join("sandbox").display());
    let mapping = root().join("mappings/sophia.yaml");
    let mapping = mapping.to_str().expect("a path in UTF-8");
    let ran = Program::new(root()).env("COLUMNS", "120").args(["check", &sandbox, "--mapping", mapping]).run();
    assert_eq!(ran.code, 1, "{}", ran.everything());
    let report = ran.stdout.replace(mapping, "mappings/sophia.yaml");
    let lines: Vec<_> = report.lines().collect();
    let (head, tail) = (&lines[..28.min(lines.len())], &lines[lines.len().saturating_sub(3)..]);
    between("sandbox-report", &settled(&[head, &["…"], tail].concat().join("\n")));
}

/// The report from what is written on; a check's from its counts on.
fn end_of(ran: &Ran) -> &str {
    let from = ["\nwrites planned\n", "\nwrites\n", "\nchecked "].iter().find_map(|part| ran.stdout.find(part));
    &ran.stdout[from.expect("a report") + 1..]
}

/// The commands of the README's first sync, each with the end of what it prints and its exit code.
#[test]
fn the_readme_shows_a_first_sync_from_check_to_check() {
    let scratch = folder("readme-sync");
    let sandbox = format!("--sandbox={}", scratch.join("sandbox").display());
    let readme = read("README.md");
    let block = blocks(&readme, "console").into_iter().find(|block| block.contains(" sync ")).expect("the commands");
    let mut shown = String::new();
    for line in block.lines() {
        let (_, command) = line.split_once("cargo run -- ").expect("one of our commands");
        let words = command.split_whitespace().map(|word| if word == "--sandbox" { sandbox.as_str() } else { word });
        let ran = Program::new(root()).env("COLUMNS", "100").args(words).run();
        shown +=
            &format!("== {}: exit {}\n{}\n", command.split(' ').next().unwrap_or_default(), ran.code, end_of(&ran));
    }
    between("first-sync", &format!("{}\n", settled(&shown).trim_end()));
}
