//! Setting text on lines: columns, wrapping by display width, colour.
//!
//! No line is wider than the page but those that a person copies whole, and none
//! starts as a workflow command would, whatever a break left at its start.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::report::escape::{command_start, visible};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ink {
    Bad,
    Bold,
    Command,
    Dim,
    Good,
    Plain,
    Warn,
}

/// A piece of a row; the next one starts after its column.
pub(super) struct Cell<'a> {
    /// Visible text.
    pub(super) text: Cow<'a, str>,
    pub(super) ink: Ink,
    pub(super) column: usize,
}

pub(super) struct Page<'a> {
    out: &'a mut dyn Write,
    width: usize,
    color: bool,
    line: Line,
}

/// The line being set.
#[derive(Default)]
struct Line {
    text: String,
    /// Columns taken, and blanks owed before whatever comes next.
    used: usize,
    owed: usize,
    empty: bool,
    /// Nothing may follow on it.
    full: bool,
}

impl<'a> Page<'a> {
    pub(super) fn new(out: &'a mut dyn Write, width: usize, color: bool) -> Self {
        Self { out, width: width.clamp(NARROWEST, WIDEST), color, line: Line::default() }
    }

    pub(super) fn blank(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")
    }

    /// Cells beside each other as far as they fit; the rest below, at `hang`.
    pub(super) fn row(&mut self, indent: usize, hang: usize, cells: &[Cell<'_>]) -> io::Result<()> {
        self.start(indent);
        for Cell { text, ink, column } in cells {
            let width = text.width();
            if width > 0 {
                if !self.fits(width) {
                    self.finish()?;
                    self.start(hang);
                }
                self.broken(hang, *ink, text)?;
            }
            self.line.owed += column.saturating_sub(width) + if self.line.empty { 0 } else { GAP };
        }
        self.finish()
    }

    /// Words, wrapped; nothing at all if there are none.
    pub(super) fn prose(&mut self, indent: usize, hang: usize, ink: Ink, text: &str) -> io::Result<()> {
        let shown = visible(text);
        self.start(indent);
        for word in shown.split(' ').filter(|word| !word.is_empty()) {
            if !self.fits(word.width()) {
                self.finish()?;
                self.start(hang);
            }
            self.broken(hang, ink, word)?;
            self.line.owed = 1;
        }
        if self.line.empty { Ok(()) } else { self.finish() }
    }

    /// A label and a text that is never broken, so that it can be copied.
    pub(super) fn whole(&mut self, indent: usize, label: &str, ink: Ink, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        self.start(indent);
        self.push(Ink::Bold, label);
        self.line.owed = 1;
        self.push(ink, &visible(text));
        self.finish()
    }

    fn fits(&self, width: usize) -> bool {
        self.line.empty || !self.line.full && self.line.used + self.line.owed + width <= self.width
    }

    /// Text that goes on below where it is wider than what is left of its line.
    fn broken(&mut self, hang: usize, ink: Ink, text: &str) -> io::Result<()> {
        let mut rest = Cow::Borrowed(text);
        let mut whole = true;
        loop {
            if self.line.empty && command_start(&rest).is_some() {
                rest = Cow::Owned(rest.replacen(':', "\\u{3a}", 1));
            }
            let room = self.width.saturating_sub(self.line.used + self.line.owed);
            if rest.width() <= room {
                self.push(ink, &rest);
                self.line.full = !whole;
                return Ok(());
            }
            let (now, later) = rest.split_at(cut(&rest, room));
            self.push(ink, now.trim_end_matches(' '));
            self.finish()?;
            self.start(hang);
            rest = Cow::Owned(later.to_owned());
            whole = false;
        }
    }

    fn start(&mut self, indent: usize) {
        self.line.text.clear();
        self.line.used = 0;
        self.line.owed = indent.min(self.width / 3);
        self.line.empty = true;
        self.line.full = false;
    }

    fn push(&mut self, ink: Ink, text: &str) {
        let Line { text: line, used, owed, empty, .. } = &mut self.line;
        line.extend(std::iter::repeat_n(' ', *owed));
        *used += *owed + text.width();
        *owed = 0;
        let codes = ink.codes().filter(|_| self.color);
        if let Some(code) = codes {
            line.push_str(code);
        }
        line.push_str(text);
        if codes.is_some() {
            line.push_str(RESET);
        }
        *empty = false;
    }

    fn finish(&mut self) -> io::Result<()> {
        self.line.text.push('\n');
        self.out.write_all(self.line.text.as_bytes())
    }
}

/// Where to break `text` so that the first part is at most `room` wide, though never
/// empty: after a mark that parts names, if there is one in the second half.
fn cut(text: &str, room: usize) -> usize {
    let (mut used, mut end, mut mark) = (0, 0, 0);
    for (at, character) in text.char_indices() {
        used += character.width().unwrap_or(0);
        if used > room && at > 0 {
            break;
        }
        end = at + character.len_utf8();
        if matches!(character, ' ' | '.' | '/' | '_' | '-') && used * 2 > room {
            mark = end;
        }
    }
    if mark > 0 { mark } else { end }
}

impl Ink {
    fn codes(self) -> Option<&'static str> {
        match self {
            Self::Bad => Some("\u{1b}[1;31m"),
            Self::Bold => Some("\u{1b}[1m"),
            Self::Command => Some("\u{1b}[36m"),
            Self::Dim => Some("\u{1b}[2m"),
            Self::Good => Some("\u{1b}[1;32m"),
            Self::Plain => None,
            Self::Warn => Some("\u{1b}[33m"),
        }
    }
}

const RESET: &str = "\u{1b}[0m";
/// Blanks between two columns.
const GAP: usize = 2;
/// Below this nothing can be set; a terminal that says 0 does not know.
const NARROWEST: usize = 16;
/// Above this a width means that there is none.
const WIDEST: usize = 10_000;
