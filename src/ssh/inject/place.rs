//! Where in the text a change can be made: the places to try, the likeliest first.

use super::{
    change::{Change, List},
    document::{Document, KEYS},
    refusal::{Fault, Refusal},
};
use crate::yaml::Node;

/// Bytes to take out and text to put in instead; `front` if the new item becomes the first of its list.
#[derive(Debug)]
pub(super) struct Splice {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) insert: String,
    pub(super) front: bool,
}

pub(super) fn splices(document: &Document<'_>, change: &Change) -> Result<Vec<Splice>, Refusal> {
    match change {
        Change::AddDefault => default_first(document),
        Change::AddKey { list, line } => add_key(document, *list, &quoted(line)),
        Change::RemoveKey { list, index } => remove_key(document, *list, *index),
    }
}

/// A double-quoted JSON string is the same in YAML.
fn quoted(line: &str) -> String {
    serde_json::Value::from(line).to_string()
}

fn add_key(document: &Document<'_>, list: List, item: &str) -> Result<Vec<Splice>, Refusal> {
    let Some(holder) = document.holder(list) else {
        // Nothing but comments: the map begins with this.
        return Ok(vec![document.new_line(document.text.len(), &block(document, "", item), false)]);
    };
    if holder.flow {
        return Err(Fault::FlowStyle.at(holder.at.line));
    }
    let pairs = holder.as_map().unwrap_or_default();
    let found = pairs.iter().find(|(key, _)| key.as_scalar().is_some_and(|scalar| scalar.text == KEYS));
    match found {
        None => Ok(new_list(document, list, pairs, item)),
        Some((_, keys)) if keys.anchored || keys.tagged => Err(Fault::AliasedKeys.at(keys.at.line)),
        Some((_, keys)) if keys.flow => Ok(vec![in_brackets(keys, item)]),
        Some((name, keys)) => match keys.as_list() {
            Some([_, ..]) => in_block(document, keys, item),
            _ if keys.start == keys.end => {
                let indent = " ".repeat(name.at.column as usize - 1);
                let line = format!("{indent}  - {item}");
                Ok(vec![document.new_line(document.line_end(name.end as usize), &line, false)])
            }
            _ => Err(Fault::ListExpected.at(keys.at.line)),
        },
    }
}

/// After the last item, else before the first.
fn in_block(document: &Document<'_>, keys: &Node<'_>, item: &str) -> Result<Vec<Splice>, Refusal> {
    let items = keys.as_list().unwrap_or_default();
    let (Some(first), Some(last)) = (items.first(), items.last()) else { return Ok(Vec::new()) };
    let indent = document.dash_indent(first).ok_or_else(|| Fault::Unproved.at(keys.at.line))?;
    let line = format!("{indent}- {item}");
    let after = document.new_line(document.line_end(document.end_of(last)), &line, false);
    let before = document.new_line(document.dash_line(first), &line, true);
    Ok(vec![after, before])
}

fn in_brackets(list: &Node<'_>, item: &str) -> Splice {
    match list.as_list().and_then(<[_]>::last) {
        Some(last) => Splice::insert(last.end as usize, format!(", {item}"), false),
        None => Splice::insert(list.start as usize + 1, item.to_owned(), false),
    }
}

/// At the top level at the end, else in front of everything; in an entry of `users` below its name.
fn new_list(document: &Document<'_>, list: List, pairs: &[(Node<'_>, Node<'_>)], item: &str) -> Vec<Splice> {
    let Some((first, _)) = pairs.first() else { return Vec::new() };
    let indent = " ".repeat(first.at.column as usize - 1);
    let lines = block(document, &indent, item);
    match list {
        List::Top => vec![
            document.new_line(document.text.len(), &lines, false),
            document.new_line(document.line_start(first.start as usize), &lines, false),
        ],
        List::User(_) => {
            let name = pairs.iter().find(|(key, _)| key.as_scalar().is_some_and(|scalar| scalar.text == "name"));
            let below = name.map(|(_, value)| document.line_end(document.end_of(value)));
            below.map(|at| document.new_line(at, &lines, false)).into_iter().collect()
        }
    }
}

