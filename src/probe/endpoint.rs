//! Is an endpoint healthy: its answer against what its declaration wants.
//!
//! Invariants: a redirect is not healthy, and neither is an HTML page unless a page is what was declared; an answer
//! that says "later" is no answer. Of a body nothing is repeated but one short plain word.

use std::time::Duration;

use serde_json::Value;

use super::{Answer, Failure};
use crate::{
    mapping::{EndpointSpec, ExpectedField},
    model::ProbeVerdict,
};

/// Live: healthy as declared. Rejected: it answered something else. Unknown: it could not be asked. With what was
/// found, in a sentence, and what to do about it.
pub type Health = (ProbeVerdict, String, String);

/// What an answer says.
pub fn read(spec: &EndpointSpec, answer: &Answer) -> Health {
    let status = answer.status;
    if (300..400).contains(&status) {
        return sick(
            format!("it answers with a redirect (status {status}), which is not followed"),
            "declare the address that it leads to",
        );
    }
    if status == 429 && !spec.status.contains(&429) {
        return (ProbeVerdict::Unknown, "it asks to come back later (status 429)".into(), "run again later".into());
    }
    if !spec.status.contains(&status) {
        return sick(format!("it answers with status {status}, not {}", any_of(&spec.status)), "see its log");
    }
    if let Some(health) = wrong_type(spec, answer) {
        return health;
    }
    match &spec.field {
        Some(field) => read_field(field, answer),
        None => healthy(status),
    }
}

/// What it means that nothing was heard within the deadline.
pub fn unheard(failure: Failure, deadline: Duration) -> Health {
    if failure == Failure::Timeout {
        let what = format!("there was no whole answer within {}", spoken(deadline));
        return (ProbeVerdict::Unknown, what, "see whether it is up and reachable from here".into());
    }
    let (what, help) = match failure {
        Failure::BlockedAddress => (
            "its host has a private address, so it was not asked",
            "if that is where it belongs, write `allow-private: true` at the endpoint",
        ),
        Failure::BadAnswer => ("its answer was too large, cut off, or no HTTP", "see whether the address is right"),
        Failure::Connect | Failure::Timeout => {
            ("no connection came about", "see whether it is up and reachable from here")
        }
        Failure::NameUnknown => ("its host has no address", "see whether the host is right"),
        Failure::Tls => (
            "no trusted connection came about",
            "see that its certificate is valid for the host and comes from an authority that this machine knows",
        ),
    };
    (ProbeVerdict::Unknown, what.into(), help.into())
}

/// Whole seconds where it is that.
fn spoken(time: Duration) -> String {
    match time.as_millis() {
        millis if millis % 1_000 == 0 => format!("{} s", millis / 1_000),
        millis => format!("{millis} ms"),
    }
}

fn healthy(status: u16) -> Health {
    (ProbeVerdict::Live, format!("it answers with status {status}"), String::new())
}

fn sick(what: String, help: &str) -> Health {
    (ProbeVerdict::Rejected, what, help.into())
}

/// A page is what proxies, front ends and error handlers answer for an API that is gone.
fn wrong_type(spec: &EndpointSpec, answer: &Answer) -> Option<Health> {
    let told = answer.header("content-type").unwrap_or_default();
    let told = told.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match spec.content_type.as_deref() {
        Some(wanted) if !told.eq_ignore_ascii_case(wanted) => {
            let is = if told.is_empty() { "no content type".to_owned() } else { format!("`{}`", plain(&told)?) };
            Some(sick(format!("its answer has {is}, not `{wanted}`"), "see whether the address is that of the API"))
        }
        Some(_) => None,
        None if is_page(&told, &answer.body) => Some(sick(
            "it answers with an HTML page".into(),
            "see whether the address is that of the API; if a page is what is wanted, write `content-type: text/html`",
        )),
        None => None,
    }
}

fn is_page(told: &str, body: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&body[..body.len().min(256)])
        .trim_start_matches('\u{feff}')
        .trim_start()
        .to_ascii_lowercase();
    told == "text/html"
        || told == "application/xhtml+xml"
        || start.starts_with("<!doctype html")
        || start.starts_with("<html")
}

fn read_field(field: &ExpectedField, answer: &Answer) -> Health {
    let path = &field.path;
    let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else {
        return sick(format!("its answer is not JSON, so it has no `{path}`"), "see whether the address is right");
    };
    let Some(found) = path.split('.').try_fold(&body, |value, name| step(value, name)).filter(|value| !value.is_null())
    else {
        return sick(format!("its answer has no `{path}`"), "see its log, or correct `field`");
    };
    let text = match found {
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => String::new(),
        scalar => scalar.to_string(),
    };
    if field.values.is_empty() || field.values.iter().any(|wanted| **wanted == text) {
        return healthy(answer.status);
    }
    let wanted: Vec<String> = field.values.iter().map(|value| format!("`{value}`")).collect();
    let is = plain(&text).map_or_else(|| "something else".to_owned(), |text| format!("`{text}`"));
    sick(format!("its `{path}` is {is}, not {}", wanted.join(" or ")), "see its log")
}

fn step<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => value.get(name),
    }
}

/// A text that can be repeated: a word or two, and nothing that could be a credential.
fn plain(text: &str) -> Option<&str> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b" -_./+".contains(&byte);
    ((1..=32).contains(&text.len()) && text.bytes().all(legal)).then_some(text)
}

fn any_of(codes: &[u16]) -> String {
    codes.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests;
