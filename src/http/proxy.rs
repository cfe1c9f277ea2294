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
}

impl ProxySettings {
    pub fn find(env: &dyn Fn(&str) -> Option<String>) -> Self {
        let first = |names: &[&str]| names.iter().find_map(|name| env(name).filter(|value| !value.trim().is_empty()));
        let text = first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]);
        let url = text.and_then(|text| Url::parse(&text).ok().filter(Url::has_host).or_else(|| with_scheme(&text)));
        Self { url, except: first(&["NO_PROXY", "no_proxy"]).unwrap_or_default() }
    }

    /// Host and port of the proxy, without its user name and password.
    pub fn description(&self) -> Option<String> {
        let url = self.url.as_ref()?;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{}://{}{port}", url.scheme(), url.host_str()?))
    }

    pub(super) fn to_proxy(&self) -> Option<reqwest::Result<Proxy>> {
        let url = self.url.clone()?;
        Some(Proxy::https(url).map(|proxy| proxy.no_proxy(NoProxy::from_string(&self.except))))
    }
}

/// `proxy.example.com:3128` is commonly written without its scheme.
fn with_scheme(text: &str) -> Option<Url> {
    Url::parse(&format!("http://{text}")).ok()
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
