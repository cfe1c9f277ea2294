//! One automaton over all forms of all known values.
//!
//! It looks for a short piece of each form, chosen where it is least like other text; around
//! a hit the whole form is compared. So the automaton stays small enough for a core's cache
//! whatever the number and length of the values, and a base64 text may be broken into lines:
//! its two pieces lie so close together that no two breaks can hit both.
//!
//! What comes out are names, encodings and offsets. Pieces of values are in the automaton's
//! own memory as long as it lives; they are in no text, no `Debug` and no error.

use std::{cmp::Reverse, fmt};

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};

use super::{
    encode::Form,
    known::{Known, sought},
};

/// Finds known values in bytes, and where they could begin without having ended.
pub struct Matcher {
    names: Vec<String>,
    needles: Vec<Needle>,
    pieces: Option<AhoCorasick>,
    /// By the number of a piece: the needles that have it, and where in them.
    holders: Vec<Vec<(u32, u32)>>,
    /// By the first byte: the needles that begin with it, those that reach farthest first.
    beginning: Vec<Vec<u32>>,
    reach: usize,
    left_out: usize,
}

struct Needle {
    /// Position among `names`.
    name: u32,
    form: Form,
}

/// A known value in a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Hit {
    pub start: usize,
    pub end: usize,
    needle: u32,
}

impl Matcher {
    pub fn new(known: &[Known<'_>]) -> Self {
        let (sought, left_out) = sought(known);
        let mut names = Vec::new();
        let mut needles = Vec::new();
        for one in sought {
            let name = names.len() as u32;
            names.push(one.name);
            needles.extend(one.forms.into_iter().map(|form| Needle { name, form }));
        }
        let (pieces, holders) = pieces(&needles);
        let mut beginning = vec![Vec::new(); 256];
        for (at, needle) in needles.iter().enumerate() {
            beginning[usize::from(needle.bytes()[0])].push(at as u32);
        }
        beginning
            .iter_mut()
            .for_each(|own: &mut Vec<u32>| own.sort_by_key(|at| Reverse(needles[*at as usize].reach())));
        let reach = needles.iter().map(Needle::reach).max().unwrap_or(0);
        Self { names, needles, pieces, holders, beginning, reach, left_out }
    }

    /// How many different values are looked for.
    pub fn values(&self) -> usize {
        self.names.len()
    }

    /// How many were too short or too plain to be.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The most bytes that one hit can cover.
    pub fn reach(&self) -> usize {
        self.reach
    }

    /// How many texts are looked for in all.
    pub fn forms(&self) -> usize {
        self.needles.len()
    }

    /// The names of the value that was hit.
    pub fn name(&self, hit: &Hit) -> &str {
        &self.names[self.needles[hit.needle as usize].name as usize]
    }

    pub fn encoding(&self, hit: &Hit) -> &'static str {
        self.needles[hit.needle as usize].form.encoding
    }

    /// All hits in `text`, each once, in the order of their starts; overlapping ones too.
    pub fn find(&self, text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        let Some(pieces) = &self.pieces else { return hits };
        let mut from = 0;
        while let Some(found) = pieces.find(Input::new(text).range(from..)) {
            for (needle, offset) in &self.holders[found.pattern().as_usize()] {
                hits.extend(self.whole(text, found.start(), *needle, *offset as usize));
            }
            from = found.start() + 1;
        }
        hits.sort_by_key(|hit| (hit.start, hit.end, hit.needle));
        hits.dedup();
        hits
    }

    /// Where the first needle begins that the end of `text` cuts off; all of `text`, if none does.
    pub fn undecided(&self, text: &[u8]) -> usize {
        let first = text.len().saturating_sub(self.reach);
        (first..text.len()).find(|start| self.is_cut_off(text, *start)).unwrap_or(text.len())
    }

    fn is_cut_off(&self, text: &[u8], start: usize) -> bool {
        let begun = self.beginning[usize::from(text[start])].iter().map(|needle| &self.needles[*needle as usize]);
        let mut reaching = begun.take_while(|needle| needle.reach() > text.len() - start);
        reaching.any(|needle| needle.ahead(text, start) == Ahead::CutOff)
    }

    /// The hit around a piece of a needle, if the rest of it is there as well.
    fn whole(&self, text: &[u8], at: usize, needle: u32, offset: usize) -> Option<Hit> {
        let own = &self.needles[needle as usize];
        let start = own.back(text, at, offset)?;
        match own.ahead(text, start) {
            Ahead::Ends(end) => Some(Hit { start, end, needle }),
            Ahead::CutOff | Ahead::Differs => None,
        }
    }
}

/// What a comparison towards the end came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ahead {
    CutOff,
    Differs,
    Ends(usize),
}

impl Needle {
    fn bytes(&self) -> &[u8] {
        &self.form.bytes
    }

    fn reach(&self) -> usize {
        self.bytes().len() + self.breaks() * LONGEST_BREAK
    }

    /// Compares the needle with the text from `at` on.
    fn ahead(&self, text: &[u8], mut at: usize) -> Ahead {
        let mut breaks = self.breaks();
        for (done, byte) in self.bytes().iter().enumerate() {
            if text.get(at) != Some(byte) {
                if breaks == 0 || done < FEWEST_BEFORE_BREAK {
                    return if at >= text.len() { Ahead::CutOff } else { Ahead::Differs };
                }
                breaks -= 1;
                match line_break(&text[at..]) {
                    Some(length) => at += length,
                    None if is_begun_break(&text[at..]) => return Ahead::CutOff,
                    None => return Ahead::Differs,
                }
                match text.get(at) {
                    None => return Ahead::CutOff,
                    Some(other) if other != byte => return Ahead::Differs,
                    Some(_) => {}
                }
            }
            at += 1;
        }
        Ahead::Ends(at)
    }

