//! A key pair in memory: made, or read and compared half by half.
//!
//! Invariants: the public half is the private one's, computed and not believed; the
//! text is what OpenSSH writes, byte by byte; nothing here touches a file.

use std::fmt;

use ssh_key::{Cipher, Kdf, LineEnding, PrivateKey, private::Ed25519Keypair};
use zeroize::Zeroizing;

pub use crate::keys::PairFault;
use crate::{
    crypto,
    keys::{Container, KeyComment, KeyFingerprint, PublicKey, Unlocked},
    model::SecretValue,
};

/// Both halves of one key.
#[derive(Clone)]
pub struct KeyPair {
    public: PublicKey,
    private: SecretValue,
    unlocked: SecretValue,
}

impl KeyPair {
    /// A new ed25519 pair, locked if a passphrase is given. Locking takes a noticeable part of a second.
    pub fn generate(comment: &KeyComment, passphrase: Option<&SecretValue>) -> Result<Self, PairFault> {
        let key = random_key(comment);
        let text = openssh_text(&key);
        match passphrase {
            None => Self::read(&text, None),
            Some(passphrase) => {
                let locked = openssh_text(&lock(&key, passphrase)?);
                Self::read(&locked, Some(passphrase))
            }
        }
    }

    /// The pair in a private key's text. What is given for a key without a lock is not looked at.
    pub fn read(text: &SecretValue, passphrase: Option<&SecretValue>) -> Result<Self, PairFault> {
        let Unlocked { public, text: unlocked } = Container::parse(text)?.unlock(passphrase)?;
        Ok(Self { public, private: text.clone(), unlocked })
    }

    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The text as it is stored, locked if it was.
    pub fn private(&self) -> &SecretValue {
        &self.private
    }

    /// The text without its lock, for an agent alone.
    pub fn unlocked(&self) -> SecretValue {
        self.unlocked.clone()
    }

    pub fn fingerprint(&self) -> KeyFingerprint {
        self.public.fingerprint()
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyPair").field(&self.fingerprint().as_str()).finish()
    }
}

fn random_key(comment: &KeyComment) -> PrivateKey {
    let seed = Zeroizing::new(crypto::random_bytes(32));
    let seed = seed.first_chunk::<32>().expect("as many bytes as were asked for");
    PrivateKey::new(Ed25519Keypair::from_seed(seed).into(), comment.as_str()).expect("a pair without a lock is a key")
}

/// As OpenSSH 9.2 locks it: aes256-ctr, 16 rounds of bcrypt over 16 bytes of salt.
fn lock(key: &PrivateKey, passphrase: &SecretValue) -> Result<PrivateKey, PairFault> {
    if passphrase.is_empty() {
        return Err(PairFault::EmptyPassphrase);
    }
    let kdf = Kdf::Bcrypt { salt: crypto::random_bytes(16), rounds: 16 };
    let check = crypto::random_bytes(4);
    let check = u32::from_be_bytes(*check.first_chunk().expect("as many bytes as were asked for"));
    // The passphrase is what the key of the lock is derived from.
    key.encrypt_with(Cipher::Aes256Ctr, kdf, check, passphrase.expose()).map_err(|_| PairFault::UnsupportedLock)
}

fn openssh_text(key: &PrivateKey) -> SecretValue {
    let text = key.to_openssh(LineEnding::LF).expect("a key has a text");
    SecretValue::from(text.as_str())
}
