//! The tree written again, with its comments and its single blank lines.

use super::{
    comments::{self, Comment},
    scalar,
};
use crate::yaml::{Node, NodeKind};

/// The longest line that a map or a list is put on whole.
const WIDTH: usize = 150;

/// Maps that are always one line for each key, by the keys that lead to them; `*` is any.
const BLOCKS: &[&[&str]] = &[
    &[],
    &["endpoints"],
    &["entries"],
    &["esc", "environments"],
    &["profiles"],
    &["profiles", "*"],
    &["profiles", "*", "entries"],
    &["services"],
    &["ssh"],
];

pub(super) fn write(root: &Node<'_>, text: &str) -> String {
    let comments = comments::find(root, text);
    let mut writer = Writer { text, comments, next: 0, out: String::new() };
    writer.block(root, &mut Vec::new(), 0, text.len());
    // What stands behind everything belongs to nobody.
    writer.lines_before(text.len(), 0);
    writer.out
}

struct Writer<'t> {
    text: &'t str,
    comments: Vec<Comment<'t>>,
    /// The first comment that is not written yet.
    next: usize,
    out: String,
}

impl<'t> Writer<'t> {
    /// Writes a map or a list, a line for each of its parts. `until`: where the next thing after it begins.
    fn block(&mut self, node: &Node<'_>, path: &mut Vec<String>, indent: usize, until: usize) {
        let column = (node.at.column as usize).saturating_sub(1);
        match &node.kind {
            NodeKind::Map(pairs) => {
                for (at, (key, value)) in pairs.iter().enumerate() {
                    let after = pairs.get(at + 1).map_or(until, |(next, _)| next.start as usize);
                    self.pair(key, value, path, indent, after);
                }
            }
            NodeKind::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    let after = items.get(at + 1).map_or(until, |next| next.start as usize);
                    self.item(item, path, indent, after);
                }
            }
            NodeKind::Alias | NodeKind::Scalar(_) => {}
        }
        // A comment below, as far in as this: it belongs here and not to what comes next.
        while let Some(comment) = self.pending(until).filter(|comment| comment.alone && comment.column >= column) {
            self.own_line(comment, indent);
        }
    }

    fn pair(&mut self, key: &Node<'_>, value: &Node<'_>, path: &mut Vec<String>, indent: usize, until: usize) {
        self.lines_before(key.start as usize, indent);
        self.blank_before(key.start as usize);
        let name = key.as_scalar().map(|scalar| scalar::write(scalar, false)).unwrap_or_default();
        path.push(name.clone());
        self.out.push_str(&format!("{}{name}:", " ".repeat(indent)));
        self.value(value, path, indent, until);
        path.pop();
    }

    /// What stands behind `key:`.
    fn value(&mut self, value: &Node<'_>, path: &mut Vec<String>, indent: usize, until: usize) {
        let room = WIDTH.saturating_sub(self.column());
        let free = self.pending(last_end(value)).is_none();
        let value = if free { short(value, path) } else { value };
        match one_line(value, path, room).filter(|_| free) {
            Some(line) => {
                if !line.is_empty() {
                    self.out.push(' ');
                    self.out.push_str(&line);
                }
                self.end_of_line(last_end(value));
            }
            None => {
                self.end_of_line_before(first_start(value));
                let deeper = if matches!(value.kind, NodeKind::Scalar(_)) { indent } else { indent + 2 };
                self.inner(value, path, deeper, until);
            }
        }
    }

    /// A value on lines of its own; a scalar with comments above it is one, too.
    fn inner(&mut self, value: &Node<'_>, path: &mut Vec<String>, indent: usize, until: usize) {
        if let NodeKind::Scalar(text) = &value.kind {
            self.lines_before(value.start as usize, indent + 2);
            self.out.push_str(&format!("{}{}", " ".repeat(indent + 2), scalar::write(text, false)));
            self.end_of_line(value.end as usize);
        } else {
            self.block(value, path, indent, until);
        }
    }

    fn item(&mut self, item: &Node<'_>, path: &mut Vec<String>, indent: usize, until: usize) {
        self.lines_before(item.start as usize, indent);
        self.blank_before(item.start as usize);
        let room = WIDTH.saturating_sub(indent + 2);
        let free = self.pending(last_end(item)).is_none();
        path.push("-".into());
        if let Some(line) = one_line(item, path, room).filter(|_| free) {
            self.out.push_str(&format!("{}- {line}", " ".repeat(indent)));
            self.end_of_line(last_end(item));
        } else {
            let begun = self.out.len();
            self.inner(item, path, indent + 2, until);
            // The first line of the item is the one with the dash.
            self.out.replace_range(begun..begun + indent + 2, &format!("{}- ", " ".repeat(indent)));
        }
        path.pop();
    }

    /// Ends the line with the comments that stand behind `end` on it.
    fn end_of_line(&mut self, end: usize) {
        let newline = self.text[end..].find('\n').map_or(self.text.len(), |offset| end + offset);
        self.end_of_line_before(newline);
    }

    /// Ends the line with the comments that stand behind something on it, before a place.
    fn end_of_line_before(&mut self, place: usize) {
        while let Some(comment) = self.pending(place).filter(|comment| !comment.alone) {
            self.out.push_str(&format!("  {}", comment.text));
            self.next += 1;
        }
        self.out.push('\n');
    }

    /// The comments before a place, each on its own line.
    fn lines_before(&mut self, place: usize, indent: usize) {
        while let Some(comment) = self.pending(place) {
            self.own_line(comment, indent);
        }
    }

    fn own_line(&mut self, comment: Comment<'t>, indent: usize) {
        self.blank_before(comment.start);
        self.out.push_str(&format!("{}{}\n", " ".repeat(indent), comment.text));
        self.next += 1;
    }

    /// Keeps one blank line where there were any above the line of a place.
    fn blank_before(&mut self, place: usize) {
        let line = self.text[..place].rfind('\n').unwrap_or(0);
        let above = self.text[..line].rsplit('\n').next().unwrap_or_default();
        if line > 0 && above.trim().is_empty() && !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn pending(&self, place: usize) -> Option<Comment<'t>> {
        self.comments.get(self.next).copied().filter(|comment| comment.start < place)
    }

    fn column(&self) -> usize {
        self.out.rsplit('\n').next().unwrap_or_default().chars().count() + 1
    }
}

