//! What the service says of a definition: severity, summary, path and range.
//!
//! Texts and ranges follow pulumi/esc v0.25.0 (`ast`, `eval`), measured against its
//! own test data. Clients must not match on the texts.

use std::sync::Arc;

use serde_json::{Value, json};

/// A place in a definition: line and column from 1, byte from 0.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Point {
    pub line: u32,
    pub column: u32,
    pub byte: u32,
}

/// From where to where, and in which environment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Range {
    pub environment: Arc<str>,
    pub begin: Point,
    pub end: Point,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Severity {
    Error,
    Warning,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub summary: String,
    /// Empty if the definition could not be read as YAML at all.
    pub path: String,
    pub range: Option<Range>,
}

impl Diagnostic {
    pub(super) fn error(summary: impl Into<String>, path: String, range: Option<Range>) -> Self {
        Self { severity: Severity::Error, summary: summary.into(), path, range }
    }

    pub(super) fn warning(summary: impl Into<String>, path: String, range: Option<Range>) -> Self {
        Self { severity: Severity::Warning, summary: summary.into(), path, range }
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    pub(super) fn to_json(&self) -> Value {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut object = json!({ "severity": severity, "summary": self.summary });
        if !self.path.is_empty() {
            object["path"] = json!(self.path);
        }
        if let Some(range) = &self.range {
            object["range"] = range.to_json();
        }
        object
    }
}

impl Range {
    pub(super) fn to_json(&self) -> Value {
        let point = |at: Point| json!({ "line": at.line, "column": at.column, "byte": at.byte });
        json!({ "environment": &*self.environment, "begin": point(self.begin), "end": point(self.end) })
    }
}

pub(super) fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}

pub(super) fn list(diagnostics: &[Diagnostic]) -> Value {
    Value::Array(diagnostics.iter().map(Diagnostic::to_json).collect())
}
