//! What is wrong with a mapping, in a form for people (`render`) and for machines (the fields).
//!
//! No part of a value ever gets here: names are quoted through `quoted`, the shown
//! line is built by `snippet`, and a syntax error shows no line at all.

use std::fmt::Write;

use super::{
    credential,
    snippet::{Shown, Snippet},
};
use crate::{
    model::Severity,
    yaml::{Node, Position},
};

/// All that is wrong with a file, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    pub list: Vec<Diagnostic>,
    /// How many more there were than are kept.
    pub omitted: usize,
}

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    pub severity: Severity,
    /// Stable, kebab-case.
    pub code: &'static str,
    /// `None` where the file as a whole is meant.
    pub at: Option<Position>,
    pub message: String,
    /// The line itself with all that could be a value hidden; `None` where showing it would be a risk.
    pub snippet: Option<Snippet>,
    pub help: Option<String>,
    /// The other place that takes part in it.
    pub related: Option<Related>,
    span: Option<Span>,
}

/// A second place, and what is there.
#[derive(Clone, Debug)]
pub struct Related {
    pub at: Position,
    pub label: String,
    pub snippet: Option<Snippet>,
    span: Span,
}

/// Why the file could not even be read. Reading is the command line's work; the words are here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FileTrouble {
    Directory,
    Missing,
    TooLarge,
    /// A pipe or a device: reading it could wait for ever.
    Special,
    Unreadable,
}

/// A node's place and extent in the source.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(super) struct Span {
    pub at: Position,
    pub start: u32,
    pub end: u32,
}

/// Where errors are collected; the rest beyond a bound is counted.
#[derive(Debug, Default)]
pub(super) struct Sink {
    list: Vec<Diagnostic>,
    omitted: usize,
    errors: usize,
    others: usize,
    scratch: Option<Diagnostic>,
}

/// Bounds apart from each other, so that warnings never push out an error.
const MAX_ERRORS: usize = 200;
const MAX_WARNINGS: usize = 50;
const MAX_QUOTED: usize = 160;

impl Diagnostics {
    /// The refusal of a file that could not be read.
    pub fn of_file(trouble: FileTrouble) -> Self {
        let (code, message, help) = match trouble {
            FileTrouble::Directory => {
                ("not-a-file", "this is a directory, not a mapping file", "name a file inside it")
            }
            FileTrouble::Missing => (
                "missing-file",
                "there is no such mapping file",
                "check the path, or start one from mappings/example.yaml",
            ),
            FileTrouble::TooLarge => ("too-large", "the file is larger than 64 MiB", "split the mapping"),
            FileTrouble::Special => (
                "special-file",
                "the mapping file is no regular file, and a service cannot wait for what may never come",
                "put a regular file in its place",
            ),
            FileTrouble::Unreadable => ("unreadable-file", "the mapping file cannot be read", "check its permissions"),
        };
        let mut sink = Sink::default();
        sink.file_error(code, message).help(help);
        sink.into_diagnostics("")
    }

    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter().filter(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// All of them as a person reads them; `file` is the name to show.
    pub fn render(&self, file: &str) -> String {
        let mut text = String::new();
        for diagnostic in &self.list {
            text.push_str(&diagnostic.render(file));
            text.push('\n');
        }
        if self.omitted > 0 {
            let _ = writeln!(text, "and {} more of the same file, not shown", self.omitted);
        }
        text
    }
}

impl Diagnostic {
    /// In the style of a compiler: what, where, the line, the remedy. Ends with a newline.
    pub fn render(&self, file: &str) -> String {
        let file = escaped(file);
        let related_line = self.related.as_ref().map_or(0, |related| related.at.line);
        let gutter = self.at.map_or(0, |at| at.line).max(related_line).max(1).to_string().len();
        let mut text = format!("{}: {}\n", self.severity, self.message);
        render_place(&mut text, gutter, &file, self.at, self.snippet.as_ref());
        if let Some(related) = &self.related {
            let _ = writeln!(text, "{:gutter$} = note: {}", "", related.label);
            render_place(&mut text, gutter, &file, Some(related.at), related.snippet.as_ref());
        }
        if let Some(help) = &self.help {
            let _ = writeln!(text, "{:gutter$} = help: {help}", "");
        }
        text
    }

    pub(super) fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Names the other place that takes part in it.
    pub(super) fn also(&mut self, span: impl Into<Span>, label: impl Into<String>) -> &mut Self {
        let span = span.into();
        self.related = Some(Related { at: span.at, label: label.into(), snippet: None, span });
        self
    }
}

fn render_place(text: &mut String, gutter: usize, file: &str, at: Option<Position>, snippet: Option<&Snippet>) {
    let Some(at) = at else {
        let _ = writeln!(text, "{:gutter$}--> {file}", "");
        return;
    };
    let _ = writeln!(text, "{:gutter$}--> {file}:{}:{}", "", at.line, at.column);
    if let Some(snippet) = snippet {
        let _ = writeln!(text, "{:gutter$} |", "");
        let _ = writeln!(text, "{:>gutter$} | {}", at.line, snippet.text);
        let carets = "^".repeat(snippet.width);
        let _ = writeln!(text, "{:gutter$} | {:caret$}{carets}", "", "", caret = snippet.caret);
    }
}

impl Sink {
    /// An error at a node.
    pub(super) fn error(
        &mut self,
        code: &'static str,
        at: impl Into<Span>,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.located(Severity::Error, code, at.into(), message.into())
    }

    pub(super) fn warning(
        &mut self,
        code: &'static str,
        at: impl Into<Span>,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.located(Severity::Warning, code, at.into(), message.into())
    }

