//! A definition as it is laid out: nodes, their styles and their comments, read from
//! its text. How the service writes them again when it saves is in `render`.
//!
//! The service decodes and encodes every definition it stores (pulumi/esc
//! `eval/crypt.go`, go-yaml v3 with an indent of 2). What that keeps and loses
//! was tried with that code: key order, quoting, flow and block, and comments stay;
//! blank lines, a detached head comment, anchors and odd indents go. Comments inside
//! a flow collection move above its entry; go-yaml's finer rules for comments that
//! belong to nothing are not imitated.

mod render;

use std::borrow::Cow;

pub(super) use render::render;

use super::scalar::{self, Plain};
use crate::yaml::{Node, NodeKind, Scalar, ScalarStyle};

#[derive(Clone, Debug)]
pub(super) struct Form<'a> {
    pub(super) kind: FormKind<'a>,
    tag: Option<&'a str>,
    /// The comment at the end of its line.
    line: Option<&'a str>,
}

#[derive(Clone, Debug)]
pub(super) enum FormKind<'a> {
    List {
        flow: bool,
        items: Vec<Entry<'a>>,
    },
    Map {
        flow: bool,
        pairs: Vec<(Entry<'a>, Form<'a>)>,
    },
    /// `string`: what ESC takes for a string, whatever its text looks like.
    Scalar {
        text: Cow<'a, str>,
        style: ScalarStyle,
        string: bool,
    },
}

/// A key or a list item, with the comment lines above it; an empty one is a blank line.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub(super) form: Form<'a>,
    head: Vec<&'a str>,
}

impl<'a> Form<'a> {
    fn string(text: Cow<'a, str>, style: ScalarStyle) -> Self {
        Self { kind: FormKind::Scalar { text, style, string: true }, tag: None, line: None }
    }

    fn read(scalar: Scalar<'a>, tag: Option<&'a str>, line: Option<&'a str>) -> Self {
        let string = !scalar.is_plain()
            || tag == Some("!!str")
            || matches!(scalar::resolve(&scalar.text), Plain::Text | Plain::Timestamp);
        Self { kind: FormKind::Scalar { text: scalar.text, style: scalar.style, string }, tag, line }
    }

    /// A block map of one pair; a comment that ended the line of `from` ends the value's.
    pub(super) fn single(key: &'a str, value: Cow<'a, str>, from: &Self) -> Self {
        let key = Entry { form: Self::string(key.into(), ScalarStyle::Plain), head: Vec::new() };
        let value = Self { line: from.line, ..Self::string(value, ScalarStyle::Plain) };
        Self { kind: FormKind::Map { flow: false, pairs: vec![(key, value)] }, tag: None, line: None }
    }

    /// Replaces this node by a text, keeping the comment that ends its line.
    pub(super) fn become_text(&mut self, text: String, from: &Self) {
        let style = match from.kind {
            FormKind::Scalar { style, .. } => style,
            _ => ScalarStyle::Plain,
        };
        *self = Self { line: from.line.or(self.line), ..Self::string(text.into(), style) };
    }

    /// The text of a node that ESC takes for a string.
    pub(super) fn as_string(&self) -> Option<&str> {
        match &self.kind {
            FormKind::Scalar { text, string: true, .. } => Some(text),
            _ => None,
        }
    }

    fn is_flow(&self) -> bool {
        match &self.kind {
            FormKind::List { flow, items } => *flow || items.is_empty(),
            FormKind::Map { flow, pairs } => *flow || pairs.is_empty(),
            FormKind::Scalar { .. } => false,
        }
    }
}

/// The forms of a parsed document, with the comments of its source.
pub(super) fn read<'a>(source: &'a str, root: Node<'a>) -> (Form<'a>, Vec<&'a str>) {
    let mut spans = Vec::new();
    leaves(&root, &mut spans);
    let mut reader = Reader { source, comments: comments(source, &spans), next: 0, begun: false, inner: Vec::new() };
    let form = reader.form(root, false);
    let rest = reader.comments[reader.next..].iter().map(|comment| comment.text).collect();
    (form, rest)
}

/// The byte ranges of all scalars, in order.
fn leaves(node: &Node<'_>, spans: &mut Vec<(usize, usize)>) {
    match &node.kind {
        NodeKind::Alias => {}
        NodeKind::Scalar(_) => spans.push((node.start as usize, node.end as usize)),
        NodeKind::List(items) => items.iter().for_each(|item| leaves(item, spans)),
        NodeKind::Map(pairs) => {
            for (key, value) in pairs {
                leaves(key, spans);
                leaves(value, spans);
            }
        }
    }
}

#[derive(Debug)]
struct Comment<'a> {
    at: usize,
    text: &'a str,
    /// Nothing else is on its line.
    alone: bool,
    /// A blank line follows.
    detached: bool,
}

