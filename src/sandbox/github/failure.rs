//! The ways in which GitHub says no, word for word where they were seen
//! (docs, troubleshooting the REST API; oas).

use serde_json::{Value, json};

use crate::sandbox::message::SandboxResponse;

const DOCUMENTATION: &str = "https://docs.github.com/rest";

pub(super) fn failure(status: u16, message: &str) -> SandboxResponse {
    failure_at(status, message, DOCUMENTATION)
}

pub(super) fn failure_at(status: u16, message: &str, documentation_url: &str) -> SandboxResponse {
    let body = json!({ "message": message, "documentation_url": documentation_url, "status": status.to_string() });
    SandboxResponse::json(status, &body)
}

pub(super) fn not_found() -> SandboxResponse {
    failure(404, "Not Found")
}

pub(super) fn not_supplied(field: &str) -> SandboxResponse {
    failure(422, &format!("Invalid request.\n\n\"{field}\" wasn't supplied."))
}

/// A refused field, with the list of errors that validation adds.
pub(super) fn invalid(resource: &str, field: &str, code: &str, message: &str) -> SandboxResponse {
    let errors: Value = json!([{ "resource": resource, "field": field, "code": code, "message": message }]);
    let body = json!({
        "message": message,
        "documentation_url": DOCUMENTATION,
        "status": "422",
        "errors": errors,
    });
    SandboxResponse::json(422, &body)
}