    fn located(&mut self, severity: Severity, code: &'static str, span: Span, message: String) -> &mut Diagnostic {
        self.push(severity, code, Some(span.at), Some(span), message)
    }

    /// An error of the file as a whole.
    pub(super) fn file_error(&mut self, code: &'static str, message: impl Into<String>) -> &mut Diagnostic {
        self.push(Severity::Error, code, None, None, message.into())
    }

    /// An error whose line must not be shown.
    pub(super) fn bare_error(
        &mut self,
        code: &'static str,
        at: Position,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.push(Severity::Error, code, Some(at), None, message.into())
    }

    pub(super) fn failed(&self) -> bool {
        self.errors > 0
    }

    /// Everything in the order of the file, with the lines of `text`.
    pub(super) fn into_diagnostics(mut self, text: &str) -> Diagnostics {
        let spans = self.list.iter().flat_map(|diagnostic| {
            diagnostic.span.into_iter().chain(diagnostic.related.as_ref().map(|related| related.span))
        });
        let shown = Shown::of(text, spans);
        for diagnostic in &mut self.list {
            diagnostic.snippet = diagnostic.span.and_then(|span| shown.snippet(span));
            if let Some(related) = &mut diagnostic.related {
                related.snippet = shown.snippet(related.span);
            }
        }
        self.list.sort_by_key(|diagnostic| diagnostic.at);
        Diagnostics { list: self.list, omitted: self.omitted }
    }

    fn push(
        &mut self,
        severity: Severity,
        code: &'static str,
        at: Option<Position>,
        span: Option<Span>,
        message: String,
    ) -> &mut Diagnostic {
        let diagnostic = Diagnostic { severity, code, at, message, snippet: None, help: None, related: None, span };
        let (count, bound) = match severity {
            Severity::Error => (&mut self.errors, MAX_ERRORS),
            _ => (&mut self.others, MAX_WARNINGS),
        };
        *count += 1;
        if *count <= bound {
            self.list.push(diagnostic);
            let last = self.list.len() - 1;
            return &mut self.list[last];
        }
        self.omitted += 1;
        self.scratch.insert(diagnostic)
    }
}

impl From<&Node<'_>> for Span {
    fn from(node: &Node<'_>) -> Self {
        Self { at: node.at, start: node.start, end: node.end }
    }
}

/// A name of the file in a sentence: short, escaped, and hidden if it could be a credential.
pub(super) fn quoted(text: &str) -> String {
    if credential::masked(text) {
        return "`…`".into();
    }
    let short: String = text.chars().take(MAX_QUOTED).collect();
    let tail = if short.len() < text.len() { "…" } else { "" };
    format!("`{}{tail}`", escaped(&short))
}

/// As `quoted`, for what was already read: it keeps the characters it was read from.
pub(super) fn named(item: &impl std::fmt::Display) -> String {
    quoted(&item.to_string())
}

/// Text in which nothing can move the cursor, hide, or reverse what follows.
pub(super) fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    text.chars().for_each(|character| push_escaped(&mut shown, character));
    shown
}

pub(super) fn push_escaped(text: &mut String, character: char) {
    if is_hostile(character) {
        text.extend(character.escape_unicode());
    } else {
        text.push(character);
    }
}

/// Controls, bidirectional and zero-width marks, line separators, tags, private use.
fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}'
            | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..)
}

/// A help that names the nearest of `known`, or lists them where none is near and they are few.
pub(super) fn nearest(text: &str, known: &[&str]) -> Option<String> {
    near(text, known).map(|name| format!("did you mean {}?", quoted(name))).or_else(|| list_of(known))
}

/// The one of `known` that is near enough to be meant.
pub(super) fn near<'k>(text: &str, known: &[&'k str]) -> Option<&'k str> {
    let text = text.to_lowercase();
    let (distance, name) = known
        .iter()
        .filter(|_| text.len() <= 64)
        .map(|name| (strsim::damerau_levenshtein(&text, &name.to_lowercase()), *name))
        .min_by_key(|(distance, _)| *distance)?;
    (distance <= 1 + name.len() / 4).then_some(name)
}

/// All of `known` in one sentence, if they are few.
pub(super) fn list_of(known: &[&str]) -> Option<String> {
    let list: Vec<String> = known.iter().map(|name| quoted(name)).collect();
    (1..=24).contains(&known.len()).then(|| format!("one of {}", list.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x7_hostile_characters_are_escaped() {
        assert_eq!(escaped("a\u{1b}[2J\u{202e}b"), "a\\u{1b}[2J\\u{202e}b");
        assert_eq!(quoted("\u{7}"), "`\\u{7}`");
        assert!(quoted(&"n".repeat(500)).chars().count() < 170);
        assert_eq!(quoted("ghp_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5"), "`…`");
    }

    #[test]
    fn m1_what_cannot_be_read_says_why() {
        for trouble in [
            FileTrouble::Directory,
            FileTrouble::Missing,
            FileTrouble::TooLarge,
            FileTrouble::Special,
            FileTrouble::Unreadable,
        ] {
            let text = Diagnostics::of_file(trouble).render("m.yaml");
            assert!(
                text.starts_with("error: ") && text.contains("--> m.yaml\n") && text.contains("= help: "),
                "{text}"
            );
        }
    }

    #[test]
    fn m8_the_nearest_name_or_the_short_list() {
        assert_eq!(nearest("teir", &["tier", "kind"]).as_deref(), Some("did you mean `tier`?"));
        assert_eq!(nearest("colour", &["tier", "kind"]).as_deref(), Some("one of `tier`, `kind`"));
        assert_eq!(nearest("colour", &[]), None);
    }
}
