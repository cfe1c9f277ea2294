//! Older mappings in JSON: names with paths, and services with what they require.
//!
//! Both shapes are read in one walk: a map of names to paths, wherever it stands, and
//! lists or maps of objects in which one field has the name and another the path.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// A name and the ESC path that an older mapping gives it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Older {
    pub name: String,
    /// Without a leading `values.`.
    pub path: String,
    /// Whether some service of that mapping requires it.
    pub required: bool,
}

/// Fields in which a path is known to stand.
const PATH_FIELDS: &[&str] = &["esc_path", "esc", "path", "pulumi_path", "pulumi", "esc_key", "target"];
/// Fields in which a name is known to stand.
const NAME_FIELDS: &[&str] = &["github", "github_name", "github_secret", "name", "secret", "source"];

/// What the text holds; `None` if it is no JSON.
pub fn read(text: &[u8]) -> Option<Vec<Older>> {
    let root: Value = serde_json::from_slice(text).ok()?;
    let mut pairs = Vec::new();
    let mut required = BTreeSet::new();
    walk(&root, &mut pairs, &mut required);
    for pair in &mut pairs {
        let leaf = pair.path.rsplit('.').next().unwrap_or_default();
        pair.required =
            [&pair.name[..], &pair.path, leaf].iter().any(|known| required.contains(&known.to_ascii_lowercase()));
    }
    Some(pairs)
}

fn walk(value: &Value, pairs: &mut Vec<Older>, required: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, pairs, required)),
        Value::Object(fields) => {
            pairs.extend(described(None, fields));
            for (key, value) in fields {
                match value {
                    Value::String(path) if is_name(key) => pairs.extend(pair(key, path)),
                    Value::Object(inner) if is_name(key) && described(Some(key), inner).is_some() => {
                        pairs.extend(described(Some(key), inner));
                    }
                    Value::Array(names) if key == "required_secrets" => {
                        required.extend(names.iter().filter_map(Value::as_str).map(str::to_ascii_lowercase));
                    }
                    other => walk(other, pairs, required),
                }
            }
        }
        _ => {}
    }
}

/// An object that gives a path for a name, its own or the one it stands under.
fn described(above: Option<&str>, fields: &Map<String, Value>) -> Option<Older> {
    let text = |known: &[&str]| known.iter().find_map(|field| fields.get(*field)?.as_str());
    let name = above.or_else(|| text(NAME_FIELDS).filter(|name| is_name(name)))?;
    pair(name, text(PATH_FIELDS)?)
}

fn pair(name: &str, path: &str) -> Option<Older> {
    let path = path.strip_prefix("values.").unwrap_or(path);
    let is_path = !path.is_empty()
        && path.chars().all(|character| character.is_ascii_alphanumeric() || "._-[]\"".contains(character));
    is_path.then(|| Older { name: name.to_owned(), path: path.to_owned(), required: false })
}

/// The keys of older mappings that are names are in upper case; those of their structure are not.
fn is_name(text: &str) -> bool {
    text.contains('_')
        && text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, String, bool)> {
        let pairs = read(text.as_bytes()).expect("JSON");
        pairs.into_iter().map(|pair| (pair.name, pair.path, pair.required)).collect()
    }

    fn one(name: &str, path: &str, required: bool) -> (String, String, bool) {
        (name.to_owned(), path.to_owned(), required)
    }

    #[test]
    fn names_with_paths_and_what_services_require() {
        let text = r#"{"github_to_pulumi": {"OPENAI_API_KEY": "values.acme.ai.openai.api_key", "REDIS_URL": "redis_url"},
            "services": {"cache": {"required_secrets": ["redis_url"]}}}"#;
        assert_eq!(
            found(text),
            [one("OPENAI_API_KEY", "acme.ai.openai.api_key", false), one("REDIS_URL", "redis_url", true)]
        );
    }

    #[test]
    fn objects_with_a_name_and_a_path() {
        let text =
            r#"{"secrets": [{"github": "A_KEY", "esc_path": "a.key"}], "more": {"B_KEY": {"path": "values.b.key"}}}"#;
        let mut pairs = found(text);
        pairs.sort();
        assert_eq!(pairs, [one("A_KEY", "a.key", false), one("B_KEY", "b.key", false)]);
    }

    #[test]
    fn what_is_no_path_is_no_pair() {
        assert_eq!(found(r#"{"A_KEY": "two words", "B_KEY": "", "lower_case": "a.b"}"#), []);
        assert!(read(b"not json").is_none());
    }
}
