//! The envelope around an encrypted value: `escx`, version, sealed bytes, CRC-32.
//!
//! The outer form is the service's (pulumi/esc `eval/crypt.go`); the sealing inside
//! is this emulator's own: a libsodium secret box under the world's key.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use libsodium_rs::crypto_secretbox::{self, Key, NONCEBYTES, Nonce};

const MAGIC: &[u8] = b"escx";
const VERSION: u32 = 1;
/// Magic, version, length and checksum, four bytes each, by the service's own count.
const SHORTEST: usize = 16;

/// Why a ciphertext is refused; the text completes `invalid ciphertext: …`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum EnvelopeError {
    #[error("illegal base64 data")]
    Base64,
    #[error("EOF")]
    Short,
    #[error("invalid header")]
    Magic,
    #[error("invalid checksum")]
    Checksum,
    #[error("unsupported version")]
    Version,
}

/// The key under which one emulated world seals.
#[derive(Clone)]
pub(super) struct WorldKey(Key);

impl std::fmt::Debug for WorldKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WorldKey(…)")
    }
}

impl WorldKey {
    pub(super) fn generate() -> Self {
        Self(Key::generate())
    }

    pub(super) fn from_base64(text: &str) -> Option<Self> {
        Key::from_bytes(&STANDARD.decode(text).ok()?).ok().map(Self)
    }

    pub(super) fn to_base64(&self) -> String {
        STANDARD.encode(self.0.as_bytes())
    }

    /// Seals a plaintext into a complete envelope, in base64.
    pub(super) fn seal(&self, plaintext: &[u8]) -> String {
        let nonce = Nonce::generate();
        let sealed = crypto_secretbox::seal(plaintext, &nonce, &self.0);
        let mut envelope = Vec::with_capacity(12 + NONCEBYTES + sealed.len());
        envelope.extend_from_slice(MAGIC);
        envelope.extend_from_slice(&VERSION.to_be_bytes());
        envelope.extend_from_slice(nonce.as_bytes());
        envelope.extend_from_slice(&sealed);
        envelope.extend_from_slice(&checksum(&envelope).to_be_bytes());
        STANDARD.encode(envelope)
    }

    /// Opens what [`unwrap`] took out of an envelope; `None` if another key sealed it.
    pub(super) fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCEBYTES)?;
        crypto_secretbox::open(sealed, &Nonce::try_from_slice(nonce).ok()?, &self.0).ok()
    }
}

/// The sealed bytes inside an envelope, if the envelope is sound.
pub(super) fn unwrap(text: &str) -> Result<Vec<u8>, EnvelopeError> {
    let envelope = STANDARD.decode(&*unbroken(text)).map_err(|_| EnvelopeError::Base64)?;
    if envelope.len() < SHORTEST {
        return Err(EnvelopeError::Short);
    }
    let (body, sum) = envelope.split_at(envelope.len() - 4);
    if !body.starts_with(MAGIC) {
        return Err(EnvelopeError::Magic);
    }
    if checksum(body).to_be_bytes() != sum {
        return Err(EnvelopeError::Checksum);
    }
    if body[4..8] != VERSION.to_be_bytes() {
        return Err(EnvelopeError::Version);
    }
    Ok(body[8..].to_vec())
}

/// Go's decoder of base64 skips line breaks.
pub(super) fn unbroken(text: &str) -> Cow<'_, str> {
    if text.contains(['\r', '\n']) { text.replace(['\r', '\n'], "").into() } else { text.into() }
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(bytes);
    sum.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_opens_with_its_key_only() {
        let key = WorldKey::generate();
        for plaintext in [&b""[..], b"hunter2", "p${b}q\0\u{1F512}".as_bytes()] {
            let envelope = key.seal(plaintext);
            assert!(envelope.starts_with("ZXNjeAAAAA"), "the prefix that clients may recognise");
            let sealed = unwrap(&envelope).expect("sound");
            assert_eq!(key.open(&sealed).as_deref(), Some(plaintext));
            assert_eq!(WorldKey::generate().open(&sealed), None);
        }
    }

    #[test]
    fn broken_envelopes_are_told_apart() {
        let encode = |magic: &[u8], version: u32, flip: u8| {
            let mut body = magic.to_vec();
            body.extend_from_slice(&version.to_be_bytes());
            body.extend_from_slice(b"payload");
            let sum = checksum(&body);
            body.extend_from_slice(&sum.to_be_bytes());
            body[9] ^= flip;
            STANDARD.encode(body)
        };
        assert_eq!(unwrap("********"), Err(EnvelopeError::Base64));
        assert_eq!(unwrap("hunter23"), Err(EnvelopeError::Short));
        assert_eq!(unwrap(&encode(b"xcse", 1, 0)), Err(EnvelopeError::Magic));
        assert_eq!(unwrap(&encode(b"escx", 1, 1)), Err(EnvelopeError::Checksum));
        assert_eq!(unwrap(&encode(b"escx", 0, 0)), Err(EnvelopeError::Version));
        assert!(unwrap(&encode(b"escx", 1, 0)).is_ok());
    }
}
