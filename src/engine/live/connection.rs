//! Connections to databases: the address judged before it is connected to, and TLS that is always verified.
//!
//! Invariants: what is judged is the address that is connected to (failure case X2); a password goes in the clear
//! to private addresses alone, and only where the URL says so itself.

use std::net::SocketAddr;

use futures_util::future::select_ok;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::door;
use crate::{
    http::{self, Names, Reach, Roots},
    probe::Failure,
};

/// Connects to whichever address of the host answers first, among those that may be connected to.
pub(super) async fn connect(host: &str, port: u16, private: bool) -> Result<TcpStream, Failure> {
    let allowed = Names::System.allowed(host, private).await.map_err(|error| door::failure(&error))?;
    let attempts = allowed.into_iter().take(MOST_ADDRESSES);
    let attempts = attempts.map(|address| Box::pin(TcpStream::connect(SocketAddr::new(address, port))));
    let (stream, _) = select_ok(attempts).await.map_err(|_| Failure::Connect)?;
    Ok(stream)
}

/// Whether the other end is in a network of one's own.
pub(super) fn is_private(stream: &TcpStream) -> bool {
    stream.peer_addr().is_ok_and(|address| http::reach(address.ip()) != Reach::Public)
}

/// The connection inside TLS, its certificate verified for the host.
pub(super) async fn encrypt(stream: TcpStream, host: &str, roots: &Roots) -> Result<TlsStream<TcpStream>, Failure> {
    let config = http::trusting(roots).map_err(|_| Failure::Tls)?;
    let name = ServerName::try_from(host.to_owned()).map_err(|_| Failure::Tls)?;
    TlsConnector::from(config).connect(name, stream).await.map_err(|_| Failure::Tls)
}

const MOST_ADDRESSES: usize = 8;
