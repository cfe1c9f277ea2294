//! What happens to a definition on its way in and out: secrets are sealed when it is
//! saved, opened for `decrypt`, and the text is encoded anew both times.
//!
//! Only calls of `fn::secret` below `values` are touched; a ciphertext that is sent
//! back unchanged stays as it is, which is how editing without decrypting works
//! (pulumi/esc `eval/crypt.go`).

use super::envelope::{self, WorldKey};
use super::layout::{self, Form, FormKind};
use super::syntax::DEPTH;
use crate::yaml::{self, Limits};

/// The text to store: every plaintext sealed.
pub(super) fn sealed(text: &str, key: &WorldKey) -> Option<String> {
    rewrite(text, &mut |argument| {
        if let Some(plaintext) = argument.as_string() {
            let ciphertext = key.seal(plaintext.as_bytes());
            *argument = Form::single("ciphertext", ciphertext.into(), argument);
        }
        Some(())
    })
}

/// The text in clear; `None` if a ciphertext cannot be opened.
pub(super) fn opened(text: &str, key: &WorldKey) -> Option<String> {
    rewrite(text, &mut |argument| {
        let Some(inner) = ciphertext(argument) else {
            return Some(());
        };
        let inner = inner.clone();
        let plaintext = key.open(&envelope::unwrap(inner.as_string()?).ok()?)?;
        argument.become_text(String::from_utf8(plaintext).ok()?, &inner);
        Some(())
    })
}

fn ciphertext<'f, 'a>(argument: &'f Form<'a>) -> Option<&'f Form<'a>> {
    match &argument.kind {
        FormKind::Map { pairs, .. } => match &pairs[..] {
            [(key, value)] if key.form.as_string() == Some("ciphertext") && value.as_string().is_some() => Some(value),
            _ => None,
        },
        _ => None,
    }
}

fn rewrite(text: &str, visit: &mut dyn FnMut(&mut Form<'_>) -> Option<()>) -> Option<String> {
    let Some(root) = yaml::parse(text, Limits { depth: DEPTH, ..Limits::default() }).ok()? else {
        return Some("{}\n".into());
    };
    let (mut root, rest) = layout::read(text, root);
    if let FormKind::Map { pairs, .. } = &mut root.kind {
        for (key, value) in pairs {
            if key.form.as_string().is_some_and(|name| name.eq_ignore_ascii_case("values")) {
                walk(value, visit)?;
            }
        }
    }
    Some(layout::render(&root, &rest))
}

/// Visits the argument of every call of `fn::secret`.
fn walk(form: &mut Form<'_>, visit: &mut dyn FnMut(&mut Form<'_>) -> Option<()>) -> Option<()> {
    match &mut form.kind {
        FormKind::Scalar { .. } => {}
        FormKind::List { items, .. } => {
            for item in items {
                walk(&mut item.form, visit)?;
            }
        }
        FormKind::Map { pairs, .. } => {
            if let [(key, argument)] = &mut pairs[..]
                && key.form.as_string() == Some("fn::secret")
            {
                return visit(argument);
            }
            for (_, value) in pairs {
                walk(value, visit)?;
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Definitions as sent, and as the service stores them when no secret is in them
    /// (tried with ESC `eval/crypt.go`).
    #[test]
    fn the_stored_text_is_encoded_anew() {
        let cases = [
            ("values: {a: 1}\n", "values: {a: 1}\n"),
            ("values:\n    a: 1\n    b:\n        c: 'x'\n", "values:\n  a: 1\n  b:\n    c: 'x'\n"),
            ("# head\n\nvalues:\n  a: 1\n\n  b: 2\n", "values:\n  a: 1\n  b: 2\n"),
            ("# head\nvalues:\n  a: 1\n", "# head\nvalues:\n  a: 1\n"),
            ("values:\n  # about a\n  a: 1     # one\n  b: 2\n", "values:\n  # about a\n  a: 1 # one\n  b: 2\n"),
            (
                "values:\n  d: 2026-01-01\n  s: \"1.0\"\n  y: yes\n  n: 007\n",
                "values:\n  d: \"2026-01-01\"\n  s: '1.0'\n  y: yes\n  n: 007\n",
            ),
            (
                "values:\n  k: |\n      line 1\n\n      line 2\n  z: 1\n",
                "values:\n  k: |\n    line 1\n\n    line 2\n  z: 1\n",
            ),
            (
                "values:\n  l:\n  - a\n  -   b: 1\n      c: 2\n  - - x\n",
                "values:\n  l:\n    - a\n    - b: 1\n      c: 2\n    - - x\n",
            ),
            ("values:\n  f: [a,\n    b, # why\n    c]\n", "values:\n  # why\n  f: [a, b, c]\n"),
            ("values:\n  e:\n  p: a\n     b\n", "values:\n  e: null\n  p: a b\n"),
            ("", "{}\n"),
            ("values:\n  a: &x 1\n", "values:\n  a: 1\n"),
            (
                "values:\n  a: [x, y] # tail\n  b: # key\n    c: 1\n",
                "values:\n  a: [x, y] # tail\n  b: # key\n    c: 1\n",
            ),
            ("values:\n  a: 1\n# last\n", "values:\n  a: 1\n# last\n"),
        ];
        let key = WorldKey::generate();
        for (sent, stored) in cases {
            assert_eq!(sealed(sent, &key).as_deref(), Some(stored), "{sent:?}");
            assert_eq!(sealed(stored, &key).as_deref(), Some(stored), "a second save changes nothing: {sent:?}");
        }
    }

    /// The service's own pairs of plaintext and ciphertext layouts (`eval/testdata/crypt`), in our words.
    #[test]
    fn secrets_are_sealed_in_place_and_open_again() {
        let cases = [
            (
                "values:\n  a:\n    fn::secret: hunter2\n  b: 1\n",
                "values:\n  a:\n    fn::secret:\n      ciphertext: X\n  b: 1\n",
            ),
            (
                "values:\n  p:\n    # head\n    fn::secret: hunter2 # tail\n",
                "values:\n  p:\n    # head\n    fn::secret:\n      ciphertext: X # tail\n",
            ),
            ("values:\n  o: {k: {'fn::secret': v}}\n", "values:\n  o: {k: {'fn::secret': {ciphertext: X}}}\n"),
            (
                "values:\n  k:\n    fn::secret: |\n      a\n      b\n",
                "values:\n  k:\n    fn::secret:\n      ciphertext: X\n",
            ),
            ("values:\n  - fn::secret: '12345'\n", "values:\n  - fn::secret:\n      ciphertext: X\n"),
        ];
        let key = WorldKey::generate();
        for (plain, expected) in cases {
            let stored = sealed(plain, &key).expect("a tree");
            let at = stored.find("ZXNjeAAAAA").expect("an envelope");
            let length =
                stored[at..].find(|end: char| !(end.is_ascii_alphanumeric() || "+/=".contains(end))).expect("an end");
            assert_eq!(stored.replace(&stored[at..at + length], "X"), expected);
            assert_eq!(sealed(&stored, &key).as_deref(), Some(&*stored), "an unchanged ciphertext is echoed");
            assert_eq!(opened(&stored, &key).as_deref(), Some(plain));
            assert_eq!(opened(&stored, &WorldKey::generate()), None, "another world's key opens nothing");
        }
    }
}
