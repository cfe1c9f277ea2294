//! Pages of a list and the `Link` header that leads through them.

use std::{fmt::Write as _, ops::Range};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::sandbox::message::{SandboxRequest, SandboxResponse};

const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// How many items a page has: by default, and at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageSize {
    default: usize,
    most: usize,
}

impl PageSize {
    /// Secrets, repositories, environments: 30, at most 100.
    pub(super) const USUAL: Self = Self { default: 30, most: 100 };
    /// Variables: 10, at most 30 (oas, `variables-per-page`).
    pub(super) const VARIABLES: Self = Self { default: 10, most: 30 };
}

/// One page of a list.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) items: Range<usize>,
    link: Option<String>,
}

impl Page {
    /// The page the request asks for. What is no number counts as not given.
    pub(super) fn of(request: &SandboxRequest, size: PageSize, total: usize) -> Self {
        let number = |name: &str| request.query(name).and_then(|text| text.parse::<usize>().ok()).filter(|n| *n > 0);
        let per_page = number("per_page").map_or(size.default, |wanted| wanted.min(size.most));
        let page = number("page").unwrap_or(1);
        let last = total.div_ceil(per_page).max(1);
        let start = per_page.saturating_mul(page - 1).min(total);
        let items = start..start.saturating_add(per_page).min(total);
        Self { items, link: link_header(request, page, last) }
    }

    pub(super) fn finish(self, response: SandboxResponse) -> SandboxResponse {
        match self.link {
            Some(link) => response.with_header("link", link),
            None => response,
        }
    }
}

/// In the order in which GitHub names them: prev, next, last, first.
fn link_header(request: &SandboxRequest, page: usize, last: usize) -> Option<String> {
    let mut links = Vec::new();
    if page > 1 {
        links.push(("prev", (page - 1).min(last)));
    }
    if page < last {
        links.extend([("next", page + 1), ("last", last)]);
    }
    if page > 1 {
        links.push(("first", 1));
    }
    let text = |(rel, number): &(&str, usize)| format!("<{}>; rel=\"{rel}\"", page_url(request, *number));
    (!links.is_empty()).then(|| links.iter().map(text).collect::<Vec<_>>().join(", "))
}

/// The request's own address with another page.
fn page_url(request: &SandboxRequest, page: usize) -> String {
    let mut url = format!("{}{}?", request.public_url, request.path);
    for (name, value) in request.query.iter().filter(|(name, _)| name != "page") {
        let _ = write!(url, "{}={}&", utf8_percent_encode(name, QUERY), utf8_percent_encode(value, QUERY));
    }
    let _ = write!(url, "page={page}");
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(query: &[(&str, &str)], size: PageSize, total: usize) -> Page {
        let request = SandboxRequest {
            path: "/api/v3/orgs/acme/actions/secrets".into(),
            query: query.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            public_url: "https://h:8/p".into(),
            ..SandboxRequest::default()
        };
        Page::of(&request, size, total)
    }

    #[test]
    fn links_are_absolute_and_keep_the_query() {
        let middle = page(&[("per_page", "2"), ("page", "2"), ("x", "a b")], PageSize::USUAL, 5);
        let url = "https://h:8/p/api/v3/orgs/acme/actions/secrets?per_page=2&x=a%20b&page=";
        let expected =
            format!("<{url}1>; rel=\"prev\", <{url}3>; rel=\"next\", <{url}3>; rel=\"last\", <{url}1>; rel=\"first\"");
        assert_eq!(middle.link, Some(expected));
        assert_eq!(middle.items, 2..4);
    }

    #[test]
    fn sizes_have_a_default_and_a_cap() {
        assert_eq!(page(&[], PageSize::USUAL, 200).items, 0..30);
        assert_eq!(page(&[("per_page", "1000")], PageSize::USUAL, 200).items, 0..100);
        assert_eq!(page(&[], PageSize::VARIABLES, 200).items, 0..10);
        assert_eq!(page(&[("per_page", "100")], PageSize::VARIABLES, 200).items, 0..30);
        assert_eq!(page(&[("per_page", "0"), ("page", "x")], PageSize::USUAL, 200).items, 0..30);
        assert_eq!(page(&[], PageSize::USUAL, 30).link, None);
        assert_eq!(page(&[("page", "9")], PageSize::USUAL, 31).items, 31..31);
        assert_eq!(page(&[("page", "18446744073709551615")], PageSize::USUAL, 31).items, 31..31);
    }
}
