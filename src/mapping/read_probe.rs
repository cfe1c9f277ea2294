//! A probe of one's own: read and bound to its hosts.
//!
//! The credential travels only over https, or in the clear to this machine itself, and
//! only to a host that the author named twice: in the URL and in `hosts` (failure case X3).

use std::collections::BTreeSet;

use super::{
    ProbeSpec, address,
    diagnostic::{Sink, Span, nearest},
    fields::{self, Fields},
    schema,
};
use crate::yaml::Node;

const VALUE: &str = "{value}";
const METHODS: [&str; 3] = ["GET", "HEAD", "POST"];

/// Header fields that the client itself must set (RFC 9110, sections 7.2 and 8.6; RFC 9112, section 6).
const FORBIDDEN_HEADERS: [&str; 8] =
    ["connection", "content-length", "expect", "host", "te", "trailer", "transfer-encoding", "upgrade"];

pub(super) fn probe(node: &Node<'_>, sink: &mut Sink) -> Option<Box<ProbeSpec>> {
    if is_allowance(node) {
        return allowance(node, sink);
    }
    let fields = Fields::open(node, &schema::PROBE, sink)?;
    let method = method(&fields, sink);
    let hosts = hosts(&fields, "hosts", sink);
    let headers = headers(&fields, sink);
    let body = fields.text("body", sink).map(|(text, _)| Box::<str>::from(text));
    let [live, rejected, limited] = statuses(&fields, node, sink);
    let (url, span) = fields.text("url", sink)?;
    check_url(url, span, fields.get("hosts").is_some().then_some(&hosts[..]), sink);
    let sends = |text: &str| text.contains(VALUE);
    if !sends(url) && !headers.iter().any(|(_, text)| sends(text)) && !body.as_deref().is_some_and(sends) {
        sink.error("bad-probe", node, "the probe never sends the credential")
            .help("write `{value}` where it goes, for example `headers: { Authorization: \"Bearer {value}\" }`");
    }
    Some(Box::new(ProbeSpec {
        method,
        url: url.into(),
        headers: headers.into(),
        body,
        hosts: hosts.into(),
        allow_private: Box::default(),
        live: live.into(),
        rejected: rejected.into(),
        limited: limited.into(),
    }))
}

/// Whether it only says which hosts may be private: then the check is the table's.
fn is_allowance(node: &Node<'_>) -> bool {
    let pairs = node.as_map().unwrap_or_default();
    let has = |name: &str| pairs.iter().any(|(key, _)| key.as_scalar().is_some_and(|key| key.text == name));
    has("allow-private") && !has("url") && !has("hosts")
}

fn allowance(node: &Node<'_>, sink: &mut Sink) -> Option<Box<ProbeSpec>> {
    let fields = Fields::open(node, &schema::PROBE_ALLOWANCE, sink)?;
    let none = Box::<[u16]>::default;
    Some(Box::new(ProbeSpec {
        method: Box::default(),
        url: Box::default(),
        headers: Box::default(),
        body: None,
        hosts: Box::default(),
        allow_private: hosts(&fields, "allow-private", sink).into(),
        live: none(),
        rejected: none(),
        limited: none(),
    }))
}

fn method(fields: &Fields<'_, '_>, sink: &mut Sink) -> Box<str> {
    let Some((text, span)) = fields.text("method", sink) else { return "GET".into() };
    if !METHODS.contains(&text) {
        fields::bad_word("method", text, span, &METHODS, sink);
    }
    text.into()
}

fn hosts(fields: &Fields<'_, '_>, name: &str, sink: &mut Sink) -> Vec<Box<str>> {
    let Some(node) = fields.get(name) else { return Vec::new() };
    let items = fields::list(node, name, sink).unwrap_or_default();
    let mut hosts = Vec::with_capacity(items.len());
    for item in items {
        let Some(text) = fields::text(item, name, sink) else { continue };
        if !address::is_host(text) {
            sink.error("bad-host", item, "this is not a host")
                .help("a host name or an address, without scheme, port or path");
        }
        hosts.push(text.to_ascii_lowercase().into());
    }
    hosts
}

