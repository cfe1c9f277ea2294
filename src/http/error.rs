//! What can go wrong on the way to a store and back, without a word of what was sent or received.

use std::{error::Error, io, time::Duration};

use super::names::{AddressRefused, NameNotFound};
use crate::model::{Cause, Stamp, Unread};

/// Why there is no answer, or none that can be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HttpError {
    #[error("every address of the host is a private one, and that was not allowed by name")]
    BlockedAddress,
    #[error("no connection: {0}")]
    Connect(ConnectFailure),
    #[error("a path would have left its place")]
    IllegalPath,
    #[error("the answer was cut off or damaged on the way")]
    Interrupted,
    #[error("the server points to another host, which is not followed")]
    OtherOrigin,
    #[error("the server asks to be left alone until {returns_at}")]
    Paused { status: u16, returns_at: Stamp },
    #[error("the server answers with a redirect (status {status}), which is not followed")]
    Redirected { status: u16 },
    #[error("the server answers with status {status}")]
    Status { status: u16 },
    #[error("there was no whole answer within {}", seconds(.limit))]
    Timeout { limit: Duration },
    #[error("no trusted connection: {0}")]
    Tls(TlsFailure),
    #[error("the answer is larger than {} MB", .limit / (1024 * 1024))]
    TooLarge { limit: usize },
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ConnectFailure {
    #[error("the host name has no address")]
    Name,
    #[error("it could not be established")]
    Other,
    #[error("it was refused")]
    Refused,
    #[error("nobody answered in time")]
    Timeout,
    #[error("there is no route to the host")]
    Unreachable,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TlsFailure {
    #[error("the server's certificate has expired")]
    Expired,
    #[error("no certificate authorities are installed on this machine")]
    NoRoots,
    #[error("the server's certificate is not valid yet")]
    NotYetValid,
    #[error("the TLS handshake failed")]
    Other,
    #[error("the server's certificate was revoked")]
    Revoked,
    #[error("the server's certificate is not one this machine accepts")]
    Unacceptable,
    #[error("the server's certificate comes from an authority this machine does not know")]
    UnknownAuthority,
    #[error("the server's certificate is for another name")]
    WrongName,
}

/// What was asked of whom, for the sentence about why it is not known.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub service: &'a str,
    /// As it reads after "could not".
    pub operation: &'a str,
    /// Where the login came from: `the token in GITHUB_TOKEN`.
    pub login: &'a str,
}

impl Asked<'_> {
    /// One sentence, one cause, one remedy.
    pub fn unread(&self, cause: Cause, reason: &str, help: impl Into<String>) -> Unread {
        Unread { cause, what: format!("could not {} ({}): {reason}", self.operation, self.service), help: help.into() }
    }
}

impl HttpError {
    /// Whether the same request may succeed a moment later.
    pub(super) fn is_transient(&self) -> bool {
        matches!(self, Self::Connect(_) | Self::Interrupted)
    }

    /// Whether the request was certainly not carried out: it never left, or was turned away.
    pub fn is_before_sending(&self) -> bool {
        match self {
            Self::BlockedAddress
            | Self::Connect(_)
            | Self::IllegalPath
            | Self::OtherOrigin
            | Self::Paused { .. }
            | Self::Redirected { .. }
            | Self::Tls(_) => true,
            Self::Interrupted | Self::Status { .. } | Self::Timeout { .. } | Self::TooLarge { .. } => false,
        }
    }

    /// What a person is told.
    pub fn into_unread(self, asked: &Asked<'_>) -> Unread {
        let Asked { service, login, .. } = *asked;
        match self {
            Self::Status { status: 401 } => asked.unread(
                Cause::Login,
                &format!("{login} is not accepted (status 401)"),
                format!("renew {login}; it is expired, revoked or mistyped"),
            ),
            Self::Status { status: 403 } => {
                let reason = format!("{login} lacks the right (status 403)");
                asked.unread(Cause::Rights, &reason, format!("give {login} the right to {}", asked.operation))
            }
            Self::Status { status: 404 } => asked.unread(
                Cause::NotFound,
                &format!("it is not there, or {login} may not see it (status 404)"),
                "check its spelling in the mapping and the rights of the login",
            ),
            other => asked.unread(other.cause(), &other.to_string(), other.help(service)),
        }
    }

    fn cause(&self) -> Cause {
        match self {
            Self::Connect(ConnectFailure::Timeout) | Self::Timeout { .. } => Cause::Timeout,
            Self::BlockedAddress | Self::Connect(_) | Self::Tls(_) => Cause::Network,
            Self::Paused { status: 500.., .. } | Self::Status { status: 500.. } => Cause::Server,
            Self::Paused { .. } | Self::Status { status: 429 } => Cause::RateLimit,
            Self::IllegalPath
            | Self::Interrupted
            | Self::OtherOrigin
            | Self::Redirected { .. }
            | Self::Status { .. }
            | Self::TooLarge { .. } => Cause::BadAnswer,
        }
    }

