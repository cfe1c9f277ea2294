//! libsodium's sealed box, as GitHub wants secrets wrapped.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use libsodium_rs::crypto_box::{self, KeyPair, PublicKey, SecretKey};

use crate::model::SecretValue;

/// Why a box could not be made or opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SealError {
    #[error("the public key is not base64")]
    KeyNotBase64,
    #[error("the public key is not a usable 32-byte key")]
    BadKey,
    #[error("the box cannot be opened with this key")]
    NotOpened,
}

/// A scope's public key, checked on the way in.
#[derive(Clone, Debug)]
pub struct SealingKey(PublicKey);

impl SealingKey {
    /// Takes the `key` field of GitHub's answer. A key of any other length than 32
    /// bytes, or of zeros, is refused before anything is sealed (failure case G23).
    pub fn from_base64(text: &str) -> Result<Self, SealError> {
        let bytes = STANDARD.decode(text).map_err(|_| SealError::KeyNotBase64)?;
        if bytes.len() != 32 || bytes.iter().all(|byte| *byte == 0) {
            return Err(SealError::BadKey);
        }
        PublicKey::from_bytes(&bytes).map(Self).map_err(|_| SealError::BadKey)
    }

    /// Seals a value and returns standard padded base64. libsodium refuses keys of
    /// low order here, and its refusal is passed on.
    pub fn seal(&self, value: &SecretValue) -> Result<String, SealError> {
        // The box is the one thing this value may become on its way to GitHub.
        crypto_box::seal_box(value.expose(), &self.0)
            .map(|sealed| STANDARD.encode(sealed))
            .map_err(|_| SealError::BadKey)
    }
}

/// A key pair that can open what was sealed to it.
pub struct OpeningKey {
    public: PublicKey,
    secret: SecretKey,
}

impl OpeningKey {
    pub fn generate() -> Self {
        let pair = KeyPair::generate();
        Self { public: pair.public_key, secret: pair.secret_key }
    }

    /// The pair that belongs to a 32-byte seed, always the same.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, SealError> {
        let pair = KeyPair::from_seed(seed).map_err(|_| SealError::BadKey)?;
        Ok(Self { public: pair.public_key, secret: pair.secret_key })
    }

    pub fn public_base64(&self) -> String {
        STANDARD.encode(self.public.as_bytes())
    }

    pub fn open(&self, sealed: &[u8]) -> Result<SecretValue, SealError> {
        crypto_box::open_sealed_box(sealed, &self.public, &self.secret)
            .map(SecretValue::from_bytes)
            .map_err(|_| SealError::NotOpened)
    }
}

impl std::fmt::Debug for OpeningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpeningKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_to_the_same_bytes() {
        let key = OpeningKey::generate();
        let sealing = SealingKey::from_base64(&key.public_base64()).expect("own key");
        for bytes in [vec![], vec![0, 255, 10], vec![7; 49_152]] {
            let sealed =
                STANDARD.decode(sealing.seal(&SecretValue::from_bytes(bytes.clone())).expect("seals")).expect("base64");
            assert_eq!(sealed.len(), bytes.len() + 48);
            assert_eq!(key.open(&sealed).expect("opens").expose(), bytes);
        }
        assert_eq!(key.open(&[1; 60]).map(|_| ()), Err(SealError::NotOpened));
    }

    #[test]
    fn g23_a_key_that_is_no_key_is_refused() {
        let refuse = |bytes: &[u8]| {
            SealingKey::from_base64(&STANDARD.encode(bytes))
                .and_then(|key| key.seal(&SecretValue::from("x")))
                .map(|_| ())
        };
        let mut one = [0; 32];
        one[0] = 1;
        assert_eq!(refuse(&[7; 31]), Err(SealError::BadKey));
        assert_eq!(refuse(&[0; 32]), Err(SealError::BadKey));
        assert_eq!(refuse(&one), Err(SealError::BadKey));
        assert_eq!(SealingKey::from_base64("!!").map(|_| ()), Err(SealError::KeyNotBase64));
    }
}
