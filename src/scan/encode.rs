//! The forms in which a value is met outside of its store.
//!
//! A base64 text is a value's only from the first to the last character that no neighbour
//! can change: what stands before and behind a value inside a larger text shifts and mixes
//! the rest. So each of the three alignments has its own needle, which no padding touches.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use zeroize::Zeroizing;

use super::matcher::FEWEST_BEFORE_BREAK;

/// Of a base64 text whose end alone is still its own.
const LONG: usize = 16;

/// One text to look for.
pub(super) struct Form {
    pub(super) encoding: &'static str,
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// Whether line breaks, and the indentation behind them, may stand anywhere in it.
    pub(super) wraps: bool,
}

pub(super) const PLAIN: &str = "plain";
pub(super) const UTF16: &str = "UTF-16";

/// A way to write a value: all its spellings.
type Spell = fn(&[u8]) -> Vec<Vec<u8>>;

const ENCODINGS: &[(&str, bool, Spell)] = &[
    (PLAIN, false, |value| vec![value.to_vec()]),
    ("base64", true, base64_spellings),
    ("base64 twice", true, base64_twice),
    ("base64 in a URL", false, base64_in_url),
    ("URL-encoded", false, url_spellings),
    ("URL-encoded twice", false, url_twice),
    ("JSON-escaped", false, json_spellings),
    ("HTML-escaped", false, html_spellings),
    ("hex", false, |value| vec![hex(value, b"0123456789abcdef"), hex(value, b"0123456789ABCDEF")]),
    (UTF16, false, utf16_spellings),
];

/// Every form of a value; a spelling that changes nothing is told once, by the first encoding that has it.
pub(super) fn forms(value: &[u8]) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    for (encoding, wraps, spell) in ENCODINGS {
        for bytes in spell(value).into_iter().map(Zeroizing::new) {
            if !bytes.is_empty() && !forms.iter().any(|form| form.bytes == bytes) {
                // The same without what could stand alone at the end of a line.
                let rest = (*wraps && bytes.len() >= LONG).then(|| bytes[FEWEST_BEFORE_BREAK - 1..].to_vec());
                forms.push(Form { encoding, bytes, wraps: *wraps });
                forms.extend(rest.map(|rest| Form { encoding, bytes: Zeroizing::new(rest), wraps: true }));
            }
        }
    }
    forms
}

/// Three alignments in both alphabets.
fn base64_spellings(value: &[u8]) -> Vec<Vec<u8>> {
    let engines = [STANDARD_NO_PAD, URL_SAFE_NO_PAD];
    let mut all = Vec::new();
    for (lead, engine) in (0..3).flat_map(|lead| engines.iter().map(move |engine| (lead, engine))) {
        let mut shifted = Zeroizing::new(vec![0; lead]);
        shifted.extend_from_slice(value);
        let text = Zeroizing::new(engine.encode(&*shifted));
        // Whole characters of the value's own bits: six to a character, eight to a byte.
        let (first, last) = ((lead * 8).div_ceil(6), (lead + value.len()) * 8 / 6);
        let core = text.as_bytes()[first..last].to_vec();
        if !all.contains(&core) {
            all.push(core);
        }
    }
    all
}

fn base64_twice(value: &[u8]) -> Vec<Vec<u8>> {
    base64_spellings(value).iter().flat_map(|inner| base64_spellings(inner)).collect()
}

/// Base64 whose own signs are escaped, as a query has it.
fn base64_in_url(value: &[u8]) -> Vec<Vec<u8>> {
    let special = |text: &Vec<u8>| text.iter().any(|byte| matches!(byte, b'+' | b'/'));
    base64_spellings(value).into_iter().filter(special).flat_map(|text| url_spellings(&text)).collect()
}

fn url_twice(value: &[u8]) -> Vec<Vec<u8>> {
    let again =
        |text: Vec<u8>| text.into_iter().flat_map(|byte| if byte == b'%' { b"%25".to_vec() } else { vec![byte] });
    url_spellings(value).into_iter().map(|text| again(text).collect()).collect()
}

/// By what encoders leave as it is, with digits in capitals and not.
fn url_spellings(value: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for (kept, plus) in [("-._~", false), ("-._~/", false), ("-._~!*'()", false), ("-._*", true)] {
        for digits in [b"0123456789ABCDEF", b"0123456789abcdef"] {
            let mut text = Vec::new();
            for byte in value {
                match byte {
                    b' ' if plus => text.push(b'+'),
                    byte if byte.is_ascii_alphanumeric() || kept.as_bytes().contains(byte) => text.push(*byte),
                    byte => text.extend([b'%', digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]),
                }
            }
            all.push(text);
        }
    }
    all
}

/// What else than quotes, backslashes and control characters a writer of JSON escapes: writers choose each for themselves.
#[derive(Clone, Copy, Default)]
struct Beyond {
    all: bool,
    html: bool,
    slash: bool,
    wide: bool,
}