    fn help(&self, service: &str) -> String {
        match self {
            Self::BlockedAddress => format!("allow the private address of {service} by name, if it is meant"),
            Self::Connect(ConnectFailure::Name) => format!("check the address of {service} and this machine's DNS"),
            Self::Connect(_) => format!("check that {service} can be reached from here, and the proxy settings"),
            Self::Tls(TlsFailure::NotYetValid | TlsFailure::Expired) => {
                format!("check this machine's clock; if it is right, the certificate of {service} must be renewed")
            }
            Self::Tls(TlsFailure::NoRoots) => "install the ca-certificates package, or set SSL_CERT_FILE".into(),
            Self::Tls(TlsFailure::Unacceptable | TlsFailure::UnknownAuthority) => {
                format!("if {service} uses an authority of your own, name its certificate in SSL_CERT_FILE")
            }
            Self::Tls(_) => format!("check the address of {service}; something else may be answering in its place"),
            Self::Timeout { .. } => format!("run again; if {service} is slow, allow more with --timeout"),
            Self::Paused { returns_at, .. } => format!("run again after {returns_at}"),
            Self::Status { status: 429 } => "run again later".into(),
            Self::Status { status: 500.. } => format!("run again; if it stays, see the status page of {service}"),
            Self::OtherOrigin | Self::Redirected { .. } => {
                format!("set the address of {service} to the one it really has; credentials are not sent elsewhere")
            }
            Self::TooLarge { .. } => "split it: nothing this large is read".into(),
            Self::IllegalPath | Self::Interrupted | Self::Status { .. } => {
                format!("run again; if it stays, check that the address of {service} is the right one")
            }
        }
    }
}

fn seconds(limit: &Duration) -> String {
    format!("{} s", limit.as_secs_f32())
}

/// Names a failure of the HTTP library, dropping its text: that holds the URL.
pub(super) fn classify(error: &reqwest::Error) -> HttpError {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(source) = next {
        if let Some(known) = known(source) {
            return known;
        }
        next = source.source();
    }
    match (error.is_connect(), error.is_timeout()) {
        (true, true) => HttpError::Connect(ConnectFailure::Timeout),
        (true, false) => HttpError::Connect(ConnectFailure::Other),
        _ => HttpError::Interrupted,
    }
}

fn known(source: &(dyn Error + 'static)) -> Option<HttpError> {
    if let Some(tls) = source.downcast_ref::<rustls::Error>() {
        return Some(HttpError::Tls(tls_failure(tls)));
    }
    if source.is::<NameNotFound>() {
        return Some(HttpError::Connect(ConnectFailure::Name));
    }
    if source.is::<AddressRefused>() {
        return Some(HttpError::BlockedAddress);
    }
    let system = source.downcast_ref::<io::Error>()?;
    // An `io::Error` gives its inner error's source as its own, so the inner one is looked at here.
    if let Some(inner) = system.get_ref() {
        return known(inner);
    }
    match system.kind() {
        io::ErrorKind::ConnectionRefused => Some(HttpError::Connect(ConnectFailure::Refused)),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            Some(HttpError::Connect(ConnectFailure::Unreachable))
        }
        _ => None,
    }
}

fn tls_failure(error: &rustls::Error) -> TlsFailure {
    use rustls::CertificateError as Certificate;
    let rustls::Error::InvalidCertificate(certificate) = error else { return TlsFailure::Other };
    match certificate {
        Certificate::Expired | Certificate::ExpiredContext { .. } => TlsFailure::Expired,
        Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => TlsFailure::NotYetValid,
        Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => TlsFailure::WrongName,
        Certificate::Revoked => TlsFailure::Revoked,
        // A wrong signature is what an authority of the same name but another key leaves.
        Certificate::BadSignature | Certificate::UnknownIssuer => TlsFailure::UnknownAuthority,
        _ => TlsFailure::Unacceptable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_not_finding_out_has_its_own_cause_and_a_remedy() {
        let asked = Asked { service: "GitHub", operation: "list x", login: "the token in GITHUB_TOKEN" };
        let cases = [
            (HttpError::Status { status: 401 }, Cause::Login),
            (HttpError::Status { status: 403 }, Cause::Rights),
            (HttpError::Status { status: 404 }, Cause::NotFound),
            (HttpError::Status { status: 429 }, Cause::RateLimit),
            (HttpError::Status { status: 503 }, Cause::Server),
            (HttpError::Paused { status: 403, returns_at: Stamp(0) }, Cause::RateLimit),
            (HttpError::Paused { status: 503, returns_at: Stamp(0) }, Cause::Server),
            (HttpError::Timeout { limit: Duration::from_secs(30) }, Cause::Timeout),
            (HttpError::Connect(ConnectFailure::Name), Cause::Network),
            (HttpError::Connect(ConnectFailure::Timeout), Cause::Timeout),
            (HttpError::Tls(TlsFailure::Expired), Cause::Network),
            (HttpError::Interrupted, Cause::BadAnswer),
            (HttpError::TooLarge { limit: 1 }, Cause::BadAnswer),
            (HttpError::OtherOrigin, Cause::BadAnswer),
        ];
        for (error, cause) in cases {
            let unread = error.into_unread(&asked);
            assert_eq!(unread.cause, cause, "{error:?}");
            assert!(unread.what.starts_with("could not list x (GitHub): ") && !unread.help.is_empty(), "{unread:?}");
        }
    }
}
