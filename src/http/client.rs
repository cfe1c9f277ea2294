//! The connection pools and what every request of a run has in common.

use std::{
    fmt,
    num::NonZeroU32,
    sync::{Arc, OnceLock},
    time::Duration,
};

use reqwest::{Certificate, dns::Resolve, redirect::Policy};
use rustls::{ClientConfig, RootCertStore, crypto::ring};

use super::{BaseUrl, Clock, HttpError, Jitter, ProxySettings, TlsFailure, Transport, names::SystemNames};

/// Times and limits of one client.
#[derive(Clone, Debug)]
pub struct Options {
    /// For one request with its retries and its whole body; pauses a store asks for come on top.
    pub timeout: Duration,
    pub connect_timeout: Duration,
    /// The largest body, after decompression.
    pub body_limit: usize,
    /// How long a run waits in all for a store that asks for a pause.
    pub wait_budget: Duration,
    /// The first pause where a store does not say how long.
    pub unstated_pause: Duration,
    /// The longest first wait between attempts; it doubles up to `backoff_cap`.
    pub backoff: Duration,
    pub backoff_cap: Duration,
    pub attempts: u32,
    /// Requests to one store that are under way at once.
    pub in_flight: usize,
    /// Points of a store that counts them, within any minute; `None`: they are not counted.
    pub points_a_minute: Option<u32>,
    pub proxy: ProxySettings,
    pub roots: Roots,
    pub clock: Clock,
    pub jitter: Jitter,
}

/// GitHub allows 100 requests in flight (docs, rate limits for the REST API).
const IN_FLIGHT: usize = 64;

/// Which certificate authorities are believed.
#[derive(Clone, Debug, Default)]
pub enum Roots {
    /// Those of the system, or of `SSL_CERT_FILE` and `SSL_CERT_DIR` where set.
    #[default]
    System,
    /// These alone, as DER. There is no way to believe everybody.
    Only(Vec<Vec<u8>>),
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            body_limit: 32 * 1024 * 1024,
            wait_budget: Duration::from_secs(90),
            unstated_pause: Duration::from_secs(60),
            backoff: Duration::from_millis(200),
            backoff_cap: Duration::from_secs(5),
            attempts: 4,
            in_flight: IN_FLIGHT,
            points_a_minute: None,
            proxy: ProxySettings::default(),
            roots: Roots::System,
            clock: Clock::System,
            jitter: Jitter::System,
        }
    }
}

/// Points a minute that GitHub allows (docs, rate limits for the REST API).
const POINTS_A_MINUTE: u32 = 900;

impl Options {
    /// The part of the limits that is one worker's where `of` share a login.
    #[must_use]
    pub fn shared_by(self, of: NonZeroU32) -> Self {
        let in_flight = (self.in_flight / of.get() as usize).max(1);
        Self { in_flight, points_a_minute: Some(POINTS_A_MINUTE / of), ..self }
    }
}

/// Two lazily built pools: plain http pays nothing for TLS, and roots are loaded
/// when the first https request needs them.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    options: Options,
    plain: OnceLock<Option<reqwest::Client>>,
    tls: OnceLock<Option<reqwest::Client>>,
    /// Carries everything in the place of both pools, in a simulation.
    transport: Option<Arc<dyn Transport>>,
}

/// Within the deadline of a probe there is time for a second attempt.
const STRANGER_CONNECT_TIMEOUT: Duration = Duration::from_secs(4);

pub(super) const USER_AGENT: &str = concat!("esc-sync/", env!("CARGO_PKG_VERSION"));

impl Client {
    pub fn new(options: Options) -> Self {
        Self::with(options, None)
    }

    /// A client that reaches nobody but `transport`: no pool is ever built.
    pub fn simulated(options: Options, transport: Arc<dyn Transport>) -> Self {
        Self::with(options, Some(transport))
    }

    fn with(options: Options, transport: Option<Arc<dyn Transport>>) -> Self {
        Self(Arc::new(Inner { options, plain: OnceLock::new(), tls: OnceLock::new(), transport }))
    }

    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// The proxy that https requests go through, for the run header.
    pub fn proxy_description(&self) -> Option<String> {
        self.0.options.proxy.description()
    }

    pub(super) fn transport(&self) -> Option<&dyn Transport> {
        self.0.transport.as_deref()
    }

    pub(super) fn pool(&self, base: &BaseUrl) -> Result<&reqwest::Client, HttpError> {
        let pool = if base.is_plain() {
            self.0.plain.get_or_init(|| self.build_plain())
        } else {
            self.0.tls.get_or_init(|| self.build_tls())
        };
        pool.as_ref().ok_or(HttpError::Tls(TlsFailure::NoRoots))
    }

    /// Plain http to this machine: no proxy.
    fn build_plain(&self) -> Option<reqwest::Client> {
        without_tls(self.common())
    }

    fn build_tls(&self) -> Option<reqwest::Client> {
        self.with_tls(self.common().https_only(true))
    }

    /// A pool of its own that tells the server's certificate, for one look.
    pub(super) fn looking(&self, base: &BaseUrl) -> Result<reqwest::Client, HttpError> {
        let built = if base.is_plain() {
            self.build_plain()
        } else {
            self.with_tls(self.common().https_only(true).tls_info(true))
        };
        built.ok_or(HttpError::Tls(TlsFailure::NoRoots))
    }

    /// A pool for those who are no store of ours, whose addresses `names` gives.
    pub(super) fn build_for_strangers(&self, tls: bool, names: Arc<impl Resolve + 'static>) -> Option<reqwest::Client> {
        let connect_timeout = self.0.options.connect_timeout.min(STRANGER_CONNECT_TIMEOUT);
        let builder = self.common().connect_timeout(connect_timeout).dns_resolver(names);
        if tls { self.with_tls(builder.https_only(true)) } else { without_tls(builder) }
    }

    fn with_tls(&self, builder: reqwest::ClientBuilder) -> Option<reqwest::Client> {
        // Whoever installs a provider first wins; all of ours are ring.
        let _ = ring::default_provider().install_default();
        let mut builder = builder.no_proxy();
        if let Some(proxy) = self.0.options.proxy.to_proxy() {
            builder = builder.proxy(proxy.ok()?);
        }
        if let Roots::Only(roots) = &self.0.options.roots {
            let roots: Result<Vec<_>, _> = roots.iter().map(|der| Certificate::from_der(der)).collect();
            builder = builder.tls_certs_only(roots.ok()?);
        }
        builder.build().ok()
    }

    fn common(&self) -> reqwest::ClientBuilder {
        reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(self.0.options.connect_timeout)
            .tcp_nodelay(true)
            .pool_max_idle_per_host(64)
            .dns_resolver(Arc::new(SystemNames))
    }
}

/// No proxy, and a TLS configuration that trusts nobody.
fn without_tls(builder: reqwest::ClientBuilder) -> Option<reqwest::Client> {
    let provider = Arc::new(ring::default_provider());
    let nobody = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    builder.no_proxy().tls_backend_preconfigured(nobody).build().ok()
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client").field(&self.0.options).finish()
    }
}
