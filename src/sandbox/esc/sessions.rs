//! Opening an environment, and reading what was opened: evaluated once, frozen under
//! an id until it expires.

use serde_json::{Value, json};

use super::definitions::{ANONYMOUS, opened_body, raw_json, refused, revision};
use super::diagnostic::{self, has_errors};
use super::evaluate::Mode;
use super::routes::{Call, error, missing};
use super::world::{EscWorld, LARGEST_DEFINITION, Session, admit};
use crate::crypto::random_id;
use crate::sandbox::message::SandboxResponse;

/// Seconds a session lives when the request names no duration (the service's own default).
const LIFETIME: i64 = 3600;

pub(super) fn open(world: &mut EscWorld, call: &Call<'_>, version: &str) -> SandboxResponse {
    let text = match revision(world, call, version) {
        Ok(revision) => revision.text.clone(),
        Err(answer) => return answer,
    };
    start(world, call, Some(call.key.clone()), &text)
}

pub(super) fn open_text(world: &mut EscWorld, call: &Call<'_>) -> SandboxResponse {
    if call.request.body.len() > LARGEST_DEFINITION {
        return error(413, "Request Entity Too Large: the definition is too large");
    }
    match admit(&call.request.body) {
        Ok(text) => start(world, call, None, &text),
        Err(diagnostics) => refused(&diagnostics),
    }
}

fn start(world: &mut EscWorld, call: &Call<'_>, environment: Option<String>, text: &str) -> SandboxResponse {
    let lifetime = match call.request.query("duration") {
        None | Some("") => LIFETIME,
        Some(wanted) => match seconds(wanted) {
            Some(seconds) => seconds,
            None => return error(400, "Bad Request: invalid duration"),
        },
    };
    let name = environment.as_deref().unwrap_or(ANONYMOUS);
    let (properties, diagnostics) = world.evaluate(call.organization, name, text, Mode::Open);
    if has_errors(&diagnostics) {
        return refused(&diagnostics);
    }
    world.sessions.retain(|_, session| session.expires > call.now);
    let id = random_id(16);
    let session = Session {
        organization: call.organization.to_owned(),
        environment,
        body: opened_body(properties.as_deref()),
        expires: call.now.saturating_add(lifetime),
    };
    world.sessions.insert(id.clone(), session);
    let mut body = json!({ "id": id });
    if !diagnostics.is_empty() {
        body["diagnostics"] = diagnostic::list(&diagnostics);
    }
    SandboxResponse::json(200, &body)
}

pub(super) fn read(world: &EscWorld, call: &Call<'_>, environment: Option<&str>, id: &str) -> SandboxResponse {
    let session = world.sessions.get(id).filter(|session| {
        session.organization == call.organization
            && session.environment.as_deref() == environment
            && session.expires > call.now
    });
    let Some(session) = session else {
        return missing("open environment not found");
    };
    match call.request.query("property") {
        None => raw_json(200, session.body.clone()),
        Some(path) => property(&session.body, path),
    }
}

fn property(body: &str, path: &str) -> SandboxResponse {
    let Some(steps) = steps(path) else {
        return error(400, "Bad Request: invalid property path");
    };
    let Ok(body) = serde_json::from_str::<Value>(body) else {
        return error(500, "Internal Server Error");
    };
    let mut container = Some(&body["properties"]);
    let mut found = None;
    for step in &steps {
        found = match step {
            Step::Key(key) => container.and_then(Value::as_object).and_then(|object| object.get(key)),
            Step::Index(index) => container.and_then(Value::as_array).and_then(|list| list.get(*index)),
        };
        container = found.and_then(|value| value.get("value"));
    }
    match found {
        Some(value) => SandboxResponse::json(200, value),
        None => missing("property not found"),
    }
}

enum Step {
    Index(usize),
    Key(String),
}

/// The loose grammar of Pulumi's property paths: leading and repeated dots are
/// skipped (pulumi/pulumi `sdk/go/common/resource/properties_path.go`).
fn steps(path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = path.trim_start_matches('.');
    while !rest.is_empty() {
        let (step, tail) = if let Some(quoted) = rest.strip_prefix("[\"") {
            quoted_key(quoted)?
        } else if let Some(inner) = rest.strip_prefix('[') {
            let (digits, tail) = inner.split_once(']')?;
            (Step::Index(digits.parse().ok()?), tail)
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            (Step::Key(rest[..end].to_owned()), &rest[end..])
        };
        steps.push(step);
        rest = tail.trim_start_matches('.');
    }
    (!steps.is_empty()).then_some(steps)
}

fn quoted_key(text: &str) -> Option<(Step, &str)> {
    let mut key = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' if text[at + 1..].starts_with('"') => {
                key.push('"');
                characters.next();
            }
            '"' => return Some((Step::Key(key), text[at + 1..].strip_prefix(']')?)),
            other => key.push(other),
        }
    }
    None
}

/// A Go duration such as `2h0m0s` or `1.5h`, in whole seconds.
fn seconds(text: &str) -> Option<i64> {
    const UNITS: [(&str, f64); 7] =
        [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("h", 3600.0), ("m", 60.0), ("s", 1.0)];
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    let mut total = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() && rest != "0" {
        let end = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let (unit, factor) = UNITS.iter().find(|(unit, _)| rest[end..].starts_with(unit))?;
        total += number * factor;
        rest = &rest[end + unit.len()..];
    }
    (total.is_finite() && total < 1e9).then_some(total.ceil() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_go() {
        let cases = [
            ("2h0m0s", Some(7200)),
            ("1.5h", Some(5400)),
            ("90s", Some(90)),
            ("300ms", Some(1)),
            ("0", Some(0)),
            ("", None),
            ("2", None),
            ("h", None),
            ("2 h", None),
            ("-1h", None),
            ("99999999999999h", None),
        ];
        for (text, expected) in cases {
            assert_eq!(seconds(text), expected, "{text:?}");
        }
    }
}
