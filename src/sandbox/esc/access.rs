//! Interpolation: `${path}` inside a text, and the path inside the braces.
//!
//! The grammar and the words of its errors are those of pulumi/esc
//! `ast/interpolation.go` and `ast/property.go` (v0.25.0).

use super::diagnostic::Diagnostic;
use super::syntax::{Document, SynId};

/// Literal text, then perhaps a reference.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub(super) text: String,
    pub(super) access: Option<Access>,
}

pub(super) type Access = Vec<Accessor>;

#[derive(Clone, Debug)]
pub(super) struct Accessor {
    pub(super) key: AccessKey,
    /// Byte offsets within the scalar's text, for the range of an error.
    pub(super) from: usize,
    pub(super) to: usize,
}

#[derive(Clone, Debug)]
pub(super) enum AccessKey {
    Index(i64),
    Name(String),
}

/// Splits a text into parts; `$$` becomes `$`, a lone `$` stays.
pub(super) fn interpolation(document: &Document, syn: SynId, diagnostics: &mut Vec<Diagnostic>) -> Vec<Part> {
    let text = &*document.node(syn).raw;
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut at = 0;
    while let Some(dollar) = text[at..].find('$') {
        literal.push_str(&text[at..at + dollar]);
        at += dollar + 1;
        match text.as_bytes().get(at) {
            Some(b'$') => {
                literal.push('$');
                at += 1;
            }
            Some(b'{') => {
                let mut parser = Parser { document, syn, text, at: at + 1, accessors: Vec::new(), diagnostics };
                parser.parse();
                at = parser.at;
                let access = Some(parser.accessors);
                parts.push(Part { text: std::mem::take(&mut literal), access });
            }
            _ => literal.push('$'),
        }
    }
    literal.push_str(&text[at..]);
    if !literal.is_empty() {
        parts.push(Part { text: literal, access: None });
    }
    parts
}

struct Parser<'p> {
    document: &'p Document,
    syn: SynId,
    text: &'p str,
    at: usize,
    accessors: Access,
    diagnostics: &'p mut Vec<Diagnostic>,
}

impl Parser<'_> {
    fn parse(&mut self) {
        loop {
            let start = self.at;
            match self.peek() {
                Some('}') => {
                    self.at += 1;
                    break self.finish(start);
                }
                Some('.') => {
                    self.at += 1;
                    self.name(start);
                }
                Some('[') => {
                    self.at += 1;
                    self.subscript(start);
                }
                Some(next) if !next.is_whitespace() => self.name(start),
                _ => {
                    self.error(start, "missing closing brace '}' in interpolation");
                    break self.finish(start);
                }
            }
        }
    }

    fn finish(&mut self, start: usize) {
        if self.accessors.is_empty() {
            self.push(AccessKey::Name(String::new()), start);
        }
    }

    fn name(&mut self, start: usize) {
        let from = self.at;
        self.at += self.text[from..].find(ends_name).unwrap_or(self.text.len() - from);
        if self.at == from {
            self.error(start, "property name must not be empty");
        }
        self.push(AccessKey::Name(self.text[from..self.at].into()), start);
    }

    fn subscript(&mut self, start: usize) {
        let key = match self.peek() {
            None => AccessKey::Name(String::new()),
            Some('"') => {
                self.at += 1;
                AccessKey::Name(self.quoted(start))
            }
            Some(_) => self.index(start),
        };
        if self.peek() == Some(']') {
            self.at += 1;
        } else {
            self.error(start, "subscript is missing closing bracket ']'");
        }
        self.push(key, start);
    }

    fn quoted(&mut self, start: usize) -> String {
        let mut key = String::new();
        while let Some(next) = self.peek() {
            self.at += next.len_utf8();
            match next {
                '"' => {
                    if key.is_empty() {
                        self.error(start + 1, "key subscript must not be empty");
                    }
                    return key;
                }
                '\\' if self.peek() == Some('"') => {
                    self.at += 1;
                    key.push('"');
                }
                other => key.push(other),
            }
        }
        self.error(start + 1, "key subscript is missing closing quote '\"'");
        key
    }

    fn index(&mut self, start: usize) -> AccessKey {
        let from = self.at;
        let ends = |character: char| character == ']' || ends_name(character);
        self.at += self.text[from..].find(ends).unwrap_or(self.text.len() - from);
        let digits = &self.text[from..self.at];
        let Ok(index) = digits.parse() else {
            self.error(start + 1, "numeric subscript must be a positive base-10 integer");
            return AccessKey::Name(digits.into());
        };
        if self.accessors.is_empty() {
            self.error(start, "the first accessor must be a property name or key subscript, not a numeric subscript");
        }
        AccessKey::Index(index)
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn push(&mut self, key: AccessKey, from: usize) {
        self.accessors.push(Accessor { key, from, to: self.at });
    }

    fn error(&mut self, from: usize, summary: &str) {
        let range = self.document.part(self.syn, from, self.at).unwrap_or_else(|| self.document.range(self.syn));
        self.diagnostics.push(Diagnostic::error(summary, self.document.path(self.syn), Some(range)));
    }
}

fn ends_name(character: char) -> bool {
    matches!(character, '.' | '[' | '}') || character.is_whitespace()
}
