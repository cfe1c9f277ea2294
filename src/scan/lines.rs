//! Bytes of a file into text, and offsets in it into lines and columns.

use std::borrow::Cow;

use memchr::memchr_iter;

use crate::yaml::Position;

/// Bytes looked at to tell whether a file is text.
pub const HEAD: usize = 8 * 1024;

/// What the first bytes of a file say of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Encoding {
    /// A zero byte, and no mark of UTF-16.
    Binary,
    Bytes,
    Utf16Be,
    Utf16Le,
}

/// Told by the first `HEAD` bytes, or all of a shorter file.
pub fn encoding(head: &[u8]) -> Encoding {
    match head {
        [0xFF, 0xFE, ..] => Encoding::Utf16Le,
        [0xFE, 0xFF, ..] => Encoding::Utf16Be,
        _ if memchr::memchr(0, &head[..head.len().min(HEAD)]).is_some() => Encoding::Binary,
        _ => Encoding::Bytes,
    }
}

/// The file as bytes of UTF-8, as far as it was told to be UTF-16.
pub fn decoded(bytes: &[u8], encoding: Encoding) -> Cow<'_, [u8]> {
    let unit: fn([u8; 2]) -> u16 = match encoding {
        Encoding::Binary | Encoding::Bytes => {
            return Cow::Borrowed(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes));
        }
        Encoding::Utf16Be => u16::from_be_bytes,
        Encoding::Utf16Le => u16::from_le_bytes,
    };
    let units = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Cow::Owned(text.into_bytes())
}

/// Where an offset stands: line from 1, and column from 1 in characters.
///
/// Callers ask in ascending order, so that a file is counted through once.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    text: &'t [u8],
    /// Where the text begins in its file.
    origin: Position,
    line: u32,
    /// Where the line begins that was counted to.
    start: usize,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self::from(text, Position { line: 1, column: 1 })
    }

    /// A part of a file that begins at `origin`.
    pub(super) fn from(text: &'t [u8], origin: Position) -> Self {
        Self { text, origin, line: origin.line, start: 0 }
    }

    pub(super) fn position(&mut self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        if offset < self.start {
            *self = Self::from(self.text, self.origin);
        }
        let from = self.start;
        for found in memchr_iter(b'\n', &self.text[from..offset]) {
            self.line += 1;
            self.start = from + found + 1;
        }
        // Of every character but one byte is a continuation or nothing.
        let before = self.text[self.start..offset].iter().filter(|byte| **byte & 0xC0 != 0x80).count() as u32;
        let first = if self.start == 0 { self.origin.column } else { 1 };
        Position { line: self.line, column: first + before }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let text = "ab\nčd x\n\nz".as_bytes();
        let mut lines = Lines::new(text);
        let at = |lines: &mut Lines<'_>, offset| {
            let Position { line, column } = lines.position(offset);
            (line, column)
        };
        assert_eq!(at(&mut lines, 0), (1, 1));
        assert_eq!(at(&mut lines, 5), (2, 2));
        assert_eq!(at(&mut lines, 7), (2, 4));
        assert_eq!(at(&mut lines, 10), (4, 1));
        assert_eq!(at(&mut lines, 1), (1, 2));
        assert_eq!(at(&mut lines, 99), (4, 2));
    }

    #[test]
    fn utf_16_is_told_by_its_mark_and_binary_by_a_zero() {
        let wide = |text: &str, unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
            "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(unit).collect()
        };
        for bytes in [wide("a: ž\n", u16::to_le_bytes), wide("a: ž\n", u16::to_be_bytes)] {
            assert_eq!(&*decoded(&bytes, encoding(&bytes)), "a: ž\n".as_bytes());
        }
        assert_eq!(encoding(b"a\0b"), Encoding::Binary);
        assert_eq!(encoding(b"abc"), Encoding::Bytes);
        assert_eq!(&*decoded(b"\xEF\xBB\xBFa", Encoding::Bytes), b"a");
    }
}
