//! Signed tokens (RS256) with which a GitHub App says who it is.
//!
//! What does not live here: what the claims mean, and where the key comes from.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use zeroize::Zeroizing;

use crate::model::SecretValue;

/// Why a key cannot sign. No part of the key is in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeyError {
    #[error("it is not a PEM file with an RSA private key")]
    NotPem,
    #[error("it is encrypted; a key without a passphrase is needed")]
    Encrypted,
    #[error("it is not an RSA key of 2048 bits or more")]
    NotRsa,
}

/// An RSA private key that signs tokens.
pub struct RsaSigner(RsaKeyPair);

impl RsaSigner {
    /// Reads PKCS#1 (`RSA PRIVATE KEY`, what GitHub hands out) or PKCS#8 (`PRIVATE KEY`).
    pub fn from_pem(pem: &SecretValue) -> Result<Self, KeyError> {
        // The key's text is taken apart here and its parts are wiped.
        let text = pem.expose_text().ok_or(KeyError::NotPem)?;
        if text.contains("ENCRYPTED") {
            return Err(KeyError::Encrypted);
        }
        let pair = if let Some(der) = pem_block(text, "RSA PRIVATE KEY")? {
            RsaKeyPair::from_der(&der)
        } else {
            let der = pem_block(text, "PRIVATE KEY")?.ok_or(KeyError::NotPem)?;
            RsaKeyPair::from_pkcs8(&der)
        };
        pair.map(Self).map_err(|_| KeyError::NotRsa)
    }

    /// The compact form of a token with these claims, a JSON object.
    pub fn sign(&self, claims: &str) -> SecretValue {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","typ":"JWT"}"#);
        let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims));
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .expect("the buffer is as long as the modulus");
        SecretValue::from(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl std::fmt::Debug for RsaSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RsaSigner")
    }
}

fn pem_block(text: &str, label: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyError> {
    let Some((_, rest)) = text.split_once(&format!("-----BEGIN {label}-----")) else { return Ok(None) };
    let (body, _) = rest.split_once(&format!("-----END {label}-----")).ok_or(KeyError::NotPem)?;
    let compact = Zeroizing::new(body.split_ascii_whitespace().collect::<String>());
    STANDARD.decode(compact.as_bytes()).map(|der| Some(Zeroizing::new(der))).map_err(|_| KeyError::NotPem)
}