/// Once, and twice: JSON inside JSON, as logs and event payloads have it.
fn json_spellings(value: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = std::str::from_utf8(value) else { return Vec::new() };
    let choices =
        (0..8_u8).map(|bits| Beyond { html: bits & 1 > 0, slash: bits & 2 > 0, wide: bits & 4 > 0, all: false });
    let mut all = Vec::new();
    for beyond in choices.chain([Beyond { all: true, ..Beyond::default() }]) {
        for upper in [false, true] {
            let once = json(text, beyond, upper);
            if !beyond.all {
                let inner = std::str::from_utf8(&once).expect("what was escaped from text is text");
                all.push(json(inner, beyond, upper));
            }
            all.push(once);
        }
    }
    all
}

fn json(text: &str, beyond: Beyond, upper: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for letter in text.chars() {
        let short = match letter {
            '"' => Some('"'),
            '\\' => Some('\\'),
            '\n' => Some('n'),
            '\r' => Some('r'),
            '\t' => Some('t'),
            '/' if beyond.slash => Some('/'),
            _ => None,
        };
        let html = beyond.html && matches!(letter, '<' | '>' | '&' | '\'' | '+' | '=');
        let escaped = beyond.all || html || (beyond.wide && !letter.is_ascii());
        match short.filter(|_| !beyond.all) {
            Some(short) => out.extend([b'\\', short as u8]),
            None if escaped || letter.is_control() => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    let digits = if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") };
                    out.extend(digits.into_bytes());
                }
            }
            None => out.extend(letter.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out
}

/// The quotes have more than one name.
fn html_spellings(value: &[u8]) -> Vec<Vec<u8>> {
    let styles = [("&quot;", "&#39;"), ("&#34;", "&#39;"), ("&quot;", "&#x27;"), ("&quot;", "&apos;"), ("\"", "'")];
    let escape = |(quote, apostrophe): (&str, &str)| {
        let mut text = Vec::new();
        for byte in value {
            match byte {
                b'&' => text.extend(b"&amp;"),
                b'<' => text.extend(b"&lt;"),
                b'>' => text.extend(b"&gt;"),
                b'"' => text.extend(quote.as_bytes()),
                b'\'' => text.extend(apostrophe.as_bytes()),
                byte => text.push(*byte),
            }
        }
        text
    };
    styles.into_iter().map(escape).collect()
}

fn hex(value: &[u8], digits: &[u8; 16]) -> Vec<u8> {
    value.iter().flat_map(|byte| [digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]).collect()
}

fn utf16_spellings(value: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = std::str::from_utf8(value) else { return Vec::new() };
    let little = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![little, text.encode_utf16().flat_map(u16::to_be_bytes).collect()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(encoding: &str, value: &str) -> Vec<String> {
        let forms = forms(value.as_bytes()).into_iter().filter(|form| form.encoding == encoding);
        forms.map(|form| String::from_utf8_lossy(&form.bytes).into_owned()).collect()
    }

    #[test]
    fn a_value_without_special_characters_has_no_escaped_forms() {
        assert_eq!(of("plain", "abcdefgh"), ["abcdefgh"]);
        assert!(of("URL-encoded", "abcdefgh").is_empty() && of("HTML-escaped", "abcdefgh").is_empty());
        assert_eq!(of("base64", "abcdefgh").len(), 3);
        assert_eq!(of("base64", "abcdefghijklmnop").len(), 6, "each also without its first three characters");
    }

    #[test]
    fn escapes_are_those_of_common_writers() {
        assert!(of("JSON-escaped", "a\"b/c\u{e9}d").contains(&"a\\\"b/c\u{e9}d".to_owned()));
        assert!(of("JSON-escaped", "abc\u{e9}").contains(&"abc\\u00e9".to_owned()));
        assert!(of("JSON-escaped", "a\"b/cdef").contains(&"a\\\"b\\/cdef".to_owned()));
        assert!(of("JSON-escaped", "a<bcdefg").contains(&"a\\u003cbcdefg".to_owned()));
        assert!(of("JSON-escaped", "ab/c\u{e9}d").contains(&"ab\\/c\\u00e9d".to_owned()));
        assert!(of("JSON-escaped", "ab<\u{e9}/d").contains(&"ab\\u003c\\u00e9\\/d".to_owned()));
        assert!(of("JSON-escaped", "abc\u{e9}").contains(&"abc\\\\u00e9".to_owned()));
        assert!(of("URL-encoded twice", "ab+c").contains(&"ab%252Bc".to_owned()));
        assert!(
            of("base64 in a URL", "\u{fb}\u{ff}\u{fe}abcdef")
                .iter()
                .any(|text| text.contains("%2F") || text.contains("%2B"))
        );
        assert!(of("JSON-escaped", "AZ").contains(&"\\u0041\\u005A".to_owned()));
        assert!(of("URL-encoded", "a b+c/d").contains(&"a%20b%2Bc%2Fd".to_owned()));
        assert!(of("URL-encoded", "a b+c/d").contains(&"a+b%2bc%2fd".to_owned()));
        assert!(of("HTML-escaped", "a&b'c").contains(&"a&amp;b&#39;c".to_owned()));
        assert!(of("hex", "az").contains(&"617A".to_owned()));
    }
}