fn headers(fields: &Fields<'_, '_>, sink: &mut Sink) -> Vec<(Box<str>, Box<str>)> {
    let pairs = fields.get("headers").and_then(|node| fields::map(node, "a map of header fields", sink));
    let mut headers = Vec::new();
    for (key, value) in pairs.unwrap_or_default() {
        let (Some(name), Some(text)) = (key.as_scalar(), fields::text(value, "headers", sink)) else { continue };
        let token = !name.text.is_empty()
            && name.text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
        if !token || FORBIDDEN_HEADERS.contains(&&*name.text.to_ascii_lowercase()) {
            sink.error("bad-header", key, "this header field cannot be set by a probe")
                .help("the client sets it itself; remove it");
        }
        if text.chars().any(|character| character.is_control() && character != '\t') {
            sink.error("bad-header", value, "a header field has one line and no control characters")
                .help("remove the line break or the control character");
        }
        headers.push(((*name.text).into(), text.into()));
    }
    headers
}

/// The answers that mean live, rejected and limited; no answer can mean two things.
fn statuses(fields: &Fields<'_, '_>, node: &Node<'_>, sink: &mut Sink) -> [Vec<u16>; 3] {
    let mut read = |name: &str, default: &[u16]| match fields.integers(name, 100, 599, sink) {
        Some(codes) => codes.into_iter().map(|code| code as u16).collect::<BTreeSet<u16>>().into_iter().collect(),
        None => default.to_vec(),
    };
    let all = [read("live", &[200]), read("rejected", &[401]), read("limited", &[])];
    if all[0].is_empty() {
        sink.error("bad-probe", node, "no answer would mean that the credential is live").help("name one in `live`");
    }
    for (at, codes) in all.iter().enumerate() {
        for code in codes {
            if all[at + 1..].iter().any(|others| others.contains(code)) {
                sink.error("bad-probe", node, format!("the answer {code} cannot mean two things"))
                    .help("keep it in one of `live`, `rejected` and `limited`");
            }
        }
    }
    all
}

/// `hosts` is `None` where the field is missing, which has been said.
fn check_url(url: &str, span: Span, hosts: Option<&[Box<str>]>, sink: &mut Sink) {
    let Some((secure, host)) = parts(url) else {
        sink.error("bad-url", span, "this is not a URL that a probe can ask")
            .help("write https://host/path, without a user, blanks or backslashes; `{value}` goes after the host");
        return;
    };
    if !secure && !is_loopback(&host) {
        sink.error("plain-http", span, "the credential would travel unencrypted")
            .help("use https; plain http only to this machine");
    }
    if let Some(hosts) = hosts
        && !hosts.iter().any(|known| **known == host)
    {
        let known: Vec<&str> = hosts.iter().map(|host| &**host).collect();
        let near = nearest(&host, &known).filter(|_| !known.is_empty());
        sink.error("unlisted-host", span, "the URL's host is not one of `hosts`")
            .help(near.unwrap_or_else(|| "add it to `hosts`: the credential is sent to no other".into()));
    }
}

/// Whether it is https, and the host in lower case without brackets; `None` for anything unusual.
pub(super) fn parts(url: &str) -> Option<(bool, String)> {
    let (secure, rest) = match url.strip_prefix("https://") {
        Some(rest) => (true, rest),
        None => (false, url.strip_prefix("http://")?),
    };
    if url.chars().any(|character| character.is_control() || character.is_whitespace() || character == '\\') {
        return None;
    }
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let (host, port) = match authority.strip_prefix('[') {
        Some(inner) => inner.split_once(']').map(|(host, tail)| (host, tail.strip_prefix(':').unwrap_or(tail)))?,
        None => authority.split_once(':').unwrap_or((authority, "")),
    };
    let legal = address::is_host(host) && (port.is_empty() || port.parse::<u16>().is_ok_and(|port| port > 0));
    legal.then(|| (secure, host.to_ascii_lowercase()))
}

pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x2_hosts_are_read_as_the_client_would_read_them() {
        assert_eq!(parts("https://API.example.com/me?x#y"), Some((true, "api.example.com".into())));
        assert_eq!(parts("http://[::1]:8080/"), Some((false, "::1".into())));
        assert_eq!(parts("http://127.0.0.1:1"), Some((false, "127.0.0.1".into())));
        for url in [
            "ftp://a/",
            "//a/",
            "https://",
            "https://u:p@a/",
            "https://a\\@b/",
            "https://a b/",
            "https://a:0/",
            "https://a:99999/",
            "https://{value}.a/",
            "https://[::1/",
            "https://a..b/",
            "HTTPS ://a",
        ] {
            assert_eq!(parts(url), None, "{url}");
        }
        assert!(is_loopback("127.1.2.3") && is_loopback("::1") && !is_loopback("127.0.0.1.example.com"));
    }
}
