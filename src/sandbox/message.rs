//! One request and one answer of the emulator, free of any socket.

/// A request as the emulated services see it.
#[derive(Clone, Debug, Default)]
pub struct SandboxRequest {
    /// Upper case.
    pub method: String,
    /// Decoded per segment by the handlers; always starts with `/`, never holds a query.
    pub path: String,
    /// Decoded pairs in the order sent.
    pub query: Vec<(String, String)>,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Scheme, host, port and prefix under which clients reach the emulator; no final slash.
    pub public_url: String,
}

/// An answer before any fault is applied to it.
#[derive(Clone, Debug, Default)]
pub struct SandboxResponse {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Nothing of it is ever sent: the connection stays open until the client gives up.
    pub hang: bool,
}

impl SandboxRequest {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The path's segments, percent-decoded; repeated slashes count once.
    pub fn segments(&self) -> Vec<String> {
        self.path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect()
    }
}

impl SandboxResponse {
    pub fn json(status: u16, value: &serde_json::Value) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), "application/json; charset=utf-8".into())],
            body: value.to_string().into_bytes(),
            hang: false,
        }
    }

    pub fn empty(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}
