//! Host names to addresses, with `localhost` pinned to this machine.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _},
    thread,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::oneshot;

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
            let found = look_up(name.as_str().to_owned()).await.ok_or(NameNotFound)?;
            if found.is_empty() {
                return Err(NameNotFound.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
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