/// Of an entry that says no more than its ESC path: the path.
fn short<'n, 'a>(value: &'n Node<'a>, path: &[String]) -> &'n Node<'a> {
    let NodeKind::Map(pairs) = &value.kind else { return value };
    match (path, &pairs[..]) {
        ([entries, _], [(key, esc)])
            if entries == "entries" && key.as_scalar().is_some_and(|key| key.text == "esc") =>
        {
            if esc.as_scalar().is_some_and(|esc| esc.text != "false") { esc } else { value }
        }
        _ => value,
    }
}

/// The whole value on one line, if it is to be there and has room.
fn one_line(value: &Node<'_>, path: &[String], room: usize) -> Option<String> {
    if let NodeKind::Scalar(scalar) = &value.kind {
        return Some(scalar::write(scalar, false));
    }
    let is_empty = value.as_map().is_some_and(<[_]>::is_empty) || value.as_list().is_some_and(<[_]>::is_empty);
    let is_block = BLOCKS.iter().any(|block| {
        block.len() == path.len() && block.iter().zip(path).all(|(wanted, key)| *wanted == "*" || wanted == key)
    });
    if is_block && !is_empty {
        return None;
    }
    let line = flow(value);
    (line.chars().count() <= room || is_empty).then_some(line)
}

fn flow(node: &Node<'_>) -> String {
    match &node.kind {
        NodeKind::Alias => String::new(),
        NodeKind::Scalar(scalar) => scalar::write(scalar, true),
        NodeKind::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        NodeKind::Map(pairs) if pairs.is_empty() => "{}".into(),
        NodeKind::Map(pairs) => {
            let pairs: Vec<_> = pairs.iter().map(|(key, value)| format!("{}: {}", flow(key), flow(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
    }
}

/// Where the last token of a node ends. A block itself ends only where the next thing begins.
fn last_end(node: &Node<'_>) -> usize {
    match &node.kind {
        _ if node.flow => node.end as usize,
        NodeKind::List(items) => items.last().map_or(node.end as usize, last_end),
        NodeKind::Map(pairs) => {
            pairs.last().map_or(node.end as usize, |(key, value)| last_end(value).max(last_end(key)))
        }
        NodeKind::Alias | NodeKind::Scalar(_) => node.end as usize,
    }
}

/// Where the first token of a node begins that its block begins with.
fn first_start(node: &Node<'_>) -> usize {
    match &node.kind {
        NodeKind::Map(pairs) => pairs.first().map_or(node.start as usize, |(key, _)| key.start as usize),
        _ => node.start as usize,
    }
}
