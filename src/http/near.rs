//! Which addresses a stranger may have, and the addresses of a name.
//!
//! The decision is made on the address that is connected to, never on a name (failure case X2).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::names;

/// Whether this address may be connected to; `private`: whether the host was allowed to be private by name.
pub fn may_connect(address: IpAddr, private: bool) -> bool {
    let address = address.to_canonical();
    private || !is_private(address)
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_multicast()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
        }
    }
}

/// The addresses of a host, as the system knows them; `localhost` is this machine whatever it says.
pub async fn addresses(host: &str) -> Vec<IpAddr> {
    if let Ok(address) = host.parse() {
        return vec![address];
    }
    if host == "localhost" {
        return vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    }
    let found = names::look_up(host.to_owned()).await.unwrap_or_default();
    found.into_iter().map(|address| address.ip()).collect()
}
