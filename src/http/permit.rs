//! Which addresses a stranger may have: one pure function over the address that is connected to.
//!
//! A stranger is named by a mapping or by a value, so it must not lead into the network the
//! run is in (failure case X2). An address that carries another one inside it is what it carries.
//! Ranges are those of the IANA special-purpose registries, read 2026-11.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far into somebody's own network an address leads; the later, the closer.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Reach {
    /// Anywhere on the Internet.
    Public,
    /// This machine, or a network of one's own.
    Private,
    /// The link itself and the services of a cloud that hand out credentials.
    Link,
    /// No machine has it, or many have.
    Nobody,
}

/// What may be reached: the Internet, or what is private as well.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Permit {
    /// Private addresses are allowed by name.
    pub private: bool,
    /// The URL holds the address itself, and no name that leads to it.
    pub literal: bool,
}

impl Permit {
    pub fn allows(self, address: IpAddr) -> bool {
        match reach(address) {
            Reach::Public => true,
            Reach::Private => self.private,
            // A name may be anybody's; whoever writes down this very address means it.
            Reach::Link => self.private && self.literal,
            Reach::Nobody => false,
        }
    }
}

pub fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => reach_v6(address),
    }
}

/// A range of IPv4, by its first address and the length of its prefix.
type Range = ([u8; 4], u32, Reach);

/// The first that holds the address counts.
const V4: &[Range] = &[
    // Metadata services of Alibaba, Oracle and Azure; those of the others are link-local.
    ([100, 100, 100, 200], 32, Reach::Link),
    ([192, 0, 0, 192], 32, Reach::Link),
    ([168, 63, 129, 16], 32, Reach::Link),
    ([0, 0, 0, 0], 8, Reach::Nobody),
    ([10, 0, 0, 0], 8, Reach::Private),
    ([100, 64, 0, 0], 10, Reach::Private),
    ([127, 0, 0, 0], 8, Reach::Private),
    ([169, 254, 0, 0], 16, Reach::Link),
    ([172, 16, 0, 0], 12, Reach::Private),
    ([192, 0, 0, 0], 24, Reach::Nobody),
    ([192, 0, 2, 0], 24, Reach::Nobody),
    ([192, 88, 99, 0], 24, Reach::Nobody),
    ([192, 168, 0, 0], 16, Reach::Private),
    ([198, 18, 0, 0], 15, Reach::Private),
    ([198, 51, 100, 0], 24, Reach::Nobody),
    ([203, 0, 113, 0], 24, Reach::Nobody),
    ([224, 0, 0, 0], 3, Reach::Nobody),
];

fn reach_v4(address: Ipv4Addr) -> Reach {
    let bits = address.to_bits();
    let holds = |(first, prefix, _): &&Range| (bits ^ u32::from_be_bytes(*first)) >> (32 - prefix) == 0;
    V4.iter().find(holds).map_or(Reach::Public, |(_, _, reach)| *reach)
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    let segments = address.segments();
    if let Some(inside) = inside(address) {
        return reach_v4(inside);
    }
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 1] => Reach::Private,
        // AWS's metadata service.
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] => Reach::Link,
        [0x64, 0xff9b, 1, ..] | [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] => Reach::Private,
        [0xfe80..=0xfebf, ..] => Reach::Link,
        // Teredo, benchmarks, ORCHID, documentation; and IPv4-compatible addresses, which nobody routes.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0x0fff, ..] => Reach::Nobody,
        [0x2000..=0x3fff, ..] => Reach::Public,
        _ => Reach::Nobody,
    }
}

/// The IPv4 address that a gateway, or the machine itself, would take out of this one.
fn inside(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let [.., high, low] = segments;
    let v4 = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match segments {
        // IPv4-mapped, translated (SIIT), and NAT64 by its well-known prefix.
        [0, 0, 0, 0, 0, 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => {
            Some(v4(high, low))
        }
        // 6to4.
        [0x2002, high, low, ..] => Some(v4(high, low)),
        // ISATAP, behind any prefix.
        [_, _, _, _, 0 | 0x200, 0x5efe, ..] => Some(v4(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
