//! YAML (and so JSON) text read into a tree in which every node knows its place.
//!
//! What lives here: the tree, its limits, and positions. What does not: what any
//! document means. Nothing is converted: a scalar keeps its text and its style, so
//! `no`, `1e3` and `0123` stay what a person wrote. Errors carry a position and a
//! kind, never the text around it, since a definition may hold secrets.

use std::borrow::Cow;

use granit_parser::{ErrorKind, Event, Parser, StructureStyle};

pub use granit_parser::ScalarStyle;

/// A document refused, with the place and no part of its text.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{message} (line {}, column {})", at.line, at.column)]
pub struct YamlError {
    pub at: Position,
    pub message: String,
}

/// Line and column, both counted from 1; the column counts characters.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// One node: a scalar, a list, a map, or the alias of an anchored node.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    pub kind: NodeKind<'a>,
    pub at: Position,
    /// Byte range in the source. Of a scalar it is the whole token, quotes included.
    pub start: u32,
    pub end: u32,
    pub anchored: bool,
    /// Whether a list or map is written with brackets or braces.
    pub flow: bool,
    /// Whether a tag such as `!!int` or `!include` stands before it; `start` is after the tag.
    pub tagged: bool,
}

#[derive(Clone, Debug)]
pub enum NodeKind<'a> {
    Alias,
    List(Vec<Node<'a>>),
    Map(Vec<(Node<'a>, Node<'a>)>),
    Scalar(Scalar<'a>),
}

/// A scalar's text after unescaping, and how it was written.
#[derive(Clone, Debug)]
pub struct Scalar<'a> {
    pub text: Cow<'a, str>,
    pub style: ScalarStyle,
}

/// Bounds that keep a hostile document from costing more than it is worth.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub nodes: usize,
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { nodes: 4_000_000, depth: 64 }
    }
}

/// Reads the one document of `text`; `None` if it holds nothing but comments.
pub fn parse(text: &str, limits: Limits) -> Result<Option<Node<'_>>, YamlError> {
    let mut reader = Reader { events: Parser::new_from_str(text), limits, nodes: 0 };
    loop {
        let (event, position, ..) = reader.next()?;
        match event {
            Event::StreamStart => {}
            Event::DocumentStart(..) => break,
            Event::StreamEnd => return Ok(None),
            _ => return Err(error(position, "a document was expected here")),
        }
    }
    let first = reader.next()?;
    let root = reader.node(first, 0)?;
    loop {
        let (event, position, ..) = reader.next()?;
        match event {
            Event::DocumentEnd => {}
            Event::StreamEnd => break,
            _ => return Err(error(position, "a second document is not allowed in one file")),
        }
    }
    Ok(match &root.kind {
        NodeKind::Scalar(scalar) if scalar.text.is_empty() && root.start == root.end => None,
        _ => Some(root),
    })
}

impl<'a> Node<'a> {
    pub fn as_scalar(&self) -> Option<&Scalar<'a>> {
        match &self.kind {
            NodeKind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    pub fn as_map(&self) -> Option<&[(Node<'a>, Node<'a>)]> {
        match &self.kind {
            NodeKind::Map(pairs) => Some(pairs),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Node<'a>]> {
        match &self.kind {
            NodeKind::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value under `key`, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node<'a>> {
        self.as_map()?
            .iter()
            .find(|(name, _)| name.as_scalar().is_some_and(|scalar| scalar.text == key))
            .map(|(_, value)| value)
    }

    /// The tag as written before this node in `source`, such as `!!str`.
    pub fn tag<'s>(&self, source: &'s str) -> Option<&'s str> {
        let mut tokens = source.get(..self.start as usize)?.split_whitespace().rev();
        let token = tokens.find(|token| !token.starts_with('&'))?;
        (self.tagged && token.starts_with('!')).then_some(token)
    }

    /// What a person would call this node's shape, for messages.
    pub fn shape(&self) -> &'static str {
        match &self.kind {
            NodeKind::Alias => "an alias",
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a map",
            NodeKind::Scalar(scalar) if scalar.is_null() => "nothing",
            NodeKind::Scalar(_) => "a text",
        }
    }
}

impl Scalar<'_> {
    pub fn is_plain(&self) -> bool {
        self.style == ScalarStyle::Plain
    }

    /// YAML's core schema for null; a quoted "null" is a text.
    pub fn is_null(&self) -> bool {
        self.is_plain() && matches!(&*self.text, "" | "~" | "null" | "Null" | "NULL")
    }
}

type Step<'a> = (Event<'a>, Position, u32, u32);

