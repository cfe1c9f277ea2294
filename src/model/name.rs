//! The names GitHub accepts for secrets and variables, enforced once.

use std::{fmt, str::FromStr, sync::Arc};

/// A name of a secret or variable, in the upper case in which GitHub stores it.
///
/// Rules: `[A-Za-z_][A-Za-z0-9_]*`, not starting with `GITHUB_`, unique without
/// regard to case (GitHub docs, actions-secrets-and-variables-naming, read 2026-11).
/// The longest name is not documented; 255 is our bound.
///
/// A copy shares the text: an entry, its places and its findings speak of one name.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SecretName(Arc<str>);

/// Why a name cannot stand on GitHub.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NameError {
    #[error("a name cannot be empty")]
    Empty,
    #[error("a name holds letters, digits and underscores only")]
    IllegalCharacter,
    #[error("a name cannot start with a digit")]
    LeadingDigit,
    #[error("GitHub keeps names that start with GITHUB_ for itself")]
    Reserved,
    #[error("a name has at most 255 characters")]
    TooLong,
}

impl SecretName {
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text.len() > 255 {
            return Err(NameError::TooLong);
        }
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(NameError::IllegalCharacter);
        }
        if text.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(NameError::LeadingDigit);
        }
        let upper = text.to_ascii_uppercase();
        if upper.starts_with("GITHUB_") {
            return Err(NameError::Reserved);
        }
        Ok(Self(upper.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SecretName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::parse(text)
    }
}

impl std::borrow::Borrow<str> for SecretName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m7_names_github_refuses() {
        let cases = [
            ("", NameError::Empty),
            ("1ABC", NameError::LeadingDigit),
            ("A-B", NameError::IllegalCharacter),
            ("A B", NameError::IllegalCharacter),
            ("A\0B", NameError::IllegalCharacter),
            ("ÄB", NameError::IllegalCharacter),
            ("GITHUB_TOKEN", NameError::Reserved),
            ("github_pat", NameError::Reserved),
        ];
        for (text, expected) in cases {
            assert_eq!(SecretName::parse(text), Err(expected), "{text:?}");
        }
        assert_eq!(SecretName::parse(&"A".repeat(256)), Err(NameError::TooLong));
    }

    #[test]
    fn names_are_folded_to_upper_case() {
        assert_eq!(SecretName::parse("Vultr_project_1").expect("legal").as_str(), "VULTR_PROJECT_1");
        assert!(SecretName::parse("GITHUBBER").is_ok());
    }
}
