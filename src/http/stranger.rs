//! Asking those who are no store of ours: services whose credentials are checked, and health endpoints.
//!
//! Who they are comes from a mapping or out of a value. So: no private address unless it was
//! allowed by name, judged on what is connected to; redirects are answers and never followed; no cookies,
//! no referer, nothing kept of one answer for the next; a limit on bodies; one deadline for all of it.

use std::{
    fmt,
    net::IpAddr,
    str::FromStr as _,
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use reqwest::{
    Method, Url,
    header::{HeaderMap, HeaderName, HeaderValue, USER_AGENT},
};
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::{
    Client, HttpError, Names, Outgoing, TlsFailure, Transport, body, client, error::classify, names::GuardedNames,
    permit::Permit,
};

/// The pools through which strangers are asked.
#[derive(Clone)]
pub struct Strangers(Arc<Inner>);

struct Inner {
    client: Client,
    names: Names,
    /// Two for the Internet, two where private addresses are allowed; each plain and with TLS.
    pools: [OnceLock<Option<reqwest::Client>>; 4],
}

/// One request to a stranger; a credential may be in any part of it.
pub struct StrangerRequest<'a> {
    pub method: &'a str,
    pub url: &'a str,
    pub headers: Vec<(&'a str, &'a str)>,
    pub body: Option<&'a [u8]>,
    /// Whether the host may have a private address.
    pub private: bool,
}

/// What a stranger answered, whole; a redirect is an answer, too.
pub struct StrangerAnswer {
    pub status: u16,
    /// Names in lower case; what is no text is left out.
    pub headers: Vec<(String, String)>,
    pub body: Zeroizing<Vec<u8>>,
    pub took: Duration,
}

/// The largest answer that is read.
const BODY_LIMIT: usize = 1024 * 1024;

impl Strangers {
    /// With the roots, the proxy and the clock of `client`.
    pub fn new(client: &Client, names: Names) -> Self {
        Self(Arc::new(Inner { client: client.clone(), names, pools: Default::default() }))
    }

    pub fn names(&self) -> &Names {
        &self.0.names
    }

    /// The time of day by our own clock.
    pub fn now(&self) -> SystemTime {
        self.0.client.options().clock.now()
    }

    /// The whole answer within `deadline`, or why there is none.
    pub async fn ask(&self, request: &StrangerRequest<'_>, deadline: Duration) -> Result<StrangerAnswer, HttpError> {
        let started = Instant::now();
        let answer = tokio::time::timeout(deadline, self.exchange(request)).await;
        let answer = answer.unwrap_or(Err(HttpError::Timeout { limit: deadline }))?;
        Ok(StrangerAnswer { took: started.elapsed(), ..answer })
    }

    async fn exchange(&self, request: &StrangerRequest<'_>) -> Result<StrangerAnswer, HttpError> {
        let url = Url::parse(request.url).map_err(|_| HttpError::IllegalPath)?;
        self.look_at(&url, request.private).await?;
        let method = Method::from_str(request.method).map_err(|_| HttpError::IllegalPath)?;
        let headers = headers(&request.headers)?;
        if let Some(transport) = self.0.client.transport() {
            return simulated(transport, &method, &url, headers, request.body).await;
        }
        let pool = self.pool(url.scheme() == "https", request.private)?;
        let mut builder = pool.request(method, url).headers(headers);
        if let Some(body) = request.body {
            // The copy that goes out is wiped as well.
            builder = builder.body(Bytes::from_owner(Zeroizing::new(body.to_vec())));
        }
        let answer = builder.send().await.map_err(|error| classify(&error))?;
        let (status, headers) = (answer.status().as_u16(), told(answer.headers()));
        let body = body::read(answer, BODY_LIMIT).await?;
        Ok(StrangerAnswer { status, headers, body, took: Duration::ZERO })
    }

    /// Addresses are refused here in whatever way they are written: the URL was read as the connection
    /// will read it. Names are looked up by the connection itself, unless a proxy does that for us.
    async fn look_at(&self, url: &Url, private: bool) -> Result<(), HttpError> {
        let host = url.host_str().ok_or(HttpError::IllegalPath)?;
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let proxied = url.scheme() == "https" && self.0.client.proxy_description().is_some();
        if bare.parse::<IpAddr>().is_err() && !proxied {
            return Ok(());
        }
        match self.0.names.allowed(bare, private).await {
            // The proxy may know a name that this machine does not.
            Err(HttpError::Connect(_)) if proxied => Ok(()),
            looked => looked.map(drop),
        }
    }

    fn pool(&self, tls: bool, private: bool) -> Result<&reqwest::Client, HttpError> {
        let slot = &self.0.pools[usize::from(tls) * 2 + usize::from(private)];
        let pool = slot.get_or_init(|| {
            let names = GuardedNames {
                names: self.0.names.clone(),
                permit: Permit { private, literal: false },
                trusted: self.0.client.options().proxy.host().filter(|_| tls),
            };
            self.0.client.build_for_strangers(tls, Arc::new(names))
        });
        pool.as_ref().ok_or(HttpError::Tls(TlsFailure::NoRoots))
    }
}

/// The same without a network; the limit on bodies is kept here as well.
async fn simulated(
    transport: &dyn Transport,
    method: &Method,
    url: &Url,
    mut headers: HeaderMap,
    body: Option<&[u8]>,
) -> Result<StrangerAnswer, HttpError> {
    headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(client::USER_AGENT));
    let outgoing = Outgoing { method, url, headers: &headers, body: body.unwrap_or_default() };
    let answer = transport.exchange(outgoing).await?;
    if answer.body.len() > BODY_LIMIT {
        return Err(HttpError::TooLarge { limit: BODY_LIMIT });
    }
    let headers = told(&answer.headers);
    Ok(StrangerAnswer { status: answer.status, headers, body: answer.body, took: Duration::ZERO })
}

/// A header that cannot be sent is a defect of the credential: nothing of it is repeated.
fn headers(given: &[(&str, &str)]) -> Result<HeaderMap, HttpError> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let name = HeaderName::from_str(name).map_err(|_| HttpError::IllegalPath)?;
        let mut value = HeaderValue::from_str(value).map_err(|_| HttpError::IllegalPath)?;
        value.set_sensitive(true);
        headers.append(name, value);
    }
    Ok(headers)
}

fn told(headers: &HeaderMap) -> Vec<(String, String)> {
    let text =
        headers.iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
    text.collect()
}

impl fmt::Debug for Strangers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Strangers").field("names", &self.0.names).finish_non_exhaustive()
    }
}

impl fmt::Debug for StrangerRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StrangerRequest").field("method", &self.method).finish_non_exhaustive()
    }
}

impl fmt::Debug for StrangerAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StrangerAnswer").field("status", &self.status).finish_non_exhaustive()
    }
}
