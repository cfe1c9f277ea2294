//! Where a store listens, and paths below it that nothing can climb out of.

use std::{fmt, net::IpAddr};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use super::HttpError;

/// An address checked once: https anywhere, http to this machine only.
///
/// Path prefix and port are kept (GitHub Enterprise has both, failure case G24).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BaseUrl(Url);

/// Why an address cannot be used. The address itself is not repeated: it may hold a password.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BaseUrlError {
    #[error("it is not an absolute URL with a host")]
    NotAUrl,
    #[error("plain http is allowed to this machine only: use https")]
    PlainHttp,
    #[error("it has a query or a fragment")]
    QueryOrFragment,
    #[error("its scheme is neither https nor http")]
    Scheme,
    #[error("it holds a user name or a password")]
    UserInfo,
}

/// The path of one request below the base, built from parts that cannot change its shape.
#[derive(Clone, Debug, Default)]
pub struct Path {
    text: String,
    has_bad_segment: bool,
}

impl BaseUrl {
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let mut url = Url::parse(text.trim()).map_err(|_| BaseUrlError::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(BaseUrlError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::UserInfo);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::QueryOrFragment);
        }
        let host = url.host_str().ok_or(BaseUrlError::NotAUrl)?;
        if url.scheme() == "http" && !is_loopback(host) {
            return Err(BaseUrlError::PlainHttp);
        }
        let prefix = url.path().trim_end_matches('/').to_owned();
        url.set_path(&prefix);
        Ok(Self(url))
    }

    /// Whether requests go over plain http, which is to this machine only.
    pub fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// The address itself, as a request's.
    pub(super) fn url(&self) -> Url {
        self.0.clone()
    }

    /// The URL of `path` with `query`.
    pub(super) fn join(&self, path: &Path, query: &[(String, String)]) -> Result<Url, HttpError> {
        if path.has_bad_segment {
            return Err(HttpError::IllegalPath);
        }
        let mut url = self.0.clone();
        url.set_path(&format!("{}{}", self.0.path().trim_end_matches('/'), path.text));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    /// What a server pointed us to, if it is of the same scheme, host and port
    /// (failure cases E18 and X13). `from` is what a relative reference starts at.
    pub fn same_origin(&self, from: &Url, target: &str) -> Result<Url, HttpError> {
        let url = from.join(target).map_err(|_| HttpError::OtherOrigin)?;
        let same = url.scheme() == self.0.scheme()
            && url.host_str() == self.0.host_str()
            && url.port_or_known_default() == self.0.port_or_known_default()
            && url.username().is_empty()
            && url.password().is_none();
        if same { Ok(url) } else { Err(HttpError::OtherOrigin) }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// Everything but RFC 3986's unreserved characters is encoded.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Path {
    /// Starts with literal text of ours, such as `/api/user`.
    pub fn fixed(text: &'static str) -> Self {
        Self { text: text.to_owned(), has_bad_segment: false }
    }

    /// Adds literal text of ours, beginning with a slash.
    pub fn then(mut self, text: &'static str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Adds one segment from outside. URL parsers read `%2e%2e` as `..`, so dots
    /// cannot be encoded away; such a segment spoils the path, and sending fails.
    pub fn segment(mut self, segment: &str) -> Self {
        self.has_bad_segment |= matches!(segment, "" | "." | "..");
        self.text.push('/');
        self.text.extend(utf8_percent_encode(segment, SEGMENT));
        self
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_goes_to_this_machine_only() {
        for text in
            ["http://127.0.0.1:8080", "http://127.9.9.9", "http://[::1]:1/x", "http://localhost/", "https://x.test"]
        {
            assert!(BaseUrl::parse(text).is_ok(), "{text}");
        }
        let cases = [
            ("http://example.com", BaseUrlError::PlainHttp),
            ("http://localhost.example.com", BaseUrlError::PlainHttp),
            ("http://10.0.0.1", BaseUrlError::PlainHttp),
            ("ftp://127.0.0.1", BaseUrlError::Scheme),
            ("https://user:pass@example.com", BaseUrlError::UserInfo),
            ("https://example.com/?x=1", BaseUrlError::QueryOrFragment),
            ("api.github.com", BaseUrlError::NotAUrl),
            ("", BaseUrlError::NotAUrl),
        ];
        for (text, expected) in cases {
            assert_eq!(BaseUrl::parse(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn g24_prefix_and_port_are_kept() {
        let base = BaseUrl::parse("https://ghe.example.com:8443/api/v3/").expect("legal");
        let url = base.join(&Path::fixed("/orgs").segment("acme"), &[("page".into(), "2".into())]).expect("legal");
        assert_eq!(url.as_str(), "https://ghe.example.com:8443/api/v3/orgs/acme?page=2");
        assert_eq!(base.to_string(), "https://ghe.example.com:8443/api/v3");
    }

    #[test]
    fn x13_no_segment_climbs_out_of_its_path() {
        let base = BaseUrl::parse("https://x.test/p").expect("legal");
        let url = base.join(&Path::fixed("/open").segment("../../admin?x#y"), &[]).expect("encoded");
        assert_eq!(url.as_str(), "https://x.test/p/open/..%2F..%2Fadmin%3Fx%23y");
        for bad in ["", ".", ".."] {
            assert!(
                matches!(base.join(&Path::fixed("/open").segment(bad), &[]), Err(HttpError::IllegalPath)),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn x13_another_origin_is_refused() {
        let base = BaseUrl::parse("https://x.test/api").expect("legal");
        let from = base.join(&Path::fixed("/a"), &[]).expect("legal");
        assert!(base.same_origin(&from, "https://x.test:443/other?page=2").is_ok());
        assert!(base.same_origin(&from, "/other").is_ok());
        for other in ["http://x.test/", "https://x.test:444/", "https://x.test.evil/", "https://u@x.test/", "//evil/"] {
            assert!(matches!(base.same_origin(&from, other), Err(HttpError::OtherOrigin)), "{other}");
        }
    }
}
