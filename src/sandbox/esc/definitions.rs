//! Reading, checking and writing a definition.

use serde_json::{Value, json};

use super::diagnostic::{self, Diagnostic, has_errors};
use super::envelope;
use super::evaluate::Mode;
use super::routes::{Call, error, missing, object};
use super::secrets;
use super::world::{Environment, EscWorld, LARGEST_DEFINITION, Revision, admit};
use crate::sandbox::message::SandboxResponse;

/// The name the service gives to text that is not stored.
pub(super) const ANONYMOUS: &str = "<yaml>";

pub(super) fn environment<'w>(world: &'w EscWorld, call: &Call<'_>) -> &'w Environment {
    world.environment(call.organization, &call.key).expect("the router has found the environment")
}

/// The revision a request names, or the 404 to give instead.
pub(super) fn revision<'w>(
    world: &'w EscWorld,
    call: &Call<'_>,
    version: &str,
) -> Result<&'w Revision, SandboxResponse> {
    environment(world, call).at(version).ok_or_else(|| missing(&format!("revision '{version}' not found")))
}

pub(super) fn read(world: &EscWorld, call: &Call<'_>, version: &str) -> SandboxResponse {
    match revision(world, call, version) {
        Ok(revision) => yaml(revision, revision.text.clone()),
        Err(answer) => answer,
    }
}

pub(super) fn head(world: &EscWorld, call: &Call<'_>) -> SandboxResponse {
    yaml(environment(world, call).current(), String::new())
}

pub(super) fn decrypt(world: &EscWorld, call: &Call<'_>, version: &str) -> SandboxResponse {
    let revision = match revision(world, call, version) {
        Ok(revision) => revision,
        Err(answer) => return answer,
    };
    if revision.text.is_empty() {
        return yaml(revision, String::new());
    }
    match secrets::opened(&revision.text, &world.key.0) {
        Some(text) => yaml(revision, text),
        None => error(400, "Bad Request: a ciphertext of this environment cannot be decrypted"),
    }
}

fn yaml(revision: &Revision, text: String) -> SandboxResponse {
    SandboxResponse { status: 200, body: text.into_bytes(), ..SandboxResponse::default() }
        .with_header("content-type", "application/x-yaml")
        .with_header("etag", revision.etag.clone())
        .with_header("pulumi-esc-revision", revision.number.to_string())
}

/// `PATCH`: the whole new definition. Either header may carry the tag that was read;
/// a mismatch is 409 and no tag at all overwrites (ESC `cmd/esc/cli/client`; SPEC).
pub(super) fn update(world: &mut EscWorld, call: &Call<'_>) -> SandboxResponse {
    let current = &environment(world, call).current().etag;
    let moved = ["etag", "if-match"]
        .iter()
        .filter_map(|name| call.request.header(name))
        .any(|tag| !matches!(tag.trim(), "" | "*") && tag.trim() != current);
    if moved {
        return error(409, "Conflict: the environment has changed since it was read");
    }
    if call.request.body.len() > LARGEST_DEFINITION {
        return error(413, "Request Entity Too Large: the definition is too large");
    }
    match world.write(call.organization, &call.key, &call.request.body, &call.login, call.now) {
        Ok((number, warnings)) => {
            let body =
                if warnings.is_empty() { json!({}) } else { json!({ "diagnostics": diagnostic::list(&warnings) }) };
            SandboxResponse::json(200, &body).with_header("pulumi-esc-revision", number.to_string())
        }
        Err(diagnostics) => refused(&diagnostics),
    }
}

pub(super) fn refused(diagnostics: &[Diagnostic]) -> SandboxResponse {
    let body = json!({ "code": 400, "message": "Bad Request", "diagnostics": diagnostic::list(diagnostics) });
    SandboxResponse::json(400, &body)
}

pub(super) fn check_text(world: &EscWorld, call: &Call<'_>) -> SandboxResponse {
    if call.request.body.len() > LARGEST_DEFINITION {
        return error(413, "Request Entity Too Large: the definition is too large");
    }
    match admit(&call.request.body) {
        Ok(text) => checked(world, call, ANONYMOUS, &text),
        Err(diagnostics) => refused(&diagnostics),
    }
}

pub(super) fn check(world: &EscWorld, call: &Call<'_>, version: &str) -> SandboxResponse {
    match revision(world, call, version) {
        Ok(revision) => checked(world, call, &call.key, &revision.text),
        Err(answer) => answer,
    }
}

fn checked(world: &EscWorld, call: &Call<'_>, name: &str, text: &str) -> SandboxResponse {
    let show_secrets = call.request.query("showSecrets").is_some_and(|wanted| wanted == "true" || wanted == "1");
    let (properties, diagnostics) = world.evaluate(call.organization, name, text, Mode::Check { show_secrets });
    let mut body = opened_body(properties.as_deref());
    // The body is an object of known fields; more are put before its closing brace.
    body.pop();
    body.push_str(",\"environmentFunctionSummary\":{}");
    if !diagnostics.is_empty() {
        body.push_str(&format!(",\"diagnostics\":{}", diagnostic::list(&diagnostics)));
    }
    let failed = has_errors(&diagnostics);
    if failed {
        body.push_str(",\"code\":400,\"message\":\"Bad Request\"");
    }
    body.push('}');
    raw_json(if failed { 400 } else { 200 }, body)
}

/// An evaluated environment as the service answers it; what clients of ours never read is empty.
pub(super) fn opened_body(properties: Option<&str>) -> String {
    let properties = properties.unwrap_or("{}");
    format!("{{\"exprs\":{{}},\"properties\":{properties},\"schema\":{{}},\"executionContext\":{{}}}}")
}

pub(super) fn raw_json(status: u16, body: String) -> SandboxResponse {
    SandboxResponse { status, body: body.into_bytes(), ..SandboxResponse::default() }
        .with_header("content-type", "application/json; charset=utf-8")
}

/// The service does not say how the strings are encoded; here they are the values themselves.
pub(super) fn encrypt_values(world: &EscWorld, call: &Call<'_>) -> SandboxResponse {
    convert(call, "plaintexts", "ciphertexts", |text| Some(world.key.0.seal(text.as_bytes())))
}

pub(super) fn decrypt_values(world: &EscWorld, call: &Call<'_>) -> SandboxResponse {
    convert(call, "ciphertexts", "plaintexts", |text| {
        String::from_utf8(world.key.0.open(&envelope::unwrap(text).ok()?)?).ok()
    })
}

fn convert(call: &Call<'_>, from: &str, to: &str, each: impl Fn(&str) -> Option<String>) -> SandboxResponse {
    if call.request.body.len() > LARGEST_DEFINITION {
        return error(413, "Request Entity Too Large: the values are too large");
    }
    let body = match object(call.request) {
        Ok(body) => body,
        Err(answer) => return answer,
    };
    let texts = body[from].as_array().map(|items| items.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
    let Some(Some(texts)) = texts else {
        return error(400, &format!("Bad Request: '{from}' must be a list of strings"));
    };
    match texts.into_iter().map(each).collect::<Option<Vec<_>>>() {
        Some(converted) => SandboxResponse::json(200, &json!({ to: converted })),
        None => error(400, "Bad Request: invalid ciphertext"),
    }
}
