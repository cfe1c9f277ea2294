//! One question to a store.

use std::fmt;

use reqwest::{
    Method, Url,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use zeroize::Zeroizing;

use super::{BaseUrl, HttpError, Path};
use crate::model::SecretValue;

/// What is put into the `Authorization` header; it cannot be printed.
#[derive(Clone)]
pub struct Credential(HeaderValue);

/// The text of a token cannot stand in a header.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("it holds characters that no token has")]
pub struct CredentialError;

/// A request, complete but for the address of the store.
pub struct Request {
    /// What is asked, as it reads after "could not": `list the secrets of organization acme`.
    pub(super) operation: String,
    pub(super) method: Method,
    target: Target,
    query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Zeroizing<Vec<u8>>>,
    /// Whether doing it twice is the same as doing it once.
    pub(super) repeatable: bool,
    /// Whether one redirect to the same origin may be followed.
    pub(super) follows: bool,
}

enum Target {
    Path(Path),
    /// Checked to be of the store's origin.
    Url(Url),
}

impl Credential {
    /// `scheme` as the store wants it: `token`, `Bearer`.
    pub fn new(scheme: &str, token: &SecretValue) -> Result<Self, CredentialError> {
        // The authorization header is where a token has to go.
        let text = Zeroizing::new(format!("{scheme} {}", token.expose_text().ok_or(CredentialError)?));
        if !text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
            return Err(CredentialError);
        }
        let mut value = HeaderValue::from_str(&text).map_err(|_| CredentialError)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential")
    }
}

impl Request {
    /// A reading request: repeatable, redirects not followed.
    pub fn get(operation: impl Into<String>, path: Path) -> Self {
        Self::new(operation.into(), Method::GET, Target::Path(path))
    }

    /// A reading request to where the store itself pointed (see [`BaseUrl::same_origin`]).
    pub fn get_url(operation: impl Into<String>, url: Url) -> Self {
        Self::new(operation.into(), Method::GET, Target::Url(url))
    }

    /// A POST, not repeated unless [`Self::repeatable`] says it may be.
    pub fn post(operation: impl Into<String>, path: Path, body: Zeroizing<Vec<u8>>) -> Self {
        let mut request = Self::new(operation.into(), Method::POST, Target::Path(path));
        // An empty body is announced as well: some servers answer 411 to a POST without length.
        request.headers.insert(reqwest::header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        request.body = Some(body);
        request.repeatable = false;
        request
    }

    /// A PATCH, never repeated by itself.
    pub fn patch(operation: impl Into<String>, path: Path, body: Zeroizing<Vec<u8>>) -> Self {
        let mut request = Self::new(operation.into(), Method::PATCH, Target::Path(path));
        request.body = Some(body);
        request.repeatable = false;
        request
    }

    fn new(operation: String, method: Method, target: Target) -> Self {
        Self {
            operation,
            method,
            target,
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            repeatable: true,
            follows: false,
        }
    }

    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        self
    }

    /// A header whose value was read from an answer; `None` if it cannot stand in one.
    pub fn header_value(mut self, name: &'static str, value: &str) -> Option<Self> {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).ok()?);
        Some(self)
    }

    /// Puts the login in; a renewed one takes the place of the old.
    pub fn authorize(&mut self, credential: &Credential) {
        self.headers.insert(reqwest::header::AUTHORIZATION, credential.0.clone());
    }

    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Lets one redirect to the same scheme, host and port be followed.
    pub fn follow_same_origin(mut self) -> Self {
        self.follows = true;
        self
    }

    pub fn operation(&self) -> &str {
        &self.operation
    }

    pub(super) fn url(&self, base: &BaseUrl) -> Result<Url, HttpError> {
        match &self.target {
            Target::Path(path) => base.join(path, &self.query),
            Target::Url(url) => base.same_origin(url, url.as_str()),
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("operation", &self.operation).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_cannot_be_printed_or_smuggle_lines() {
        let credential = Credential::new("token", &SecretValue::from("pul-canary")).expect("legal");
        assert!(!format!("{credential:?}").contains("canary"));
        assert!(!format!("{:?}", credential.0).contains("canary"));
        for text in ["a\nb", "a\r\nX: y", "ä", "a\0"] {
            assert!(Credential::new("token", &SecretValue::from(text)).is_err(), "{text:?}");
        }
    }
}
