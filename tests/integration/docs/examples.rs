//! Every block and every command in the documents is one that works.

use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt as _, process::Command};

use esc_sync::{
    mapping::{LoadOptions, load},
    yaml::{self, Limits},
};

use super::{blocks, documents, read, root};
use crate::support::{
    program::{Program, folder},
    world::HEADER,
};

/// Languages whose blocks are tested here or beside what they show; others need a test first.
const LANGUAGES: &[&str] = &["yaml", "sh", "console", "text"];

#[test]
fn every_block_is_of_a_tested_language() {
    for (name, text) in documents() {
        let mut inside = false;
        for line in text.lines().filter_map(|line| line.trim_start().strip_prefix("```")) {
            inside = !inside;
            assert!(!inside || LANGUAGES.contains(&line), "{name}: a block of {line:?}");
        }
        assert!(!inside, "{name}: a block without end");
    }
}

#[test]
fn every_yaml_block_is_a_mapping_that_loads_or_a_workflow() {
    let mut mappings = 0;
    for (name, text) in documents() {
        for block in blocks(&text, "yaml") {
            if block.contains("steps:") {
                assert!(yaml::parse(&block, Limits::default()).is_ok(), "{name}: no YAML:\n{block}");
                continue;
            }
            let whole = if block.contains("version: 1") { block } else { format!("{HEADER}{block}") };
            let loaded = load(&name, whole.as_bytes(), &LoadOptions::default());
            assert!(loaded.is_ok(), "{}\n{whole}", loaded.expect_err("just seen").render(&name));
            mappings += 1;
        }
    }
    assert!(mappings > 7, "only {mappings} mappings found");
}

/// The text of one command: up to what a shell would take for the next.
fn command(rest: &str) -> String {
    let words = rest.split_whitespace().take_while(|word| !["#", "|", "||", "&&", ">", ";"].contains(word));
    words.collect::<Vec<_>>().join(" ")
}

/// Every `esc-sync …` that a reader could copy: in blocks, and between backticks.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for block in ["sh", "console", "yaml"].iter().flat_map(|language| blocks(text, language)) {
        for line in block.lines().filter(|line| !line.trim_start().starts_with('#')) {
            let rest = ["esc-sync ", "cargo run -- "].iter().find_map(|start| line.split_once(start));
            found.extend(rest.map(|(_, rest)| command(rest)));
        }
    }
    let prose = text.split("```").step_by(2);
    let inline = prose.flat_map(|prose| prose.split('`').skip(1).step_by(2));
    found.extend(inline.filter_map(|code| code.strip_prefix("esc-sync ").map(command)));
    found
}

/// With `--help` behind it a command does nothing, but what stands before must be legal.
#[test]
fn every_command_is_one_that_the_program_takes() {
    let folder = folder("commands");
    let mut seen = BTreeSet::new();
    for (name, text) in documents() {
        for line in commands(&text) {
            if line.contains("COMMAND") || !seen.insert(line.clone()) {
                continue;
            }
            let ran = Program::new(&folder).args(line.split(' ')).args(["--help"]).run();
            assert_eq!(ran.code, 0, "{name}: esc-sync {line}\n{}", ran.everything());
        }
    }
    for wanted in ["mapping lint FILE", "sandbox --listen 127.0.0.1:8700 --dir .sandbox", "check"] {
        assert!(seen.contains(wanted), "{wanted:?} was not found among {seen:?}");
    }
    assert!(seen.iter().any(|line| line.starts_with("check --sandbox --mapping")), "{seen:?}");
}

#[test]
fn a_command_that_is_none_is_found() {
    let folder = folder("no-command");
    for text in ["run `esc-sync no-such-command` first\n", "```sh\nX=0 esc-sync check --no-such-option || exit\n```\n"]
    {
        let found = commands(text);
        assert_eq!(found.len(), 1, "{text}");
        let ran = Program::new(&folder).args(found[0].split(' ')).args(["--help"]).run();
        assert_eq!(ran.code, 2, "{text}");
    }
}

#[test]
fn the_other_command_of_the_readme_is_there() {
    let readme = read("README.md");
    assert!(blocks(&readme, "console").iter().any(|block| block == "$ ./test\n"));
    for script in ["test", ".ci/run", "tests/clients/install"] {
        let mode = fs::metadata(root().join(script)).expect(script).permissions().mode();
        assert!(mode & 0o111 == 0o111, "{script} cannot be run");
    }
}

/// The script of docs/exit-codes.md, with a program in place of ours that ends as it is told.
#[test]
fn the_script_that_decides_by_exit_code_passes_codes_on() {
    let folder = folder("exit-script");
    let script = blocks(&read("docs/exit-codes.md"), "sh").remove(0);
    let program = folder.join("esc-sync");
    for code in [0, 1, 2, 3, 4, 5, 130] {
        fs::write(&program, format!("#!/bin/sh\nexit {code}\n")).expect("written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("made executable");
        let ran = Command::new("/bin/sh").args(["-ec", &script]).env("PATH", &folder).output().expect("a shell");
        assert_eq!(ran.status.code(), Some(code), "{script}");
        assert_eq!(code == 3, String::from_utf8_lossy(&ran.stdout).contains("not deploying"), "{code}");
    }
}
