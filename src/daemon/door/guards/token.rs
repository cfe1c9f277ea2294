//! Do we know who asks? A token by header, or the session of a browser that gave it (failure case X11).
//!
//! A token in an address is none: addresses are kept in histories and logs.

use std::time::Instant;

use axum::http::{
    HeaderMap, Method,
    header::{ACCEPT, AUTHORIZATION},
    request::Parts,
};

use super::{
    super::{Door, session},
    Refusal,
};
use crate::{crypto, model::SecretValue};

/// What needs no token: whether it lives and is ready, and what the login itself needs.
const OPEN: [&str; 4] = ["/livez", "/readyz", "/session", "/style.css"];

pub(super) fn admit(door: &Door, head: &Parts) -> Result<(), Refusal> {
    if OPEN.contains(&head.uri.path()) || is_known(door, &head.headers) {
        Ok(())
    } else if is_person(head) {
        Err(Refusal::Visitor)
    } else {
        Err(Refusal::Stranger)
    }
}

/// Where no token is set everybody is known: then nobody but this machine can ask.
pub(super) fn is_known(door: &Door, headers: &HeaderMap) -> bool {
    let Some(digest) = &door.options.token else { return true };
    bearer(headers).is_some_and(|token| is_token(digest, &token)) || session::is_open(door, headers, Instant::now())
}

/// Digests are compared, in constant time, so that neither a part nor the length of the token shows in how long it
/// takes.
pub(in crate::daemon::door) fn is_token(digest: &str, token: &SecretValue) -> bool {
    // Exposed to be digested, so that it can be compared.
    crypto::same_bytes(crypto::digest_hex(token.expose()).as_bytes(), digest.as_bytes())
}

fn bearer(headers: &HeaderMap) -> Option<SecretValue> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let (Some(header), None) = (given.next(), given.next()) else { return None };
    let (scheme, token) = header.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| SecretValue::from(token.trim_start()))
}

fn is_person(head: &Parts) -> bool {
    let reads = |accept: &str| accept.contains("text/html");
    let accepted = head.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    matches!(head.method, Method::GET | Method::HEAD) && accepted.is_some_and(reads)
}

#[cfg(test)]
mod tests {
    use super::{super::head_of, *};

    #[test]
    fn a_token_comes_by_one_header_alone() {
        let token = |headers: &[(&str, &str)]| {
            let given = bearer(&head_of("GET", "/?token=abc", headers).headers)?;
            given.expose_text().map(str::to_owned)
        };
        assert_eq!(token(&[("authorization", "Bearer abc")]).as_deref(), Some("abc"));
        assert_eq!(token(&[("authorization", "bearer  abc")]).as_deref(), Some("abc"));
        for none in [
            &[][..],
            &[("authorization", "Basic abc")],
            &[("authorization", "abc")],
            &[("authorization", "Bearer abc"), ("authorization", "Bearer abc")],
            &[("x-token", "abc")],
        ] {
            assert_eq!(token(none), None, "{none:?}");
        }
    }

    #[test]
    fn a_token_is_what_has_its_digest() {
        let digest = crypto::digest_hex(b"abc");
        assert!(is_token(&digest, &"abc".into()));
        for wrong in ["", "ab", "abcd", "ABC", digest.as_str()] {
            assert!(!is_token(&digest, &wrong.into()), "{wrong}");
        }
    }
}