fn block(document: &Document<'_>, indent: &str, item: &str) -> String {
    format!("{indent}{KEYS}:{}{indent}  - {item}", document.eol())
}

/// Below the line `users:`, so that a comment on the first entry stays with it; else before that entry.
fn default_first(document: &Document<'_>) -> Result<Vec<Splice>, Refusal> {
    let Some((name, users)) = document.users() else { return Ok(Vec::new()) };
    if users.anchored || users.tagged {
        return Err(Fault::AliasedKeys.at(users.at.line));
    }
    match users.as_list() {
        Some([]) => Ok(vec![Splice::insert(users.start as usize + 1, "default".to_owned(), true)]),
        Some([..]) if users.flow => Ok(vec![Splice::insert(users.start as usize + 1, "default, ".to_owned(), true)]),
        Some([first, ..]) => {
            let indent = document.dash_indent(first).ok_or_else(|| Fault::NoDefault.at(users.at.line))?;
            let line = format!("{indent}- default");
            let below = document.new_line(document.line_end(name.end as usize), &line, true);
            Ok(vec![below, document.new_line(document.dash_line(first), &line, true)])
        }
        None => Err(Fault::NoDefault.at(users.at.line)),
    }
}

fn remove_key(document: &Document<'_>, list: List, index: usize) -> Result<Vec<Splice>, Refusal> {
    let Some(keys) = document.keys(list) else { return Ok(Vec::new()) };
    let items = keys.as_list().unwrap_or_default();
    let Some(item) = items.get(index) else { return Ok(Vec::new()) };
    if items.len() == 1 {
        return Err(Fault::LastKey.at(item.at.line));
    }
    if keys.anchored || keys.tagged || item.anchored {
        return Err(Fault::AliasedKeys.at(item.at.line));
    }
    if !keys.flow {
        return Ok(document.whole_lines(item).into_iter().collect());
    }
    let (from, to) = match (index.checked_sub(1), items.get(index + 1)) {
        (Some(before), _) => (items[before].end, item.end),
        (None, Some(after)) => (item.start, after.start),
        (None, None) => return Ok(Vec::new()),
    };
    Ok(vec![Splice { from: from as usize, to: to as usize, insert: String::new(), front: false }])
}

impl Splice {
    fn insert(at: usize, insert: String, front: bool) -> Self {
        Self { from: at, to: at, insert, front }
    }
}

impl Document<'_> {
    /// `line` as a line of its own at a line's start, or at the end of a text that may lack its last line end.
    fn new_line(&self, at: usize, line: &str, front: bool) -> Splice {
        let eol = self.eol();
        let open = at == self.text.len() && !self.text.ends_with('\n') && !self.text.is_empty();
        Splice::insert(at, if open { format!("{eol}{line}") } else { format!("{line}{eol}") }, front)
    }

    /// The lines of one item, with the line end before it where the last one has none.
    fn whole_lines(&self, item: &Node<'_>) -> Option<Splice> {
        self.dash_indent(item)?;
        let (mut from, to) = (self.dash_line(item), self.line_end(self.end_of(item)));
        if to == self.text.len() && !self.text.ends_with('\n') {
            from = self.text[..from].trim_end_matches('\n').trim_end_matches('\r').len();
        }
        Some(Splice { from, to, insert: String::new(), front: false })
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |found| found + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |found| at + found + 1)
    }

    /// Where an item's own text ends: the span of a block scalar runs on over what follows.
    fn end_of(&self, node: &Node<'_>) -> usize {
        self.text[..node.end as usize].trim_end().len().max(node.start as usize)
    }

    /// The start of the line with the item's dash.
    fn dash_line(&self, item: &Node<'_>) -> usize {
        self.line_start(self.text[..item.start as usize].rfind('-').unwrap_or(0))
    }

    /// What stands before the dash, if it is blanks alone.
    fn dash_indent(&self, item: &Node<'_>) -> Option<&str> {
        let dash = self.text[..item.start as usize].rfind('-')?;
        let between = &self.text[dash + 1..item.start as usize];
        let indent = &self.text[self.line_start(dash)..dash];
        (between.trim().is_empty() && indent.trim_matches(' ').is_empty()).then_some(indent)
    }
}
