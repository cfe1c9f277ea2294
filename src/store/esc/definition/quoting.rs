//! How a value is written: which form it takes in ESC, and the double-quoted scalar that holds it.
//!
//! The escapes are those of JSON, which YAML takes too, so a definition that is JSON
//! stays JSON. Everything a YAML 1.1 reader refuses raw, or takes for a line break, is
//! escaped; characters beyond U+FFFF stand raw, since YAML knows no surrogate pairs.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::{Refusal, Text};
use crate::model::SecretValue;

pub(super) const SECRET: &str = "fn::secret";
pub(super) const FROM_BASE64: &str = "fn::fromBase64";

/// What stands in the definition for one value.
pub(super) enum Form {
    /// `fn::fromBase64: {fn::secret: …}`
    Encoded(Text),
    /// `fn::secret: …`
    Secret(Text),
    Text(Text),
}

impl Form {
    pub(super) fn of(value: &SecretValue, secret: bool) -> Result<Self, Refusal> {
        // The value is on its way into the definition, which is where it is to be stored.
        let text = value.expose_text().ok_or(Refusal::NotUtf8)?;
        Ok(match secret {
            false => Self::Text(undollared(text)),
            true if text.contains("${") => Self::Encoded(Zeroizing::new(STANDARD.encode(text))),
            true => Self::Secret(Zeroizing::new(text.to_owned())),
        })
    }
}

/// Doubles the dollar signs that ESC would read as `${…}` or `$$`; a lone one is literal.
fn undollared(text: &str) -> Text {
    let mut out = Zeroizing::new(String::with_capacity(text.len() * 2));
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let run = rest[at..].bytes().take_while(|byte| *byte == b'$').count();
        let is_read = run > 1 || rest[at + run..].starts_with('{');
        out.push_str(&rest[..at]);
        (0..if is_read { run * 2 } else { run }).for_each(|_| out.push('$'));
        rest = &rest[at + run..];
    }
    out.push_str(rest);
    out
}

/// Appends `text` as a double-quoted scalar of one line.
pub(super) fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            raw if is_raw(raw) => out.push(raw),
            other => write!(out, "\\u{:04x}", u32::from(other)).expect("writing to a string succeeds"),
        }
    }
    out.push('"');
}

/// Whether YAML takes the character as it is. U+0085, U+2028 and U+2029 are line breaks to YAML 1.1.
fn is_raw(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{A0}'..='\u{FFFD}' | '\u{10000}'..)
        && !matches!(character, '\u{2028}' | '\u{2029}' | '\u{FEFF}')
}

/// Appends a key: bare where every reader takes it for a text, else quoted.
pub(super) fn push_key(out: &mut String, key: &str, flow: bool) {
    let bare = key.strip_prefix("fn::").filter(|_| !flow).unwrap_or(key);
    let starts = bare.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let plain = bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if starts && plain && !is_word(bare) {
        out.push_str(key);
    } else {
        push_quoted(out, key);
    }
}

/// Words that some reader of YAML takes for something else than a text.
fn is_word(key: &str) -> bool {
    const WORDS: [&str; 9] = ["false", "n", "no", "null", "off", "on", "true", "y", "yes"];
    WORDS.iter().any(|word| key.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_doubled_only_where_esc_would_read_them() {
        for (value, written) in [
            ("p$q", "p$q"),
            ("a$", "a$"),
            ("p$$q", "p$$$$q"),
            ("${m}", "$${m}"),
            ("$${m}", "$$$${m}"),
            ("$$", "$$$$"),
            ("$", "$"),
            ("a$b${c}$", "a$b$${c}$"),
        ] {
            assert_eq!(*undollared(value), written, "{value:?}");
        }
    }

    #[test]
    fn e15_the_form_follows_what_fn_secret_can_hold() {
        let of = |text: &str, secret| Form::of(&SecretValue::from(text), secret).expect("text");
        assert!(matches!(of("p$$q", true), Form::Secret(text) if *text == "p$$q"));
        assert!(matches!(of("p${b}q", true), Form::Encoded(text) if *text == "cCR7Yn1x"));
        assert!(matches!(of("p${b}q", false), Form::Text(text) if *text == "p$${b}q"));
        let bytes = SecretValue::from_bytes(vec![0xff]);
        assert!(matches!(Form::of(&bytes, true), Err(Refusal::NotUtf8)));
    }

    #[test]
    fn a_quoted_text_is_json_and_one_line() {
        let every: String = (0..=0xFFFF).filter_map(char::from_u32).chain(['🙂', '\u{10FFFF}']).collect();
        let mut quoted = String::new();
        push_quoted(&mut quoted, &every);
        assert_eq!(serde_json::from_str::<String>(&quoted).expect("JSON"), every);
        assert!(!quoted.contains(['\n', '\r', '\u{7F}', '\u{85}', '\u{2028}', '\u{FEFF}', '\u{FFFE}']));
    }

    #[test]
    fn keys_are_quoted_where_a_reader_might_err() {
        let key = |text, flow| {
            let mut out = String::new();
            push_key(&mut out, text, flow);
            out
        };
        for (text, written) in [
            ("api_key", "api_key"),
            ("b-c", "b-c"),
            ("x.y", "\"x.y\""),
            ("No", "\"No\""),
            ("1a", "\"1a\""),
            ("", "\"\""),
            ("a\"b", "\"a\\\"b\""),
            ("aws:region", "\"aws:region\""),
            ("fn::secret", "fn::secret"),
        ] {
            assert_eq!(key(text, false), written);
        }
        assert_eq!(key("fn::secret", true), "\"fn::secret\"");
    }
}
