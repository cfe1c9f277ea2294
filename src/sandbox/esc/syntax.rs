//! A definition's YAML as ESC sees it: typed nodes that know their path and range.
//!
//! One arena per document. Paths and ends are worked out only when somebody asks,
//! since most nodes are never spoken of. Ends follow the service's own arithmetic
//! (pulumi/esc `syntax/encoding/yaml.go`): the start plus the length of the value,
//! so quotes do not count and a flow collection ends at its last element.

use std::sync::Arc;

use unicode_width::UnicodeWidthChar;

use super::diagnostic::{Diagnostic, Point, Range};
use super::scalar::{self, Plain};
use crate::yaml::{self, Limits, Node, NodeKind, Scalar};

/// Deeper than any definition a person writes; bounds every recursion below.
pub(super) const DEPTH: usize = 48;

pub(super) type SynId = u32;

#[derive(Debug)]
pub(super) struct Document {
    pub(super) name: Arc<str>,
    pub(super) root: Option<SynId>,
    text: Box<str>,
    nodes: Vec<Syn>,
    /// Start of each line, and whether it is ASCII alone.
    lines: Vec<(u32, bool)>,
}

#[derive(Debug)]
pub(super) struct Syn {
    pub(super) kind: SynKind,
    /// A scalar's text as YAML unescapes it; empty for collections.
    pub(super) raw: Box<str>,
    parent: SynId,
    step: Step,
    at: Point,
    /// How far the end lies below and, on its line, beyond the start's column.
    rows: u32,
    tail: u32,
    /// Written plain, so that offsets into the text are offsets into the source.
    plain: bool,
}

#[derive(Debug)]
pub(super) enum SynKind {
    Bool(bool),
    List(Vec<SynId>),
    Map(Vec<(SynId, SynId)>),
    Null,
    Number(Box<str>),
    Text,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Index(u32),
    Key(SynId),
    Root,
}

impl Document {
    /// Reads `text`; the diagnostics hold at least one error if the tree is unusable.
    pub(super) fn read(name: &str, text: &str) -> (Self, Vec<Diagnostic>) {
        let mut document =
            Self { name: name.into(), root: None, text: text.into(), nodes: Vec::new(), lines: lines(text) };
        let mut diagnostics = Vec::new();
        match yaml::parse(text, Limits { depth: DEPTH, ..Limits::default() }) {
            Err(error) => {
                let summary = format!("yaml: line {}: {}", error.at.line.saturating_sub(1).max(1), error.message);
                diagnostics.push(Diagnostic::error(summary, String::new(), None));
            }
            Ok(None) => {}
            Ok(Some(root)) => {
                let mut builder = Builder { document: &mut document, diagnostics: &mut diagnostics };
                let root = builder.node(root, u32::MAX, Step::Root);
                document.root = Some(root);
            }
        }
        (document, diagnostics)
    }

    pub(super) fn node(&self, id: SynId) -> &Syn {
        &self.nodes[id as usize]
    }

    fn begin(&self, id: SynId) -> Point {
        let at = self.node(id).at;
        Point { byte: self.placed(at.line, at.byte), ..at }
    }

    /// The range of a node, by the service's arithmetic.
    pub(super) fn range(&self, id: SynId) -> Range {
        Range { environment: Arc::clone(&self.name), begin: self.begin(id), end: self.end(id) }
    }

    /// The range of a part of a plain one-line scalar; `None` for any other style.
    pub(super) fn part(&self, id: SynId, from: usize, to: usize) -> Option<Range> {
        let node = self.node(id);
        let (before, upto) = (node.raw.get(..from)?, node.raw.get(..to)?);
        if !node.plain || node.rows != 0 {
            return None;
        }
        let shift = |text: &str| Point {
            line: node.at.line,
            column: node.at.column + width(text),
            byte: self.placed(node.at.line, node.at.byte) + text.len() as u32,
        };
        Some(Range { environment: Arc::clone(&self.name), begin: shift(before), end: shift(upto) })
    }

    /// The path of a node, as the service writes it.
    pub(super) fn path(&self, id: SynId) -> String {
        let mut steps = Vec::new();
        let mut at = id;
        while let Some(node) = self.nodes.get(at as usize) {
            steps.push(node.step);
            at = node.parent;
        }
        let mut path = String::new();
        for step in steps.into_iter().rev() {
            match step {
                Step::Root => {}
                Step::Index(index) => path.push_str(&format!("[{index}]")),
                Step::Key(key) => join(&mut path, &self.node(key).raw),
            }
        }
        path
    }

    pub(super) fn error(&self, id: SynId, summary: impl Into<String>) -> Diagnostic {
        Diagnostic::error(summary, self.path(id), Some(self.range(id)))
    }

    pub(super) fn warning(&self, id: SynId, summary: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(summary, self.path(id), Some(self.range(id)))
    }

    fn end(&self, id: SynId) -> Point {
        let node = self.node(id);
        let last = match &node.kind {
            SynKind::List(items) => items.last().copied(),
            SynKind::Map(pairs) => pairs.last().map(|(_, value)| *value),
            _ => return self.scalar_end(node),
        };
        last.map_or_else(|| self.begin(id), |last| self.end(last))
    }

