//! The proxy for https, taken from the environment and shown in the run header (failure case X14).

use std::fmt;

use reqwest::{NoProxy, Proxy, Url};

/// What `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in either case.
///
/// Plain http goes to this machine and never through a proxy. `.netrc` is not read.
#[derive(Clone, Default)]
pub struct ProxySettings {
    url: Option<Url>,
    except: String,
    /// A proxy is named, but nothing can be made of its name.
    unusable: bool,
}

impl ProxySettings {
    pub fn find(env: &dyn Fn(&str) -> Option<String>) -> Self {
        let first = |names: &[&str]| names.iter().find_map(|name| env(name).filter(|value| !value.trim().is_empty()));
        let text = first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]);
        let url = text.as_deref().and_then(parse);
        let unusable = text.is_some() && url.is_none();
        Self { url, except: first(&["NO_PROXY", "no_proxy"]).unwrap_or_default(), unusable }
    }

    /// Whether a proxy is named that cannot be used. Going without it would send
    /// credentials by a way that somebody closed on purpose.
    pub fn is_unusable(&self) -> bool {
        self.unusable
    }

    /// Host and port of the proxy, without its user name and password.
    pub fn description(&self) -> Option<String> {
        let url = self.url.as_ref()?;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{}://{}{port}", url.scheme(), url.host_str()?))
    }

    /// The proxy's own host, as it is looked up.
    pub(super) fn host(&self) -> Option<String> {
        self.url.as_ref()?.host_str().map(str::to_owned)
    }

    pub(super) fn to_proxy(&self) -> Option<reqwest::Result<Proxy>> {
        let url = self.url.clone()?;
        Some(Proxy::https(url).map(|proxy| proxy.no_proxy(NoProxy::from_string(&self.except))))
    }
}

/// `proxy.example.com:3128` is commonly written without its scheme.
fn parse(text: &str) -> Option<Url> {
    let text = text.trim();
    let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("http://{text}")) };
    url.ok().filter(|url| url.has_host() && matches!(url.scheme(), "http" | "https"))
}

impl fmt::Debug for ProxySettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ProxySettings").field(&self.description()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x14_a_proxy_is_described_without_its_password() {
        let of =
            |value: &'static str| ProxySettings::find(&move |name| (name == "HTTPS_PROXY").then(|| value.to_owned()));
        let settings = of("http://joe:hunter2@proxy.example.com:3128/");
        assert_eq!(settings.description().as_deref(), Some("http://proxy.example.com:3128"));
        assert!(!format!("{settings:?}").contains("hunter2"));
        assert_eq!(of("proxy.example.com:3128").description().as_deref(), Some("http://proxy.example.com:3128"));
        assert_eq!(of("").description(), None);
    }
}
