//! Host names to addresses, with `localhost` pinned to this machine; for strangers, without what they may not have.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _},
    sync::Arc,
    thread,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::oneshot;

use super::{HttpError, error::ConnectFailure, permit::Permit};

/// Who tells the addresses of a name.
#[derive(Clone, Default)]
pub enum Names {
    /// A test's own; it may answer differently each time.
    Simulated(Arc<Told>),
    #[default]
    System,
}

/// The addresses of a name, as a test tells them.
type Told = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;

/// Resolves through the system. Plain http is allowed to `localhost`, so no resolver
/// may send that name elsewhere.
#[derive(Debug)]
pub(super) struct SystemNames;

/// Gives a connection only such addresses as the permit allows. What it returns is what is
/// connected to, so nothing can change between the look and the connection (failure case X2).
#[derive(Debug)]
pub(super) struct GuardedNames {
    pub(super) names: Names,
    pub(super) permit: Permit,
    /// The proxy's own host, which the operator named.
    pub(super) trusted: Option<String>,
}

/// The system knows no address for a host.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the host name has no address")]
pub(super) struct NameNotFound;

/// Every address of a host is one that a stranger may not have.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the host has no public address")]
pub(super) struct AddressRefused;

impl Names {
    /// All addresses of a host; none if it has none.
    async fn all(&self, host: &str) -> Vec<IpAddr> {
        match self {
            Self::Simulated(told) => told(host),
            Self::System if host == "localhost" => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            Self::System => look_up(host.to_owned()).await.unwrap_or_default().iter().map(SocketAddr::ip).collect(),
        }
    }

    /// The addresses of `host`, a name or an address without brackets, that may be connected to.
    pub async fn allowed(&self, host: &str, private: bool) -> Result<Vec<IpAddr>, HttpError> {
        if let Ok(address) = host.parse::<IpAddr>() {
            let allowed = Permit { private, literal: true }.allows(address);
            return if allowed { Ok(vec![address]) } else { Err(HttpError::BlockedAddress) };
        }
        let all = self.all(host).await;
        if all.is_empty() {
            return Err(HttpError::Connect(ConnectFailure::Name));
        }
        let permit = Permit { private, literal: false };
        let allowed: Vec<_> = all.into_iter().filter(|address| permit.allows(*address)).collect();
        if allowed.is_empty() { Err(HttpError::BlockedAddress) } else { Ok(allowed) }
    }
}

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move { addresses(Names::System.all(name.as_str()).await) })
    }
}

impl Resolve for GuardedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, private) = (self.names.clone(), self.permit.private);
        let trusted = self.trusted.as_deref().is_some_and(|host| host.eq_ignore_ascii_case(name.as_str()));
        Box::pin(async move {
            if trusted {
                return addresses(names.all(name.as_str()).await);
            }
            match names.allowed(name.as_str(), private).await {
                Ok(allowed) => addresses(allowed),
                Err(HttpError::BlockedAddress) => Err(AddressRefused.into()),
                Err(_) => Err(NameNotFound.into()),
            }
        })
    }
}

fn addresses(found: Vec<IpAddr>) -> Result<Addrs, Box<dyn std::error::Error + Send + Sync>> {
    if found.is_empty() {
        return Err(NameNotFound.into());
    }
    Ok(Box::new(found.into_iter().map(|address| SocketAddr::from((address, 0)))))
}

/// Asks the system on a thread of its own that nobody waits for: a resolver that does not
/// answer would hold up the end of the runtime, and with it of the program (failure case E2).
pub(super) async fn look_up(host: String) -> Option<Vec<SocketAddr>> {
    let (tell, told) = oneshot::channel();
    let ask = move || {
        // Whoever asked may have given up meanwhile.
        let _ = tell.send((host.as_str(), 0).to_socket_addrs().ok().map(Iterator::collect));
    };
    thread::Builder::new().name("names".to_owned()).spawn(ask).ok()?;
    told.await.ok()?
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Simulated(_) => "Simulated",
            Self::System => "System",
        })
    }
}
