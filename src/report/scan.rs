//! What a source tree refers to, and what is wrong in it, each with its file and line.

use crate::model::Severity;

/// One place in a file that names a secret or a variable.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReferenceReport {
    pub name: String,
    /// `secret`, `variable`, or `environment`: a name read by code or a template.
    pub kind: &'static str,
    /// Relative to the scanned folder, parted by slashes.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// What was found out: `ok`, `missing`, `unmapped`, `misspelt`, `illegal`, `unknown` …
    pub status: &'static str,
}

/// A finding about a place in a file; it never quotes the line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LocatedFinding {
    pub rule: &'static str,
    pub severity: Severity,
    /// The secret it is about, if it is about one.
    pub name: Option<String>,
    pub file: String,
    pub line: u32,
    pub column: u32,
    pub reason: String,
    pub remedy: String,
}

/// How much of a tree was looked at.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ScannedReport {
    /// Read as text.
    pub files: u64,
    pub bytes: u64,
    /// Skipped because they are no text.
    pub binary: u64,
    /// That could not be read.
    pub unreadable: u64,
    /// Different values looked for; `None`: values were not.
    pub values: Option<u64>,
    /// Known values too short or too plain to be looked for.
    pub plain_values: u64,
    /// References that could not be compared with the stores.
    pub unknown: u64,
    /// ESC environments that were asked for values, and those of them that gave none.
    pub esc_asked: u64,
    pub esc_unread: u64,
}
