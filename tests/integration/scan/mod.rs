//! `scan` and `redact`: workflows good and bad, planted values in every form, trees, and the binary.

mod corpus;
mod program;
mod redact;
mod tree;
mod values;
mod workflows;

use esc_sync::{
    mapping::{LoadOptions, load},
    scan::{FileRead, Settings, read},
};

/// A file read by itself, without any mapping's settings.
fn read_alone(file: &str, text: &[u8]) -> FileRead {
    let loaded =
        load("m.yaml", b"version: 1\nesc: { environment: a/b/c }\nentries: { A: x }\n", &LoadOptions::default());
    read(file, text, &Settings::new(&loaded.expect("legal").mapping))
}

/// Its references as `kind NAME line:column`.
fn shown(read: &FileRead) -> Vec<String> {
    let one = |reference: &esc_sync::scan::Reference| {
        let name = reference.name.as_deref().unwrap_or("*");
        format!("{} {name} {}:{}", reference.kind.as_str(), reference.at.line, reference.at.column)
    };
    read.references.iter().map(one).collect()
}
