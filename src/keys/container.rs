//! OpenSSH's container of a private key, field by field: the public half that stands in the open, and the lock.
//!
//! Read here and not by the parser, which was built for ed25519 alone: a key of another
//! kind must still open the machines until it is replaced. Source: OpenSSH's
//! PROTOCOL.key. Invariant: every buffer that ever held a private byte is wiped.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ssh_key::{Cipher, Kdf};
use zeroize::Zeroizing;

use super::{
    Damage, PairFault, PublicKey,
    private::{private_key_damage, unframed},
    public::field,
    text::trimmed,
};
use crate::model::SecretValue;

/// A private key as it is stored, locked or not.
#[allow(missing_debug_implementations, reason = "it holds private bytes")]
pub struct Container {
    cipher: Cipher,
    kdf: Kdf,
    public: PublicKey,
    section: Zeroizing<Vec<u8>>,
    tag: Option<[u8; 16]>,
}

/// A private key without its lock.
#[allow(missing_debug_implementations, reason = "it holds private bytes")]
pub struct Unlocked {
    pub public: PublicKey,
    /// The text that OpenSSH would write for it without a passphrase.
    pub text: SecretValue,
}

impl Container {
    pub fn parse(text: &SecretValue) -> Result<Self, PairFault> {
        // What the body says is judged below, where a mismatch can be told from a damage.
        if let Some(damage) = private_key_damage(text).filter(|damage| *damage != Damage::Body) {
            return Err(PairFault::Damaged(damage));
        }
        // The container is taken apart; its private part goes into wiped memory alone.
        let text = text.expose_text().ok_or(PairFault::Damaged(Damage::NotPrivate))?;
        let (label, body) = unframed(trimmed(text)).ok_or(PairFault::Damaged(Damage::Frame))?;
        if label != LABEL {
            return Err(PairFault::UnsupportedContainer);
        }
        let joined: Zeroizing<Vec<u8>> =
            Zeroizing::new(body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect());
        let bytes = STANDARD.decode(joined.as_slice()).map(Zeroizing::new).map_err(|_| BODY)?;
        Self::read(&bytes)
    }

    pub fn is_locked(&self) -> bool {
        self.cipher.is_some()
    }

    /// As it stands in the open, with the container's word for it; without its comment, which does not.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Takes the lock off, and compares the private half with the public one.
    pub fn unlock(mut self, passphrase: Option<&SecretValue>) -> Result<Unlocked, PairFault> {
        if self.is_locked() {
            self.decrypt(passphrase.ok_or(PairFault::Locked)?)?;
        }
        let section = Section::read(&self.section, self.public.kind(), self.is_locked())?;
        if !section.belongs_to(self.public.blob()) {
            return Err(PairFault::Mismatch);
        }
        let comment =
            std::str::from_utf8(section.comment).map_err(|_| PairFault::Damaged(Damage::ControlCharacters))?;
        let public = self.public.commented(comment).ok_or(PairFault::Damaged(Damage::ControlCharacters))?;
        Ok(Unlocked { text: framed(public.blob(), section.bytes), public })
    }

    fn read(bytes: &[u8]) -> Result<Self, PairFault> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(BODY)?;
        let (cipher, rest) = field(rest).ok_or(BODY)?;
        let (kdf, rest) = field(rest).ok_or(BODY)?;
        let (options, rest) = field(rest).ok_or(BODY)?;
        let rest = rest.strip_prefix(ONE_KEY).ok_or(BODY)?;
        let (public, rest) = field(rest).ok_or(BODY)?;
        let (section, rest) = field(rest).ok_or(BODY)?;
        let cipher = std::str::from_utf8(cipher).ok().and_then(|name| Cipher::new(name).ok());
        let cipher = cipher.ok_or(PairFault::UnsupportedLock)?;
        let tag = if rest.is_empty() { None } else { Some(rest.try_into().map_err(|_| BODY)?) };
        if section.is_empty() || section.len() % cipher.block_size() != 0 || tag.is_some() != cipher.has_tag() {
            return Err(BODY);
        }
        let public = PublicKey::of_blob(public).ok_or(BODY)?;
        let section = Zeroizing::new(section.to_vec());
        Ok(Self { cipher, kdf: derivation(kdf, options, cipher)?, public, section, tag })
    }

    fn decrypt(&mut self, passphrase: &SecretValue) -> Result<(), PairFault> {
        // The passphrase is what the key of the lock is derived from.
        let derived = self.kdf.derive_key_and_iv(self.cipher, passphrase.expose());
        let (key, iv) = derived.map_err(|_| PairFault::WrongPassphrase)?;
        self.cipher.decrypt(&key, &iv, &mut self.section, self.tag).map_err(|_| PairFault::WrongPassphrase)
    }
}

/// The private part: two equal numbers, the fields of the kind, a comment, and a padding that counts.
struct Section<'a> {
    /// Without its padding.
    bytes: &'a [u8],
    fields: Vec<&'a [u8]>,
    comment: &'a [u8],
}

