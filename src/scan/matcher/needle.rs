//! One text that is looked for, compared with the bytes around a piece of it, line breaks in base64 left out.

use crate::scan::encode::Form;

/// One form of a value.
pub(super) struct Needle {
    /// Position among `names`.
    pub(super) name: u32,
    pub(super) form: Form,
}

/// What a comparison towards the end came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ahead {
    CutOff,
    Differs,
    Ends(usize),
}

impl Needle {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.form.bytes
    }

    pub(super) fn reach(&self) -> usize {
        self.bytes().len() + self.breaks() * LONGEST_BREAK
    }

    /// Compares the needle with the text from `at` on.
    pub(super) fn ahead(&self, text: &[u8], mut at: usize) -> Ahead {
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
    pub(super) fn back(&self, text: &[u8], mut at: usize, offset: usize) -> Option<usize> {
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

/// No writer of base64 makes shorter lines.
const SHORTEST_LINE: usize = 32;
/// Else the last letter of any line could begin a value, and a stream would wait for the next.
pub(in crate::scan) const FEWEST_BEFORE_BREAK: usize = 4;
const MOST_BLANKS: usize = 64;
const LONGEST_BREAK: usize = MOST_BLANKS + 4;
