//! What the registry holds, and how one key stands in it.

use serde::Deserialize;

use crate::keys::{Damage, PublicKey};

/// One entry of the registry. Names come from outside and need not differ.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RegisteredKey {
    pub id: String,
    pub name: String,
    /// Other tools register what they like: text from a store is not believed to be a key.
    pub public: Result<PublicKey, Damage>,
}

/// `private_key`, which the answer to a pair made by the server has, is not read: we never ask for one.
#[derive(Deserialize)]
pub(super) struct RawKey {
    id: String,
    name: String,
    public_key: String,
}

/// How a name and a key stand in the registry.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Standing {
    /// Neither is there.
    Absent,
    /// So many entries have the name.
    Doubled(usize),
    /// The key is there under this name, beside ours or in its place.
    Elsewhere(String),
    /// The name has another key.
    NameTaken,
    /// Exactly as wanted.
    Registered(RegisteredKey),
}

impl From<RawKey> for RegisteredKey {
    fn from(raw: RawKey) -> Self {
        Self { public: PublicKey::parse(raw.public_key.trim()), id: raw.id, name: raw.name }
    }
}

impl Standing {
    pub(super) fn of(keys: Vec<RegisteredKey>, name: &str, public: &PublicKey) -> Self {
        let is_it = |key: &RegisteredKey| key.public.as_ref() == Ok(public);
        let (mut named, others): (Vec<_>, Vec<_>) = keys.into_iter().partition(|key| key.name == name);
        if named.len() > 1 {
            return Self::Doubled(named.len());
        }
        let elsewhere = others.into_iter().find(is_it).map(|key| Self::Elsewhere(key.name));
        match named.pop() {
            Some(key) if is_it(&key) => elsewhere.unwrap_or(Self::Registered(key)),
            Some(_) => Self::NameTaken,
            None => elsewhere.unwrap_or(Self::Absent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registered(id: &str, name: &str, seed: u8) -> RegisteredKey {
        RegisteredKey { id: id.into(), name: name.into(), public: Ok(public(seed)) }
    }

    fn public(seed: u8) -> PublicKey {
        let pair = ssh_key::private::Ed25519Keypair::from_seed(&[seed; 32]);
        let line = ssh_key::PublicKey::from(pair.public).to_openssh().expect("encodes");
        PublicKey::parse(&line).expect("legal")
    }

    #[test]
    fn a_key_stands_in_one_way_only() {
        let of = |keys: &[RegisteredKey]| Standing::of(keys.to_vec(), "a", &public(1));
        let (wanted, other_body) = (registered("1", "a", 1), registered("2", "a", 2));
        let (other_name, stranger) = (registered("3", "b", 1), registered("4", "b", 2));
        assert_eq!(of(&[]), Standing::Absent);
        assert_eq!(of(std::slice::from_ref(&stranger)), Standing::Absent);
        assert_eq!(of(&[stranger, wanted.clone()]), Standing::Registered(wanted.clone()));
        assert_eq!(of(std::slice::from_ref(&other_body)), Standing::NameTaken);
        assert_eq!(of(std::slice::from_ref(&other_name)), Standing::Elsewhere("b".into()));
        assert_eq!(of(&[wanted.clone(), other_name]), Standing::Elsewhere("b".into()));
        assert_eq!(of(&[wanted.clone(), other_body]), Standing::Doubled(2));
        assert_eq!(of(&[wanted.clone(), wanted]), Standing::Doubled(2));
    }

    #[test]
    fn v13_what_is_registered_need_not_be_a_key() {
        let raw = |text: &str| RawKey { id: "1".into(), name: "a".into(), public_key: text.into() };
        let line = public(1).line();
        assert_eq!(RegisteredKey::from(raw(&format!(" {line} me@host\r\n"))).public, Ok(public(1)));
        assert_eq!(RegisteredKey::from(raw(&format!("{line}\n{line}"))).public, Err(Damage::SeveralLines));
        assert_eq!(RegisteredKey::from(raw("")).public, Err(Damage::NotPublic));
    }
}
