//! A mapping in its one form: the same meaning and comments, one spacing, short where it can be.
//!
//! What a comment is attached to stays: a line of its own goes before what followed it, one
//! behind a value stays behind it. Whatever cannot be written so that it loads as the same
//! mapping is refused, and the file is left as it is.

mod changes;
mod comments;
mod scalar;
mod writer;

use std::sync::LazyLock;

use regex::Regex;

use super::{LoadOptions, Mapping, encoding, load};
use crate::{
    mapping::diagnostic::Sink,
    yaml::{self, Limits, Node, NodeKind, Position, ScalarStyle},
};

pub use changes::{Changes, changes};

/// Why a file is left as it is.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotCanonical {
    #[error("it has errors")]
    Broken,
    #[error("a text of several lines stands in line {}; write it in quotes", .0.line)]
    BlockText(Position),
    #[error("an anchor or an alias stands in line {}", .0.line)]
    Anchor(Position),
    #[error("it is JSON, and has its own form")]
    Json,
    #[error("its form would not load as the same mapping")]
    Differs,
}

/// The text in its one form, proved to load as the same mapping, under every profile.
pub fn canonical(bytes: &[u8]) -> Result<String, NotCanonical> {
    let before = load("m", bytes, &LoadOptions::default()).map_err(|_| NotCanonical::Broken)?;
    let text = encoding::decode(bytes, &mut Sink::default()).ok_or(NotCanonical::Broken)?;
    let written = form(text)?;
    let profiles = before.profiles.iter().cloned().map(Some).chain([None]);
    for profile in profiles {
        if !same(bytes, written.as_bytes(), profile) {
            return Err(NotCanonical::Differs);
        }
    }
    // A form that has a form of its own would change at every run.
    if form(&written)? == written { Ok(written) } else { Err(NotCanonical::Differs) }
}

fn form(text: &str) -> Result<String, NotCanonical> {
    let text = text.replace("\r\n", "\n");
    let root = yaml::parse(&text, Limits::default()).ok().flatten().ok_or(NotCanonical::Broken)?;
    if root.flow {
        return Err(NotCanonical::Json);
    }
    writable(&root)?;
    Ok(writer::write(&root, &text))
}

fn writable(node: &Node<'_>) -> Result<(), NotCanonical> {
    if node.anchored || matches!(node.kind, NodeKind::Alias) {
        return Err(NotCanonical::Anchor(node.at));
    }
    match &node.kind {
        NodeKind::Scalar(scalar) if matches!(scalar.style, ScalarStyle::Literal | ScalarStyle::Folded) => {
            Err(NotCanonical::BlockText(node.at))
        }
        NodeKind::List(items) => items.iter().try_for_each(writable),
        NodeKind::Map(pairs) => pairs.iter().try_for_each(|(key, value)| writable(key).and_then(|()| writable(value))),
        NodeKind::Alias | NodeKind::Scalar(_) => Ok(()),
    }
}

/// Whether two texts mean the same; where one of them means nothing, they do not.
fn same(one: &[u8], other: &[u8], profile: Option<String>) -> bool {
    let options = LoadOptions { profile };
    let meaning = |bytes| load("m", bytes, &options).map(|loaded| meaning(&loaded.mapping));
    match (meaning(one), meaning(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// All of a mapping but where in the file it stands.
fn meaning(mapping: &Mapping) -> String {
    static PLACE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"Position \{ line: \d+, column: \d+ \}").expect("the pattern is a legal one"));
    PLACE.replace_all(&format!("{mapping:?}"), "").into_owned()
}

#[cfg(test)]
mod tests;
