//! What ESC says is wrong with a definition, reduced to what cannot hold a value.
//!
//! A summary may quote text of the definition or of a provider's error, so none is
//! repeated: known ones are told in our words, others by their position alone.

use serde::Deserialize;

use crate::http::printable;

/// One diagnostic. `severity` absent means error (ESC `client_test.go`).
#[derive(Deserialize)]
pub(super) struct Diagnostic {
    #[serde(default)]
    severity: Option<Box<str>>,
    #[serde(default)]
    summary: Option<Box<str>>,
    #[serde(default)]
    path: Option<Box<str>>,
    #[serde(default)]
    range: Option<Range>,
}

#[derive(Deserialize)]
struct Range {
    #[serde(default)]
    environment: Option<Box<str>>,
    #[serde(default)]
    begin: Option<Position>,
}

#[derive(Deserialize)]
struct Position {
    line: u64,
    column: u64,
}

/// Summaries of the evaluator (ESC `eval`, `ast`), by a part of their text.
const KNOWN: &[(&str, &str)] = &[
    ("unknown property", "a reference names a property that is not there"),
    ("secret values must be string literals", "a secret is not a plain string"),
    ("duplicate key", "a key is there twice"),
    ("alias nodes", "it uses YAML anchors or aliases"),
    ("reserved prefix", "it calls a function that does not exist"),
    ("invalid ciphertext", "a secret's ciphertext is damaged"),
    ("cycl", "it refers to itself"),
    ("provider", "a provider failed"),
    ("import", "an import failed"),
    ("open", "an environment or a provider could not be opened"),
];

impl Diagnostic {
    pub(super) fn is_error(&self) -> bool {
        self.severity.as_deref() != Some("warning")
    }

    /// What and where, as far as that can be told.
    fn describe(&self) -> String {
        let summary = self.summary.as_deref().unwrap_or_default();
        let known = KNOWN.iter().find(|(part, _)| summary.contains(part));
        let mut text = known.map_or("an error", |(_, told)| told).to_owned();
        if let Some(path) = self.path.as_deref().filter(|path| !path.is_empty()) {
            text.push_str(&format!(" at {}", printable(path, 200)));
        }
        if let Some(range) = &self.range {
            if let Some(Position { line, column }) = range.begin {
                text.push_str(&format!(", line {line} column {column}"));
            }
            if let Some(environment) = &range.environment {
                text.push_str(&format!(" of {}", printable(environment, 200)));
            }
        }
        text
    }
}

/// The errors among `diagnostics` in one sentence; `None` if there are only warnings.
pub(super) fn errors(diagnostics: &[Diagnostic]) -> Option<String> {
    let errors: Vec<_> = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect();
    let first = errors.first()?.describe();
    Some(match errors.len() {
        1 => format!("ESC cannot evaluate its definition: {first}"),
        count => format!("ESC cannot evaluate its definition, {count} errors, the first: {first}"),
    })
}

impl std::fmt::Debug for Diagnostic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Diagnostic")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(json: &str) -> Option<String> {
        errors(&serde_json::from_str::<Vec<Diagnostic>>(json).expect("legal"))
    }

    #[test]
    fn e10_position_is_told_and_text_is_not() {
        let one = r#"[{"severity":"warning","summary":"x"},{"severity":"error","summary":"unknown property \"nope\"","path":"values.a",
            "range":{"environment":"proj/env","begin":{"line":2,"column":8,"byte":15},"end":{"line":2,"column":12,"byte":19}}}]"#;
        assert_eq!(
            said(one).expect("an error"),
            "ESC cannot evaluate its definition: a reference names a property that is not there at values.a, line 2 column 8 of proj/env"
        );
        let leaking = r#"[{"summary":"decoding JSON: invalid character 'h' in \"hunter2\""},{"summary":"y"}]"#;
        assert_eq!(said(leaking).expect("errors"), "ESC cannot evaluate its definition, 2 errors, the first: an error");
        assert_eq!(said(r#"[{"severity":"warning"}]"#), None);
    }
}
