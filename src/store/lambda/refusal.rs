//! What a refusing answer of Lambda means, and what a person can do about it.
//!
//! The `code` decides, as Lambda's description asks for; it is an open set. The texts beside
//! it are not read, and of an unknown code no more is repeated than has a code's form.

use serde::Deserialize;

use crate::{
    http::{Asked, HttpError, Response},
    model::{Cause, Unread},
    store::answer,
};

#[derive(Default, Deserialize)]
struct Complaint {
    error: Option<CodeOnly>,
}

#[derive(Deserialize)]
struct CodeOnly {
    code: String,
}

/// The code of an answer; `None` if it is not Lambda's API that answered.
pub(super) fn code(response: &Response) -> Option<String> {
    let complaint: Complaint = answer::parse(response.body()).unwrap_or_default();
    complaint.error.map(|error| error.code)
}

/// Whether what came is a web page.
pub(super) fn is_page(response: &Response) -> bool {
    response.body().trim_ascii_start().starts_with(b"<")
}

pub(super) fn unread(response: &Response, asked: &Asked<'_>) -> Unread {
    let status = response.status();
    let Some(code) = code(response) else { return foreign(response, asked) };
    let Some((cause, reason, help)) = meaning(&code) else { return unknown(&code, status, asked) };
    let help = help.replace("LOGIN", asked.login);
    asked.unread(cause, &format!("{} (status {status})", reason.replace("LOGIN", asked.login)), help)
}

/// Cause, reason and remedy of each code that is known; LOGIN stands for where the login came from.
fn meaning(code: &str) -> Option<(Cause, &'static str, &'static str)> {
    Some(match code {
        "global/invalid-api-key" => {
            (Cause::Login, "LOGIN is not accepted", "renew LOGIN; it is revoked, expired or mistyped")
        }
        "global/account-inactive" => {
            (Cause::Rights, "the account is inactive", "settle the account in Lambda's console, then run again")
        }
        "global/forbidden" | "global/invalid-address" => {
            (Cause::Rights, "LOGIN lacks the right", "take a key of an account that may do this")
        }
        "global/quota-exceeded" => (
            Cause::Rights,
            "the account has as many as it may have",
            "delete what is not used any more, or ask Lambda for more",
        ),
        "global/duplicate" => {
            (Cause::BadAnswer, "it is there already", "list the registered keys and choose another name")
        }
        "global/invalid-parameters" => {
            (Cause::BadAnswer, "Lambda refuses it as invalid", "check the name and the key; the name must be unique")
        }
        "global/object-does-not-exist" | "global/not-found" => {
            (Cause::NotFound, "it is not there", "list again; somebody else may have removed it")
        }
        "global/conflict" => (Cause::Server, "other changes go first", "run again"),
        "global/internal-error" | "global/unknown" => (
            Cause::Server,
            "Lambda failed",
            "run again; if it stays, see Lambda's status page, and whether one name is registered twice",
        ),
        _ if code.starts_with("provider/") => {
            (Cause::Server, "the provider behind Lambda failed", "run again later; see Lambda's status page")
        }
        _ => return None,
    })
}

fn unknown(code: &str, status: u16, asked: &Asked<'_>) -> Unread {
    let known = HttpError::Status { status }.into_unread(asked);
    let code = if has_code_form(code) { format!(" {code}") } else { String::new() };
    let reason = format!("Lambda answers with a code this program does not know{code} (status {status})");
    asked.unread(known.cause, &reason, known.help)
}

/// An answer without Lambda's own form: a proxy, another service, or a server that is down.
fn foreign(response: &Response, asked: &Asked<'_>) -> Unread {
    let status = response.status();
    if matches!(status, 401 | 403 | 429 | 500..) {
        let plain = HttpError::Status { status }.into_unread(asked);
        return if is_page(response) {
            Unread { what: format!("{}, and a web page", plain.what), ..plain }
        } else {
            plain
        };
    }
    let what = if is_page(response) { "a web page" } else { "no word of Lambda's API" };
    let reason = format!("there came {what} (status {status})");
    asked.unread(Cause::BadAnswer, &reason, "check LAMBDA_API_URL: something else answers there")
}

/// Words of small letters between slashes, as all known codes are; no token has that form.
fn has_code_form(code: &str) -> bool {
    code.len() <= 80
        && code.contains('/')
        && code.split('/').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_code_is_repeated() {
        for code in ["global/unknown", "instance-operations/launch/insufficient-capacity"] {
            assert!(has_code_form(code), "{code}");
        }
        for code in ["secret_a_0123.xyz", "canary", "a//b", "/a", "A/b", "a/b c", ""] {
            assert!(!has_code_form(code), "{code}");
        }
    }
}
