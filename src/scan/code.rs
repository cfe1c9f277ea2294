//! Names that code and templates read from their environment.
//!
//! A name counts where a language's own way of reading stands before it; nothing is guessed
//! from words alone. What it is worth is decided by whoever knows the mapping.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::{
    lines::Lines,
    reference::{Form, Reach, Reference, ReferenceKind},
};
use crate::mapping::catalogue::SERVICES;

/// What may stand between the words that read and the name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum After {
    /// `(` or `[`, then a text in quotes: `os.environ["X"]`.
    Argument,
    /// The same for a key of `pulumi config`, which is written `apiKey` or `api_key`.
    ConfigKey,
    /// Words of a command line; the first that is no option is the key.
    ConfigWords,
    /// `.NAME`, or as an argument: `process.env.X`.
    Member,
    /// `NAME}`, or with a default behind it: only in templates.
    Braces,
}

const TRIGGERS: &[(&str, After)] = &[
    ("${", After::Braces),
    ("ENV.fetch", After::Argument),
    ("ENV[", After::Argument),
    ("EnvironmentVariable", After::Argument),
    ("Getenv", After::Argument),
    ("LookupEnv", After::Argument),
    ("env!", After::Argument),
    ("env::", After::Argument),
    ("environ", After::Argument),
    ("getenv", After::Argument),
    ("meta.env", After::Member),
    ("process.env", After::Member),
    ("pulumi config", After::ConfigWords),
    ("getSecret", After::ConfigKey),
    ("get_secret", After::ConfigKey),
    ("requireSecret", After::ConfigKey),
    ("require_secret", After::ConfigKey),
];

static FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = TRIGGERS.iter().map(|(word, _)| word);
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(words).expect("a handful of short words")
});

/// The names a file reads. Templates are told by the file's name: there `${X}` reads, and `X=` declares.
pub(super) fn references(file: &str, text: &[u8]) -> Vec<Reference> {
    let template = Template::of(file);
    let mut found: Vec<(usize, String)> = Vec::new();
    for hit in FINDER.find_iter(text) {
        let (_, after) = TRIGGERS[hit.pattern().as_usize()];
        if after == After::Braces && template == Template::None {
            continue;
        }
        let start = if text[hit.start()..hit.end()].ends_with(b"[") { hit.end() - 1 } else { hit.end() };
        found.extend(name_behind(text, start, after));
    }
    if template == Template::Settings {
        found.extend(declared_lines(text));
        found.sort_by_key(|(at, _)| *at);
    }
    let mut lines = Lines::new(text);
    let reference = |(at, name): (usize, String)| Reference {
        kind: ReferenceKind::Environment,
        name: Some(name),
        at: lines.position(at),
        form: Form::Code,
        reach: Reach::Repository,
    };
    found.into_iter().map(reference).collect()
}

/// Whether a name is one of a credential, by its end or by the service it begins with.
pub(super) fn is_credential_name(name: &str) -> bool {
    let services = || SERVICES.iter().any(|service| starts_with_service(name, service.id));
    name.len() >= 4 && !name.starts_with("GITHUB_") && (ENDS.iter().any(|end| name.ends_with(end)) || services())
}

/// `OPENAI_ANYTHING` of `openai`; a service's dashes are underscores there.
fn starts_with_service(name: &str, id: &str) -> bool {
    let mut letters = name.bytes();
    let same = |byte: u8| letters.next() == Some(if byte == b'-' { b'_' } else { byte.to_ascii_uppercase() });
    !GENERAL.contains(&id) && id.bytes().all(same) && letters.next() == Some(b'_')
}

const ENDS: &[&str] = &[
    "_API_KEY",
    "_CREDENTIAL",
    "_CREDENTIALS",
    "_DSN",
    "_KEY",
    "_PASS",
    "_PASSPHRASE",
    "_PASSWD",
    "_PASSWORD",
    "_PAT",
    "_SECRET",
    "_TOKEN",
    "_URL",
    "_WEBHOOK",
];
/// Ids of the catalogue that are common words.
const GENERAL: &[&str] = &["alerting", "application"];

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Template {
    None,
    /// Lines of `NAME=value`, in which `${X}` is read as well.
    Settings,
    /// `${X}` is read.
    Variables,
}

