//! Whether a value looks like what it should be.

use regex::Regex;

use super::{fixed::Account, line::trimmed};
use crate::{
    mapping::catalogue::{Format, Shape},
    model::SecretValue,
};

/// What a value should look like.
pub(super) enum Expected<'a> {
    /// A pattern of the mapping.
    Inline(&'a Regex),
    Named(&'static Format),
}

impl Expected<'_> {
    /// Whether the value looks like it, leaving keys to their own rule. Blanks at
    /// the ends are another rule's business.
    pub(super) fn fits(&self, value: &SecretValue) -> bool {
        // The text is only matched; what comes out is yes or no.
        let Some(text) = value.expose_text().map(trimmed) else { return self.is_key() };
        match self {
            Self::Inline(pattern) => pattern.is_match(text),
            Self::Named(format) => match format.shape {
                Shape::Pattern(_) => format.pattern().is_none_or(|pattern| pattern.is_match(text)),
                Shape::Url(schemes) => is_url(text, schemes),
                Shape::SnowflakeAccount => Account::parse(text).is_some_and(|account| account.is_well_formed()),
                Shape::PrivateKey | Shape::PublicKey | Shape::PublicKeyBase64 => true,
            },
        }
    }

    pub(super) fn summary(&self) -> &'static str {
        match self {
            Self::Inline(_) => "the pattern of its `format`",
            Self::Named(format) => format.summary,
        }
    }

    pub(super) fn shape(&self) -> Option<Shape> {
        match self {
            Self::Inline(_) => None,
            Self::Named(format) => Some(format.shape),
        }
    }

    pub(super) fn is_public_key(&self) -> bool {
        matches!(self.shape(), Some(Shape::PublicKey | Shape::PublicKeyBase64))
    }

    pub(super) fn is_key(&self) -> bool {
        self.is_public_key() || matches!(self.shape(), Some(Shape::PrivateKey))
    }
}

/// A scheme out of the list (any, if it is empty), a host, and nothing that no URL holds.
pub(super) fn is_url(text: &str, schemes: &[&str]) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let named = if schemes.is_empty() {
        !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte))
    } else {
        schemes.iter().any(|known| scheme.eq_ignore_ascii_case(known))
    };
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    named && !host.is_empty() && !host.starts_with(':') && !text.contains(|letter: char| letter.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_have_a_scheme_and_a_host() {
        let schemes = &["postgres", "postgresql"][..];
        for text in ["postgres://u:p@h/db", "postgresql://h:5432/db", "POSTGRES://h"] {
            assert!(is_url(text, schemes), "{text}");
        }
        for text in ["mysql://h/db", "postgres:h", "postgres://", "postgres://u:p@/db", "postgres://h /db"] {
            assert!(!is_url(text, schemes), "{text}");
        }
        assert!(is_url("git+ssh://host/x", &[]) && !is_url("://host", &[]));
    }
}
