//! What an effect makes of an answer: another answer, or another way of sending it.

use std::io::{self, Write as _};

use serde_json::Value;

use super::Effect;
use crate::sandbox::{message::SandboxResponse, wire::Manner};

/// What is to be sent, and how.
pub(in crate::sandbox) struct Shaped {
    pub(in crate::sandbox) response: SandboxResponse,
    pub(in crate::sandbox) manner: Manner,
}

/// Applies the effect. `answer` is what the service said; of no meaning where the effect lets it say nothing.
pub(in crate::sandbox) fn shape(effect: &Effect, answer: SandboxResponse) -> Shaped {
    let mut manner = Manner::default();
    let response = match effect {
        Effect::Delay { .. } | Effect::Hang { .. } | Effect::Reset { .. } => answer,
        Effect::Truncate { bytes } => {
            // The whole length is claimed, since only then can the client know that something is missing.
            manner = Manner { cut_at: Some(*bytes), close: true, ..manner };
            answer
        }
        Effect::Drip { bytes, interval_ms } => {
            manner.drip = Some((*bytes, *interval_ms));
            answer
        }
        Effect::ContentLength { value } => {
            manner = Manner { claimed_length: Some(*value), close: true, ..manner };
            answer
        }
        Effect::Oversize { bytes } => {
            manner.zeros = *bytes;
            SandboxResponse::empty(200).with_header("content-type", "application/json; charset=utf-8")
        }
        Effect::Answer { status, headers, body } => SandboxResponse {
            status: *status,
            headers: headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            body: body.clone().into_bytes(),
            hang: false,
        },
        Effect::GzipBomb { bytes } => SandboxResponse {
            status: 200,
            headers: vec![
                ("content-type".into(), "application/json; charset=utf-8".into()),
                ("content-encoding".into(), "gzip".into()),
            ],
            body: zipped_zeros(*bytes),
            hang: false,
        },
        Effect::Redirect { status, location } => SandboxResponse::empty(*status).with_header("location", location),
        Effect::Relink { origin } => relink(answer, origin),
        Effect::Headers { set } => set_headers(answer, set),
        Effect::Page { drop, repeat, .. } => edit_list(answer, |items| {
            items.truncate(items.len().saturating_sub(*drop));
            let again: Vec<Value> = items.iter().take(*repeat).cloned().collect();
            items.extend(again);
        }),
        Effect::TotalCount { value } => edit_json(answer, |body| {
            if let Some(count) = body.get_mut("total_count") {
                *count = (*value).into();
            }
        }),
    };
    Shaped { response, manner }
}

fn zipped_zeros(bytes: u64) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zipped = io::copy(&mut io::Read::take(io::repeat(0), bytes), &mut encoder)
        .and_then(|_| encoder.flush())
        .and_then(|()| encoder.finish());
    zipped.expect("writing to memory does not fail")
}

/// Moves every `<scheme://host/...>` of the `Link` header to another origin.
fn relink(mut answer: SandboxResponse, origin: &str) -> SandboxResponse {
    for (_, value) in answer.headers.iter_mut().filter(|(name, _)| name == "link") {
        let moved: Vec<String> = value
            .split(", ")
            .map(|link| {
                let after_scheme = link.find("://").map_or(0, |at| at + 3);
                let path = link[after_scheme..].find('/').map_or(link, |at| &link[after_scheme + at..]);
                format!("<{}{path}", origin.trim_end_matches('/'))
            })
            .collect();
        *value = moved.join(", ");
    }
    answer
}

fn set_headers(
    mut answer: SandboxResponse,
    set: &std::collections::BTreeMap<String, Option<String>>,
) -> SandboxResponse {
    for (name, value) in set {
        let name = name.to_ascii_lowercase();
        answer.headers.retain(|(key, _)| *key != name);
        if let Some(value) = value {
            answer.headers.push((name, value.clone()));
        }
    }
    answer
}

fn edit_json(mut answer: SandboxResponse, edit: impl FnOnce(&mut Value)) -> SandboxResponse {
    if let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) {
        edit(&mut body);
        answer.body = body.to_string().into_bytes();
    }
    answer
}

/// Edits the list in a body: the body itself, or the first list in it.
fn edit_list(answer: SandboxResponse, edit: impl FnOnce(&mut Vec<Value>)) -> SandboxResponse {
    edit_json(answer, |body| {
        let list = match body {
            Value::Array(items) => Some(items),
            Value::Object(fields) => fields.values_mut().find_map(Value::as_array_mut),
            _ => None,
        };
        if let Some(items) = list {
            edit(items);
        }
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use serde_json::json;

    use super::*;

    fn list() -> SandboxResponse {
        SandboxResponse::json(200, &json!({"total_count": 3, "secrets": [1, 2, 3]}))
            .with_header("link", "<http://a:1/p?page=2>; rel=\"next\", <http://a:1/p?page=3>; rel=\"last\"")
    }

    fn body(shaped: &Shaped) -> Value {
        serde_json::from_slice(&shaped.response.body).expect("json")
    }

    #[test]
    fn g11_a_page_can_be_short_repeated_or_lie() {
        let short = shape(&Effect::Page { drop: 1, repeat: 0, serve: None }, list());
        assert_eq!(body(&short), json!({"total_count": 3, "secrets": [1, 2]}));
        let twice = shape(&Effect::Page { drop: 0, repeat: 2, serve: None }, list());
        assert_eq!(body(&twice)["secrets"], json!([1, 2, 3, 1, 2]));
        let lie = shape(&Effect::TotalCount { value: 9 }, list());
        assert_eq!(body(&lie)["total_count"], 9);
    }

    #[test]
    fn links_move_to_another_host_and_headers_come_and_go() {
        let moved = shape(&Effect::Relink { origin: "http://evil:9".into() }, list());
        let link = "<http://evil:9/p?page=2>; rel=\"next\", <http://evil:9/p?page=3>; rel=\"last\"";
        assert_eq!(moved.response.headers[1].1, link);
        let set = [("Link".to_owned(), None), ("X-A".to_owned(), Some("1".to_owned()))].into();
        let headers = shape(&Effect::Headers { set }, list()).response.headers;
        assert_eq!(headers[1], ("x-a".to_owned(), "1".to_owned()));
        assert_eq!(headers.len(), 2);
    }

    #[test]
    fn a_bomb_is_small_until_it_is_opened() {
        let bomb = shape(&Effect::GzipBomb { bytes: 5_000_000 }, list()).response.body;
        assert!(bomb.len() < 50_000);
        let mut opened = Vec::new();
        flate2::read::GzDecoder::new(bomb.as_slice()).read_to_end(&mut opened).expect("gzip");
        assert_eq!(opened.len(), 5_000_000);
    }
}
