//! What a source tree refers to, contradicts or leaks: texts in, findings out. Pure; files are walked elsewhere.
//!
//! Four questions, each a part of this room. References: what workflows, actions, code and
//! templates name (`workflow`, `expression`, `broken`, `code`), and whether that is there
//! (`join`, `presence`). Fixed values: what the mapping denies or has another value for
//! (`setting`). Leaked values: what stores hold and no file should (`matcher` over `known`
//! and `encode`; `leak` for files, `redact` for streams). No finding quotes a file.

mod broken;
mod code;
mod encode;
mod expression;
mod join;
mod known;
mod leak;
mod lines;
mod matcher;
mod presence;
mod redact;
mod reference;
mod rules;
mod scrub;
mod setting;
mod workflow;

use crate::{
    documents::Header,
    model::Severity,
    yaml::{Position, YamlError},
};

pub use join::{Joined, JoinedReference, Tree, join};
pub use known::{Known, SHORTEST};
pub use leak::{Leak, LeakFinder};
pub use lines::{Encoding, HEAD, decoded, encoding};
pub use matcher::{Hit, Matcher};
pub use presence::{Presence, World};
pub use redact::Redactor;
pub use reference::{Form, Reach, Reference, ReferenceKind};
pub use rules::{RULES, Rule, rule};
pub use scrub::Scrub;
pub use setting::{Settings, Wrong, WrongSetting};

/// What one file says, before it is compared with stores.
#[derive(Debug, Default)]
pub struct FileRead {
    pub references: Vec<Reference>,
    pub settings: Vec<WrongSetting>,
    /// Where a workflow is no valid YAML, and why.
    pub broken: Option<YamlError>,
    /// Whether `esc-sync docs` made it: what it needs is our own, and no use of an entry.
    pub generated: bool,
    /// Whether it is a workflow of GitHub's.
    pub workflow: bool,
}

/// A finding about a place in a file; it never quotes the line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Located {
    pub rule: &'static str,
    pub severity: Severity,
    pub name: Option<String>,
    pub file: String,
    pub at: Position,
    pub reason: String,
    pub remedy: String,
}

/// The secrets and variables that the text of a workflow refers to.
pub fn references(workflow: &str) -> Vec<Reference> {
    workflow::read(workflow).references
}

/// Reads one file of a tree; its name is relative to the tree, parted by slashes.
pub fn read(file: &str, text: &[u8], settings: &Settings) -> FileRead {
    let header = Header::of_file(text);
    let mut read = FileRead {
        workflow: is_workflow(file) || looks_like_one(file, text),
        generated: header.is_some(),
        ..FileRead::default()
    };
    if read.workflow || is_action(file) {
        let own = workflow::read(&String::from_utf8_lossy(text));
        read.references = own.references;
        read.broken = own.broken;
    }
    // A template that was made from the mapping has every name of it, and uses none.
    if !read.generated {
        read.references.extend(code::references(file, text));
    }
    // The document of what must exist names denied values to deny them, as the mapping does.
    if !header.is_some_and(|header| header.intact) {
        read.settings = settings.contradicted(file, text);
    }
    read
}

fn is_workflow(file: &str) -> bool {
    let Some((folder, name)) = file.rsplit_once('/') else { return false };
    (folder == ".github/workflows" || folder.ends_with("/.github/workflows")) && is_yaml(name)
}

/// A workflow that lies elsewhere: a template, a copy, or a tree that begins below the usual folder.
fn looks_like_one(file: &str, text: &[u8]) -> bool {
    let begins = |words: &[&str]| {
        let lines = text.split(|byte| *byte == b'\n');
        lines.into_iter().any(|line| words.iter().any(|word| line.starts_with(word.as_bytes())))
    };
    is_yaml(file) && begins(&["jobs:"]) && begins(&["on:", "\"on\":", "'on':"])
}

fn is_action(file: &str) -> bool {
    matches!(file.rsplit('/').next(), Some("action.yml" | "action.yaml"))
}

fn is_yaml(name: &str) -> bool {
    name.ends_with(".yml") || name.ends_with(".yaml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workflow_is_known_by_its_place_or_by_its_look() {
        let read = |file: &str, text: &str| {
            let settings = Settings::new(&crate::mapping::Mapping {
                file: "m.yaml".into(),
                entries: Vec::new(),
                ssh: None,
                endpoints: Box::default(),
                elsewhere: crate::mapping::Elsewhere::default(),
            });
            read(file, text.as_bytes(), &settings).workflow
        };
        let text = "name: x\non: push\njobs:\n  a: {}\n";
        assert!(read("ci.yml", text) && read("docs/templates/ci.yaml", text) && !read("ci.txt", text));
        assert!(read("sub/.github/workflows/ci.yml", "jobs: {}") && !read("compose.yml", "services:\n  jobs: {}\n"));
    }
}
