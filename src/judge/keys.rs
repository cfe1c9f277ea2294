//! What OpenSSH makes of a key as it is stored, byte by byte.
//!
//! A parser alone is too kind: it reads keys without a final newline, with CRLF or
//! behind a blank line, all of which OpenSSH 9.2 refuses, and it refuses blank lines
//! at the end, which OpenSSH reads (tried, 2026-11). So the form is checked here,
//! and the parser is asked about the body only.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::line::{decode_base64, is_blank, trimmed};
use crate::model::SecretValue;

/// What is wrong with a key, and never what it says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Damage {
    BlankAhead,
    Body,
    ByteOrderMark,
    CarriageReturns,
    EncodedFile,
    Frame,
    Indented,
    LiteralNewlines,
    NoFinalNewline,
    NotBase64,
    NotPrivate,
    NotPublic,
    PrivateForPublic,
    PublicForPrivate,
    SeveralLines,
    SpacesForNewlines,
    WrappedLine,
}

/// A public key, free of its options, comment and wrapping.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct PublicKey {
    kind: String,
    blob: Vec<u8>,
}

const BEGIN: &str = "-----BEGIN ";

/// Why OpenSSH would not read a private key, if it would not.
pub(super) fn private_key_damage(value: &SecretValue) -> Option<Damage> {
    // The form is looked at; nothing of the text leaves.
    let Some(text) = value.expose_text() else { return Some(Damage::NotPrivate) };
    look_before_frame(text).or_else(|| look_at_lines(text)).or_else(|| look_at_frame(text))
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

/// One field behind its length, and the rest.
fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_be_bytes(*length) as usize)
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

/// The key in one OpenSSH public-key line; a newline at its end is allowed, a second line is not.
pub(super) fn public_line(value: &SecretValue) -> Result<PublicKey, Damage> {
    // The line is parsed; only its type and public half stay.
    parse_line(value.expose_text().ok_or(Damage::NotPublic)?)
}

/// The key in the base64 of such a line, however that is wrapped.
pub(super) fn public_key(value: &SecretValue) -> Result<PublicKey, Damage> {
    // As above; a public key in the open is told apart so that the reason can say so.
    let text = trimmed(value.expose_text().ok_or(Damage::NotPublic)?);
    if is_public_kind(text.split_ascii_whitespace().next().unwrap_or_default()) {
        return Err(Damage::NotBase64);
    }
    if text.starts_with(BEGIN) {
        return Err(Damage::PrivateForPublic);
    }
    let decoded = decode_base64(text.as_bytes()).map(Zeroizing::new).ok_or(Damage::NotBase64)?;
    parse_line(std::str::from_utf8(&decoded).map_err(|_| Damage::NotPublic)?)
}

fn parse_line(text: &str) -> Result<PublicKey, Damage> {
    if trimmed(text).starts_with(BEGIN) {
        return Err(Damage::PrivateForPublic);
    }
    let line = text.trim_end_matches(['\n', '\r']);
    if line.contains(['\n', '\r']) {
        let first = line.split(['\n', '\r']).next().unwrap_or_default();
        return Err(if split_key(first).is_some_and(|(kind, body)| parse_body(kind, body).is_none()) {
            Damage::WrappedLine
        } else {
            Damage::SeveralLines
        });
    }
    let (kind, body) = split_key(line).or_else(|| split_key(without_options(line)?)).ok_or(Damage::NotPublic)?;
    let blob = parse_body(kind, body).ok_or(Damage::Body)?;
    Ok(PublicKey { kind: kind.to_string(), blob })
}

/// Type and body of a line that starts with the type.
fn split_key(line: &str) -> Option<(&str, &str)> {
    let (kind, rest) = line.split_once(' ')?;
    let body = rest.split([' ', '\t']).next().unwrap_or_default();
    is_public_kind(kind).then_some((kind, body))
}

/// The line behind its options, which end at the first blank outside quotes (sshd(8)).
fn without_options(line: &str) -> Option<&str> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, letter) in line.char_indices() {
        match letter {
            '"' if !escaped => quoted = !quoted,
            ' ' | '\t' if !quoted => return Some(line[at..].trim_start()),
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
    }
    None
}

/// The blob, if it is whole: fields that fill it exactly, the first of them the type.
fn parse_body(kind: &str, body: &str) -> Option<Vec<u8>> {
    let blob = STANDARD.decode(body).ok()?;
    let (name, mut rest) = field(&blob)?;
    let mut fields = 0;
    while !rest.is_empty() {
        (_, rest) = field(rest)?;
        fields += 1;
    }
    let length_fits = kind != "ssh-ed25519" || blob.len() == 51;
    (name == kind.as_bytes() && fields > 0 && length_fits).then_some(blob)
}

