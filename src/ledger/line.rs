//! Lines of JSON that end with a digest of themselves: a bit that flipped in one is found.

use serde::{Serialize, de::DeserializeOwned};

/// The object as one line, `digest` of it as the last field `field`.
pub(super) fn seal(object: &impl Serialize, field: &str, digest: fn(&[u8]) -> String) -> (String, String) {
    let mut line = serde_json::to_string(object).expect("texts, numbers and lists become JSON");
    let digest = digest(line.as_bytes());
    // An object with at least one field: its closing brace moves behind the new field.
    line.truncate(line.len() - 1);
    line.push_str(&format!(",\"{field}\":\"{digest}\"}}\n"));
    (line, digest)
}

/// The object of a line (without its end) and its digest, if the line is as it was written.
pub(super) fn unseal<T: DeserializeOwned>(line: &str, field: &str, digest: fn(&[u8]) -> String) -> Option<(T, String)> {
    let (object, rest) = line.rsplit_once(&format!(",\"{field}\":\""))?;
    let object = format!("{object}}}");
    let digest = digest(object.as_bytes());
    (rest == format!("{digest}\"}}")).then_some(())?;
    Some((serde_json::from_str(&object).ok()?, digest))
}
