//! Bytes of a mapping file into text: UTF-8, with or without a byte-order mark.
//!
//! CRLF needs no care here: the parser reads it. Everything else is refused by its name.

use super::{diagnostic::Sink, load::MAX_BYTES};
use crate::yaml::Position;

/// The text of the file, without a byte-order mark, or why it cannot be read as text.
pub(super) fn decode<'a>(bytes: &'a [u8], sink: &mut Sink) -> Option<&'a str> {
    if bytes.len() as u64 > MAX_BYTES {
        sink.file_error("too-large", "the file is larger than 64 MiB").help("split the mapping");
        return None;
    }
    if let Some(name) = wide_encoding(bytes) {
        sink.file_error("encoding", format!("the file is {name}, and a mapping is UTF-8"))
            .help("save it as UTF-8 (with or without a byte-order mark)");
        return None;
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) if text.contains('\0') => {
            let before = &text[..text.find('\0').unwrap_or_default()];
            refuse(sink, before, "a NUL character", "remove it: a mapping is text");
            None
        }
        Ok(text) => Some(text),
        Err(error) => {
            let before = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
            refuse(sink, before, "a byte that is not UTF-8", "save the file as UTF-8");
            None
        }
    }
}

fn refuse(sink: &mut Sink, before: &str, what: &str, help: &str) {
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u32 + 1;
    sink.bare_error("encoding", Position { line, column }, what).help(help);
}

/// UTF-16 and UTF-32 by their mark, or by the zero bytes that ASCII text has in them.
fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] | [0, 0, 0, 1..=255] | [1..=255, 0, 0, 0, ..] => Some("UTF-32"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, 1..=255, 0, ..] | [1..=255, 0, 1..=255, 0, ..] => Some("UTF-16"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(bytes: &[u8]) -> String {
        let mut sink = Sink::default();
        assert!(decode(bytes, &mut sink).is_none());
        sink.into_diagnostics("").render("m.yaml")
    }

    #[test]
    fn m12_a_byte_order_mark_is_read_over() {
        assert_eq!(decode(b"\xEF\xBB\xBFa: b", &mut Sink::default()), Some("a: b"));
    }

    #[test]
    fn m12_other_encodings_are_refused_by_name() {
        assert!(refusal(b"\xFF\xFEa\0:\0").contains("UTF-16"));
        assert!(refusal(b"\xFE\xFF\0a\0:").contains("UTF-16"));
        assert!(refusal(b"v\0e\0r\0s\0").contains("UTF-16"));
        assert!(refusal(b"\xFF\xFE\0\0a\0\0\0").contains("UTF-32"));
        let latin = refusal(b"a: b\nc: caf\xE9\n");
        assert!(latin.contains("m.yaml:2:7") && latin.contains("UTF-8"), "{latin}");
        assert!(refusal(b"a: b\0c").contains("NUL"));
    }
}
