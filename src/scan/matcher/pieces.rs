//! Which piece of each text is looked for: the one that is least like other text.

use super::{leaps::Leaps, needle::Needle};

pub(super) type Pieces = (Leaps, Vec<Vec<(u32, u32)>>);

/// What looks for a piece of each needle, or two where it may be broken into lines.
pub(super) fn pieces(needles: &[Needle]) -> Pieces {
    let mut all: Vec<(&[u8], u32, u32)> = Vec::new();
    for (number, needle) in needles.iter().enumerate() {
        for (start, end) in windows(needle) {
            all.push((&needle.bytes()[start..end], number as u32, start as u32));
        }
    }
    // A piece that another begins with stands for it: at one place there is at most one hit.
    all.sort();
    let mut words: Vec<Box<[u8]>> = Vec::new();
    let mut holders: Vec<Vec<(u32, u32)>> = Vec::new();
    for (piece, needle, offset) in all {
        match words.last() {
            Some(last) if piece.starts_with(last) => {}
            _ => {
                words.push(piece.into());
                holders.push(Vec::new());
            }
        }
        holders.last_mut().expect("one was pushed with the first word").push((needle, offset));
    }
    (Leaps::new(words), holders)
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
/// Two of them stand in any line of base64.
const PIECE_OF_BASE64: usize = 8;
const LOOKED_AT: usize = 256;
