//! The table of what a document does: key forms, and what the real cloud-init makes of each.
//!
//! Data alone: `table` boots each row, and whoever refuses documents may go through
//! the same rows. First tried by hand with 22.4.2. The surprise is in the middle part:
//! the schema calls those documents valid, nothing warns, and nobody gets in.

use super::pairs::Pair;

/// What is in the default user's `authorized_keys` beside the provider's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The key, in one line that OpenSSH reads.
    Installed,
    /// The key, and a second one that nobody meant to let in.
    Second,
    /// So many lines that OpenSSH cannot read.
    Unusable(usize),
    /// No line at all.
    Nothing,
    /// The whole file fails: the provider's key is lost as well.
    ProviderLost,
}

/// One document and what becomes of it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) document: Vec<u8>,
    /// What `cloud-init schema` says of it.
    pub(crate) is_valid: bool,
    pub(crate) warns: bool,
    pub(crate) effect: Effect,
}

fn row(name: &'static str, is_valid: bool, warns: bool, effect: Effect, document: impl Into<Vec<u8>>) -> Row {
    Row { name, document: document.into(), is_valid, warns, effect }
}

/// A document with one element in the list, written as it stands here.
pub(crate) fn listing(element: &str) -> String {
    format!("#cloud-config\nssh_authorized_keys:\n  - {element}\n")
}

/// Forms that work.
pub(crate) fn sound(key: &Pair) -> Vec<Row> {
    let line = &key.line;
    let works = |name, document: String| row(name, true, false, Effect::Installed, document);
    vec![
        works("plain", listing(line)),
        works("double-quoted", listing(&format!("\"{line}\""))),
        works("a literal block", listing(&format!("|\n    {line}"))),
        works("a newline at the end of the value", listing(&format!("\"{line}\\n\""))),
        works("a carriage return at the end of the value", listing(&format!("\"{line}\\r\""))),
        works("a document without final newline", listing(line).trim_end().to_owned()),
        works("a document with CRLF", listing(line).replace('\n', "\r\n")),
        works(
            "options before the key",
            listing(&serde_json::json!(format!("restrict,command=\"echo no\" {line}")).to_string()),
        ),
        works("a comment cut off at an unquoted #", listing(&format!("{line} #1"))),
    ]
}

/// Valid by the schema, applied without a word, and no key of it opens anything.
pub(crate) fn silent(key: &Pair) -> Vec<Row> {
    let (line, body) = (&key.line, key.body());
    let quoted = |value: String| listing(&serde_json::json!(value).to_string());
    let lost = |name, effect, document: String| row(name, true, false, effect, document);
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, line);
    let url_safe = format!("{}-_{}", &body[..30], &body[32..]);
    let wrapped = format!("ssh-ed25519 {}\n{} wrapped", &body[..40], &body[40..]);
    vec![
        lost("still base64", Effect::Nothing, quoted(encoded)),
        lost("empty", Effect::Nothing, quoted(String::new())),
        lost("an unknown type of key", Effect::Nothing, quoted(line.replacen("ssh-ed25519", "ssh-foo", 1))),
        lost("a private key", Effect::Nothing, quoted(key.private_text())),
        lost("the field misspelt", Effect::Nothing, quoted(line.clone()).replace("authorized", "authorised")),
        lost(
            "the field with hyphens",
            Effect::Nothing,
            quoted(line.clone()).replace("ssh_authorized_keys", "ssh-authorized-keys"),
        ),
        lost("a body cut off", Effect::Unusable(1), quoted(format!("ssh-ed25519 {} cut", &body[..40]))),
        lost("a body in the alphabet of URLs", Effect::Unusable(1), quoted(format!("ssh-ed25519 {url_safe} url"))),
        lost("a body wrapped", Effect::Unusable(1), quoted(wrapped)),
    ]
}

/// One value, two keys: both are let in.
pub(crate) fn smuggled(key: &Pair, second: &Pair) -> Vec<Row> {
    let quoted = |value: String| listing(&serde_json::json!(value).to_string());
    let in_block = listing(&format!("|\n    {}\n    {}", key.line, second.line));
    vec![
        row("two keys in one value", true, false, Effect::Second, in_block),
        row(
            "a comment with a newline and a key",
            true,
            false,
            Effect::Second,
            quoted(format!("{} laptop\n{}", key.line, second.line)),
        ),
    ]
}

/// What the schema does refuse.
pub(crate) fn malformed(key: &Pair) -> Vec<Row> {
    let line = &key.line;
    let refused = |name, warns, effect, document: String| row(name, false, warns, effect, document);
    vec![
        refused(
            "a comment with an unquoted colon",
            true,
            Effect::ProviderLost,
            listing(&format!("{line} ops: laptop")),
        ),
        refused(
            "text instead of a list",
            true,
            Effect::Nothing,
            format!("#cloud-config\nssh_authorized_keys: \"{line}\"\n"),
        ),
        refused("null in the list", true, Effect::Nothing, listing("null")),
        refused(
            "text instead of a user's list",
            true,
            Effect::Installed,
            format!("#cloud-config\nusers:\n  - default\n  - name: ubuntu\n    ssh_authorized_keys: \"{line}\"\n"),
        ),
        refused("no header", true, Effect::Nothing, listing(line).replace("#cloud-config\n", "")),
        refused("a space in the header", true, Effect::Nothing, listing(line).replace("#cloud", "# cloud")),
        refused("a byte-order mark", true, Effect::Nothing, format!("\u{feff}{}", listing(line))),
        refused("a tab as indent", true, Effect::Nothing, listing(line).replace("  - ", "\t- ")),
    ]
}
