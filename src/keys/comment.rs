//! A key's comment: public on every host, and harmless wherever a line with it is pasted.
//!
//! Invariants: one line of printable ASCII; plain YAML, JSON, jinja and a shell's quotes
//! leave it as it is; nothing in it is about a person.

use std::fmt;

use crate::model::Stamp;

/// What stands behind the body of a key that is written here. Parsed once, and asked no more.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct KeyComment(Box<str>);

/// Why a text cannot be a comment.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CommentError {
    #[error("a key's comment is one line without control characters")]
    Control,
    #[error("a key's comment neither begins nor ends with a blank")]
    Edge,
    #[error("`{0}` in a key's comment would change its meaning in a document")]
    Letter(char),
    #[error("a key's comment is ASCII")]
    NotAscii,
    #[error("a key's comment has at most {MAXIMUM} characters")]
    TooLong,
}

impl KeyComment {
    pub fn parse(text: &str) -> Result<Self, CommentError> {
        match fault(text) {
            Some(fault) => Err(fault),
            None => Ok(Self(text.into())),
        }
    }

    /// Whose key it is and when it was made: `esc-sync:<mapping-id>:<yyyymmddThhmmssZ>`.
    pub fn of_rotation(mapping_id: &str, now: Stamp) -> Self {
        let date = now.to_string().replace(['-', ':'], "");
        let room = MAXIMUM - PREFIX.len() - 1 - date.len();
        let id: String =
            mapping_id.chars().map(|letter| if is_safe(letter) { letter } else { '-' }).take(room).collect();
        Self(format!("{PREFIX}{id}:{date}").into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyComment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// When a key was made, if it was made here and its comment still says so.
pub fn made_at(comment: &str) -> Option<Stamp> {
    let (_, date) = comment.strip_prefix(PREFIX)?.rsplit_once(':')?;
    let shape = |(at, letter): (usize, u8)| match at {
        8 => letter == b'T',
        15 => letter == b'Z',
        _ => letter.is_ascii_digit(),
    };
    if date.len() != 16 || !date.bytes().enumerate().all(shape) {
        return None;
    }
    let (day, time) = (&date[..8], &date[9..15]);
    let rfc = format!("{}-{}-{}T{}:{}:{}Z", &day[..4], &day[4..6], &day[6..], &time[..2], &time[2..4], &time[4..]);
    rfc.parse().ok()
}

fn fault(text: &str) -> Option<CommentError> {
    if text.len() > MAXIMUM {
        return Some(CommentError::TooLong);
    }
    if text.contains(char::is_control) {
        return Some(CommentError::Control);
    }
    if !text.is_ascii() {
        return Some(CommentError::NotAscii);
    }
    if text.trim() != text {
        return Some(CommentError::Edge);
    }
    if let Some(letter) = text.chars().find(|letter| FORBIDDEN.contains(letter)) {
        return Some(CommentError::Letter(letter));
    }
    // Only there would a colon make a YAML mapping out of a scalar.
    (text.contains(": ") || text.ends_with(':')).then_some(CommentError::Letter(':'))
}

fn is_safe(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/' | '@' | '+')
}

const PREFIX: &str = "esc-sync:";

/// Enough for any id, and far from the 8 KB of a line of `authorized_keys` (sshd(8)).
const MAXIMUM: usize = 200;

const FORBIDDEN: &[char] = &['#', '"', '\'', '`', '{', '}', '\\'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_cannot_add_a_key_or_break_a_document() {
        for good in ["", "a", "you@host", "esc-sync:prod:20260102T030405Z", "two words"] {
            assert_eq!(KeyComment::parse(good).map(|comment| comment.to_string()).as_deref(), Ok(good));
        }
        for (bad, fault) in [
            ("a\nssh-ed25519 AAAA", CommentError::Control),
            ("a\rb", CommentError::Control),
            ("a\0b", CommentError::Control),
            ("a\u{1b}[1m", CommentError::Control),
            ("a\tb", CommentError::Control),
            ("ops: laptop", CommentError::Letter(':')),
            ("ops:", CommentError::Letter(':')),
            ("key #1", CommentError::Letter('#')),
            ("\"a\"", CommentError::Letter('"')),
            ("it's", CommentError::Letter('\'')),
            ("{{ name }}", CommentError::Letter('{')),
            ("a\\nssh-ed25519", CommentError::Letter('\\')),
            (" a", CommentError::Edge),
            ("ö", CommentError::NotAscii),
        ] {
            assert_eq!(KeyComment::parse(bad), Err(fault), "{bad:?}");
        }
        assert_eq!(KeyComment::parse(&"a".repeat(MAXIMUM + 1)), Err(CommentError::TooLong));
    }

    #[test]
    fn a_rotation_s_comment_says_when_the_key_was_made() {
        let now: Stamp = "2026-01-02T03:04:05Z".parse().expect("a date");
        let comment = KeyComment::of_rotation("prod", now);
        assert_eq!(comment.as_str(), "esc-sync:prod:20260102T030405Z");
        assert_eq!(made_at(comment.as_str()), Some(now));
        for id in ["", "a:b\nc #\u{fc}{", &"x".repeat(1000)] {
            let comment = KeyComment::of_rotation(id, now);
            assert_eq!(KeyComment::parse(comment.as_str()), Ok(comment.clone()), "{id:?}");
            assert_eq!(made_at(comment.as_str()), Some(now), "{id:?}");
        }
        for other in ["", "you@host", "esc-sync:prod", "esc-sync:a:20261302T030405Z", "esc-sync:a:2026-01-02T0304Z"] {
            assert_eq!(made_at(other), None, "{other}");
        }
    }
}
