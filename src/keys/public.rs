//! Public keys: one line of OpenSSH, or the base64 of such a line.
//!
//! The blob says which key it is; options and comment are whoever wrote the line's.

use std::fmt;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use zeroize::Zeroizing;

use super::{
    Damage, KeyComment,
    authorized::split_options,
    private::BEGIN,
    text::{decode_base64, trimmed},
};
use crate::model::SecretValue;

/// A public key, free of its options and wrapping. Two are equal if they are the same key, whatever their comments.
#[derive(Clone, Debug)]
pub struct PublicKey {
    kind: Box<str>,
    blob: Box<[u8]>,
    comment: Box<str>,
}

/// Names a key as `ssh-keygen -l` does: `SHA256:` and 43 characters.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyFingerprint(Box<str>);

impl PublicKey {
    /// The key in one line of text, which is public; a newline at its end is allowed.
    pub fn parse(line: &str) -> Result<Self, Damage> {
        parse_line(line)
    }

    /// The same key under another comment.
    #[must_use]
    pub fn with_comment(&self, comment: &KeyComment) -> Self {
        Self { comment: comment.as_str().into(), ..self.clone() }
    }

    /// A key without comment from what its body encodes.
    pub(super) fn of_blob(blob: &[u8]) -> Option<Self> {
        let kind = std::str::from_utf8(field(blob)?.0).ok().filter(|kind| is_public_kind(kind))?;
        let blob = parse_body(kind, &STANDARD.encode(blob))?;
        Some(Self { kind: kind.into(), blob: blob.into(), comment: "".into() })
    }

    /// The same key under a comment that somebody else wrote, if that stays on its line.
    pub(super) fn commented(&self, comment: &str) -> Option<Self> {
        let is_line = !comment.contains(|letter: char| letter.is_control() && letter != '\t');
        is_line.then(|| Self { comment: comment.trim().into(), ..self.clone() })
    }

    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What the body encodes, by which a key is itself.
    pub(super) fn blob(&self) -> &[u8] {
        &self.blob
    }

    pub fn comment(&self) -> &str {
        &self.comment
    }

    /// What follows the type in a line.
    pub fn body(&self) -> String {
        STANDARD.encode(&self.blob)
    }

    /// The line without newline: `type body comment`.
    pub fn line(&self) -> String {
        let line = format!("{} {} {}", self.kind, self.body(), self.comment);
        line.trim_end().to_owned()
    }

    /// The canonical form in which a store keeps it: base64 of the line without newline, in one line.
    pub fn encoded(&self) -> String {
        STANDARD.encode(self.line())
    }

    pub fn fingerprint(&self) -> KeyFingerprint {
        let digest = ring::digest::digest(&ring::digest::SHA256, &self.blob);
        KeyFingerprint(format!("SHA256:{}", STANDARD_NO_PAD.encode(digest)).into())
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.blob == other.blob
    }
}

impl Eq for PublicKey {}

impl KeyFingerprint {
    /// A fingerprint as it was printed; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let digest = text.strip_prefix("SHA256:")?;
        let whole = STANDARD_NO_PAD.decode(digest).is_ok_and(|bytes| bytes.len() == 32);
        whole.then(|| Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Enough of it to name a file or a registered key by: eight letters and digits.
    pub fn short(&self) -> String {
        self.0["SHA256:".len()..].chars().filter(char::is_ascii_alphanumeric).take(8).collect()
    }
}

impl fmt::Display for KeyFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The key in one OpenSSH public-key line; a newline at its end is allowed, a second line is not.
pub fn public_line(value: &SecretValue) -> Result<PublicKey, Damage> {
    // The line is parsed; only its type and public half stay.
    parse_line(value.expose_text().ok_or(Damage::NotPublic)?)
}

/// The key in the base64 of such a line, however that is wrapped.
pub fn public_key(value: &SecretValue) -> Result<PublicKey, Damage> {
    // As above; what was stored by mistake is told apart so that the reason can say so.
    let text = trimmed(value.expose_text().ok_or(Damage::NotPublic)?);
    if starts_with_kind(text) {
        return Err(Damage::NotEncoded);
    }
    if text.contains(BEGIN) {
        return Err(Damage::PrivateForPublic);
    }
    let decoded = decode_base64(text.as_bytes()).map(Zeroizing::new).ok_or_else(|| base64_damage(text))?;
    let line = std::str::from_utf8(&decoded).map_err(|_| Damage::NotPublic)?;
    if let Some(twice) = decode_base64(trimmed(line).as_bytes()).map(Zeroizing::new) {
        let words = String::from_utf8_lossy(&twice).contains("PRIVATE KEY");
        return Err(match std::str::from_utf8(&twice) {
            _ if words => Damage::PrivateForPublic,
            Ok(inner) if starts_with_kind(inner) => Damage::EncodedTwice,
            _ => Damage::NotPublic,
        });
    }
    parse_line(line)
}

/// Why it is no base64, as far as one can tell.
fn base64_damage(text: &str) -> Damage {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '=' | '-' | '_');
    let is_break = |letter: char| letter.is_ascii_whitespace();
    if !text.chars().all(|letter| is_letter(letter) || is_break(letter)) {
        return Damage::NotBase64;
    }
    let joined: Zeroizing<String> = Zeroizing::new(text.split(is_break).collect());
    if joined.contains(['-', '_']) {
        return Damage::UrlSafe;
    }
    // Standard decoders pass over line ends and stumble over blanks.
    if decode_base64(joined.as_bytes()).map(Zeroizing::new).is_some() { Damage::BlankInside } else { Damage::NotBase64 }
}

