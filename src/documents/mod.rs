//! What is generated from a mapping alone: the required-secrets document, `.env.template`, workflows.
//!
//! What lives here: their text, and telling whether a file is still what was generated.
//! What does not: files. The same mapping and settings always give the same bytes, and no
//! document holds a value: of plain settings only what the mapping itself states.

mod header;
mod markdown;
mod required;
mod template;
mod workflow;

#[cfg(test)]
mod tests;

use crate::mapping::Mapping;

pub use header::Header;

/// What documents depend on beside the mapping; kept in each document's header.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Settings {
    /// The mapping file, from the root of its repository.
    pub mapping: String,
    pub profile: Option<String>,
    /// Shell commands that put `esc-sync` on a runner; `None`: it is there.
    pub install: Option<String>,
    /// Whether the gate asks the services too.
    pub live: bool,
}

/// One generated file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Document {
    /// From the root of the repository.
    pub path: &'static str,
    pub text: String,
}

/// What a file is, compared with what would be generated now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Condition {
    /// Byte for byte the same.
    Current,
    /// As it was once generated, from something else.
    Outdated,
    /// Changed by hand after it was generated.
    Edited,
    /// Not one of ours.
    Foreign,
}

/// What makes the text of a document below its header.
type Body = fn(&Mapping, &Settings) -> String;

/// All documents: where they go, how their comments are written, and what makes them.
const DOCUMENTS: &[(&str, header::Comment, Body)] = &[
    (".env.template", header::Comment::Hash, template::text),
    (".github/workflows/esc-sync-attest.yml", header::Comment::Hash, workflow::attest),
    (".github/workflows/esc-sync-check.yml", header::Comment::Hash, workflow::check),
    (".github/workflows/esc-sync-sync.yml", header::Comment::Hash, workflow::sync),
    ("docs/required-secrets.md", header::Comment::Markup, required::text),
];

/// Where documents go, in their order.
pub fn paths() -> impl Iterator<Item = &'static str> {
    DOCUMENTS.iter().map(|(path, ..)| *path)
}

/// All documents of a mapping.
pub fn documents(mapping: &Mapping, settings: &Settings) -> Vec<Document> {
    let document = |(path, comment, body): &(&'static str, header::Comment, Body)| Document {
        path,
        text: header::headed(*comment, settings, &body(mapping, settings)),
    };
    DOCUMENTS.iter().map(document).collect()
}

/// What a file is that is where the document goes.
pub fn condition(there: &str, document: &Document) -> Condition {
    if there == document.text {
        return Condition::Current;
    }
    match Header::of(there) {
        None => Condition::Foreign,
        Some(header) if header.intact => Condition::Outdated,
        Some(_) => Condition::Edited,
    }
}
