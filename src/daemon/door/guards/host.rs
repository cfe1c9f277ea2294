//! Is it to us? The names by which the daemon may be asked (failure case X10).
//!
//! A page of somebody else can let its own name lead to our address, and then reads our answers as if they were
//! its own (DNS rebinding). What it cannot do is ask by one of our names.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::{HeaderValue, header, request::Parts};

use super::{super::DoorOptions, Refusal};

/// A host as it stands in a request, with the port if there is one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::daemon::door) struct Authority {
    host: Host,
    port: Option<u16>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Host {
    Address(IpAddr),
    /// In lower case.
    Name(String),
}

impl Authority {
    pub(in crate::daemon::door) fn parse(text: &str) -> Option<Self> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (address, port) = rest.split_once(']')?;
                (Host::Address(address.parse::<Ipv6Addr>().ok()?.into()), port)
            }
            None => {
                let end = text.find(':').unwrap_or(text.len());
                (Host::parse(&text[..end])?, &text[end..])
            }
        };
        let port = match port.strip_prefix(':') {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse().ok()?),
            Some(_) => return None,
            None if port.is_empty() => None,
            None => return None,
        };
        Some(Self { host, port })
    }
}

impl Host {
    fn parse(text: &str) -> Option<Self> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        if text.is_empty() || !text.bytes().all(is_name) {
            return None;
        }
        Some(text.parse().map_or_else(|_| Self::Name(text.to_ascii_lowercase()), Self::Address))
    }
}

/// The names that are ours.
#[derive(Clone, Debug)]
pub(in crate::daemon::door) struct Hosts {
    listen: std::net::SocketAddr,
    named: Vec<Authority>,
}

impl Hosts {
    pub(in crate::daemon::door) fn of(options: &DoorOptions) -> Self {
        let named = options.hosts.iter().filter_map(|host| Authority::parse(host)).collect();
        Self { listen: options.listen, named }
    }

    /// The host that is asked, as it was written.
    pub(super) fn admit<'a>(&self, head: &'a Parts) -> Result<&'a HeaderValue, Refusal> {
        let mut hosts = head.headers.get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return Err(Refusal::Malformed) };
        let asked = host.to_str().ok().and_then(Authority::parse).ok_or(Refusal::Malformed)?;
        if self.are_ours(&asked) { Ok(host) } else { Err(Refusal::WrongHost) }
    }

    fn are_ours(&self, asked: &Authority) -> bool {
        let named = |ours: &Authority| ours.host == asked.host && (ours.port.is_none() || ours.port == asked.port);
        self.is_own(asked) || self.named.iter().any(named)
    }

    /// On all addresses of a machine it may stand behind any of them, and behind any port: an address cannot be
    /// rebound. So the platform's own probes, which ask by address, are let in.
    fn is_own(&self, asked: &Authority) -> bool {
        let everywhere = self.listen.ip().to_canonical().is_unspecified();
        let own_port = asked.port.is_none_or(|port| port == self.listen.port());
        match &asked.host {
            Host::Name(name) => name == "localhost" && (everywhere || own_port),
            Host::Address(_) if everywhere => true,
            Host::Address(address) => own_port && self.is_own_address(*address),
        }
    }

    fn is_own_address(&self, address: IpAddr) -> bool {
        let same = address.to_canonical() == self.listen.ip().to_canonical();
        same || address == IpAddr::from([127, 0, 0, 1]) || address == IpAddr::from(Ipv6Addr::LOCALHOST)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::head_of, *};

    fn asked(listen: &str, named: &[&str], host: &str) -> Result<(), Refusal> {
        let hosts = named.iter().map(|name| (*name).to_owned()).collect();
        let options = DoorOptions { listen: listen.parse().expect("an address"), hosts, token: None, names: false };
        Hosts::of(&options).admit(&head_of("GET", "/", &[("host", host)])).map(drop)
    }

    #[test]
    fn x10_only_our_names_are_answered() {
        let near = "127.0.0.1:8750";
        for ours in ["localhost", "LocalHost:8750", "127.0.0.1", "127.0.0.1:8750", "[::1]:8750", "[0:0::1]"] {
            assert_eq!(asked(near, &[], ours), Ok(()), "{ours}");
        }
        for other in [
            "evil.example",
            "evil.example:8750",
            "localhost:80",
            "localhost.evil.example:8750",
            "127.0.0.1.evil.example",
            "192.0.2.1:8750",
            "127.0.0.1:1",
            "localhost.",
            "0.0.0.0:8750",
            "2130706433:8750",
        ] {
            assert_eq!(asked(near, &[], other), Err(Refusal::WrongHost), "{other}");
        }
    }

    #[test]
    fn x10_on_all_addresses_any_address_is_ours_and_no_name_is() {
        for listen in ["0.0.0.0:8750", "[::]:8750"] {
            for ours in ["192.0.2.1:8750", "10.1.2.3:30080", "[2001:db8::1]", "localhost:9000"] {
                assert_eq!(asked(listen, &[], ours), Ok(()), "{ours}");
            }
            assert_eq!(asked(listen, &[], "evil.example:8750"), Err(Refusal::WrongHost));
        }
    }

    #[test]
    fn hosts_that_were_named_are_ours() {
        let named = ["esc-sync.example", "other.example:443"];
        for ours in ["esc-sync.example", "ESC-SYNC.example:9999", "other.example:443"] {
            assert_eq!(asked("127.0.0.1:8750", &named, ours), Ok(()), "{ours}");
        }
        for other in ["other.example", "other.example:444", "a.esc-sync.example"] {
            assert_eq!(asked("127.0.0.1:8750", &named, other), Err(Refusal::WrongHost), "{other}");
        }
    }

    #[test]
    fn no_host_two_hosts_and_nonsense_are_no_request() {
        for nonsense in ["", ":8750", "a b", "a@localhost", "[::1", "[::1]x", "localhost:", "localhost:+80", "a:b:c"] {
            let refusal = asked("127.0.0.1:8750", &[], nonsense);
            assert!(refusal.is_err(), "{nonsense}");
        }
        let options = DoorOptions {
            listen: "127.0.0.1:8750".parse().expect("an address"),
            hosts: Vec::new(),
            token: None,
            names: false,
        };
        let hosts = Hosts::of(&options);
        assert_eq!(hosts.admit(&head_of("GET", "/", &[])), Err(Refusal::Malformed));
        let twice = head_of("GET", "/", &[("host", "localhost"), ("host", "localhost")]);
        assert_eq!(hosts.admit(&twice), Err(Refusal::Malformed));
    }
}