fn starts_with_kind(text: &str) -> bool {
    is_public_kind(text.split_ascii_whitespace().next().unwrap_or_default())
}

fn parse_line(text: &str) -> Result<PublicKey, Damage> {
    if text.contains(BEGIN) {
        return Err(Damage::PrivateForPublic);
    }
    if text.starts_with('\u{feff}') {
        return Err(Damage::ByteOrderMark);
    }
    let line = text.trim_end_matches(['\n', '\r']);
    if let Some(damage) = line_damage(line) {
        return Err(damage);
    }
    let bare = if split_key(line).is_some() { line } else { split_options(line).ok_or(Damage::NotPublic)?.1 };
    let (kind, body) = split_key(bare).ok_or(Damage::NotPublic)?;
    let blob = parse_body(kind, body).ok_or(Damage::Body)?;
    let comment = bare[kind.len() + 1 + body.len()..].trim();
    Ok(PublicKey { kind: kind.into(), blob: blob.into(), comment: comment.into() })
}

/// What keeps a text from being one line with one key, whatever the key.
fn line_damage(line: &str) -> Option<Damage> {
    if line.contains(['\n', '\r']) {
        let first = line.split(['\n', '\r']).next().unwrap_or_default();
        let is_cut = split_key(first).is_some_and(|(kind, body)| parse_body(kind, body).is_none());
        return Some(if is_cut { Damage::WrappedLine } else { Damage::SeveralLines });
    }
    if line.contains(|letter: char| letter.is_control() && letter != '\t') {
        return Some(Damage::ControlCharacters);
    }
    if line.split("\\n").skip(1).any(starts_with_kind) {
        return Some(Damage::SeveralKeys);
    }
    // Elsewhere it may be a name: `DOMAIN\nobody`.
    if line.trim_end().ends_with("\\n") {
        return Some(Damage::LiteralNewlines);
    }
    let words: Vec<_> = line.split_ascii_whitespace().collect();
    let keys = words.windows(2).filter(|pair| is_public_kind(pair[0]) && pair[1].starts_with("AAAA")).count();
    (keys > 1).then_some(Damage::SeveralKeys)
}

/// Type and body of a line that starts with the type.
fn split_key(line: &str) -> Option<(&str, &str)> {
    let (kind, rest) = line.split_once(' ')?;
    let body = rest.split([' ', '\t']).next().unwrap_or_default();
    is_public_kind(kind).then_some((kind, body))
}

/// The blob, if it is whole: fields that fill it exactly, the first of them the type.
pub(super) fn parse_body(kind: &str, body: &str) -> Option<Vec<u8>> {
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

pub(super) fn is_public_kind(word: &str) -> bool {
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

/// One field behind its length, and the rest.
pub(super) fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_be_bytes(*length) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::testing::{private_key, public_key as public_text};

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
        assert_eq!(public_key(&SecretValue::from(public_text())).err(), Some(Damage::NotEncoded));
        assert_eq!(encoded(private_key()).err(), Some(Damage::PrivateForPublic));
    }
}
