//! A probe of one's own: read and bound to its hosts.
//!
//! The credential travels only over https, or in the clear to this machine itself, and
//! only to a host that the author named twice: in the URL and in `hosts` (failure case X3).

use std::collections::BTreeSet;

use super::{
    ExpectedField, ProbeCondition, ProbeConditions, ProbeSpec, address,
    companions::Wanted,
    credential,
    diagnostic::{Sink, Span, nearest, quoted},
    fields::{self, Fields},
    hole::{self, Hole},
    schema,
};
use crate::yaml::Node;

const VALUE: &str = "{value}";
const METHODS: [&str; 3] = ["GET", "HEAD", "POST"];

/// Header fields that the client itself must set (RFC 9110, sections 7.2 and 8.6; RFC 9112, section 6).
const FORBIDDEN_HEADERS: [&str; 8] =
    ["connection", "content-length", "expect", "host", "te", "trailer", "transfer-encoding", "upgrade"];

/// The probe, and what its holes name beside the credential itself.
pub(super) fn probe(node: &Node<'_>, sink: &mut Sink) -> Option<(Box<ProbeSpec>, Wanted)> {
    if is_allowance(node) {
        return Some((allowance(node, sink)?, Wanted::new()));
    }
    let fields = Fields::open(node, &schema::PROBE, sink)?;
    let method = method(&fields, sink);
    let hosts = hosts(&fields, "hosts", sink);
    let allow_private = self::hosts(&fields, "allow-private", sink);
    let headers = headers(&fields, sink);
    let body = fields.text("body", sink).map(|(text, _)| Box::<str>::from(text));
    let when = conditions(&fields, sink);
    let [live, rejected, limited] = statuses(&fields, node, &when, sink);
    check_private(&fields, &hosts, &allow_private, sink);
    let (url, span) = fields.text("url", sink)?;
    check_url(url, span, fields.get("hosts").is_some().then_some(&hosts[..]), sink);
    if !sends(url) && !headers.iter().any(|(_, text)| sends(text)) && !body.as_deref().is_some_and(sends) {
        sink.error("bad-probe", node, "the probe never sends the credential")
            .help("write `{value}` where it goes, for example `headers: { Authorization: \"Bearer {value}\" }`");
    }
    check_body(&fields, &headers, sink);
    let wanted = templates(&fields, sink);
    let spec = ProbeSpec {
        method,
        url: url.into(),
        headers: headers.into(),
        body,
        hosts: hosts.into(),
        allow_private: allow_private.into(),
        live: live.into(),
        rejected: rejected.into(),
        limited: limited.into(),
        when,
        parts: Box::default(),
    };
    Some((Box::new(spec), wanted))
}

/// What the URL, the header fields and the body name; none may hold a credential, or what only looks like a hole.
fn templates(fields: &Fields<'_, '_>, sink: &mut Sink) -> Wanted {
    let plain = ["url", "body"].into_iter().filter_map(|name| fields.get(name));
    let headers = fields.get("headers").and_then(Node::as_map).unwrap_or_default();
    let mut wanted = Wanted::new();
    for node in plain.chain(headers.iter().map(|(_, value)| value)) {
        let Some(text) = node.as_scalar().map(|scalar| &*scalar.text) else { continue };
        check_template(node, text, sink);
        for part in Hole::all(text).flat_map(Hole::parts).filter(|part| *part != "value") {
            if !wanted.iter().any(|(known, _)| **known == *part) {
                wanted.push((part.into(), node.into()));
            }
        }
    }
    wanted
}

fn check_template(node: &Node<'_>, text: &str, sink: &mut Sink) {
    if credential::pasted(&hole::without_holes(text)) {
        sink.bare_error("credential-in-mapping", node.at, "this looks like a credential, and a probe holds none").help(
            "take it out of the file, rotate it, and write `{value}`, or `{NAME}` for the value of another entry",
        );
    } else if let Some(stray) = hole::stray(text) {
        sink.error("unknown-part", node, format!("{} can be no entry", quoted(&format!("{{{stray}}}"))))
            .help("write `{value}` for the credential itself, or the name of an entry in braces");
    }
}

