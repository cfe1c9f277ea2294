//! Where alerts go, taken from the environment. An address is a secret: whoever knows it may write there.
//!
//! It is in no message, error or log; a target is spoken of as "the Slack webhook", an address that cannot be used by
//! its variable.

use std::net::IpAddr;

use crate::{
    http::{BaseUrl, BaseUrlError, ProxySettings, Reach, Url, reach},
    model::SecretValue,
};

use super::super::super::Failure;

/// The kinds of addresses there are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum TargetKind {
    /// Slack, and what understands its messages.
    Slack,
    /// Anything else: the message as it is, signed.
    Webhook,
}

/// One address alerts go to.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) kind: TargetKind,
    pub(super) url: SecretValue,
    /// What messages are signed with.
    pub(super) secret: Option<SecretValue>,
}

const SECRET: &str = "ESC_SYNC_WEBHOOK_SECRET";

/// Why an address cannot be used; it is not repeated.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum AddressError {
    #[error(transparent)]
    Url(#[from] BaseUrlError),
    #[error("it is an address of a cloud's own services, or one that no machine has")]
    Forbidden,
}

impl TargetKind {
    const ALL: [Self; 2] = [Self::Slack, Self::Webhook];

    /// By which an order names it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Webhook => "webhook",
        }
    }

    fn variable(self) -> &'static str {
        match self {
            Self::Slack => "ESC_SYNC_SLACK_WEBHOOK",
            Self::Webhook => "ESC_SYNC_WEBHOOK",
        }
    }

    /// As it is spoken of.
    pub(crate) fn shown(self) -> &'static str {
        match self {
            Self::Slack => "the Slack webhook",
            Self::Webhook => "the webhook",
        }
    }
}

impl Target {
    /// All that are set, each proved usable as far as that can be seen without asking anybody.
    pub(crate) fn find(environment: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Self>, Failure> {
        let set = |name: &str| environment(name).filter(|text| !text.trim().is_empty());
        let mut targets = Vec::new();
        for kind in TargetKind::ALL {
            let Some(text) = set(kind.variable()) else { continue };
            let url = usable(&text).map_err(|why| refused(kind, why))?;
            if url.scheme() == "https" && ProxySettings::find(environment).is_unusable() {
                let help = "set HTTPS_PROXY to http://HOST:PORT or https://HOST:PORT, or unset it";
                return Err(Failure::usage("the proxy in HTTPS_PROXY or ALL_PROXY cannot be used", help));
            }
            let secret = set(SECRET).filter(|_| kind == TargetKind::Webhook).map(SecretValue::from);
            targets.push(Self { kind, url: SecretValue::from(String::from(url)), secret });
        }
        Ok(targets)
    }

    /// Whether there is a secret to sign with, and nothing that would be signed.
    pub(crate) fn is_secret_idle(targets: &[Self], environment: &dyn Fn(&str) -> Option<String>) -> bool {
        environment(SECRET).is_some_and(|text| !text.is_empty())
            && !targets.iter().any(|target| target.kind == TargetKind::Webhook)
    }
}

/// Https, or http to this machine; private networks are fine, since operators have hooks of their own.
pub(super) fn usable(text: &str) -> Result<Url, AddressError> {
    let url = Url::parse(text.trim()).map_err(|_| BaseUrlError::NotAUrl)?;
    let mut bare = url.clone();
    bare.set_query(None);
    bare.set_fragment(None);
    BaseUrl::parse(bare.as_str())?;
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
    match address.map(reach) {
        // A name that leads there is refused when it is connected to.
        Some(Reach::Link | Reach::Nobody) => Err(AddressError::Forbidden),
        _ => Ok(url),
    }
}

fn refused(kind: TargetKind, why: AddressError) -> Failure {
    let variable = kind.variable();
    let help = format!("set {variable} to https://HOST/PATH; plain http is for this machine only");
    Failure::usage(format!("the address in {variable} cannot be used: {why}"), help)
}
