//! The machines that a key opens, each under one name and at one address.

use std::collections::HashMap;

use super::{
    MachineSpec, address,
    diagnostic::{Sink, Span, quoted},
    fields::{self, Fields},
    read_ssh::user,
    schema,
};
use crate::yaml::Node;

/// `default_user` is who logs in where a machine names nobody.
pub(super) fn machines(node: &Node<'_>, default_user: Option<&str>, sink: &mut Sink) -> Vec<MachineSpec> {
    let items = fields::list(node, "machines", sink).unwrap_or_default();
    let mut seen = Seen::default();
    let mut machines = Vec::with_capacity(items.len());
    for item in items {
        let Some(fields) = Fields::open(item, &schema::MACHINE, sink) else { continue };
        let host = fields.line("host", sink).filter(|(text, span)| check_host(text, *span, sink));
        let user = user(&fields, sink);
        let port = fields.integer("port", 1, 65_535, sink).map_or(22, |port| port as u16);
        let Some((name, span)) = fields.line("name", sink) else { continue };
        let named_before = seen.name(name, span, sink);
        let Some((host, at)) = host else { continue };
        if !named_before {
            seen.address(host, port, user.as_deref().or(default_user), at, sink);
        }
        machines.push(MachineSpec { name: name.into(), host: host.into(), port, user });
    }
    machines
}

#[derive(Default)]
struct Seen {
    names: HashMap<String, Span>,
    addresses: HashMap<(String, u16, Option<String>), Span>,
}

impl Seen {
    /// Whether another machine goes by that name, which is said.
    fn name(&mut self, name: &str, span: Span, sink: &mut Sink) -> bool {
        let earlier = self.names.insert(name.to_owned(), span);
        if let Some(earlier) = earlier {
            sink.error("duplicate-machine", span, format!("two machines are called {}", quoted(name)))
                .also(earlier, "the first one")
                .help("give each its own name");
        }
        earlier.is_some()
    }

    /// One machine under two names would be given the key twice, and lose it twice.
    fn address(&mut self, host: &str, port: u16, user: Option<&str>, span: Span, sink: &mut Sink) {
        // Neither names of hosts nor hexadecimal digits of addresses tell case apart.
        let address = (host.to_ascii_lowercase(), port, user.map(str::to_owned));
        if let Some(earlier) = self.addresses.insert(address, span) {
            sink.error("duplicate-machine", span, format!("two machines have the address {}", quoted(host)))
                .also(earlier, "the first one")
                .help("keep one of the two, or correct host, port or user of one");
        }
    }
}

fn check_host(text: &str, span: Span, sink: &mut Sink) -> bool {
    let legal = address::is_host(text);
    if !legal {
        sink.error("bad-host", span, format!("{} is not a host", quoted(text)))
            .help("a host name or an address; user and port have their own fields");
    }
    legal
}
