//! The texts of an opened ESC environment, each with its path.

use std::sync::Arc;

use super::Leaf;
use crate::model::{EnvironmentRef, EscKind, EscPath, EscValue, Segment};

/// What stands at the root for other programs (copies of values that have a place of their
/// own), and what is ours.
const NOT_VALUES: &[&str] = &["environmentVariables", "esc-sync", "files", "pulumiConfig"];

/// In the order of their paths. What is no text, or could not be evaluated, is left out.
pub fn leaves(environment: &Arc<EnvironmentRef>, root: EscValue) -> Vec<Leaf> {
    let EscKind::Object(fields) = root.kind else { return Vec::new() };
    let mut found = Vec::new();
    for (key, value) in fields.into_iter().filter(|(key, _)| !NOT_VALUES.contains(&&**key)) {
        let path = EscPath::of_key(key);
        collect(environment, path, value, &mut found);
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn collect(environment: &Arc<EnvironmentRef>, path: EscPath, value: EscValue, found: &mut Vec<Leaf>) {
    let EscValue { kind, secret, unknown } = value;
    match kind {
        EscKind::Text(text) if !unknown => {
            found.push(Leaf { environment: Arc::clone(environment), path, secret, value: text });
        }
        EscKind::Object(fields) => {
            for (key, value) in fields {
                collect(environment, path.then(Segment::Key(key)), value, found);
            }
        }
        EscKind::List(items) => {
            for (at, value) in (0..).zip(items) {
                collect(environment, path.then(Segment::Index(at)), value, found);
            }
        }
        _ => {}
    }
}
