//! The ways in which Lambda says no.

use serde_json::json;

use crate::sandbox::message::SandboxResponse;

pub(super) fn failure(status: u16, code: &str, message: &str) -> SandboxResponse {
    let suggestion = "This is the sandbox's; see docs/sandbox.md.";
    SandboxResponse::json(status, &json!({ "error": { "code": code, "message": message, "suggestion": suggestion } }))
}

pub(super) fn invalid(message: &str) -> SandboxResponse {
    failure(400, "global/invalid-parameters", message)
}

pub(super) fn no_such_object(message: &str) -> SandboxResponse {
    failure(404, "global/object-does-not-exist", message)
}