struct Reader<'a> {
    events: Parser<'a, granit_parser::StrInput<'a>>,
    limits: Limits,
    nodes: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Step<'a>, YamlError> {
        match self.events.next_event() {
            None => Ok((Event::StreamEnd, Position::default(), 0, 0)),
            Some(Ok((event, span))) => {
                let range = span.byte_range().unwrap_or(0..0);
                let at = Position { line: span.start.line() as u32, column: span.start.col() as u32 + 1 };
                Ok((event, at, range.start as u32, range.end as u32))
            }
            Some(Err(failure)) => {
                let mark = failure.marker();
                let at = Position { line: mark.line() as u32, column: mark.col() as u32 + 1 };
                Err(error(at, complaint(failure.kind())))
            }
        }
    }

    fn node(&mut self, step: Step<'a>, depth: usize) -> Result<Node<'a>, YamlError> {
        let (event, at, start, end) = step;
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            return Err(error(at, format!("more than {} nodes in one document", self.limits.nodes)));
        }
        if depth > self.limits.depth {
            return Err(error(at, format!("nested deeper than {} levels", self.limits.depth)));
        }
        let mut flow = false;
        let (kind, anchor, tagged, end) = match event {
            Event::Alias(_) => (NodeKind::Alias, 0, false, end),
            Event::Scalar(text, style, anchor, tag) => {
                // The parser shows a value that is not there as `~`.
                let text = if start == end { Cow::Borrowed("") } else { text };
                (NodeKind::Scalar(Scalar { text, style }), anchor, tag.is_some(), end)
            }
            Event::SequenceStart(style, anchor, tag) => {
                flow = style == StructureStyle::Flow;
                let (items, end) = self.items(depth)?;
                (NodeKind::List(items), anchor, tag.is_some(), end)
            }
            Event::MappingStart(style, anchor, tag) => {
                flow = style == StructureStyle::Flow;
                let (pairs, end) = self.pairs(depth)?;
                (NodeKind::Map(pairs), anchor, tag.is_some(), end)
            }
            _ => return Err(error(at, "a value was expected here")),
        };
        Ok(Node { kind, at, start, end, anchored: anchor != 0, flow, tagged })
    }

    fn items(&mut self, depth: usize) -> Result<(Vec<Node<'a>>, u32), YamlError> {
        let mut items = Vec::new();
        loop {
            let step = self.next()?;
            if matches!(step.0, Event::SequenceEnd) {
                // Most maps are short and stay: their unused room would be a third of the tree.
                items.shrink_to_fit();
                return Ok((items, step.3));
            }
            items.push(self.node(step, depth + 1)?);
        }
    }

    fn pairs(&mut self, depth: usize) -> Result<(Vec<(Node<'a>, Node<'a>)>, u32), YamlError> {
        let mut pairs = Vec::new();
        loop {
            let step = self.next()?;
            if matches!(step.0, Event::MappingEnd) {
                pairs.shrink_to_fit();
                return Ok((pairs, step.3));
            }
            let key = self.node(step, depth + 1)?;
            let step = self.next()?;
            pairs.push((key, self.node(step, depth + 1)?));
        }
    }
}

/// The parser's own words where they are fixed ones; never a character of the document.
fn complaint(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::UnexpectedCharacter { .. } => "a character that cannot stand here".into(),
        ErrorKind::TabInBlockIndentation | ErrorKind::TabNotAllowed => {
            "a tab where YAML takes only spaces (tabs cannot indent)".into()
        }
        ErrorKind::Custom(_) | ErrorKind::InputDecoding { .. } | ErrorKind::InputIo { .. } => "unreadable text".into(),
        fixed => fixed.to_string(),
    }
}

fn error(at: Position, message: impl Into<String>) -> YamlError {
    YamlError { at, message: message.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_text_are_those_of_the_source() {
        let text = "a: 1e3\nb:\n  - \"x\\ty\"\n  - {c: no}\n";
        let root = parse(text, Limits::default()).expect("parses").expect("not empty");
        assert_eq!(root.get("a").and_then(Node::as_scalar).expect("a").text, "1e3");
        let items = root.get("b").and_then(Node::as_list).expect("b");
        assert_eq!(items[0].as_scalar().expect("scalar").text, "x\ty");
        assert_eq!(items[0].at, Position { line: 3, column: 5 });
        assert_eq!(&text[items[0].start as usize..items[0].end as usize], "\"x\\ty\"");
        assert_eq!(items[1].get("c").and_then(Node::as_scalar).expect("c").text, "no");
    }

    #[test]
    fn an_error_names_the_place_and_not_the_text() {
        let error = parse("key: [hunter2-canary\n", Limits::default()).expect_err("unclosed");
        assert!(!error.to_string().contains("canary"), "{error}");
        assert!(error.at.line >= 1);
    }

    #[test]
    fn m12_tabs_are_refused_by_name() {
        let error = parse("a:\n\tb: c\n", Limits::default()).expect_err("tab");
        assert!(error.message.contains("tab"), "{error}");
    }

    #[test]
    fn spans_cover_the_token_and_nothing_else() {
        let text = "a: plain text   # remark\nb: |\n  one\n  two\nc: !x 'q'\n";
        let root = parse(text, Limits::default()).expect("parses").expect("not empty");
        let span = |key| root.get(key).map(|node| &text[node.start as usize..node.end as usize]).expect(key);
        assert_eq!(span("a"), "plain text");
        assert!(span("b").contains("one\n  two"), "{:?}", span("b"));
        assert_eq!(span("c"), "'q'");
        assert!(root.get("c").expect("c").tagged);
    }

    #[test]
    fn depth_and_nodes_are_bounded() {
        let deep = "[".repeat(100_000);
        assert!(parse(&deep, Limits::default()).is_err());
        let wide = parse("[a, b, c]", Limits { nodes: 3, depth: 8 });
        assert!(wide.is_err());
    }

    #[test]
    fn comments_alone_are_no_document() {
        assert!(parse("# nothing\n", Limits::default()).expect("fine").is_none());
    }
}
