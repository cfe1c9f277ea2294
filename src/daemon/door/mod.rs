//! The door: who may look at the board, by HTTP.
//!
//! `wire` holds connections and their limits, `guards` says who is let in, `routes` has what there is to see, `session`
//! the logins of browsers, `document` the board for programs. Invariants: nothing that comes in changes anything but
//! sessions; nothing of a request is ever repeated in an answer; what can be reached from elsewhere asks for a
//! token, or is not served at all (failure case X11).

mod document;
mod guards;
mod process;
mod routes;
mod session;
mod wire;

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use self::{guards::Hosts, session::Sessions};

/// Who is let in.
#[derive(Clone, Debug)]
pub struct DoorOptions {
    pub listen: SocketAddr,
    /// Hosts by which it may be asked, beside loopback and the address it listens on: `NAME`, or `NAME:PORT`.
    pub hosts: Vec<String>,
    /// SHA-256 of the token that is asked for, in hexadecimal; the token itself is not kept.
    pub token: Option<String>,
    /// Whether metrics tell names of entries.
    pub names: bool,
}

/// Why a door with these options may not be opened.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DoorFault {
    #[error("{listen} can be reached from other machines, and no token is set")]
    Open { listen: SocketAddr },
    #[error("the token's digest is not 64 lower-case hexadecimal digits")]
    Digest,
    /// The host is the one option that is quoted: it was typed by whoever starts the daemon.
    #[error("`{host}` is no name of a host")]
    Host { host: String },
}

impl DoorFault {
    pub fn help(&self) -> &'static str {
        match self {
            Self::Open { .. } => {
                "listen on 127.0.0.1, or set a token by --token-file or the variable ESC_SYNC_SERVE_TOKEN"
            }
            Self::Digest => "give SHA-256 of the token",
            Self::Host { .. } => "give a name or an address as a browser shows it, without scheme and path",
        }
    }
}

impl DoorOptions {
    /// To be asked before anything else is begun (failure case X11).
    pub fn check(&self) -> Result<(), DoorFault> {
        if self.token.is_none() && !is_loopback(self.listen.ip()) {
            return Err(DoorFault::Open { listen: self.listen });
        }
        if self.token.as_deref().is_some_and(|digest| !is_digest(digest)) {
            return Err(DoorFault::Digest);
        }
        match self.hosts.iter().find(|host| guards::Authority::parse(host).is_none()) {
            Some(host) => Err(DoorFault::Host { host: crate::model::printable(host, 80) }),
            None => Ok(()),
        }
    }
}

/// `::ffff:127.0.0.1` is the same address in other clothes.
fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// How much of the daemon visitors may use up.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; whoever comes then waits for one to end.
    pub connections: usize,
    /// When somebody has waited so long, the oldest connection that is at least so old makes room.
    pub patience: Duration,
    /// For the head of a request, and between two requests of a connection.
    pub head: Duration,
    /// For a request's body and its answer.
    pub request: Duration,
    /// A connection is ended after this, however busy it is.
    pub life: Duration,
    /// For what is under way when the connection or the daemon ends.
    pub farewell: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 64,
            patience: Duration::from_secs(1),
            head: Duration::from_secs(10),
            request: Duration::from_secs(10),
            life: Duration::from_secs(60),
            farewell: Duration::from_secs(5),
        }
    }
}

/// What every answer is made from.
struct Door {
    options: DoorOptions,
    hosts: Hosts,
    limits: Limits,
    board: super::Shared,
    pulse: super::Pulse,
    sessions: Mutex<Sessions>,
}

/// Serves until `stop` is done, then lets what is under way end.
pub async fn serve(
    listener: tokio::net::TcpListener,
    options: DoorOptions,
    board: super::Shared,
    pulse: super::Pulse,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    serve_within(Limits::default(), listener, options, board, pulse, stop).await
}

/// The same with other limits.
pub async fn serve_within(
    limits: Limits,
    listener: tokio::net::TcpListener,
    options: DoorOptions,
    board: super::Shared,
    pulse: super::Pulse,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    // The address that counts is the one that was bound, whatever was asked for.
    let options = DoorOptions { listen: listener.local_addr()?, ..options };
    options.check().map_err(|fault| io::Error::new(io::ErrorKind::PermissionDenied, fault))?;
    let hosts = Hosts::of(&options);
    let door = Door { options, hosts, limits, board, pulse, sessions: Mutex::default() };
    wire::attend(listener, routes::router(Arc::new(door)), limits, stop).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listening(address: &str, token: Option<&str>) -> DoorOptions {
        let listen = address.parse().expect("an address");
        DoorOptions { listen, hosts: Vec::new(), token: token.map(str::to_owned), names: false }
    }

    #[test]
    fn x11_what_others_can_reach_needs_a_token() {
        for near in ["127.0.0.1:1", "127.8.0.1:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            assert_eq!(listening(near, None).check(), Ok(()), "{near}");
        }
        let digest = crate::crypto::digest_hex(b"a token");
        for far in ["0.0.0.0:1", "[::]:1", "192.0.2.1:1", "[2001:db8::1]:1", "[::ffff:192.0.2.1]:1"] {
            let fault = listening(far, None).check().expect_err("refused");
            assert!(matches!(fault, DoorFault::Open { .. }), "{far}: {fault}");
            assert_eq!(listening(far, Some(&digest)).check(), Ok(()), "{far}");
        }
    }

    /// A token in the place of its digest would be kept, and match nothing.
    #[test]
    fn a_token_is_not_taken_for_its_digest() {
        for wrong in ["", "a token", &"A".repeat(64), &"0".repeat(63)] {
            assert_eq!(listening("127.0.0.1:1", Some(wrong)).check(), Err(DoorFault::Digest));
        }
    }

    #[test]
    fn hosts_are_names_or_addresses() {
        let with = |host: &str| DoorOptions { hosts: vec![host.to_owned()], ..listening("127.0.0.1:1", None) }.check();
        for good in ["esc-sync.example", "esc-sync.example:443", "192.0.2.1", "[::1]:80"] {
            assert_eq!(with(good), Ok(()), "{good}");
        }
        for bad in ["", "*", "http://a", "a/b", "a b", "a:b", "::1", "a:70000", "a\u{202e}"] {
            assert!(matches!(with(bad), Err(DoorFault::Host { .. })), "{bad}");
        }
    }
}