    /// Compares the bytes before `offset` with the text before `at`, from behind.
    fn back(&self, text: &[u8], mut at: usize, offset: usize) -> Option<usize> {
        let mut breaks = self.breaks();
        for byte in self.bytes()[..offset].iter().rev() {
            if at == 0 || text[at - 1] != *byte {
                if breaks == 0 {
                    return None;
                }
                breaks -= 1;
                at -= line_break_before(&text[..at])?;
                if at == 0 || text[at - 1] != *byte {
                    return None;
                }
            }
            at -= 1;
        }
        Some(at)
    }

    fn breaks(&self) -> usize {
        if self.form.wraps { self.bytes().len() / SHORTEST_LINE + 1 } else { 0 }
    }
}

/// The length of a line break with the indentation behind it.
fn line_break(text: &[u8]) -> Option<usize> {
    let end = match text {
        [b'\r', b'\n', ..] => 2,
        [b'\n', ..] => 1,
        // As a text in JSON or a shell has it.
        [b'\\', b'r', b'\\', b'n', ..] => 4,
        [b'\\', b'n', ..] => 2,
        _ => return None,
    };
    let blanks = text[end..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    (blanks <= MOST_BLANKS).then_some(end + blanks)
}

/// Whether more text could make it a line break.
fn is_begun_break(text: &[u8]) -> bool {
    [&b""[..], b"\r", b"\\", b"\\r", b"\\r\\"].contains(&text)
}

fn line_break_before(text: &[u8]) -> Option<usize> {
    let blanks = text.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let rest = &text[..text.len() - blanks];
    let end = [&b"\r\n"[..], b"\n", b"\\r\\n", b"\\n"].into_iter().find(|end| rest.ends_with(end))?;
    (blanks <= MOST_BLANKS).then_some(end.len() + blanks)
}

type Pieces = (Option<AhoCorasick>, Vec<Vec<(u32, u32)>>);

/// The automaton over a piece of each needle, or two where it may be broken into lines.
fn pieces(needles: &[Needle]) -> Pieces {
    let mut all: Vec<(&[u8], u32, u32)> = Vec::new();
    for (number, needle) in needles.iter().enumerate() {
        for (start, end) in windows(needle) {
            all.push((&needle.bytes()[start..end], number as u32, start as u32));
        }
    }
    // A piece that another begins with stands for it: at one place there is at most one hit.
    all.sort();
    let mut words: Vec<&[u8]> = Vec::new();
    let mut holders: Vec<Vec<(u32, u32)>> = Vec::new();
    for (piece, needle, offset) in all {
        match words.last() {
            Some(last) if piece.starts_with(last) => {}
            _ => {
                words.push(piece);
                holders.push(Vec::new());
            }
        }
        holders.last_mut().expect("one was pushed with the first word").push((needle, offset));
    }
    if words.is_empty() {
        return (None, holders);
    }
    let build = |kind| AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).kind(kind).build(&words);
    // A table of every step is the fastest; past some size it no longer fits where that matters.
    let kind = if words.len() <= MOST_IN_TABLE { Some(AhoCorasickKind::DFA) } else { None };
    let built = build(kind).or_else(|_| build(None)).expect("pieces are short, so they fit any automaton");
    (Some(built), holders)
}

/// The ranges of a needle's pieces.
fn windows(needle: &Needle) -> Vec<(usize, usize)> {
    let bytes = needle.bytes();
    if !needle.form.wraps {
        let width = bytes.len().min(PIECE);
        let start = rarest(bytes, width, bytes.len() - width);
        return vec![(start, start + width)];
    }
    let width = (bytes.len() / 2).min(PIECE_OF_BASE64);
    let start = rarest(bytes, 2 * width, bytes.len() - 2 * width);
    vec![(start, start + width), (start + width, start + 2 * width)]
}

/// Where a window of that width is least likely to be met by chance, up to `last`.
fn rarest(bytes: &[u8], width: usize, last: usize) -> usize {
    let weight = |start: usize| bytes[start..start + width].iter().map(|byte| commonness(*byte)).sum::<u32>();
    (0..=last.min(LOOKED_AT)).min_by_key(|start| weight(*start)).unwrap_or(0)
}

/// Roughly how often a byte is met in source text.
fn commonness(byte: u8) -> u32 {
    match byte {
        b' ' | b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | 0 => 12,
        b'a'..=b'z' | b'_' | b'.' | b'/' | b'-' | b':' => 8,
        b'0' | b'1' | b'A' | b'=' | b'"' | b'\\' => 6,
        b'A'..=b'Z' => 3,
        _ => 2,
    }
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matcher")
            .field("values", &self.values())
            .field("left_out", &self.left_out)
            .finish_non_exhaustive()
    }
}

const PIECE: usize = 8;
const PIECE_OF_BASE64: usize = 6;
const LOOKED_AT: usize = 256;
const MOST_IN_TABLE: usize = 20_000;
/// No writer of base64 makes shorter lines.
const SHORTEST_LINE: usize = 32;
/// Else the last letter of any line could begin a value, and a stream would wait for the next.
pub(super) const FEWEST_BEFORE_BREAK: usize = 4;
const MOST_BLANKS: usize = 64;
const LONGEST_BREAK: usize = MOST_BLANKS + 4;