/// As the credential itself, or as one half of a Basic pair.
fn sends(text: &str) -> bool {
    text.contains(VALUE) || text.contains(":value}") || text.contains("{value:")
}

fn check_private(fields: &Fields<'_, '_>, hosts: &[Box<str>], private: &[Box<str>], sink: &mut Sink) {
    if let Some(node) = fields.get("allow-private")
        && private.iter().any(|host| !hosts.contains(host))
    {
        sink.error("unlisted-host", node, "a host of `allow-private` is not one of `hosts`")
            .help("add it to `hosts`: the credential is sent to no other");
    }
}

/// In JSON a value can only be escaped where it stands in a text.
fn check_body(fields: &Fields<'_, '_>, headers: &[(Box<str>, Box<str>)], sink: &mut Sink) {
    let Some((body, span)) = fields.text("body", sink) else { return };
    let kind = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type")).map(|(_, kind)| kind);
    let json = kind.map_or(body.trim_start().starts_with(['{', '[']), |kind| kind.contains("json"));
    if json && serde_json::from_str::<serde::de::IgnoredAny>(&body.replace(VALUE, "x")).is_err() {
        sink.error("bad-probe", span, "the body is not JSON, or `{value}` stands outside of a text in it")
            .help("write the body as JSON, with `{value}` in quotes");
    }
}

fn conditions(fields: &Fields<'_, '_>, sink: &mut Sink) -> ProbeConditions {
    let Some(fields) = fields.get("when").and_then(|node| Fields::open(node, &schema::PROBE_WHEN, sink)) else {
        return ProbeConditions::default();
    };
    let mut read = |name| fields.get(name).and_then(|node| condition(node, sink));
    ProbeConditions { live: read("live"), rejected: read("rejected"), limited: read("limited") }
}

fn condition(node: &Node<'_>, sink: &mut Sink) -> Option<ProbeCondition> {
    let fields = Fields::open(node, &schema::PROBE_CONDITION, sink)?;
    let path = fields.line("field", sink);
    let values = fields.texts("values", sink);
    let text = fields.text("text", sink).map(|(text, _)| Box::<str>::from(text));
    if let (None, Some((_, span))) = (path, &values) {
        sink.error("bad-probe", *span, "`values` are those of a `field`").help("name the field beside them");
    }
    if path.is_none() && text.is_none() {
        sink.error("bad-probe", node, "the condition demands nothing").help("name a `field` or a `text`");
    }
    let values = values.map(|(values, _)| values.into()).unwrap_or_default();
    Some(ProbeCondition { field: path.map(|(path, _)| ExpectedField { path: path.into(), values }), text })
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
        when: ProbeConditions::default(),
        parts: Box::default(),
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

/// The answers that mean live, rejected and limited; no answer can mean two things by its status alone.
fn statuses(fields: &Fields<'_, '_>, node: &Node<'_>, when: &ProbeConditions, sink: &mut Sink) -> [Vec<u16>; 3] {
    let plain = [when.live.is_none(), when.rejected.is_none(), when.limited.is_none()];
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
            let twice = (at + 1..all.len()).any(|other| plain[at] && plain[other] && all[other].contains(code));
            if twice {
                sink.error("bad-probe", node, format!("the answer {code} cannot mean two things"))
                    .help("keep it in one of `live`, `rejected` and `limited`, or part them by `when`");
            }
        }
    }
    all
}

/// `hosts` is `None` where the field is missing, which has been said.
fn check_url(url: &str, span: Span, hosts: Option<&[Box<str>]>, sink: &mut Sink) {
    let Some((secure, host)) = address::url_host(url) else {
        sink.error("bad-url", span, "this is not a URL that a probe can ask")
            .help("write https://host/path, without a user, blanks or backslashes; `{value}` goes after the host");
        return;
    };
    if !secure && !address::is_this_machine(&host) {
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
