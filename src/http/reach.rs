//! One look at whether a server can be reached, without any credential: a HEAD of its address.
//!
//! Whatever it answers, it was reached; nothing is repeated and no redirect is followed.

use std::time::SystemTime;

use reqwest::tls::TlsInfo;

use super::{BaseUrl, Certificate, Client, HttpError, error::classify};

/// What a server tells to anybody.
#[derive(Clone, Debug)]
pub struct Reached {
    /// By its `Date` header.
    pub server_time: Option<SystemTime>,
    /// By our own clock: between these two it answered.
    pub asked: SystemTime,
    pub answered: SystemTime,
    /// Of a connection with TLS, as far as its certificate could be understood.
    pub certificate: Option<Certificate>,
}

impl Client {
    /// Goes the way that requests to this address go.
    pub async fn reach(&self, base: &BaseUrl) -> Result<Reached, HttpError> {
        let (limit, clock) = (self.options().timeout, &self.options().clock);
        let pool = self.looking(base)?;
        let asked = clock.now();
        let sent = tokio::time::timeout(limit, pool.head(base.url()).send()).await;
        let answer = sent.map_err(|_| HttpError::Timeout { limit })?.map_err(|error| classify(&error))?;
        let date = answer.headers().get("date").and_then(|date| date.to_str().ok());
        let certificate = answer.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate);
        Ok(Reached {
            server_time: date.and_then(|date| httpdate::parse_http_date(date).ok()),
            asked,
            answered: clock.now(),
            certificate: certificate.and_then(Certificate::read),
        })
    }
}
