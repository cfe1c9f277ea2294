//! Host names to addresses, with `localhost` pinned to this machine.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Resolves through the system. Plain http is allowed to `localhost`, so no resolver
/// may send that name elsewhere.
#[derive(Debug)]
pub(super) struct SystemNames;

/// The system knows no address for a host.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the host name has no address")]
pub(super) struct NameNotFound;

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            if name.as_str() == "localhost" {
                let both = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
                return Ok(Box::new(both.into_iter()) as Addrs);
            }
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| NameNotFound)?.collect();
            if found.is_empty() {
                return Err(NameNotFound.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
