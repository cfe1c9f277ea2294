//! The seam below the client: who carries one request to its server and brings the whole answer.
//!
//! In earnest that is a connection pool. A simulation brings its own carrier, and all
//! above it (gate, slots, deadlines, retries, counting) is the code that runs in earnest.
//! A lost connection is an `HttpError`; a server that never answers is a future that never ends.

use std::fmt;

use futures_util::future::BoxFuture;
use reqwest::{Method, Url, header::HeaderMap};
use zeroize::Zeroizing;

use super::HttpError;

/// Carries requests instead of the network.
pub trait Transport: Send + Sync {
    fn exchange<'a>(&'a self, request: Outgoing<'a>) -> BoxFuture<'a, Result<Incoming, HttpError>>;
}

/// A request as it would go over the wire.
pub struct Outgoing<'a> {
    pub method: &'a Method,
    pub url: &'a Url,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

/// A whole answer, its body already decompressed.
pub struct Incoming {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Outgoing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("method", self.method).finish_non_exhaustive()
    }
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").field("status", &self.status).finish_non_exhaustive()
    }
}
