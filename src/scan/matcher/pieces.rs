//! Which piece of each text the automaton looks for: the one that is least like other text.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::needle::Needle;

pub(super) type Pieces = (Option<AhoCorasick>, Vec<Vec<(u32, u32)>>);

/// The automaton over a piece of each needle, or two where it may be broken into lines.
pub(super) fn pieces(needles: &[Needle]) -> Pieces {
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

const PIECE: usize = 8;
const PIECE_OF_BASE64: usize = 6;
const LOOKED_AT: usize = 256;
const MOST_IN_TABLE: usize = 20_000;
