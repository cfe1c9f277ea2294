//! What OpenSSH makes of a key as it is stored, byte by byte.
//!
//! A parser alone is too kind: it reads keys without a final newline, with CRLF or
//! behind a blank line, all of which OpenSSH 9.2 refuses, and it refuses blank lines
//! at the end, which OpenSSH reads (tried, 2026-11). So the form is checked here,
//! and the parser is asked about the body only.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::{
    Damage, PublicKey,
    public::{field, is_public_kind},
    text::{decode_base64, is_blank, trimmed},
};
use crate::model::SecretValue;

pub(super) const BEGIN: &str = "-----BEGIN ";

/// Why OpenSSH would not read a private key, if it would not.
pub fn private_key_damage(value: &SecretValue) -> Option<Damage> {
    // The form is looked at; nothing of the text leaves.
    let Some(text) = value.expose_text() else { return Some(Damage::NotPrivate) };
    look_before_frame(text).or_else(|| look_at_lines(text)).or_else(|| look_at_frame(text))
}

/// The public half of a private key's text, where OpenSSH's container keeps it in the open.
pub fn public_half(value: &SecretValue) -> Option<PublicKey> {
    // The container is parsed; only its public half leaves.
    let key = ssh_key::PrivateKey::from_openssh(value.expose_text()?.trim()).ok()?;
    PublicKey::parse(&key.public_key().to_openssh().ok()?).ok()
}

/// What the text is in the place of a block that starts at its first byte.
fn look_before_frame(text: &str) -> Option<Damage> {
    if text.starts_with('\u{feff}') {
        return Some(Damage::ByteOrderMark);
    }
    let inner = trimmed(text);
    if !inner.starts_with(BEGIN) {
        let decoded = decode_base64(inner.as_bytes()).map(Zeroizing::new);
        return Some(match decoded {
            Some(decoded) if decoded.trim_ascii_start().starts_with(BEGIN.as_bytes()) => Damage::EncodedFile,
            _ if is_public_kind(inner.split_ascii_whitespace().next().unwrap_or_default()) => Damage::PublicForPrivate,
            _ => Damage::NotPrivate,
        });
    }
    if inner.contains("\\n") {
        return Some(Damage::LiteralNewlines);
    }
    if !inner.contains('\n') {
        return Some(if inner.contains('\r') { Damage::CarriageReturns } else { Damage::SpacesForNewlines });
    }
    None
}

/// OpenSSH's own container must match to the byte; OpenSSL, which reads the other
/// containers, minds neither line ends nor what stands around the block.
fn look_at_lines(text: &str) -> Option<Damage> {
    let inner = trimmed(text);
    let strict = inner.starts_with("-----BEGIN OPENSSH ");
    if strict && text.contains('\r') {
        return Some(Damage::CarriageReturns);
    }
    if inner.lines().any(|line| line.starts_with([' ', '\t'])) {
        return Some(Damage::Indented);
    }
    let ahead = &text[..text.len() - text.trim_start_matches(is_blank).len()];
    if ahead.contains('\n') && strict {
        return Some(Damage::BlankAhead);
    }
    if ahead.ends_with([' ', '\t']) {
        return Some(Damage::Indented);
    }
    let behind = &text[text.trim_end_matches(is_blank).len()..];
    (strict && !behind.starts_with('\n')).then_some(Damage::NoFinalNewline)
}

fn look_at_frame(text: &str) -> Option<Damage> {
    let Some((label, body)) = unframed(trimmed(text)) else { return Some(Damage::Frame) };
    if !label.ends_with("PRIVATE KEY") {
        return Some(Damage::NotPrivate);
    }
    // RFC 1421 headers, of a key that is locked the old way: nothing but base64 can be checked.
    let (locked, body) = match body.split_once("\n\n").or_else(|| body.split_once("\r\n\r\n")) {
        Some((headers, rest)) if headers.contains(": ") => (true, rest),
        _ => (false, body),
    };
    let joined: Zeroizing<Vec<u8>> = Zeroizing::new(body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect());
    let Ok(bytes) = STANDARD.decode(joined.as_slice()).map(Zeroizing::new) else { return Some(Damage::Body) };
    let whole = match label {
        _ if locked => !bytes.is_empty(),
        "OPENSSH PRIVATE KEY" => is_openssh_container(&bytes),
        _ => is_der_sequence(&bytes),
    };
    (!whole).then_some(Damage::Body)
}

