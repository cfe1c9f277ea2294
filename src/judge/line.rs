//! Text inside values: trimming, base64, lists for people. Nothing here keeps a value.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// What a person does not see at the ends of a line.
pub(super) fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{feff}' | '\u{200b}' | '\0')
}

pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// Standard padded base64, in one line or wrapped; `None` for anything else.
pub(super) fn decode_base64(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
        let joined: Vec<u8> = bytes.iter().copied().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
        return STANDARD.decode(zeroize::Zeroizing::new(joined).as_slice()).ok();
    }
    STANDARD.decode(bytes).ok()
}

/// `A, B and C`, cut after `most` names with the number of the rest.
pub(super) fn list<T: std::fmt::Display>(names: impl Iterator<Item = T>, total: usize, most: usize) -> String {
    let shown: Vec<String> = names.take(most).map(|name| name.to_string()).collect();
    let rest = total.saturating_sub(shown.len());
    match (shown.as_slice(), rest) {
        ([], _) => String::new(),
        ([one], 0) => one.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (shown, rest) => format!("{} and {rest} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_a_person_writes_them() {
        let write = |names: &[&str], most| list(names.iter(), names.len(), most);
        assert_eq!(write(&["a"], 5), "a");
        assert_eq!(write(&["a", "b", "c"], 5), "a, b and c");
        assert_eq!(write(&["a", "b", "c"], 2), "a, b and 1 more");
    }

    #[test]
    fn base64_is_standard_and_may_be_wrapped() {
        assert_eq!(decode_base64(b"aGVs\nbG8=\r\n").as_deref(), Some(&b"hello"[..]));
        for text in ["aGVsbG8", "aGVs bG8=", "a-_b", "!"] {
            assert_eq!(decode_base64(text.as_bytes()), None, "{text}");
        }
    }
}
