//! What stands inside the texts of a document: private keys, and values that ESC keeps secret.
//!
//! Texts are looked at as the machine will see them: unescaped, and what `write_files`
//! holds as base64 or gzip unpacked. A finding names the value, never shows it.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use zeroize::Zeroizing;

use super::{
    envelope::unpacked,
    key_text::is_private_block,
    refusal::{Fault, Refusal},
};
use crate::{
    keys::{public_key, public_line, text::decode_base64},
    model::SecretValue,
    yaml::{Node, NodeKind},
};

/// A value that must not stand in user data, and the name it goes by.
#[derive(Clone, Debug)]
pub struct KnownValue {
    pub name: String,
    pub value: SecretValue,
}

/// Below this a value would be found in every document.
const SHORTEST: usize = 8;
/// gzip in base64 in gzip is as deep as anybody goes.
const DEEPEST: usize = 3;

/// Blocks of private keys outside the lists of keys, where they have a fault of their own.
pub(super) fn private_keys(root: &Node<'_>, found: &mut Vec<Refusal>) {
    for (name, value) in root.as_map().unwrap_or_default() {
        let name = name.as_scalar().map_or("", |scalar| &*scalar.text);
        let fault = if name == "ssh_keys" { Fault::HostKey } else { Fault::FileSecret };
        each_text(value, &mut |node, text| {
            if unfolded(text.as_bytes(), 0).iter().any(|bytes| has_block(bytes)) {
                found.push(fault.at(node.at.line));
            }
        });
    }
}

fn has_block(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(is_private_block)
}

/// Known values anywhere in a text, by the line of the scalar they stand in, else of no line.
pub(super) fn known_values(text: &str, root: Option<&Node<'_>>, known: &[KnownValue]) -> Vec<Refusal> {
    let mut found: Vec<Refusal> = Vec::new();
    for value in known {
        let Some(forms) = Forms::of(&value.value) else { continue };
        let mut line = None;
        if let Some(root) = root {
            each_text(root, &mut |node, text| {
                if line.is_none() && forms.are_in(text.as_bytes()) {
                    line = Some(node.at.line);
                }
            });
        }
        if line.is_some() || forms.are_in(text.as_bytes()) {
            found.push(Fault::KnownValue.at(line).about(format_args!("`{}`", value.name)));
        }
    }
    found
}

/// What a value looks like where it was copied to.
struct Forms {
    plain: Zeroizing<Vec<u8>>,
    /// The part of its base64 that does not depend on what stands around it, at each alignment.
    encoded: Vec<Zeroizing<String>>,
}

impl Forms {
    fn of(value: &SecretValue) -> Option<Self> {
        // Looked for in the document; nothing of it is kept or said.
        let plain = value.expose().trim_ascii();
        let is_public = public_line(value).is_ok() || public_key(value).is_ok();
        if plain.len() < SHORTEST || is_public {
            return None;
        }
        let encoded = (0..3).map(|shift| core_of(plain, shift)).collect();
        Some(Self { plain: Zeroizing::new(plain.to_vec()), encoded })
    }

    fn are_in(&self, bytes: &[u8]) -> bool {
        unfolded(bytes, 0).iter().any(|bytes| {
            let text = String::from_utf8_lossy(bytes);
            let plain = String::from_utf8_lossy(&self.plain);
            text.contains(&*plain) || {
                let joined = Zeroizing::new(standard_alphabet(&text));
                self.encoded.iter().any(|form| joined.contains(form.as_str()))
            }
        })
    }
}

/// The base64 characters that every encoding of the bytes at this alignment has in common.
fn core_of(bytes: &[u8], shift: usize) -> Zeroizing<String> {
    let mut padded = Zeroizing::new(vec![0; shift]);
    padded.extend_from_slice(bytes);
    let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(&padded));
    let from = [0, 2, 3][shift];
    let to = padded.len() * 8 / 6;
    Zeroizing::new(encoded[from..to].to_owned())
}

fn standard_alphabet(text: &str) -> String {
    let kept = text.chars().filter(|letter| !letter.is_whitespace());
    kept.map(|letter| match letter {
        '-' => '+',
        '_' => '/',
        other => other,
    })
    .collect()
}

/// The bytes themselves, and what they are the base64 or the gzip of.
fn unfolded(bytes: &[u8], depth: usize) -> Vec<Cow<'_, [u8]>> {
    let mut all = vec![Cow::Borrowed(bytes)];
    if depth < DEEPEST {
        let compact: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let inner = unpacked(bytes).or_else(|| decode_base64(&compact).filter(|inner| inner.len() >= SHORTEST));
        if let Some(inner) = inner {
            all.extend(unfolded(&inner, depth + 1).into_iter().map(|bytes| Cow::Owned(bytes.into_owned())));
        }
    }
    all
}

fn each_text(node: &Node<'_>, see: &mut impl FnMut(&Node<'_>, &str)) {
    match &node.kind {
        NodeKind::Alias => {}
        NodeKind::List(items) => items.iter().for_each(|item| each_text(item, see)),
        NodeKind::Map(pairs) => {
            for (name, value) in pairs {
                each_text(name, see);
                each_text(value, see);
            }
        }
        NodeKind::Scalar(scalar) => see(node, &scalar.text),
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn a_value_is_found_in_each_form_and_at_each_alignment() {
        let forms = Forms::of(&"hunter2-canary-9f".into()).expect("long enough");
        assert!(forms.are_in(b"x hunter2-canary-9f y"));
        for before in ["", "a", "ab", "abc", "TOKEN="] {
            for after in ["", "x", "yz", " \n"] {
                let encoded = STANDARD.encode(format!("{before}hunter2-canary-9f{after}"));
                let wrapped = format!("{}\n  {}", &encoded[..9], &encoded[9..]);
                assert!(forms.are_in(encoded.as_bytes()), "{before}|{after}");
                assert!(forms.are_in(wrapped.as_bytes()), "{before}|{after} wrapped");
                assert!(forms.are_in(format!("k: {encoded}").as_bytes()), "{before}|{after} in a line");
            }
        }
        assert!(!forms.are_in(b"hunter2-canary-9"));
        assert!(!forms.are_in(STANDARD.encode("hunter2-canary-8f").as_bytes()));
    }

    #[test]
    fn short_values_and_public_keys_are_not_looked_for() {
        assert!(Forms::of(&"ubuntu".into()).is_none());
        assert!(Forms::of(&crate::keys::testing::public_key().into()).is_none());
    }
}
