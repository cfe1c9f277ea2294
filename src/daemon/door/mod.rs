//! The door: who may look at the board, by HTTP.

use std::net::SocketAddr;

/// Who is let in.
#[derive(Clone, Debug)]
pub struct DoorOptions {
    pub listen: SocketAddr,
    /// Hosts by which it may be asked, beside loopback and the address it listens on.
    pub hosts: Vec<String>,
    /// SHA-256 of the token that is asked for, in hexadecimal; the token itself is not kept.
    pub token: Option<String>,
    /// Whether metrics tell names of entries.
    pub names: bool,
}

/// Serves until `stop` is done, then lets what is under way end.
pub async fn serve(
    listener: tokio::net::TcpListener,
    options: DoorOptions,
    board: super::Shared,
    pulse: super::Pulse,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let _ = (listener, options, board, pulse);
    stop.await;
    Ok(())
}
