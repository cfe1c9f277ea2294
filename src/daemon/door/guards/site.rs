//! Is it from us? What pages of somebody else make a browser ask (failure case X10).
//!
//! `Sec-Fetch-*` cannot be set by a page, and browsers send them to loopback and over TLS; `Origin` they send with
//! every POST. Whoever sends neither is no browser, and no browser sends a POST with neither.

use axum::http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{HeaderMap as Headers, ORIGIN},
    request::Parts,
};

use super::Refusal;

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// What a link elsewhere may lead to.
const VISITED: [&str; 2] = ["/", "/session"];

/// `host`: the name that is asked, one of ours.
pub(super) fn admit(head: &Parts, host: &HeaderValue) -> Result<(), Refusal> {
    let site = Site::of(&head.headers);
    let origin = Origin::of(&head.headers, host);
    let from_elsewhere = site == Site::Other && !is_visit(head);
    let unproved = head.method == Method::POST && site != Site::Own && origin != Origin::Own;
    if from_elsewhere || unproved || origin == Origin::Other { Err(Refusal::CrossSite) } else { Ok(()) }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Site {
    Untold,
    /// From one of our own pages, or typed by a person.
    Own,
    Other,
}

impl Site {
    fn of(headers: &HeaderMap) -> Self {
        let mut told = headers.get_all(SITE).iter().map(HeaderValue::as_bytes);
        match (told.next(), told.next()) {
            (None, _) => Self::Untold,
            (Some(b"same-origin" | b"none"), None) => Self::Own,
            _ => Self::Other,
        }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Origin {
    Untold,
    Own,
    Other,
}

impl Origin {
    /// Before us may stand a proxy that speaks TLS.
    fn of(headers: &Headers, host: &HeaderValue) -> Self {
        let mut told = headers.get_all(ORIGIN).iter().map(HeaderValue::as_bytes);
        let (Some(origin), more) = (told.next(), told.next()) else { return Self::Untold };
        let asked = origin.strip_prefix(b"http://").or_else(|| origin.strip_prefix(b"https://"));
        let is_own = more.is_none() && asked.is_some_and(|asked| asked.eq_ignore_ascii_case(host.as_bytes()));
        if is_own { Self::Own } else { Self::Other }
    }
}

/// A person who follows a link in a tab.
fn is_visit(head: &Parts) -> bool {
    let says = |name: &HeaderName, word: &str| head.headers.get(name).is_some_and(|value| value == word);
    matches!(head.method, Method::GET | Method::HEAD)
        && VISITED.contains(&head.uri.path())
        && says(&MODE, "navigate")
        && says(&DEST, "document")
}

#[cfg(test)]
mod tests {
    use super::{super::head_of, *};

    fn comes(method: &str, path: &str, headers: &[(&str, &str)]) -> bool {
        admit(&head_of(method, path, headers), &HeaderValue::from_static("localhost:8750")).is_ok()
    }

    #[test]
    fn x10_other_sites_may_link_and_nothing_else() {
        let tab = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
        let frame = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];
        let fetch = [("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "empty")];
        for site in ["cross-site", "same-site", "nonsense"] {
            let from = |how: [(&'static str, &'static str); 2]| [("sec-fetch-site", site), how[0], how[1]];
            assert!(comes("GET", "/", &from(tab)), "{site}");
            assert!(comes("GET", "/session", &from(tab)), "{site}");
            assert!(!comes("GET", "/metrics", &from(tab)), "{site}");
            assert!(!comes("POST", "/session", &from(tab)), "{site}");
            assert!(!comes("GET", "/", &from(frame)), "{site}");
            assert!(!comes("GET", "/", &from(fetch)), "{site}");
        }
        for site in ["same-origin", "none"] {
            assert!(comes("GET", "/metrics", &[("sec-fetch-site", site)]));
        }
        assert!(!comes("GET", "/", &[("sec-fetch-site", "none"), ("sec-fetch-site", "cross-site")]));
    }

    #[test]
    fn x10_a_post_proves_where_it_comes_from() {
        for own in [
            &[("origin", "http://localhost:8750")][..],
            &[("origin", "https://localhost:8750")],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "same-origin"), ("origin", "http://localhost:8750")],
        ] {
            assert!(comes("POST", "/session", own), "{own:?}");
        }
        for other in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "null"), ("sec-fetch-site", "same-origin")],
            &[("origin", "http://evil.example")],
            &[("origin", "http://localhost:1")],
            &[("origin", "http://localhost:8750.evil.example")],
            &[("origin", "ftp://localhost:8750")],
            &[("origin", "http://localhost:8750"), ("origin", "http://evil.example")],
            &[("origin", "http://localhost:8750"), ("sec-fetch-site", "cross-site")],
        ] {
            assert!(!comes("POST", "/session", other), "{other:?}");
        }
    }

    #[test]
    fn x10_a_foreign_origin_may_not_even_read() {
        assert!(comes("GET", "/metrics", &[]));
        assert!(!comes("GET", "/metrics", &[("origin", "http://evil.example")]));
        assert!(!comes("GET", "/", &[("origin", "null")]));
    }
}