impl Template {
    fn of(file: &str) -> Self {
        let name = file.rsplit('/').next().unwrap_or(file).to_ascii_lowercase();
        if name == ".env" || name.starts_with(".env.") || name.ends_with(".env") || name.contains(".env.") {
            return Self::Settings;
        }
        let yaml = name.ends_with(".yml") || name.ends_with(".yaml");
        let template = [".template", ".tmpl", ".tpl"].iter().any(|end| name.ends_with(end));
        if template || (yaml && name.contains("compose")) { Self::Variables } else { Self::None }
    }
}

fn name_behind(text: &[u8], start: usize, after: After) -> Option<(usize, String)> {
    match after {
        After::Argument => argument(text, start),
        After::Member if text.get(start) == Some(&b'.') => upper_name(text, start + 1),
        After::Member => argument(text, start),
        After::Braces => {
            let found = upper_name(text, start)?;
            let end = text.get(found.0 + found.1.len())?;
            matches!(end, b'}' | b':' | b'-' | b'?').then_some(found)
        }
        After::ConfigKey => {
            let (at, key) = quoted(text, start)?;
            Some((at, constant_case(key)?))
        }
        After::ConfigWords => config_words(text, start),
    }
}

/// `.get("NAME"`, `_os("NAME"`, `["NAME"`: a few letters, an opening one, a quote.
fn argument(text: &[u8], start: usize) -> Option<(usize, String)> {
    let (at, _) = quoted(text, start)?;
    upper_name(text, at)
}

/// The text in quotes of an argument, and where it begins.
fn quoted(text: &[u8], start: usize) -> Option<(usize, &[u8])> {
    let rest = text.get(start..text.len().min(start + 300))?;
    let word = rest.iter().take_while(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.')).count();
    let open = matches!(rest.get(word), Some(b'(' | b'[')).then_some(word + 1)?;
    let quote = open + rest[open..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let mark = rest.get(quote).filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let inner = &rest[quote + 1..];
    let length = inner.iter().position(|byte| byte == mark)?;
    Some((start + quote + 1, &inner[..length]))
}

/// A name in capitals, as variables of an environment are written.
fn upper_name(text: &[u8], at: usize) -> Option<(usize, String)> {
    let rest = text.get(at..)?;
    let length = rest.iter().take(256).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let name = &rest[..length];
    let fits = name.first().is_some_and(u8::is_ascii_uppercase) && !name.iter().any(u8::is_ascii_lowercase);
    fits.then(|| (at, String::from_utf8_lossy(name).into_owned()))
}

/// `pulumi config set --secret proj:apiKey …`.
fn config_words(text: &[u8], start: usize) -> Option<(usize, String)> {
    let line = text.get(start..)?.split(|byte| *byte == b'\n').next()?;
    let mut at = start;
    for word in line.split(|byte| byte.is_ascii_whitespace()).take(8) {
        if !word.is_empty() && !word.starts_with(b"-") && !matches!(word, b"set" | b"get" | b"rm") {
            let namespace = word.iter().rposition(|byte| *byte == b':').map_or(0, |colon| colon + 1);
            return Some((at + namespace, constant_case(&word[namespace..])?));
        }
        at += word.len() + 1;
    }
    None
}

/// `apiKey`, `api-key` and `api_key` as a name of an environment: `API_KEY`.
fn constant_case(key: &[u8]) -> Option<String> {
    let legal = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if key.is_empty() || key.len() > 200 || !key.iter().all(legal) {
        return None;
    }
    let mut name = String::new();
    let mut lower = false;
    for byte in key {
        if lower && byte.is_ascii_uppercase() {
            name.push('_');
        }
        lower = byte.is_ascii_lowercase();
        name.push(if *byte == b'-' { '_' } else { char::from(byte.to_ascii_uppercase()) });
    }
    Some(name)
}

/// `NAME=…` at the start of a line, also behind `export`.
fn declared_lines(text: &[u8]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let lead = line.strip_prefix(b"export ").map_or(0, |_| b"export ".len());
        if let Some((at, name)) = upper_name(line, lead) {
            let rest = &line[at + name.len()..];
            if rest.trim_ascii_start().starts_with(b"=") {
                found.push((start + at, name));
            }
        }
        start += line.len();
    }
    found
}
