//! The definition of an environment that holds nothing but state, as text and as what it means.
//!
//! `values.state` has `documents` (each a string), `logs` (each a list of strings), `lease` and `proof`. A string is
//! `ID TEXT`, or `ID=BASE64` where ESC would take the text for more than it is; the id belongs to the write that put it
//! there. They are plain strings and no `fn::secret`: nothing in state is a value, its fingerprints say nothing to
//! who has not their key, and plain ones can be read without the right to decrypt. Invariant: a definition that holds
//! anything else is somebody's own and is refused, since it would be written whole.

use std::{collections::BTreeMap, fmt::Write};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::yaml::{self, Limits, Node};

/// All that is kept.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Contents {
    pub(super) documents: BTreeMap<String, Kept>,
    pub(super) logs: BTreeMap<String, Vec<Kept>>,
    pub(super) lease: Option<Kept>,
    pub(super) proof: Option<Kept>,
}

/// Some bytes and the write they came with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Kept {
    pub(super) id: String,
    pub(super) bytes: Vec<u8>,
}

/// The environment holds something that is not state.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct NotOurs;

impl Contents {
    pub(super) fn read(text: &str) -> Result<Self, NotOurs> {
        let Some(root) = yaml::parse(text, Limits::default()).map_err(|_| NotOurs)? else {
            return Ok(Self::default());
        };
        let mut contents = Self::default();
        for (name, values) in pairs(&root)? {
            if name != "values" {
                return Err(NotOurs);
            }
            for (name, state) in pairs(values)? {
                if name != "state" {
                    return Err(NotOurs);
                }
                contents.read_state(state)?;
            }
        }
        Ok(contents)
    }

    fn read_state(&mut self, state: &Node<'_>) -> Result<(), NotOurs> {
        for (name, node) in pairs(state)? {
            match name {
                "documents" => {
                    for (key, node) in pairs(node)? {
                        self.documents.insert(key.to_owned(), Kept::read(node)?);
                    }
                }
                "logs" => {
                    for (log, node) in pairs(node)? {
                        let chunks = node.as_list().ok_or(NotOurs)?.iter().map(Kept::read);
                        self.logs.insert(log.to_owned(), chunks.collect::<Result<_, _>>()?);
                    }
                }
                "lease" => self.lease = Some(Kept::read(node)?),
                "proof" => self.proof = Some(Kept::read(node)?),
                _ => return Err(NotOurs),
            }
        }
        Ok(())
    }

    /// JSON is YAML; a line for each key, so that the service's own view of revisions shows what changed.
    pub(super) fn write(&self) -> String {
        let documents: BTreeMap<_, _> = self.documents.iter().map(|(key, kept)| (key, kept.write())).collect();
        let chunks = |kept: &Vec<Kept>| kept.iter().map(Kept::write).collect::<Vec<_>>();
        let logs: BTreeMap<_, _> = self.logs.iter().map(|(log, kept)| (log, chunks(kept))).collect();
        let mut state = json!({ "documents": documents, "logs": logs });
        for (name, kept) in [("lease", &self.lease), ("proof", &self.proof)] {
            if let Some(kept) = kept {
                state[name] = Value::String(kept.write());
            }
        }
        let mut text = serde_json::to_string_pretty(&json!({ "values": { "state": state } }))
            .expect("texts in maps with text keys can be written");
        text.push('\n');
        text
    }
}

impl Kept {
    fn read(node: &Node<'_>) -> Result<Self, NotOurs> {
        let text = &node.as_scalar().ok_or(NotOurs)?.text;
        let end = text.find([' ', '=']).ok_or(NotOurs)?;
        let (id, rest) = text.split_at(end);
        let bytes = match rest.split_at(1) {
            ("=", base64) => STANDARD.decode(base64).map_err(|_| NotOurs)?,
            (_, text) => text.as_bytes().to_vec(),
        };
        Ok(Self { id: id.to_owned(), bytes })
    }

    fn write(&self) -> String {
        let mut text = self.id.clone();
        match std::str::from_utf8(&self.bytes) {
            Ok(plain) if is_safe(plain) => write!(text, " {plain}"),
            _ => write!(text, "={}", STANDARD.encode(&self.bytes)),
        }
        .expect("a String takes all that is written to it");
        text
    }
}

/// What is the same text after ESC evaluated it and its service wrote it anew: no `$` (references and their escape),
/// nothing but printable ASCII and line ends, and no blank at an end.
fn is_safe(text: &str) -> bool {
    let plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n') && byte != b'$';
    text.bytes().all(plain)
        && text.trim_end_matches('\n').trim_end_matches(' ').len() == text.trim_end_matches('\n').len()
}

fn pairs<'n, 'a>(node: &'n Node<'a>) -> Result<Vec<(&'n str, &'n Node<'a>)>, NotOurs> {
    // An empty map may have been written as nothing at all.
    if node.as_scalar().is_some_and(|scalar| matches!(&*scalar.text, "" | "null" | "~")) {
        return Ok(Vec::new());
    }
    let name = |(name, value): &'n (Node<'a>, Node<'a>)| Some((&*name.as_scalar()?.text, value));
    node.as_map().ok_or(NotOurs)?.iter().map(|pair| name(pair).ok_or(NotOurs)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kept(bytes: &[u8]) -> Kept {
        Kept { id: "5f".to_owned(), bytes: bytes.to_vec() }
    }

    #[test]
    fn an_environment_with_anything_else_in_it_is_refused() {
        for text in [
            "values: { a: b }",
            "values: { state: { documents: {} }, other: 1 }",
            "imports: [ a ]\nvalues: { state: {} }",
            "values: { state: { documents: { a: [ 1 ] } } }",
            "values: { state: { documents: { a: '5f=%%' } } }",
            "values: { state: { documents: { a: { fn::secret: x } } } }",
            "values: { state: { more: 1 } }",
            "[ 1 ]",
            "values: {",
        ] {
            assert_eq!(Contents::read(text), Err(NotOurs), "{text}");
        }
        for text in ["", "{}\n", "values: {}\n", "values:\n", "# nothing\n", "values: { state: {} }"] {
            assert_eq!(Contents::read(text), Ok(Contents::default()), "{text}");
        }
    }

    #[test]
    fn what_esc_would_read_as_more_is_written_as_base64() {
        assert_eq!(kept(b"{\"a\": 1}\n").write(), "5f {\"a\": 1}\n");
        for text in ["${secret.value}", "$$", "tab\there", "blank ", "é", "a\r\n"] {
            assert!(kept(text.as_bytes()).write().starts_with("5f="), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(document: Vec<u8>, text in "[ -~\n]{0,40}", chunks: Vec<Vec<u8>>) {
            let contents = Contents {
                documents: [("ledger.json".to_owned(), kept(&document)), ("a/b".to_owned(), kept(text.as_bytes()))].into(),
                logs: [("audit".to_owned(), chunks.iter().map(|chunk| kept(chunk)).collect())].into(),
                lease: Some(kept(b"x")),
                proof: None,
            };
            prop_assert_eq!(Contents::read(&contents.write()), Ok(contents));
        }
    }
}