    /// The end of a scalar: as many lines down as the value has breaks, and as many
    /// columns on as its last line has bytes.
    fn scalar_end(&self, node: &Syn) -> Point {
        let (line, column) = (node.at.line + node.rows, node.at.column + node.tail);
        let byte = match self.lines.get(line as usize - 1) {
            Some((start, true)) => start + column - 1,
            Some((start, false)) if node.rows > 0 => self.advance(*start, column - 1),
            _ => self.advance(node.at.byte, node.tail),
        };
        Point { line, column, byte: self.placed(line, byte) }
    }

    /// The byte that lies `columns` beyond `from`, at most at the end of its line.
    fn advance(&self, from: u32, columns: u32) -> u32 {
        let (mut byte, mut passed) = (from, 0);
        for character in self.text[from as usize..].chars().take_while(|character| *character != '\n') {
            if passed >= columns {
                break;
            }
            byte += character.len_utf8() as u32;
            passed += character.width().unwrap_or(0) as u32;
        }
        byte
    }

    /// The service answers byte 0 for all that stands on a last line without a break.
    fn placed(&self, line: u32, byte: u32) -> u32 {
        if line as usize >= self.lines.len() { 0 } else { byte }
    }
}

/// Appends a key to a path: bare if it is an identifier, bracketed and quoted otherwise.
pub(super) fn join(path: &mut String, key: &str) {
    if key.is_empty() {
        return;
    }
    let plain = !key.starts_with(|first: char| first.is_ascii_digit())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key);
    } else {
        path.push_str(&format!("[\"{}\"]", key.replace('"', "\\\"")));
    }
}

fn width(text: &str) -> u32 {
    text.chars().map(|character| character.width().unwrap_or(0) as u32).sum()
}

fn lines(text: &str) -> Vec<(u32, bool)> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        lines.push((start, line.is_ascii()));
        start += line.len() as u32 + 1;
    }
    lines
}

struct Builder<'d> {
    document: &'d mut Document,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl Builder<'_> {
    fn node(&mut self, node: Node<'_>, parent: SynId, step: Step) -> SynId {
        let id = self.document.nodes.len() as SynId;
        let mut at = Point { line: node.at.line, column: node.at.column, byte: node.start };
        if matches!(node.kind, NodeKind::List(_)) && !node.flow {
            at = self.dash(at);
        }
        let step = if matches!(step, Step::Key(SynId::MAX)) { Step::Key(id) } else { step };
        let is_str = node.tagged && node.tag(&self.document.text) == Some("!!str");
        let mut syn =
            Syn { kind: SynKind::Null, raw: Box::default(), parent, step, at, rows: 0, tail: 0, plain: false };
        let alias = matches!(node.kind, NodeKind::Alias);
        let (items, pairs) = match node.kind {
            NodeKind::Alias => (None, None),
            NodeKind::Scalar(scalar) => {
                fill(&mut syn, scalar, is_str);
                (None, None)
            }
            NodeKind::List(items) => (Some(items), None),
            NodeKind::Map(pairs) => (None, Some(pairs)),
        };
        self.document.nodes.push(syn);
        if alias {
            self.diagnostics.push(self.document.error(id, "alias nodes are not supported"));
        }
        if let Some(items) = items {
            let ids = items.into_iter().zip(0..).map(|(item, at)| self.node(item, id, Step::Index(at))).collect();
            self.document.nodes[id as usize].kind = SynKind::List(ids);
        }
        if let Some(pairs) = pairs {
            let pairs = pairs.into_iter().map(|(key, value)| self.pair(key, value, id)).collect();
            self.document.nodes[id as usize].kind = SynKind::Map(pairs);
        }
        id
    }

    /// A block list begins at its first dash, wherever the parser saw it begin.
    fn dash(&self, at: Point) -> Point {
        let before = &self.document.text[..at.byte as usize];
        let blank = before.len() - before.trim_end_matches(' ').len();
        if self.document.text[before.len()..].starts_with("- ") || !before.trim_end_matches(' ').ends_with('-') {
            return at;
        }
        let back = blank as u32 + 1;
        Point { column: at.column - back, byte: at.byte - back, ..at }
    }

    fn pair(&mut self, key: Node<'_>, value: Node<'_>, parent: SynId) -> (SynId, SynId) {
        let key = self.node(key, parent, Step::Key(SynId::MAX));
        if !matches!(self.document.node(key).kind, SynKind::Text) {
            self.diagnostics.push(self.document.error(key, "mapping keys must be strings"));
        }
        (key, self.node(value, parent, Step::Key(key)))
    }
}

fn fill(syn: &mut Syn, scalar: Scalar<'_>, is_str: bool) {
    let plain = scalar.is_plain();
    syn.kind = match plain.then(|| scalar::resolve(&scalar.text)) {
        Some(Plain::Bool(value)) if !is_str => SynKind::Bool(value),
        Some(Plain::Null) if !is_str => SynKind::Null,
        Some(Plain::Number(number)) if !is_str => SynKind::Number(number.into()),
        _ => SynKind::Text,
    };
    syn.plain = plain;
    let text = &*scalar.text;
    if scalar.style == yaml::ScalarStyle::Literal {
        syn.rows = text.matches('\n').count() as u32;
        syn.tail = text.rsplit('\n').next().map_or(0, str::len) as u32;
    } else {
        syn.tail = text.len() as u32;
    }
    syn.raw = scalar.text.into_owned().into();
}
