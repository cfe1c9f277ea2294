//! The line of the file that a diagnostic shows, with everything that could be a value hidden.
//!
//! What is shown is decided by permission, not by prohibition: structure, the names of
//! fields, and plain addresses under fields that hold addresses. Comments, text under
//! unknown fields, prose, expected values, headers and bodies are never shown.

use unicode_width::UnicodeWidthChar;

use super::{
    credential,
    diagnostic::{Span, push_escaped},
    schema,
};
use crate::yaml::{self, Limits, Node, NodeKind};

/// One line as it may be shown, and where the mark goes.
#[derive(Clone, Debug)]
pub struct Snippet {
    pub text: String,
    /// Columns before the mark.
    pub caret: usize,
    /// Columns of the mark, at least one.
    pub width: usize,
}

/// The source with what may be shown of it, around the places that are asked for.
pub(super) struct Shown<'a> {
    text: &'a str,
    /// Sorted, apart from each other.
    windows: Vec<Window>,
}

/// A stretch of one line.
struct Window {
    start: usize,
    end: usize,
    scalars: Vec<Stretch>,
}

/// A scalar of the source that lies in a window.
struct Stretch {
    start: usize,
    end: usize,
    hidden: bool,
}

/// What the scalars below a node are.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Below {
    /// Addresses, names and words.
    Plain,
    /// Keys are free names, values are as in `Plain`.
    Named,
    Hidden,
}

const REACH: usize = 120;

impl<'a> Shown<'a> {
    /// Reads the source again: diagnostics are rare, and the tree of a good file need not be kept for them.
    pub(super) fn of(text: &'a str, spans: impl Iterator<Item = Span>) -> Self {
        let mut windows: Vec<Window> = spans.map(|span| window(text, span)).collect();
        windows.sort_by_key(|window| (window.start, window.end));
        windows.dedup_by_key(|window| (window.start, window.end));
        if !windows.is_empty()
            && let Ok(Some(root)) = yaml::parse(text, Limits::default())
        {
            let below = if root.as_map().is_some() { Below::Plain } else { Below::Hidden };
            visit(&mut windows, text, &root, below, false);
        }
        Self { text, windows }
    }

    /// The line at `span`, or a stretch of it if it is long.
    pub(super) fn snippet(&self, span: Span) -> Option<Snippet> {
        let wanted = window(self.text, span);
        let window = self.windows.iter().find(|window| window.start == wanted.start && window.end == wanted.end)?;
        let mut line = Line { text: String::new(), width: 0, caret: None, caret_end: None, span };
        if window.start > 0 && !self.text[..window.start].ends_with('\n') {
            line.mark("…");
        }
        self.fill(&mut line, window);
        let caret = line.caret.unwrap_or(line.width);
        let width = line.caret_end.unwrap_or(line.width).saturating_sub(caret).max(1);
        Some(Snippet { text: line.text.trim_end().to_owned(), caret, width })
    }

    fn fill(&self, line: &mut Line, window: &Window) {
        let mut at = window.start;
        for scalar in &window.scalars {
            if !line.structure(self.text, at, scalar.start.max(at)) {
                return;
            }
            let (start, end) = (scalar.start.max(at), scalar.end.min(window.end));
            if scalar.hidden {
                line.hidden(start, end);
            } else {
                line.plain(self.text, start, end);
            }
            at = end.max(at);
        }
        line.structure(self.text, at, window.end);
    }
}

/// A line in the making, which notes where the mark falls.
struct Line {
    text: String,
    width: usize,
    caret: Option<usize>,
    caret_end: Option<usize>,
    span: Span,
}

impl Line {
    fn reach(&mut self, at: usize) {
        if at >= self.span.start as usize && self.caret.is_none() {
            self.caret = Some(self.width);
        }
        if at >= self.span.end as usize && self.caret_end.is_none() {
            self.caret_end = Some(self.width);
        }
    }

    fn mark(&mut self, text: &str) {
        self.text.push_str(text);
        self.width += text.chars().filter_map(UnicodeWidthChar::width).sum::<usize>();
    }

    fn hidden(&mut self, start: usize, end: usize) {
        self.reach(start);
        self.mark("…");
        self.reach(end);
    }

    fn plain(&mut self, text: &str, start: usize, end: usize) {
        for (offset, character) in text[start..end].char_indices() {
            self.reach(start + offset);
            let mut shown = String::new();
            push_escaped(&mut shown, character);
            self.mark(&shown);
        }
        self.reach(end);
    }

    /// The signs between scalars; `false` once a comment begins, which is not shown.
    fn structure(&mut self, text: &str, start: usize, end: usize) -> bool {
        let mut dropped = false;
        for (offset, character) in text[start..end].char_indices() {
            self.reach(start + offset);
            match character {
                '#' => return false,
                ' ' | '{' | '}' | '[' | ']' | ',' | ':' | '-' | '?' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' => {
                    self.mark(character.encode_utf8(&mut [0; 4]));
                    dropped = false;
                }
                '\t' => self.mark(" "),
                _ if dropped => {}
                _ => {
                    self.mark("…");
                    dropped = true;
                }
            }
        }
        self.reach(end);
        true
    }
}

/// The line at `span`, cut to what can be shown around it.
fn window(text: &str, span: Span) -> Window {
    let at = floor(text, span.start as usize);
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[at..].find(['\n', '\r']).map_or(text.len(), |newline| at + newline);
    let start = if at - line_start > REACH { floor(text, at - REACH) } else { line_start };
    let end = if line_end - at > REACH { floor(text, at + REACH) } else { line_end };
    Window { start, end, scalars: Vec::new() }
}

fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at.min(text.len()))
}

fn visit(windows: &mut [Window], text: &str, node: &Node<'_>, below: Below, is_key: bool) {
    match &node.kind {
        NodeKind::Alias => {}
        NodeKind::List(items) => items.iter().for_each(|item| visit(windows, text, item, below, false)),
        NodeKind::Map(pairs) => {
            for (key, value) in pairs {
                visit(windows, text, key, below, true);
                visit(windows, text, value, below_key(key, below), false);
            }
        }
        NodeKind::Scalar(scalar) => {
            let (start, end) = (node.start as usize, node.end as usize);
            if start < end {
                let hidden = hides(&scalar.text, &text[start..end], below, is_key);
                note(windows, Stretch { start, end, hidden });
            }
        }
    }
}

fn note(windows: &mut [Window], stretch: Stretch) {
    let first = windows.partition_point(|window| window.end <= stretch.start);
    for window in windows[first..].iter_mut().take_while(|window| window.start < stretch.end) {
        window.scalars.push(Stretch { ..stretch });
    }
}

fn below_key(key: &Node<'_>, below: Below) -> Below {
    let name = key.as_scalar().map_or("", |scalar| &*scalar.text);
    match below {
        Below::Hidden => Below::Hidden,
        Below::Named => Below::Plain,
        Below::Plain if matches!(name, "entries" | "environments" | "profiles" | "services") => Below::Named,
        Below::Plain if schema::is_shown(name) => Below::Plain,
        Below::Plain => Below::Hidden,
    }
}

fn hides(text: &str, source: &str, below: Below, is_key: bool) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./:[]\"'{}~-".contains(&byte);
    match (is_key, below) {
        (_, Below::Hidden) => true,
        (true, _) => source.contains('\n') || credential::masked(text),
        (false, _) => !source.bytes().all(plain) || credential::masked(text),
    }
}
