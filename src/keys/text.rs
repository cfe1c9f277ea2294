//! Text around keys: blanks at its ends, base64 in one line or wrapped. Nothing here keeps a value.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// What a person does not see at the ends of a line.
pub fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{feff}' | '\u{200b}' | '\0')
}

pub fn trimmed(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// Standard padded base64, in one line or wrapped; `None` for anything else.
pub fn decode_base64(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
        let joined: Vec<u8> = bytes.iter().copied().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
        return STANDARD.decode(zeroize::Zeroizing::new(joined).as_slice()).ok();
    }
    STANDARD.decode(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_standard_and_may_be_wrapped() {
        assert_eq!(decode_base64(b"aGVs\nbG8=\r\n").as_deref(), Some(&b"hello"[..]));
        for text in ["aGVsbG8", "aGVs bG8=", "a-_b", "!"] {
            assert_eq!(decode_base64(text.as_bytes()), None, "{text}");
        }
    }
}
