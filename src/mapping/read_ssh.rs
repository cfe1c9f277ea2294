//! The machines and their key.
//!
//! Hosts and users come into command lines and into cloud-init later, so their
//! alphabet is narrow from the start (failure case X6).

use std::collections::HashMap;

use super::{
    EscPlace, MachineSpec, SshSpec, address,
    diagnostic::{Sink, Span, quoted},
    environments::Environments,
    fields::{self, Fields},
    schema,
};
use crate::yaml::Node;

pub(super) fn ssh<'t>(node: &'t Node<'_>, environments: &mut Environments<'t>, sink: &mut Sink) -> Option<SshSpec> {
    let fields = Fields::open(node, &schema::SSH, sink)?;
    Some(SshSpec {
        user: user(&fields, sink),
        private_key: file(&fields, "private-key", sink),
        public_key: fields.get("public-key").and_then(|node| public_key(node, environments, sink)),
        known_hosts: file(&fields, "known-hosts", sink),
        lambda_key_name: fields.line("lambda-key-name", sink).map(|(text, _)| text.into()),
        max_age_days: fields.days("max-age", sink),
        machines: fields.get("machines").map_or_else(Vec::new, |node| machines(node, sink)).into(),
        ..SshSpec::default()
    })
}

/// A path of this machine's file system: one line, nothing else is asked of it here.
fn file(fields: &Fields<'_, '_>, name: &str, sink: &mut Sink) -> Option<Box<str>> {
    let (text, span) = fields.line(name, sink)?;
    if text.contains("PRIVATE KEY") {
        sink.error("credential-in-mapping", span, "this looks like a key, not the name of its file")
            .help("take it out of the file, rotate it, and name the file that holds it");
        return None;
    }
    Some(text.into())
}

/// A Unix user name as `useradd` accepts it (shadow 4.15, `is_valid_user_name`), at most 32 characters.
fn user(fields: &Fields<'_, '_>, sink: &mut Sink) -> Option<Box<str>> {
    let (text, span) = fields.line("user", sink)?;
    let legal = text.len() <= 32
        && text.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'));
    if !legal {
        sink.error("bad-user", span, format!("{} is not a user name", quoted(text)))
            .help("small letters, digits, `-` and `_`, beginning with a letter");
    }
    legal.then(|| text.into())
}

fn public_key<'t>(node: &'t Node<'_>, environments: &mut Environments<'t>, sink: &mut Sink) -> Option<EscPlace> {
    let (path, environment): (&Node<'_>, Option<(&'t str, Span)>) = if node.as_map().is_some() {
        let fields = Fields::open(node, &schema::SSH_PATH, sink)?;
        let environment = fields.line("environment", sink);
        (fields.get("path")?, environment)
    } else {
        (node, None)
    };
    let text = fields::text(path, "public-key", sink)?;
    let path = address::path(text, path.into(), sink)?;
    let environment = match environment {
        Some((text, span)) => environments.resolve(text, span, sink)?,
        None => environments.default_for(node.into(), sink)?,
    };
    Some(EscPlace { environment, path })
}

fn machines(node: &Node<'_>, sink: &mut Sink) -> Vec<MachineSpec> {
    let items = fields::list(node, "machines", sink).unwrap_or_default();
    let mut seen: HashMap<&str, Span> = HashMap::new();
    let mut machines = Vec::with_capacity(items.len());
    for item in items {
        let Some(fields) = Fields::open(item, &schema::MACHINE, sink) else { continue };
        let host = fields.line("host", sink).filter(|(text, span)| check_host(text, *span, sink));
        let user = user(&fields, sink);
        let port = fields.integer("port", 1, 65_535, sink).map_or(22, |port| port as u16);
        let Some((name, span)) = fields.line("name", sink) else { continue };
        if let Some(earlier) = seen.insert(name, span) {
            sink.error("duplicate-machine", span, format!("two machines are called {}", quoted(name)))
                .also(earlier, "the first one")
                .help("give each its own name");
        }
        machines.extend(host.map(|(host, _)| MachineSpec { name: name.into(), host: host.into(), port, user }));
    }
    machines
}

fn check_host(text: &str, span: Span, sink: &mut Sink) -> bool {
    let legal = address::is_host(text);
    if !legal {
        sink.error("bad-host", span, format!("{} is not a host", quoted(text)))
            .help("a host name or an address; user and port have their own fields");
    }
    legal
}
