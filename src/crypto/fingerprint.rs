//! Keyed fingerprints: how the ledger remembers a value it must not know.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use libsodium_rs::crypto_auth::hmacsha256;
use zeroize::Zeroizing;

use crate::model::{Fingerprint, SecretValue};

/// 256 random bits that are kept in ESC, among the values it is used on.
#[derive(Clone)]
pub struct FingerprintKey(SecretValue);

impl FingerprintKey {
    pub fn generate() -> Self {
        Self(SecretValue::from_bytes(super::random_bytes(32)))
    }

    /// Reads what `to_text` wrote; anything else is no key.
    pub fn from_text(text: &SecretValue) -> Option<Self> {
        // The key is read back from where it is kept.
        let bytes = STANDARD.decode(text.expose()).map(Zeroizing::new).ok()?;
        (bytes.len() == 32).then(|| Self(SecretValue::from_bytes(bytes.to_vec())))
    }

    /// The form in which it is kept in ESC.
    pub fn to_text(&self) -> SecretValue {
        // The key goes into ESC as text, and nowhere else.
        SecretValue::from(STANDARD.encode(self.0.expose()))
    }

    /// A name for the key that tells nothing of it: whether two ledgers used the same.
    pub fn id(&self) -> String {
        self.digest(&[b"esc-sync key id"]).to_string()[..16].to_owned()
    }

    /// The fingerprint of a value at a place; the place's text is part of it, so that equal
    /// values in two places cannot be seen to be equal (failure case V10).
    pub fn fingerprint(&self, place: &str, value: &SecretValue) -> Fingerprint {
        // The digest is keyed: without the key no guess can be tried (failure case X20).
        self.digest(&[place.as_bytes(), value.expose()])
    }

    fn digest(&self, parts: &[&[u8]]) -> Fingerprint {
        let mut message = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum()));
        for part in parts {
            message.extend_from_slice(&(part.len() as u64).to_le_bytes());
            message.extend_from_slice(part);
        }
        // libsodium takes the key bare.
        let key = hmacsha256::Key::from_bytes(self.0.expose()).expect("a key has 32 bytes");
        Fingerprint(hmacsha256::auth(&message, &key).expect("libsodium authenticates any message"))
    }
}

impl std::fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FingerprintKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_belongs_to_key_place_and_value() {
        let (key, other) = (FingerprintKey::generate(), FingerprintKey::generate());
        let value = SecretValue::from("hunter2");
        let print = key.fingerprint("github acme secret A", &value);
        assert_eq!(print, key.fingerprint("github acme secret A", &SecretValue::from("hunter2")));
        assert_ne!(print, key.fingerprint("github acme secret B", &value));
        assert_ne!(print, key.fingerprint("github acme secret A", &SecretValue::from("hunter3")));
        assert_ne!(print, other.fingerprint("github acme secret A", &value));
        assert_ne!(key.fingerprint("ab", &SecretValue::from("c")), key.fingerprint("a", &SecretValue::from("bc")));
        assert_ne!(key.id(), other.id());
    }

    #[test]
    fn a_key_survives_being_kept() {
        let key = FingerprintKey::generate();
        let kept = FingerprintKey::from_text(&key.to_text()).expect("a key");
        assert_eq!(kept.id(), key.id());
        for text in ["", "short", "AAAA"] {
            assert!(FingerprintKey::from_text(&SecretValue::from(text)).is_none());
        }
        assert_eq!(format!("{key:?}"), "FingerprintKey");
    }

    /// RFC 2104 over our framing, by ring: libsodium's answer is the standard's.
    #[test]
    fn it_is_hmac_sha256() {
        let key = FingerprintKey::from_text(&SecretValue::from(STANDARD.encode([7; 32]))).expect("a key");
        let mut message = 1_u64.to_le_bytes().to_vec();
        message.extend(b"p");
        message.extend(2_u64.to_le_bytes());
        message.extend(b"vv");
        let by_ring = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &[7; 32]), &message);
        assert_eq!(key.fingerprint("p", &SecretValue::from("vv")).0.as_slice(), by_ring.as_ref());
    }
}
