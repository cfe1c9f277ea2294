//! Literal answers.

use super::super::message::SandboxResponse;

/// One answer, word for word.
#[derive(Clone, Copy)]
pub(in crate::sandbox) struct Reply {
    status: u16,
    content_type: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
}

impl Reply {
    pub(super) const fn json(status: u16, body: &'static str) -> Self {
        Self { status, content_type: "application/json; charset=utf-8", headers: &[], body }
    }

    pub(super) const fn text(status: u16, content_type: &'static str, body: &'static str) -> Self {
        Self { status, content_type, headers: &[], body }
    }

    pub(super) const fn with(self, headers: &'static [(&'static str, &'static str)]) -> Self {
        Self { headers, ..self }
    }

    /// The answer, with what it repeats of the request put in.
    pub(super) fn filled(self, presented: &[String]) -> SandboxResponse {
        let mut response = SandboxResponse::empty(self.status).with_header("content-type", self.content_type);
        for (name, value) in self.headers {
            response = response.with_header(name, *value);
        }
        response.body = match (self.body.contains(KEY_ID), presented.first()) {
            (true, Some(key)) => self.body.replace(KEY_ID, &super::login::key_id(key)).into_bytes(),
            _ => self.body.as_bytes().to_vec(),
        };
        response
    }
}

/// Stands in an answer for the id of a service account's key.
const KEY_ID: &str = "{key_id}";

pub(super) const TOO_OFTEN: Reply =
    Reply::json(429, r#"{"error":{"code":"rate_limited","message":"Too many requests."}}"#)
        .with(&[("retry-after", "30")]);
pub(super) const BROKEN: Reply = Reply::json(503, r#"{"error":{"message":"Service unavailable."}}"#);
pub(super) const PAGE: Reply =
    Reply::text(200, "text/html; charset=utf-8", "<!doctype html><html><title>Welcome</title><p>It works.</html>");
pub(super) const MOVED: Reply =
    Reply::text(302, "text/plain", "Found").with(&[("location", "https://elsewhere.example.com/login")]);
