//! Which known values are looked for, and what is left out because it would match anything.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::encode::{Form, forms};
use crate::model::SecretValue;

/// A value to look for, by the names it goes by.
#[derive(Debug)]
pub struct Known<'v> {
    pub name: String,
    pub value: &'v SecretValue,
}

/// What is looked for: one for each different value.
pub(super) struct Sought {
    /// All names of the value, parted by commas.
    pub(super) name: String,
    pub(super) forms: Vec<Form>,
}

/// The values that are looked for, and the number of those that are not.
pub(super) fn sought(known: &[Known<'_>]) -> (Vec<Sought>, usize) {
    let mut names: BTreeMap<&[u8], Vec<&str>> = BTreeMap::new();
    let mut left_out = 0;
    for Known { name, value } in known {
        // The bytes become needles of the matcher, which tells names and places alone.
        let bytes = value.expose().trim_ascii();
        if is_common(bytes) {
            left_out += 1;
            continue;
        }
        let same = names.entry(bytes).or_default();
        if !same.contains(&name.as_str()) {
            same.push(name);
        }
    }
    let sought = |(bytes, names): (&[u8], Vec<&str>)| Sought { name: names.join(", "), forms: all_forms(bytes) };
    (names.into_iter().map(sought).collect(), left_out)
}

/// The value as it is, what it is the base64 of, and the lines of a key.
fn all_forms(bytes: &[u8]) -> Vec<Form> {
    let mut all = forms(bytes);
    let inner = STANDARD.decode(bytes).ok().map(Zeroizing::new);
    if let Some(inner) = inner.as_ref().filter(|inner| is_text(inner) && !is_common(inner.trim_ascii())) {
        all.extend(forms(inner.trim_ascii()));
    }
    for text in [Some(bytes), inner.as_ref().map(|inner| inner.as_slice()).filter(|inner| is_text(inner))] {
        all.extend(text.into_iter().flat_map(line_forms));
    }
    all
}

fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes)
        .is_ok_and(|text| !text.chars().any(|letter| letter.is_control() && !letter.is_whitespace()))
}

/// The lines of a text of several that are told from any other: the body of a private key, and what looks like a key.
/// A certificate or a public key is no secret, wherever it stands.
fn line_forms(text: &[u8]) -> Vec<Form> {
    if !text.contains(&b'\n') {
        return Vec::new();
    }
    let mut armour = Armour::None;
    let mut telling = Vec::new();
    for line in text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii) {
        armour = armour.after(line);
        let tells = match armour {
            Armour::None => looks_like_key(line),
            Armour::Private => true,
            Armour::Public => false,
        };
        if tells && line.len() >= SHORTEST_LINE && !is_frame(line) && !is_common(line) {
            telling.push(line);
        }
    }
    let mut forms: Vec<Form> = Vec::new();
    for line in telling {
        let wide = String::from_utf8_lossy(line).encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        for bytes in [line.to_vec(), wide].map(Zeroizing::new) {
            forms.push(Form { encoding: LINE, bytes, wraps: false });
        }
    }
    forms
}

/// In which block of a PEM text a line stands.
#[derive(Clone, Copy)]
enum Armour {
    None,
    Private,
    Public,
}

impl Armour {
    fn after(self, line: &[u8]) -> Self {
        if line.starts_with(b"-----END ") {
            return Self::None;
        }
        let Some(kind) = line.strip_prefix(b"-----BEGIN ") else { return self };
        if kind.windows(b"PRIVATE KEY".len()).any(|part| part == b"PRIVATE KEY") { Self::Private } else { Self::Public }
    }
}

/// Without blanks, and of letters in both cases and digits: no line of a script or a setting.
fn looks_like_key(line: &[u8]) -> bool {
    let has = |what: fn(&u8) -> bool| line.iter().any(what);
    !has(u8::is_ascii_whitespace)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_digit)
}

/// Lines that every key of its kind has: the armour, headers, and what names the kind inside the body.
fn is_frame(line: &[u8]) -> bool {
    let header = line.iter().position(|byte| *byte == b':').is_some_and(|colon| line.get(colon + 1) == Some(&b' '));
    line.starts_with(b"-----") || header || line.starts_with(OPENSSH_V1)
}

/// Whether a value is so short or so plain that finding it would say nothing.
fn is_common(bytes: &[u8]) -> bool {
    let mut seen = [false; 256];
    bytes.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    let different = seen.iter().filter(|seen| **seen).count();
    let word = bytes.len() < LONGEST_WORD && bytes.iter().all(u8::is_ascii_alphabetic) && is_one_case(bytes);
    let number = bytes.len() < LONGEST_NUMBER && bytes.iter().all(u8::is_ascii_digit);
    bytes.len() < SHORTEST || different < FEWEST_DIFFERENT || word || number
}

/// `word`, `Word` or `WORD`.
fn is_one_case(bytes: &[u8]) -> bool {
    let rest = bytes.get(1..).unwrap_or_default();
    rest.iter().all(u8::is_ascii_lowercase) || bytes.iter().all(u8::is_ascii_uppercase)
}

/// Bytes of the shortest value that is looked for.
pub const SHORTEST: usize = 8;
/// The encoding of a line of a value of several.
pub(super) const LINE: &str = "one of its lines";
const SHORTEST_LINE: usize = 16;
const LONGEST_WORD: usize = 16;
const LONGEST_NUMBER: usize = 12;
const FEWEST_DIFFERENT: usize = 4;
/// The base64 of `openssh-key-v1`: the first line of an unencrypted key is the same for all of its kind.
const OPENSSH_V1: &[u8] = b"b3BlbnNzaC1rZXktdjE";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v10_words_and_short_values_are_left_out_and_equal_ones_told_together() {
        let values: Vec<SecretValue> =
            ["true", "production", "Administrator", "88888888", "1234567890", "k3y-0f-aLL", "k3y-0f-aLL\n"]
                .into_iter()
                .map(SecretValue::from)
                .collect();
        let known: Vec<Known<'_>> =
            values.iter().enumerate().map(|(at, value)| Known { name: format!("N{at}"), value }).collect();
        let (sought, left_out) = sought(&known);
        assert_eq!(left_out, 5);
        assert_eq!(sought.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["N5, N6"]);
    }

    #[test]
    fn lines_of_scripts_settings_and_certificates_are_no_needles() {
        let script = "#!/bin/sh\nset -euo pipefail\nLOG_FORMAT=json-with-colors\n";
        assert!(line_forms(script.as_bytes()).is_empty());
        let pair = "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ1\n-----END CERTIFICATE-----\n\
                    -----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEG\n-----END PRIVATE KEY-----\n";
        let forms = line_forms(pair.as_bytes());
        assert!(forms.len() == 2 && forms[0].bytes.starts_with(b"MIGH"), "{}", forms.len());
        assert_eq!(line_forms(b"a\nK=Zq8Rr3TxW7abcdQ\n").len(), 2, "a line that looks like a key");
    }

    #[test]
    fn the_lines_all_keys_share_are_no_needles() {
        let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\nQyNTUxOQAAACBkqqqq1234abcdXYZ\n-----END OPENSSH PRIVATE KEY-----\n";
        let forms = line_forms(key.as_bytes());
        assert_eq!(forms.len(), 2, "one line, in two widths");
        assert!(forms[0].bytes.starts_with(b"QyNT"));
    }
}
