//! Probes of the mapping's own: each answers as its author says that the service does.
//!
//! A request is answered by what the value in it is worth, wherever it stands: in the path, the query, a header field
//! (a Basic pair, too) or the body.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{super::message::SandboxRequest, super::message::SandboxResponse, ServicesWorld, Worth, endpoints, reply};
use crate::mapping::{Hole, ProbeCondition, ProbeSpec};

/// What a seeded probe asks, and the answers to it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct SeededProbe {
    method: String,
    host: String,
    /// A segment with a hole in it is `*`.
    path: String,
    live: (u16, String),
    limited: (u16, String),
    rejected: (u16, String),
}

impl SeededProbe {
    /// The first listed answer of each verdict, with a body that fulfils its condition.
    pub fn of(spec: &ProbeSpec) -> Self {
        let (host, path) = endpoints::host_and_path(&spec.url);
        let segment =
            |segment: &'_ str| if Hole::all(segment).next().is_some() { "*".into() } else { segment.to_owned() };
        let answer = |statuses: &[u16], otherwise: u16, when: &Option<ProbeCondition>| {
            (statuses.first().copied().unwrap_or(otherwise), body(when.as_ref()).to_string())
        };
        Self {
            method: spec.method.to_string(),
            host,
            path: path.split('/').map(segment).collect::<Vec<_>>().join("/"),
            live: answer(&spec.live, 200, &spec.when.live),
            limited: answer(&spec.limited, 403, &spec.when.limited),
            rejected: answer(&spec.rejected, 401, &spec.when.rejected),
        }
    }

    fn is(&self, method: &str, host: &str, path: &str) -> bool {
        let alike = |(wanted, given): (&str, &str)| wanted == "*" || wanted == given;
        self.method == method
            && self.host == host
            && self.path.split('/').count() == path.split('/').count()
            && self.path.split('/').zip(path.split('/')).all(alike)
    }

    fn answer(&self, worth: Worth) -> SandboxResponse {
        let said = |(status, body): &(u16, String)| SandboxResponse {
            body: body.clone().into_bytes(),
            ..SandboxResponse::empty(*status).with_header("content-type", "application/json; charset=utf-8")
        };
        match worth {
            Worth::Live => said(&self.live),
            Worth::Limited => said(&self.limited),
            Worth::Rejected => said(&self.rejected),
            Worth::RateLimited => reply::TOO_OFTEN.filled(&[]),
            Worth::ServerError => reply::BROKEN.filled(&[]),
            Worth::Html => reply::PAGE.filled(&[]),
            Worth::Redirect => reply::MOVED.filled(&[]),
            Worth::Hang => SandboxResponse { hang: true, ..SandboxResponse::default() },
        }
    }
}

/// The answer of the probe that asks so; of several, of the one whose value is presented.
pub(super) fn answer(
    world: &ServicesWorld,
    request: &SandboxRequest,
    host: &str,
    path: &str,
) -> Option<SandboxResponse> {
    let fitting: Vec<_> = world.probes.iter().filter(|(_, probe)| probe.is(&request.method, host, path)).collect();
    let (_, first) = fitting.first()?;
    let texts = texts(request);
    let presented = fitting.iter().find_map(|(name, probe)| {
        let value = world.value_of(name).filter(|value| !value.is_empty())?;
        texts.iter().any(|text| text.contains(value)).then(|| (probe, world.worth(value).unwrap_or(Worth::Rejected)))
    });
    Some(presented.map_or_else(|| first.answer(Worth::Rejected), |(probe, worth)| probe.answer(worth)))
}

/// Every text of a request in which a credential can stand, as it was before it was encoded.
fn texts(request: &SandboxRequest) -> Vec<String> {
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let form = percent_encoding::percent_decode_str(&body).decode_utf8_lossy().into_owned();
    let json: Value = serde_json::from_str(&body).unwrap_or_default();
    let mut texts = request.segments();
    texts.extend(request.query.iter().map(|(_, value)| value.clone()));
    texts.extend(request.headers.iter().flat_map(|(_, value)| [value.clone(), pair(value)]));
    texts.extend([body, form]);
    strings(&json, &mut texts);
    texts
}

/// What stands in a Basic header; empty if it is none.
fn pair(header: &str) -> String {
    let encoded = header.split_once(' ').map_or(header, |(_, encoded)| encoded);
    STANDARD.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

fn strings(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| strings(field, texts)),
        Value::Bool(_) | Value::Null | Value::Number(_) => {}
    }
}

/// JSON that has what the condition looks for.
fn body(when: Option<&ProbeCondition>) -> Value {
    let Some(when) = when else { return json!({}) };
    let mut body = when.field.as_ref().map_or_else(|| json!({}), endpoints::holding);
    if let (Some(text), Some(fields)) = (&when.text, body.as_object_mut()) {
        fields.insert("message".to_owned(), json!(text));
    }
    body
}
