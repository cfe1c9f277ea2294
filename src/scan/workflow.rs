//! References of a workflow or a composite action.
//!
//! The structure is read for what only it can tell: what is a comment, what is a condition,
//! which job has which environment, which names a reusable workflow declares. Expressions are
//! looked for in the source of each value, so that a reference has its own line and column
//! inside a block of shell, too; a comment of that shell counts, since GitHub expands it.
//! What is no valid YAML is read as text.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    broken,
    expression::{self, Context, Named},
    lines::Lines,
    reference::{Form, Reach, Read, Reference, ReferenceKind},
};
use crate::yaml::{Limits, Node, NodeKind, ScalarStyle, parse};

/// Reads a workflow or an action.
pub(super) fn read(text: &str) -> Read {
    match parse(text, Limits::default()) {
        Ok(root) => {
            Read { references: root.map_or_else(Vec::new, |root| Reader::new(text).document(&root)), broken: None }
        }
        Err(error) => Read { references: broken::references(text), broken: Some(error) },
    }
}

struct Reader<'t> {
    text: &'t str,
    lines: Lines<'t>,
    found: Vec<Reference>,
    reach: Reach,
    /// A job hands secrets over under names of its own; what is declared elsewhere describes them.
    in_job: bool,
}

/// What a value is, by where it stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Room {
    /// Below a key whose names are a person's own, such as `env`.
    Names,
    /// Where `if` is a condition.
    Structure,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, lines: Lines::new(text.as_bytes()), found: Vec::new(), reach: Reach::Repository, in_job: false }
    }

    fn document(mut self, root: &Node<'_>) -> Vec<Reference> {
        for (key, value) in root.as_map().unwrap_or_default() {
            if word(key) == Some("jobs") {
                value.as_map().unwrap_or_default().iter().for_each(|(_, job)| self.job(job));
            } else {
                self.pair(key, value, Room::Structure);
            }
        }
        let declared = declared(root);
        for reference in &mut self.found {
            let is_declared = reference.name.as_ref().is_some_and(|name| declared.contains(name));
            if reference.kind == ReferenceKind::Secret && is_declared {
                reference.form = Form::Declared;
            }
        }
        self.found
    }

    fn job(&mut self, job: &Node<'_>) {
        (self.reach, self.in_job) = (reach(job), true);
        for (key, value) in job.as_map().unwrap_or_default() {
            let inherits = word(key) == Some("secrets") && word(value) == Some("inherit");
            if inherits {
                self.add(
                    &Named { context: Context::Secrets, name: None, at: value.start as usize },
                    Form::Inherited,
                    0,
                );
            } else {
                self.pair(key, value, Room::Structure);
            }
        }
        (self.reach, self.in_job) = (Reach::Repository, false);
    }

    fn pair(&mut self, key: &Node<'_>, value: &Node<'_>, room: Room) {
        match (room, word(key)) {
            // What describes is shown to people as it is.
            (Room::Structure, Some("description")) => {}
            (Room::Structure, Some("if")) => self.scalar(value, true),
            (Room::Structure, Some("env" | "with" | "matrix")) => self.node(value, Room::Names),
            (Room::Structure, Some("secrets")) if self.in_job => self.node(value, Room::Names),
            _ => self.node(value, room),
        }
    }

    fn node(&mut self, node: &Node<'_>, room: Room) {
        match &node.kind {
            // What an alias stands for is read where it is written.
            NodeKind::Alias => {}
            NodeKind::List(items) => items.iter().for_each(|item| self.node(item, room)),
            NodeKind::Map(pairs) => pairs.iter().for_each(|(key, value)| self.pair(key, value, room)),
            NodeKind::Scalar(_) => self.scalar(node, false),
        }
    }

    /// The expressions of one value; a condition is one as a whole, unless it says which part is.
    fn scalar(&mut self, node: &Node<'_>, condition: bool) {
        let Some(scalar) = node.as_scalar() else { return self.node(node, Room::Structure) };
        let (source, start) = source(self.text, node, scalar.style);
        // Where quoting changes the text, the expression is in the text and only its names are looked for in the source.
        let altered = match scalar.style {
            ScalarStyle::DoubleQuoted => source.contains('\\'),
            ScalarStyle::SingleQuoted => source.contains("''"),
            _ => false,
        };
        let text = if altered { &*scalar.text } else { source };
        let mut behind = 0;
        for (named, form) in named(text, condition) {
            let mut named = named;
            if altered {
                let place = named.name.as_deref().and_then(|name| find_word(source, name, behind)).unwrap_or(behind);
                (named.at, behind) = (place, place);
            }
            self.add(&named, form, start);
        }
    }

    fn add(&mut self, named: &Named, form: Form, start: usize) {
        let kind = match named.context {
            Context::Secrets => ReferenceKind::Secret,
            Context::Vars => ReferenceKind::Variable,
        };
        let at = self.lines.position(start + named.at);
        self.found.push(Reference { kind, name: named.name.clone(), at, form, reach: self.reach.clone() });
    }
}

/// What the expressions of a value name; offsets are those of `text`.
pub(super) fn named(text: &str, condition: bool) -> Vec<(Named, Form)> {
    let spans = expression::spans(text);
    if spans.is_empty() && condition {
        return expression::references(text).into_iter().map(|named| (named, Form::Expression)).collect();
    }
    let each = |span: expression::Span| {
        let form = if span.escaped { Form::Escaped } else { Form::Expression };
        let inner = expression::references(&text[span.start..span.end]);
        inner.into_iter().map(move |named| (Named { at: named.at + span.start, ..named }, form))
    };
    spans.into_iter().flat_map(each).collect()
}

/// A value as it is written, without its quotes or its block's header, and where that begins.
fn source<'t>(text: &'t str, node: &Node<'_>, style: ScalarStyle) -> (&'t str, usize) {
    let (start, end) = (node.start as usize, node.end as usize);
    let whole = text.get(start..end).unwrap_or_default();
    let skipped = match style {
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => 1,
        ScalarStyle::Literal | ScalarStyle::Folded if whole.starts_with(['|', '>']) => {
            whole.find('\n').map_or(whole.len(), |line| line + 1)
        }
        _ => 0,
    };
    let kept = whole.get(skipped..).unwrap_or_default();
    let kept = if skipped == 1 { kept.strip_suffix(['\'', '"']).unwrap_or(kept) } else { kept };
    (kept, start + skipped)
}

/// Where `name`, which is in upper case, stands in `source`.
fn find_word(source: &str, name: &str, from: usize) -> Option<usize> {
    let upper = source.to_ascii_uppercase();
    upper.get(from..)?.find(name).map(|found| from + found)
}

fn word<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    node.as_scalar().map(|scalar| &*scalar.text)
}

/// The job's `environment`: a name, or a map that has one.
fn reach(job: &Node<'_>) -> Reach {
    let Some(environment) = job.get("environment") else { return Reach::Repository };
    match word(environment).or_else(|| environment.get("name").and_then(word)) {
        Some("") => Reach::Repository,
        Some(name) if !name.contains("${{") => Reach::Environment(Arc::from(name)),
        _ => Reach::AnyEnvironment,
    }
}

/// The names that `on.workflow_call.secrets` declares, in upper case.
fn declared(root: &Node<'_>) -> BTreeSet<String> {
    let call = root.get("on").and_then(|on| on.get("workflow_call"));
    let secrets = call.and_then(|call| call.get("secrets")).and_then(Node::as_map).unwrap_or_default();
    secrets.iter().filter_map(|(key, _)| word(key)).map(str::to_ascii_uppercase).collect()
}
