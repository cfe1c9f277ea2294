//! The documents say what is so: examples load, commands run, the report shown is the one printed.

mod asked;
mod command_line;
mod dependencies;
mod examples;
mod probes;
mod readme;
mod rooms;
mod ssh;
mod syncing;

use std::{fs, path::Path};

#[test]
fn every_link_between_documents_leads_somewhere() {
    let mut dead = Vec::new();
    for (name, text) in documents() {
        let file = root().join(&name);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.contains("://") || target.contains(char::is_whitespace) {
                continue;
            }
            let (path, section) = target.split_once('#').unwrap_or((target, ""));
            let leads_to = if path.is_empty() { file.clone() } else { file.parent().expect("in a folder").join(path) };
            if !leads_to.exists() || !(section.is_empty() || has_section(&leads_to, section)) {
                dead.push(format!("{name}: {target}"));
            }
        }
    }
    assert!(dead.is_empty(), "links that lead nowhere:\n{}", dead.join("\n"));
}

/// A comment that sends its reader to a page must not send him nowhere.
#[test]
fn every_document_named_in_the_code_is_there() {
    let name = regex::Regex::new(r"[\w/-]+\.md\b").expect("a pattern");
    let mut absent = Vec::new();
    for folder in ["src", "tests", "benches"] {
        command_line::each_file(&root().join(folder), "rs", &mut |text| {
            let comments = text.lines().filter(|line| line.trim_start().starts_with("//"));
            let named = comments.flat_map(|line| name.find_iter(line)).map(|found| found.as_str());
            absent.extend(named.filter(|name| !root().join(name).exists()).map(str::to_owned));
        });
    }
    assert!(absent.is_empty(), "named in comments, but not there: {absent:?}");
}

/// Whether a heading of the file has this anchor, made as GitHub makes it.
fn has_section(file: &Path, anchor: &str) -> bool {
    let text = fs::read_to_string(file).unwrap_or_default();
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings.into_iter().any(|heading| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|character| character.is_alphanumeric() || " -_".contains(*character));
        kept.map(|character| if character == ' ' { '-' } else { character }).eq(anchor.chars())
    })
}

/// Every document with its name below the repository, in order.
fn documents() -> Vec<(String, String)> {
    let mut names = vec!["README.md".to_owned(), "SECURITY.md".to_owned()];
    let listed = fs::read_dir(root().join("docs")).expect("docs").flatten();
    let mut below: Vec<_> = listed.map(|entry| format!("docs/{}", entry.file_name().to_string_lossy())).collect();
    below.retain(|name| name.ends_with(".md"));
    below.sort();
    names.append(&mut below);
    names.into_iter().map(|name| (name.clone(), read(&name))).collect()
}

/// The fenced blocks of a document in one language.
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

/// The rows of the table that follows a line of the document, as trimmed cells, without the head.
fn table_after(text: &str, line: &str) -> Vec<Vec<String>> {
    let (_, rest) = text.split_once(&format!("\n{line}\n")).unwrap_or_else(|| panic!("no line {line:?}"));
    let rows = rest.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    rows.skip(2).map(cells).collect()
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).expect("the document is there")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
