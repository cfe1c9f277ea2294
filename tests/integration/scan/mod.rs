//! `scan` and `redact`: workflows good and bad, planted values in every form, trees, and the binary.

mod advice;
mod corpus;
mod program;
mod redact;
mod stream;
mod tree;
mod values;
mod workflows;

use esc_sync::{
    mapping::{LoadOptions, load},
    scan::{FileRead, Settings, read},
};

/// A file read by itself, without any mapping's settings.
fn read_alone(file: &str, text: &[u8]) -> FileRead {
    let loaded = load(
        "m.yaml",
        b"version: 1\nesc: { environment: a/b/c }\ngithub: { organization: a }\nentries: { A: x }\n",
        &LoadOptions::default(),
    );
    read(file, text, &Settings::new(&loaded.expect("legal").mapping))
}

/// The references of a text as `kind NAME line`; at the column of each its name must stand.
fn shown(file: &str, text: &str) -> Vec<String> {
    let folded = |text: &str| text.replace(['_', '-'], "").to_ascii_uppercase();
    let one = |reference: &esc_sync::scan::Reference| {
        let name = reference.name.as_deref().unwrap_or("*");
        let line = text.split('\n').nth(reference.at.line as usize - 1).expect("the line is there");
        let at: String = line.chars().skip(reference.at.column as usize - 1).collect();
        let is_there = match name {
            "*" => at.starts_with("secrets") || at.starts_with("inherit"),
            name => folded(&at).starts_with(&folded(name)),
        };
        assert!(is_there, "{name} is said to stand at {at:?} of {text}");
        format!("{} {name} {}", reference.kind.as_str(), reference.at.line)
    };
    read_alone(file, text.as_bytes()).references.iter().map(one).collect()
}
