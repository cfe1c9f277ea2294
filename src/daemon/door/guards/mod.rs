//! Who is let in: four questions to the head of a request, each asked in a file of its own, in this order.
//!
//! 1. Is it one plain request (here)? 2. Is it to us (`host`)? 3. Is it from us (`site`)? 4. Do we know who asks
//!    (`token`)? Invariants: they see heads alone, so nothing is read of what is refused; a refusal is a constant text;
//!    every answer leaves with the same armour (`HEADERS`), and none with permission for another origin.

mod host;
mod site;
mod token;

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{
        HeaderName, HeaderValue, Method, StatusCode,
        header::{self, HeaderMap},
        request::Parts,
    },
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use tokio::time::timeout;

pub(super) use self::host::{Authority, Hosts};
use super::Door;

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Refusal {
    /// Not one plain request; whatever follows on this connection cannot be told apart from it.
    Malformed,
    /// By a name that is not ours (failure case X10).
    WrongHost,
    /// From a page of somebody else.
    CrossSite,
    /// Without token and session.
    Stranger,
    /// The same, but there is a person who can log in.
    Visitor,
    TooSlow,
}

impl Refusal {
    fn told(self) -> (StatusCode, &'static str) {
        match self {
            Self::Malformed => (StatusCode::BAD_REQUEST, "This is not one plain request with one Host.\n"),
            Self::WrongHost => (
                StatusCode::MISDIRECTED_REQUEST,
                "This service is not asked by that name. Use its address, or start it with --host NAME.\n",
            ),
            Self::CrossSite => (StatusCode::FORBIDDEN, "Other sites may not ask this service.\n"),
            Self::Stranger => (StatusCode::UNAUTHORIZED, "A token is needed: Authorization: Bearer TOKEN.\n"),
            Self::Visitor => (StatusCode::SEE_OTHER, ""),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "The request took too long.\n"),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if self == Self::Visitor {
            return Redirect::to("/session").into_response();
        }
        let mut response = self.told().into_response();
        match self {
            Self::Stranger => insert(&mut response, header::WWW_AUTHENTICATE, "Bearer"),
            Self::Malformed | Self::TooSlow => insert(&mut response, header::CONNECTION, "close"),
            _ => {}
        }
        response
    }
}

fn insert(response: &mut Response, name: HeaderName, value: &'static str) {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
}

/// Asks the four questions, and dresses the answer whatever it is.
pub(super) async fn guard(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let answer = match admit(&door, &head) {
        Ok(()) => timeout(door.limits.request, next.run(Request::from_parts(head, body)))
            .await
            .unwrap_or_else(|_| Refusal::TooSlow.into_response()),
        Err(refusal) => refusal.into_response(),
    };
    dressed(answer)
}

fn admit(door: &Door, head: &Parts) -> Result<(), Refusal> {
    is_plain(head)?;
    let host = door.hosts.admit(head)?;
    site::admit(head, host)?;
    token::admit(door, head)
}

/// A body is told by its length, and only a POST has one. So there is no second way to say where a request ends,
/// which a proxy before us could read otherwise (request smuggling).
fn is_plain(head: &Parts) -> Result<(), Refusal> {
    let lengths: Vec<_> = head.headers.get_all(header::CONTENT_LENGTH).iter().collect();
    let has_body = lengths.iter().any(|length| length.as_bytes() != b"0");
    let is_plain = !head.headers.contains_key(header::TRANSFER_ENCODING)
        && !head.headers.contains_key(header::UPGRADE)
        && head.uri.authority().is_none()
        && lengths.len() <= 1
        && (!has_body || head.method == Method::POST);
    is_plain.then_some(()).ok_or(Refusal::Malformed)
}

/// Whether whoever sent these may see everything.
pub(super) fn is_known(door: &Door, headers: &HeaderMap) -> bool {
    token::is_known(door, headers)
}

pub(super) use token::is_token;

/// On every answer. `same-origin` and not `no-referrer`, since with that browsers send `Origin: null` with our own
/// form (Fetch standard, "append a request `Origin` header", read 2026-11) and `site` would have to believe it.
const HEADERS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::VARY, "Cookie, Authorization"),
];

fn dressed(mut answer: Response) -> Response {
    for (name, value) in HEADERS {
        insert(&mut answer, name, value);
    }
    answer.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer
}

/// The head of a request, for the tests of the questions.
#[cfg(test)]
fn head_of(method: &str, path: &str, headers: &[(&str, &str)]) -> Parts {
    let mut request = axum::http::Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).expect("a request").into_parts().0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_request_ends_can_be_told_in_one_way_only() {
        let plain = |method, path, headers: &[(&str, &str)]| is_plain(&head_of(method, path, headers)).is_ok();
        assert!(plain("GET", "/", &[]));
        assert!(plain("GET", "/", &[("content-length", "0")]));
        assert!(plain("POST", "/session", &[("content-length", "9")]));
        for twofold in [
            &[("transfer-encoding", "chunked")][..],
            &[("transfer-encoding", "identity"), ("content-length", "9")],
            &[("content-length", "9"), ("content-length", "9")],
            &[("upgrade", "h2c")],
        ] {
            assert!(!plain("POST", "/session", twofold), "{twofold:?}");
        }
        assert!(!plain("GET", "/", &[("content-length", "9")]));
        assert!(!plain("GET", "http://localhost/", &[]));
    }
}
