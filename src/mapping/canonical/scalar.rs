//! Scalars in their one spelling: plain where that means the same, else quoted.

use crate::yaml::Scalar;

/// Words that a reader of YAML may take for something else than themselves.
const WORDS: &[&str] = &["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

/// `in_flow`: between braces or brackets, where more characters have a meaning.
pub(super) fn write(scalar: &Scalar<'_>, in_flow: bool) -> String {
    let text = &*scalar.text;
    if scalar.is_plain() {
        let breaks_flow = in_flow && (text.is_empty() || text.contains([',', '[', ']', '{', '}']));
        return if breaks_flow { if text.is_empty() { "null".into() } else { quoted(text) } } else { text.to_owned() };
    }
    if is_itself(text) { text.to_owned() } else { quoted(text) }
}

fn is_itself(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./-".contains(&byte))
        && !WORDS.contains(&&*text.to_ascii_lowercase())
}

/// Double quotes; single ones where nothing in them would have to be escaped but for them.
fn quoted(text: &str) -> String {
    let single = text.contains(['\\', '"']) && !text.contains('\'') && !text.chars().any(char::is_control);
    if single { format!("'{text}'") } else { serde_json::Value::from(text).to_string() }
}