impl<'a> Section<'a> {
    fn read(bytes: &'a [u8], kind: &str, was_locked: bool) -> Result<Self, PairFault> {
        let (checks, mut rest) = bytes.split_first_chunk::<8>().ok_or(BODY)?;
        if checks[..4] != checks[4..] {
            return Err(if was_locked { PairFault::WrongPassphrase } else { BODY });
        }
        let mut fields = Vec::new();
        for _ in 0..fields_of(kind)? {
            let (next, behind) = field(rest).ok_or(BODY)?;
            fields.push(next);
            rest = behind;
        }
        let (comment, padding) = field(rest).ok_or(BODY)?;
        let counts = padding.iter().zip(1..).all(|(byte, count): (&u8, u8)| *byte == count);
        if !counts || padding.len() >= 16 || fields.first() != Some(&kind.as_bytes()) {
            return Err(BODY);
        }
        Ok(Self { bytes: &bytes[..bytes.len() - padding.len()], fields, comment })
    }

    /// For ed25519 the public half is computed; for the others, whose arithmetic is not
    /// here, the copy beside the private numbers is compared.
    fn belongs_to(&self, blob: &[u8]) -> bool {
        let mut expected = Vec::new();
        match self.fields[..] {
            [kind @ b"ssh-ed25519", _, pair] => {
                let Some(seed) = pair.first_chunk::<32>() else { return false };
                let derived = ssh_key::private::Ed25519Keypair::from_seed(seed);
                if pair.get(32..) != Some(&derived.public.0[..]) || self.fields[1] != derived.public.0 {
                    return false;
                }
                push_fields(&mut expected, &[kind, &derived.public.0]);
            }
            [kind @ b"ssh-rsa", modulus, exponent, ..] => push_fields(&mut expected, &[kind, exponent, modulus]),
            [kind, curve, point, _] => push_fields(&mut expected, &[kind, curve, point]),
            [kind, p, q, g, y, _] => push_fields(&mut expected, &[kind, p, q, g, y]),
            _ => return false,
        }
        expected == blob
    }
}

/// How many fields a kind has before the comment, its name among them.
fn fields_of(kind: &str) -> Result<usize, PairFault> {
    match kind {
        "ssh-ed25519" => Ok(3),
        "ecdsa-sha2-nistp256" | "ecdsa-sha2-nistp384" | "ecdsa-sha2-nistp521" => Ok(4),
        "ssh-dss" => Ok(6),
        "ssh-rsa" => Ok(7),
        // A key in hardware wants a finger on it for each login.
        _ => Err(PairFault::UnsupportedKind),
    }
}

fn derivation(name: &[u8], options: &[u8], cipher: Cipher) -> Result<Kdf, PairFault> {
    match name {
        b"none" if options.is_empty() && cipher.is_none() => Ok(Kdf::None),
        b"bcrypt" if cipher.is_some() => {
            let (salt, rounds) = field(options).ok_or(BODY)?;
            let rounds = u32::from_be_bytes(rounds.try_into().map_err(|_| BODY)?);
            if rounds == 0 || rounds > MOST_ROUNDS {
                return Err(PairFault::UnsupportedLock);
            }
            Ok(Kdf::Bcrypt { salt: salt.to_vec(), rounds })
        }
        _ => Err(PairFault::UnsupportedLock),
    }
}

/// The text of a container without a lock, as OpenSSH writes it.
fn framed(blob: &[u8], section: &[u8]) -> SecretValue {
    let padded = section.len().next_multiple_of(8);
    // Sized beforehand, so that growing leaves no copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAGIC.len() + 64 + blob.len() + padded));
    bytes.extend_from_slice(MAGIC);
    push_fields(&mut bytes, &[b"none", b"none", b""]);
    bytes.extend_from_slice(ONE_KEY);
    push_fields(&mut bytes, &[blob]);
    bytes.extend_from_slice(&length(padded));
    bytes.extend_from_slice(section);
    bytes.extend((1..).take(padded - section.len()));
    let body = Zeroizing::new(STANDARD.encode(&*bytes));
    let mut text = Vec::with_capacity(body.len() + body.len() / COLUMNS + 80);
    text.extend_from_slice(b"-----BEGIN OPENSSH PRIVATE KEY-----\n");
    for line in body.as_bytes().chunks(COLUMNS) {
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    text.extend_from_slice(b"-----END OPENSSH PRIVATE KEY-----\n");
    let text = Zeroizing::new(text);
    SecretValue::from_bytes(text.to_vec())
}

fn push_fields(into: &mut Vec<u8>, fields: &[&[u8]]) {
    for field in fields {
        into.extend_from_slice(&length(field.len()));
        into.extend_from_slice(field);
    }
}

fn length(of: usize) -> [u8; 4] {
    u32::try_from(of).expect("a key is far smaller than 4 GB").to_be_bytes()
}

const LABEL: &str = "OPENSSH PRIVATE KEY";
const MAGIC: &[u8] = b"openssh-key-v1\0";
const ONE_KEY: &[u8] = &[0, 0, 0, 1];
const COLUMNS: usize = 70;
const BODY: PairFault = PairFault::Damaged(Damage::Body);

/// OpenSSH writes 16 or 24; minutes of waiting are somebody's trick.
const MOST_ROUNDS: u32 = 4096;
