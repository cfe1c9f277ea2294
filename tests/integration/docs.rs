//! The documents say what is so: examples load, the report shown is the one printed.

use std::{fs, path::Path};

use esc_sync::mapping::{LoadOptions, load};

use crate::support::program::{Program, folder};

#[test]
fn every_mapping_in_the_readme_loads() {
    let readme = read("README.md");
    let mappings: Vec<_> = blocks(&readme, "yaml").into_iter().filter(|block| block.contains("version: 1")).collect();
    assert!(!mappings.is_empty(), "the README shows no mapping");
    for block in mappings {
        let loaded = load("README.md", block.as_bytes(), &LoadOptions::default());
        assert!(loaded.is_ok(), "{}", loaded.expect_err("just seen").render("README.md"));
    }
}

#[test]
fn the_readme_shows_the_report_that_its_command_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scratch = folder("readme");
    let sandbox = format!("--sandbox={}", scratch.join("sandbox").display());
    let mapping = root.join("mappings/sophia.yaml");
    let mapping = mapping.to_str().expect("a path in UTF-8");
    let ran = Program::new(root).env("COLUMNS", "120").args(["check", &sandbox, "--mapping", mapping]).run();
    assert_eq!(ran.code, 1, "{}", ran.everything());
    let shown: String = excerpt(&ran.stdout.replace(mapping, "mappings/sophia.yaml"));
    let readme = read("README.md");
    let (head, rest) = readme.split_once("<!-- sandbox-report -->\n").expect("the start marker");
    let (_, tail) = rest.split_once("<!-- /sandbox-report -->").expect("the end marker");
    let wanted = format!("{head}<!-- sandbox-report -->\n```text\n{shown}```\n<!-- /sandbox-report -->{tail}");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(root.join("README.md"), &wanted).expect("README.md can be written");
    } else {
        assert!(
            readme == wanted,
            "the README's report is stale; run `UPDATE=1 cargo nextest run the_readme_shows`:\n{shown}"
        );
    }
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("README.md"), root.join("SECURITY.md")];
    files.extend(fs::read_dir(root.join("docs")).expect("docs").flatten().map(|entry| entry.path()));
    let mut dead = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "md")) {
        let text = fs::read_to_string(file).expect("readable");
        for target in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let is_local = !target.is_empty() && !target.contains("://") && !target.contains(char::is_whitespace);
            if is_local && !file.parent().expect("in a folder").join(target).exists() {
                dead.push(format!("{}: {target}", file.display()));
            }
        }
    }
    assert!(dead.is_empty(), "links that lead nowhere:\n{}", dead.join("\n"));
}

/// The first lines and the last, with what differs from run to run made equal.
fn excerpt(report: &str) -> String {
    let lines: Vec<_> = report.lines().collect();
    let (head, tail) = (&lines[..28.min(lines.len())], &lines[lines.len().saturating_sub(3)..]);
    let time = regex::Regex::new(r"\d+(\.\d+)? m?s\b").expect("a pattern");
    let mut shown = head.iter().chain(&["…"]).chain(tail).map(|line| time.replace_all(line, "… ms").into_owned());
    shown.by_ref().fold(String::new(), |text, line| text + line.trim_end() + "\n")
}

fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let fence = format!("```{language}");
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim_start() == fence {
            let indent = line.len() - line.trim_start().len();
            let body = lines.by_ref().take_while(|line| line.trim() != "```");
            blocks.push(body.map(|line| format!("{}\n", line.get(indent..).unwrap_or(""))).collect());
        }
    }
    blocks
}

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("the document is there")
}