/// The label and what stands between the two lines of the frame.
fn unframed(block: &str) -> Option<(&str, &str)> {
    let (head, rest) = block.split_once('\n')?;
    let label = head.trim_end().strip_prefix(BEGIN)?.strip_suffix("-----")?;
    let (body, tail) = rest.rsplit_once("-----END ")?;
    let closed = tail.trim_end().strip_suffix("-----")? == label && (body.is_empty() || body.ends_with('\n'));
    closed.then_some((label, body))
}

/// Whether the parser takes it, or knows the container but not this algorithm.
fn is_openssh_container(bytes: &[u8]) -> bool {
    match ssh_key::PrivateKey::from_bytes(bytes) {
        Ok(_) => true,
        Err(ssh_key::Error::AlgorithmUnknown | ssh_key::Error::AlgorithmUnsupported { .. }) => {
            is_container_whole(bytes)
        }
        Err(_) => false,
    }
}

/// The outer fields of the container, for algorithms the parser was built without:
/// cipher, key derivation and its options, one key, its public half, its private part.
fn is_container_whole(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.strip_prefix(b"openssh-key-v1\0") else { return false };
    let fields = field(rest).and_then(|(_, rest)| field(rest)).and_then(|(_, rest)| field(rest));
    let Some((_, rest)) = fields else { return false };
    let Some(rest) = rest.strip_prefix(&[0, 0, 0, 1]) else { return false };
    let private = field(rest).and_then(|(_, rest)| field(rest));
    private.is_some_and(|(private, rest)| rest.is_empty() && !private.is_empty() && private.len() % 8 == 0)
}

/// One DER sequence that is exactly as long as it says.
fn is_der_sequence(bytes: &[u8]) -> bool {
    let (length, body) = match bytes {
        [0x30, short, body @ ..] if *short < 0x80 => (usize::from(*short), body),
        [0x30, 0x81, length, body @ ..] => (usize::from(*length), body),
        [0x30, 0x82, high, low, body @ ..] => (usize::from(*high) << 8 | usize::from(*low), body),
        _ => return false,
    };
    length > 0 && length == body.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::testing::{private_key, public_key as public_text};

    fn private(text: impl Into<String>) -> Option<Damage> {
        private_key_damage(&SecretValue::from(text.into()))
    }

    #[test]
    fn damaged_private_keys_are_named_by_their_damage() {
        let key = private_key();
        let last = key.trim_end().rfind('\n').expect("lines");
        let cases = [
            (key.to_string(), None),
            (format!("{key}\n\n"), None),
            (key.trim_end().to_string(), Some(Damage::NoFinalNewline)),
            (key.replace('\n', "\r\n"), Some(Damage::CarriageReturns)),
            (format!("\n{key}"), Some(Damage::BlankAhead)),
            (format!("  {key}"), Some(Damage::Indented)),
            (key.replace('\n', "\n  "), Some(Damage::Indented)),
            (key.replace('\n', " "), Some(Damage::SpacesForNewlines)),
            (key.replace('\n', "\\n"), Some(Damage::LiteralNewlines)),
            (STANDARD.encode(key), Some(Damage::EncodedFile)),
            (format!("\u{feff}{key}"), Some(Damage::ByteOrderMark)),
            (format!("{}\n", &key[..last]), Some(Damage::Frame)),
            (key.replacen("b3BlbnNzaC1rZXk", "b3BlbnNzaC1rZX", 1), Some(Damage::Body)),
            (key.replacen("AAAA", "", 1), Some(Damage::Body)),
            (public_text().to_string(), Some(Damage::PublicForPrivate)),
            ("7f3c9a1e".to_string(), Some(Damage::NotPrivate)),
            (key.replace("PRIVATE", "PUBLIC"), Some(Damage::NotPrivate)),
        ];
        for (at, (text, expected)) in cases.into_iter().enumerate() {
            assert_eq!(private(text), expected, "case {at}");
        }
    }

    #[test]
    fn other_containers_are_read_by_openssl_which_minds_less() {
        let pem = |label: &str, body: &[u8]| {
            format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(body))
        };
        let der: Vec<u8> = [0x30, 0x81, 200].into_iter().chain([7; 200]).collect();
        for label in ["RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY"] {
            let good = pem(label, &der);
            for text in [good.clone(), good.trim_end().to_string(), good.replace('\n', "\r\n"), format!("\n{good}")] {
                assert_eq!(private(text), None, "{label}");
            }
            assert_eq!(private(pem(label, &der[..150])), Some(Damage::Body));
            assert_eq!(private(pem(label, b"no der at all")), Some(Damage::Body));
        }
        let locked = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
        assert_eq!(private(locked), None);
    }
}
