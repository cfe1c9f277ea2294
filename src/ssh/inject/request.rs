//! What is asked for: which key, for whom, and what may stand beside it.

use super::{
    embedded::KnownValue,
    refusal::{Fault, Refusal},
};
use crate::keys::{KeyFingerprint, PublicKey};

/// One injection to be.
#[derive(Clone, Debug)]
pub struct Request {
    pub key: PublicKey,
    /// Who must be able to log in with it.
    pub user: Box<str>,
    /// What the image calls its default user; the document's own word for it wins.
    pub default_user: Box<str>,
    /// During a rotation: the new key goes beside this one, wherever it stands.
    pub replaces: Option<KeyFingerprint>,
    /// Values of variables, if the document is a template.
    pub template: Option<Vec<(String, String)>>,
    /// Values that must not stand in the result.
    pub known: Vec<KnownValue>,
}

/// A document as it should be written.
#[derive(Clone, Debug)]
pub struct Injected {
    pub document: Vec<u8>,
    /// What a person should know beside it.
    pub notes: Vec<String>,
    pub changed: bool,
}

impl Request {
    pub fn new(key: PublicKey, user: &str) -> Self {
        let (replaces, template) = (None, None);
        Self { key, user: user.into(), default_user: "ubuntu".into(), replaces, template, known: Vec::new() }
    }

    pub(super) fn check(&self) -> Result<(), Vec<Refusal>> {
        for user in [&self.user, &self.default_user] {
            if !is_user_name(user) {
                return Err(Fault::BadUser.at(None).into());
            }
        }
        if !is_harmless(self.key.comment()) {
            let refusal =
                Fault::BadKey.at(None).about("its comment holds characters that could be read as something else");
            return Err(refusal.remedy("change the comment: letters, digits, blanks and `@._:+=,/()-`").into());
        }
        if self.key.kind() == "ssh-dss" {
            let refusal = Fault::BadKey.at(None).about("OpenSSH takes no DSA key any more");
            return Err(refusal.remedy("make one with `ssh-keygen -t ed25519`").into());
        }
        Ok(())
    }

    /// All variables of a template: those given, and the two that the request itself knows.
    pub(super) fn variables(&self, given: &[(String, String)]) -> Vec<Variable> {
        let given =
            given.iter().map(|(name, value)| Variable { name: name.clone(), value: value.clone(), given: true });
        let own = [("ssh_public_key", self.key.line()), ("user", self.user.to_string())];
        let own = own.into_iter().map(|(name, value)| Variable { name: name.to_owned(), value, given: false });
        own.chain(given).collect()
    }
}

/// One variable of a template; `given` ones must be used.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) given: bool,
}

/// A Unix user name as `useradd` accepts it (shadow 4.15, `is_valid_user_name`), at most 32 characters.
pub fn is_user_name(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
}

/// Text that means itself in YAML, jinja, a shell and authorized_keys alike.
pub(super) fn is_harmless(text: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || " @._:+=,/()-".contains(letter);
    text.chars().all(plain) && !text.contains(": ") && !text.ends_with(':')
}
