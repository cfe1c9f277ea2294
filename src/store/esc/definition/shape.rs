//! What a node is, and whether a value may take its place.
//!
//! Replaced are: a text without references, nothing at all (null, `{}`), a call of
//! `fn::secret`, and our own `fn::fromBase64` of one. All else is refused.

use super::quoting::{FROM_BASE64, SECRET};
use crate::yaml::{Node, NodeKind};

/// What may be replaced.
pub(super) enum Shape<'n, 't> {
    Call(Call<'n, 't>),
    Nothing,
    Text(&'n str),
}

/// A call of `fn::secret`, or of `fn::fromBase64` of one.
#[derive(Clone, Copy)]
pub(super) struct Call<'n, 't> {
    pub(super) map: &'n Node<'t>,
    pub(super) key: &'n Node<'t>,
    pub(super) argument: &'n Node<'t>,
    pub(super) encoded: bool,
}

/// What a node is, if it may be replaced; else what it is in words.
pub(super) fn shape<'n, 't>(node: &'n Node<'t>) -> Result<Shape<'n, 't>, &'static str> {
    match &node.kind {
        NodeKind::Alias => Err("an alias"),
        NodeKind::List(_) => Err("a list"),
        NodeKind::Map(pairs) if pairs.is_empty() => Ok(Shape::Nothing),
        NodeKind::Map(_) => match call(node) {
            Some(call) => Ok(Shape::Call(call)),
            None => Err(node.as_map().and_then(function).map_or("an object", called)),
        },
        NodeKind::Scalar(scalar) if scalar.is_null() => Ok(Shape::Nothing),
        NodeKind::Scalar(scalar) if scalar.is_plain() && is_typed(&scalar.text) => Err("a number or a boolean"),
        NodeKind::Scalar(scalar) if refers(&scalar.text) => Err("a reference to other values"),
        NodeKind::Scalar(scalar) => Ok(Shape::Text(&scalar.text)),
    }
}

fn function<'n>(pairs: &'n [(Node<'_>, Node<'_>)]) -> Option<&'n str> {
    let keys = pairs.iter().filter_map(|(key, _)| key.as_scalar());
    keys.map(|key| &*key.text).find(|key| key.starts_with("fn::"))
}

pub(super) fn called(function: &str) -> &'static str {
    match function {
        name if name.starts_with("fn::open") => "what a provider gives (fn::open)",
        name if name.starts_with("fn::rotate") => "what a rotation gives (fn::rotate)",
        _ => "what a function gives",
    }
}

/// The node as a call whose argument is a secret's text, in the clear or sealed.
fn call<'n, 't>(map: &'n Node<'t>) -> Option<Call<'n, 't>> {
    let [(key, argument)] = map.as_map()? else { return None };
    let encoded = match &*key.as_scalar()?.text {
        SECRET => false,
        FROM_BASE64 => true,
        _ => return None,
    };
    let fits = if encoded { call(argument).is_some_and(|inner| !inner.encoded) } else { is_secret(argument) };
    fits.then_some(Call { map, key, argument, encoded })
}

fn is_secret(argument: &Node<'_>) -> bool {
    match &argument.kind {
        NodeKind::Scalar(_) => true,
        NodeKind::Map(pairs) => match &pairs[..] {
            [(key, value)] => {
                key.as_scalar().is_some_and(|key| key.text == "ciphertext") && value.as_scalar().is_some()
            }
            _ => false,
        },
        NodeKind::Alias | NodeKind::List(_) => false,
    }
}

/// Whether ESC would read a `${…}` in it: `$$` is one dollar sign.
fn refers(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        match rest.as_bytes().get(at + 1) {
            Some(b'{') => return true,
            Some(b'$') => rest = &rest[at + 2..],
            _ => rest = &rest[at + 1..],
        }
    }
    false
}

/// Whether a plain scalar is no text to ESC: a boolean or a number (go-yaml v3 `resolve.go`).
fn is_typed(text: &str) -> bool {
    if ["true", "True", "TRUE", "false", "False", "FALSE"].contains(&text) {
        return true;
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned.to_ascii_lowercase().as_str(), ".inf" | ".nan") {
        return true;
    }
    let digits = unsigned.replace('_', "").to_ascii_lowercase();
    let radix = |prefix: &str, radix: u32| {
        digits
            .strip_prefix(prefix)
            .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|digit| digit.is_digit(radix)))
    };
    let decimal = digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'+' | b'-'))
        && digits.parse::<f64>().is_ok();
    decimal || radix("0x", 16) || radix("0o", 8) || radix("0b", 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_references_are_told_from_texts() {
        for text in ["12", "0123", "1e3", "-1.5", "0x1f", "1_000", "true", ".5", ".inf", "0o17"] {
            assert!(is_typed(text), "{text}");
        }
        for text in ["no", "2024-01-01", "192.0.2.1", "abc", "1.2.3", "-", "0xzz", "e3", "+", "12ab"] {
            assert!(!is_typed(text), "{text}");
        }
        for text in ["${a}", "x${a", "$$${a}", "a$${b}${c}"] {
            assert!(refers(text), "{text}");
        }
        for text in ["$", "$$", "$${a}", "$a", "a$$${"] {
            assert_eq!(refers(text), text == "a$$${", "{text}");
        }
    }
}