fn is_public_kind(word: &str) -> bool {
    matches!(
        word,
        "ssh-ed25519"
            | "ssh-rsa"
            | "ssh-dss"
            | "ecdsa-sha2-nistp256"
            | "ecdsa-sha2-nistp384"
            | "ecdsa-sha2-nistp521"
            | "sk-ssh-ed25519@openssh.com"
            | "sk-ecdsa-sha2-nistp256@openssh.com"
    )
}

impl Damage {
    pub(super) fn reason(self) -> &'static str {
        self.words().0
    }

    pub(super) fn repair(self) -> &'static str {
        self.words().1
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::BlankAhead => ("a blank line stands before the key", "remove the blank line"),
            Self::Body => ("its body is cut off or changed", "take the key from its source again"),
            Self::ByteOrderMark => ("it starts with a byte-order mark", "save the file as UTF-8 without a mark"),
            Self::CarriageReturns => ("its lines end in CRLF or CR", "convert it with `tr -d '\\r'`"),
            Self::EncodedFile => {
                ("it is the base64 of a key file", "store the file itself, or set `encoding: base64` in the mapping")
            }
            Self::Frame => ("its BEGIN and END lines do not match", "copy the whole file, first line to last"),
            Self::Indented => ("its lines are indented", "remove the blanks before each line"),
            Self::LiteralNewlines => {
                ("it has the two characters \\n where lines should end", "turn each into a line end")
            }
            Self::NoFinalNewline => {
                ("the final newline is missing", "end it with one newline (pass the file, not `$(cat …)`)")
            }
            Self::NotBase64 => ("it is not base64", "encode the line with `base64`"),
            Self::NotPrivate => ("it holds no private key", "take the private half"),
            Self::NotPublic => ("it holds no public-key line", "take the line of the .pub file"),
            Self::PrivateForPublic => (
                "it holds a private key where the public one belongs",
                "renew that key, take the line of the .pub file",
            ),
            Self::PublicForPrivate => ("it holds the public half", "take the private half"),
            Self::SeveralLines => ("it has more than one line", "keep exactly one key on one line"),
            Self::SpacesForNewlines => {
                ("its line ends were turned into blanks", "take the file as it is (`--string --file`)")
            }
            Self::WrappedLine => ("its body is wrapped into several lines", "join it into one line"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{private_key, public_key as public_text};

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

    #[test]
    fn public_lines_are_one_line_with_or_without_options() {
        let line = |text: &str| public_line(&SecretValue::from(text)).map(|_| ());
        let bare = public_text().trim_end();
        let options = format!("from=\"10.0.0.0/8,!10.1.1.1\",command=\"echo \\\"a b\\\"\" {bare} test@laptop");
        for text in [bare, &format!("{bare}\n"), &format!("{bare}\r\n"), &format!("{bare} a comment"), &options] {
            assert_eq!(line(text), Ok(()), "{text}");
        }
        let cut = &bare[..bare.len() - 4];
        for (text, damage) in [
            (format!("{bare} x\n{bare}"), Damage::SeveralLines),
            (bare.replacen("AAAAC3", "AAAA\nC3", 1), Damage::WrappedLine),
            (cut.to_string(), Damage::Body),
            (bare.replacen("ssh-ed25519", "ssh-rsa", 1), Damage::Body),
            (bare.replacen("ssh-ed25519 ", "ssh-ed25519  ", 1), Damage::Body),
            (format!("{bare}AAAA"), Damage::Body),
            (private_key().to_string(), Damage::PrivateForPublic),
            ("hello".to_string(), Damage::NotPublic),
        ] {
            assert_eq!(line(&text), Err(damage), "{text}");
        }
    }

    #[test]
    fn v13_encoded_public_keys_are_equal_by_meaning() {
        let encoded = |text: &str| public_key(&SecretValue::from(STANDARD.encode(text)));
        let plain = encoded(public_text()).expect("good");
        assert_eq!(encoded(&format!("{} you@host\r\n", public_text().trim_end())).expect("good"), plain);
        assert_eq!(public_key(&SecretValue::from(public_text())).err(), Some(Damage::NotBase64));
        assert_eq!(encoded(private_key()).err(), Some(Damage::PrivateForPublic));
    }
}
