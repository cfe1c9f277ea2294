//! One change of a document, made as a splice of its text and proved by its data.
//!
//! Nothing is printed anew: bytes are put in or taken out at one place, and the result
//! must parse to the data before with that one change, or the next place is tried,
//! or the change is refused. Comments, indentation, quotes and CRLF stay as they are.

use super::{
    data::Data,
    document::Document,
    place::{Splice, splices},
    refusal::{Fault, Refusal},
};

/// Which list of keys: that of the default user, or that of the entry of `users` at this index.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum List {
    Top,
    User(usize),
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Change {
    AddDefault,
    AddKey { list: List, line: String },
    RemoveKey { list: List, index: usize },
}

/// The text after the change.
pub(super) fn apply(text: &str, change: &Change) -> Result<String, Refusal> {
    let document = Document::parse(text)?;
    let before = document.data();
    let places = splices(&document, change)?;
    let made = places.iter().map(|splice| (splice.made(text), splice.front));
    made.into_iter()
        .find(|(new, front)| proves(new, before.clone().changed(change, *front)))
        .map(|(new, _)| new)
        .ok_or_else(|| Fault::Unproved.at(document.line_of(change)))
}

fn proves(new: &str, wanted: Option<Data>) -> bool {
    Document::parse(new).is_ok_and(|document| Some(document.data()) == wanted)
}

impl Splice {
    fn made(&self, text: &str) -> String {
        let mut new = String::with_capacity(text.len() + self.insert.len());
        new.push_str(&text[..self.from]);
        new.push_str(&self.insert);
        new.push_str(&text[self.to..]);
        new
    }
}
