//! Which hosts a credential may be sent to, and the reading of a URL against them.
//!
//! A URL is read as strictly as a mapping's: what is unusual in it is refused and not guessed.

use crate::mapping::{is_this_machine, url_host};

/// The hosts a probe names. The only way to an `HttpAsk` leads past it.
#[derive(Clone, Debug, Default)]
pub struct AllowedHosts {
    /// In lower case; `*.` in front stands for one or more labels.
    hosts: Vec<String>,
    /// Those that may have a private address, beside this machine where it is named itself.
    private: Vec<String>,
}

/// Why a credential is not sent there. The URL is not repeated: the credential may be in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HostError {
    #[error("it is not a URL that a probe can ask")]
    BadUrl,
    #[error("the host is not one that the probe names")]
    Foreign,
    #[error("the credential would travel unencrypted")]
    Plain,
}

/// What a URL is bound to.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) host: String,
    pub(super) private: bool,
}

impl AllowedHosts {
    pub fn new<'a>(hosts: impl IntoIterator<Item = &'a str>, private: impl IntoIterator<Item = &'a str>) -> Self {
        let lower = |text: &str| text.to_ascii_lowercase();
        Self { hosts: hosts.into_iter().map(lower).collect(), private: private.into_iter().map(lower).collect() }
    }

    pub(super) fn bind(&self, url: &str) -> Result<Bound, HostError> {
        let (secure, host) = url_host(url).ok_or(HostError::BadUrl)?;
        if !self.hosts.iter().any(|known| matches(known, &host)) {
            return Err(HostError::Foreign);
        }
        let here = is_this_machine(&host);
        if !secure && !here {
            return Err(HostError::Plain);
        }
        // A pattern with a star names no machine: nobody can be behind it by name.
        let named = self.hosts.contains(&host);
        let private = self.private.iter().any(|known| matches(known, &host)) || (here && named);
        Ok(Bound { host, private })
    }
}

/// A star stands for one or more whole labels.
fn matches(known: &str, host: &str) -> bool {
    match known.strip_prefix("*.") {
        Some(rest) => host.strip_suffix(rest).is_some_and(|front| front.len() > 1 && front.ends_with('.')),
        None => known == host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x3_a_credential_is_bound_to_the_hosts_of_its_probe() {
        let hosts = AllowedHosts::new(["api.example.com", "*.example.net", "127.0.0.1"], []);
        let bound = |url: &str| hosts.bind(url).map(|bound| (bound.host, bound.private));
        assert_eq!(bound("https://API.example.com/me"), Ok(("api.example.com".into(), false)));
        assert_eq!(bound("https://a.b.example.net:8443/"), Ok(("a.b.example.net".into(), false)));
        assert_eq!(bound("http://127.0.0.1:9/x"), Ok(("127.0.0.1".into(), true)));
        for url in
            ["https://example.net/", "https://xexample.net/", "https://.example.net/", "https://api.example.com.evil/"]
        {
            assert!(matches!(bound(url), Err(HostError::Foreign | HostError::BadUrl)), "{url}");
        }
        assert_eq!(bound("http://api.example.com/"), Err(HostError::Plain));
        for url in [
            "https://u@api.example.com/",
            "https://api.example.com\\@evil/",
            "ftp://api.example.com/",
            "https:api.example.com",
        ] {
            assert!(bound(url).is_err(), "{url}");
        }
    }
}
