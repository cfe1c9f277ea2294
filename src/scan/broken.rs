//! References of a workflow that is no valid YAML: by its lines.
//!
//! GitHub does not run such a file. What it names is told all the same, so that who mends it
//! knows what it needs; lines that are comments are left out, whatever they belong to.

use super::{
    expression::{Context, Named},
    lines::Lines,
    reference::{Form, Reach, Reference, ReferenceKind},
    workflow::named,
};

pub(super) fn references(text: &str) -> Vec<Reference> {
    let bare = without_comments(text);
    let mut all = named(&bare, false);
    all.extend(bare_lines(&bare));
    all.sort_by_key(|(named, _)| named.at);
    let mut lines = Lines::new(bare.as_bytes());
    let reference = |(named, form): (Named, Form)| Reference {
        kind: match named.context {
            Context::Secrets => ReferenceKind::Secret,
            Context::Vars => ReferenceKind::Variable,
        },
        name: named.name,
        at: lines.position(named.at),
        form,
        // Which job it belongs to was not read.
        reach: Reach::AnyEnvironment,
    };
    all.into_iter().map(reference).collect()
}

/// The same text with blanks in the place of comment lines, so that every offset stays.
fn without_comments(text: &str) -> String {
    let blank = |line: &str| match line.trim_start().starts_with('#') {
        true => line.chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }).flat_map(|c| vec![c]).collect(),
        false => line.to_owned(),
    };
    text.split_inclusive('\n').map(blank).collect()
}

/// Conditions without braces, and `secrets: inherit`.
fn bare_lines(text: &str) -> Vec<(Named, Form)> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let key = line.trim_start_matches([' ', '-', '\t']);
        if let Some(condition) = key.strip_prefix("if:").filter(|rest| !rest.contains("${{")) {
            let offset = start + line.len() - condition.len();
            let own = named(condition, true).into_iter();
            found.extend(own.map(|(named, form)| (Named { at: named.at + offset, ..named }, form)));
        }
        if let Some(value) = key.strip_prefix("secrets:").filter(|value| value.trim() == "inherit") {
            let at = start + line.len() - value.trim_start().len();
            found.push((Named { context: Context::Secrets, name: None, at }, Form::Inherited));
        }
        start += line.len();
    }
    found
}