/// All comments: what stands between scalars holds nothing else that has a `#`.
fn comments<'a>(source: &'a str, spans: &[(usize, usize)]) -> Vec<Comment<'a>> {
    let mut found = Vec::new();
    let mut from = 0;
    for (start, end) in spans.iter().copied().chain([(source.len(), source.len())]) {
        let mut at = from;
        while let Some(offset) = source.get(at..start).and_then(|gap| gap.find('#')) {
            let begin = at + offset;
            let end = source[begin..].find('\n').map_or(source.len(), |length| begin + length);
            let before = source[..begin].rsplit('\n').next().unwrap_or_default();
            if before.is_empty() || before.ends_with([' ', '\t']) {
                let after = source[end..].strip_prefix('\n').unwrap_or_default();
                let following = after.split('\n').next().unwrap_or_default();
                found.push(Comment {
                    at: begin,
                    text: source[begin..end].trim_end(),
                    alone: before.trim().is_empty(),
                    detached: following.trim().is_empty(),
                });
            }
            at = end.min(start).max(begin + 1);
        }
        from = end.max(from);
    }
    found
}

struct Reader<'a> {
    source: &'a str,
    comments: Vec<Comment<'a>>,
    next: usize,
    /// Whether any entry was read: a detached comment above the first one is lost.
    begun: bool,
    /// Comments found inside a flow collection.
    inner: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    fn form(&mut self, node: Node<'a>, in_flow: bool) -> Form<'a> {
        let tag = node.tag(self.source);
        let (start, end) = (node.start as usize, node.end as usize);
        let flow = in_flow || node.flow;
        let kind = match node.kind {
            NodeKind::Alias => Form::string("".into(), ScalarStyle::Plain).kind,
            NodeKind::Scalar(scalar) => Form::read(scalar, tag, None).kind,
            NodeKind::List(items) => {
                let items = items.into_iter().map(|item| self.entry(item, flow)).collect();
                FormKind::List { flow, items }
            }
            NodeKind::Map(pairs) => {
                let pairs = pairs.into_iter().map(|(key, value)| self.pair(key, value, flow)).collect();
                FormKind::Map { flow, pairs }
            }
        };
        let is_block = matches!(kind, FormKind::List { flow: false, .. } | FormKind::Map { flow: false, .. });
        let header = match &kind {
            FormKind::Scalar { style: ScalarStyle::Literal | ScalarStyle::Folded, .. } => self.header(start, end),
            _ => None,
        };
        let line = if is_block { None } else { header.or_else(|| self.line_comment(end, usize::MAX, in_flow)) };
        Form { kind, tag, line }
    }

    fn entry(&mut self, node: Node<'a>, flow: bool) -> Entry<'a> {
        let head = self.head(node.start as usize, flow);
        let kept = std::mem::take(&mut self.inner);
        let form = self.form(node, flow);
        self.finish(head, form, kept, flow)
    }

    fn pair(&mut self, key: Node<'a>, value: Node<'a>, flow: bool) -> (Entry<'a>, Form<'a>) {
        let head = self.head(key.start as usize, flow);
        let kept = std::mem::take(&mut self.inner);
        let (key_end, value_start) = (key.end as usize, value.start as usize);
        let tag = key.tag(self.source);
        let is_empty = value.start == value.end;
        let line = if is_empty { None } else { self.line_comment(key_end, value_start, flow) };
        let value = self.form(value, flow);
        let key = match key.kind {
            NodeKind::Scalar(scalar) => Form::read(scalar, tag, line),
            _ => Form::string("".into(), ScalarStyle::Plain),
        };
        let entry = self.finish(head, key, kept, flow);
        (entry, value)
    }

    /// Comments from within a flow collection go above the block entry that holds it.
    fn finish(&mut self, mut head: Vec<&'a str>, form: Form<'a>, kept: Vec<&'a str>, flow: bool) -> Entry<'a> {
        let found = std::mem::replace(&mut self.inner, kept);
        if flow {
            self.inner.extend(found);
        } else {
            head.extend(found);
        }
        Entry { form, head }
    }

    /// The comment lines above `start` that nobody has taken yet.
    fn head(&mut self, start: usize, flow: bool) -> Vec<&'a str> {
        let mut head = Vec::new();
        while let Some(comment) = self.comments.get(self.next).filter(|comment| comment.at < start) {
            self.next += 1;
            head.push(comment.text);
            if comment.detached && comment.alone {
                if self.begun {
                    head.push("");
                } else {
                    head.clear();
                }
            }
        }
        self.begun = true;
        if flow {
            self.inner.append(&mut head);
        }
        head
    }

    /// The comment after `end` on the same line and before `limit`.
    fn line_comment(&mut self, end: usize, limit: usize, flow: bool) -> Option<&'a str> {
        let comment = self.comments.get(self.next)?;
        let between = self.source.get(end..comment.at)?;
        let same_line = !between.contains('\n') && !comment.alone && comment.at < limit;
        let only_marks = between.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b':' | b',' | b']' | b'}'));
        let closes = between.contains([']', '}']);
        if !same_line || !only_marks || (closes && !flow) {
            return None;
        }
        if flow && closes {
            return None;
        }
        self.next += 1;
        if flow {
            self.inner.push(comment.text);
            return None;
        }
        Some(comment.text)
    }

    /// The comment behind the `|` or `>` of a block scalar.
    fn header(&self, start: usize, end: usize) -> Option<&'a str> {
        let line = self.source.get(start..end)?.split('\n').next()?;
        line.find('#').map(|at| line[at..].trim_end())
    }
}
