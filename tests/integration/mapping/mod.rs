//! The mapping as its authors meet it: the shipped files, the documents, the errors.

mod cases;
mod documents;
mod errors;
mod forms;
mod hostile;
mod properties;
mod sophia;
mod ssh;

use std::{collections::BTreeSet, path::PathBuf};

use esc_sync::mapping::{Diagnostics, Entry, LoadOptions, Loaded, Mapping, load};

/// Loads a mapping with no profile.
fn read(text: &str) -> Result<Loaded, Diagnostics> {
    load("m.yaml", text.as_bytes(), &LoadOptions::default())
}

/// Loads a mapping that must be right.
fn good(text: &str) -> Mapping {
    read(text).unwrap_or_else(|errors| panic!("{}", errors.render("m.yaml"))).mapping
}

/// All that is wrong with a mapping that must be wrong, as a person reads it.
fn refused(text: &str) -> String {
    match read(text) {
        Ok(_) => panic!("accepted:\n{text}"),
        Err(errors) => errors.render("m.yaml"),
    }
}

fn entry<'m>(mapping: &'m Mapping, name: &str) -> &'m Entry {
    mapping.entries.iter().find(|entry| entry.name.as_str() == name).unwrap_or_else(|| panic!("no {name}"))
}

/// Entries under the head that most tests share.
fn with_head(entries: &str) -> String {
    format!(
        "version: 1\nesc: {{ environment: acme/default/production }}\ngithub: {{ organization: acme }}\nentries:\n{entries}"
    )
}

/// The text with every service it names declared in it, so that a test of something else does not
/// depend on which services the catalogue knows.
fn declaring_services(text: &str) -> String {
    let ids: BTreeSet<&str> = text
        .split("service: ")
        .skip(1)
        .map(|rest| rest.split([',', ' ', '}', '\n', '\r']).next().unwrap_or_default())
        .filter(|id| !text.contains(&format!("\n  {id}: {{ title:")))
        .collect();
    let lines: String = ids.iter().map(|id| format!("  {id}: {{ title: T }}\n")).collect();
    if ids.is_empty() { text.to_owned() } else { format!("{text}\nservices:\n{lines}") }
}

fn repository_file(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn file_text(path: &str) -> String {
    std::fs::read_to_string(repository_file(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Compares a generated text with the file that keeps it; with `UPDATE=1` the file is rewritten.
fn assert_kept(path: &str, generated: &str) {
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(repository_file(path), generated).expect("the file can be written");
    }
    let kept = std::fs::read_to_string(repository_file(path)).unwrap_or_default();
    assert!(kept == generated, "{path} is out of date: run the tests once with UPDATE=1");
}
