//! Health endpoints: read, and laid over each other by name.
//!
//! They are asked without any credential, so a URL with a user in it is refused; what can be healthy is an answer,
//! not the way to one, so no redirect can be declared.

use std::collections::BTreeSet;

use super::{
    EndpointSpec, ExpectedField, address,
    diagnostic::{Sink, Span, quoted},
    fields::{self, Fields},
    layer::Toggle,
    read::Reader,
    schema,
};
use crate::yaml::Node;

/// An endpoint by its name; `Off` is a profile's way to drop it.
pub(super) type Named<'t> = (&'t str, Toggle<EndpointSpec>);

/// The endpoints of the file; `may_drop`: of a profile, where `false` takes one away.
pub(super) fn endpoints<'t>(node: &'t Node<'_>, may_drop: bool, reader: &mut Reader<'t>) -> Vec<Named<'t>> {
    let pairs = fields::map(node, "a map of endpoints", &mut reader.sink).unwrap_or_default();
    let mut named = Vec::with_capacity(pairs.len());
    for (key, value) in pairs {
        let Some(name) = key.as_scalar().map(|scalar| &*scalar.text) else { continue };
        if !is_name(name) {
            reader
                .sink
                .error("bad-name", key, format!("{} is not a name of an endpoint", quoted(name)))
                .help("letters, digits, `-`, `_` and `.`, at most 64, beginning with a letter or a digit");
        }
        let off = if may_drop { fields::off(value, "an endpoint", &mut reader.sink) } else { None };
        let endpoint = match off {
            Some(Ok(())) => Toggle::Off,
            Some(Err(())) => Toggle::Broken,
            None => endpoint(name, key.into(), value, reader).map_or(Toggle::Broken, Toggle::On),
        };
        named.push((name, endpoint));
    }
    named
}

/// What holds: the file's, each replaced or dropped by the profile's of its name, then the profile's own.
pub(super) fn settle(file: Vec<Named<'_>>, profile: Vec<Named<'_>>) -> Box<[EndpointSpec]> {
    let mut all = file;
    for (name, endpoint) in profile {
        match all.iter_mut().find(|(known, _)| *known == name) {
            Some(known) => known.1 = endpoint,
            None => all.push((name, endpoint)),
        }
    }
    let meant = |(_, endpoint)| match endpoint {
        Toggle::On(spec) => Some(spec),
        Toggle::Broken | Toggle::Off => None,
    };
    all.into_iter().filter_map(meant).collect()
}

fn endpoint<'t>(name: &str, key: Span, node: &'t Node<'_>, reader: &mut Reader<'t>) -> Option<EndpointSpec> {
    let mut spec = EndpointSpec {
        name: name.into(),
        service: None,
        url: Box::default(),
        status: [200].into(),
        content_type: None,
        field: None,
        blocking: true,
        allow_private: false,
        at: key.at,
    };
    if node.as_map().is_none() {
        let text = fields::text(node, "endpoints", &mut reader.sink)?;
        check_url(text, node.into(), false, &mut reader.sink);
        spec.url = text.into();
        return Some(spec);
    }
    let fields = Fields::open(node, &schema::ENDPOINT, &mut reader.sink)?;
    let service = fields.text("service", &mut reader.sink);
    spec.service = service.and_then(|(text, span)| reader.service(text, span));
    let sink = &mut reader.sink;
    spec.status = statuses(&fields, sink).unwrap_or(spec.status);
    spec.content_type = content_type(&fields, sink);
    spec.field = fields.get("field").and_then(|node| field(node, sink));
    spec.blocking = fields.boolean("blocking", sink).is_none_or(|(blocking, _)| blocking);
    spec.allow_private = fields.boolean("allow-private", sink).is_some_and(|(allowed, _)| allowed);
    let (url, span) = fields.text("url", sink)?;
    check_url(url, span, spec.allow_private, sink);
    spec.url = url.into();
    if spec.field.is_some() && spec.content_type.as_deref().is_some_and(|kind| kind.contains("html")) {
        sink.error("bad-endpoint", node, "an HTML page has no JSON field")
            .help("take `field` out, or name the content type of the API, for example `application/json`");
    }
    Some(spec)
}

fn is_name(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn check_url(url: &str, span: Span, may_be_plain: bool, sink: &mut Sink) {
    let Some((secure, host)) = address::url_host(url) else {
        sink.error("bad-url", span, "this is not a URL that can be asked")
            .help("write https://host/path, without a user, blanks or backslashes");
        return;
    };
    if !secure && !may_be_plain && !address::is_this_machine(&host) {
        sink.error("plain-http", span, "anybody on the way could answer for another machine over plain http")
            .help("use https; in a network of your own, `allow-private: true`");
    }
}

fn statuses(fields: &Fields<'_, '_>, sink: &mut Sink) -> Option<Box<[u16]>> {
    let node = fields.get("status")?;
    let codes = fields.integers("status", 100, 599, sink)?;
    let codes: BTreeSet<u16> = codes.into_iter().map(|code| code as u16).collect();
    if codes.iter().any(|code| (300..400).contains(code)) {
        sink.error("bad-endpoint", node, "a redirect is not followed, so it cannot be healthy")
            .help("declare the address that it leads to");
    }
    if node.as_list().is_some_and(<[_]>::is_empty) {
        sink.error("empty", node, "no answer would be healthy").help("name one, or remove the field: 200 is healthy");
    }
    Some(codes.into_iter().collect())
}

/// `type/subtype` as RFC 9110 has it, without parameters.
fn content_type(fields: &Fields<'_, '_>, sink: &mut Sink) -> Option<Box<str>> {
    let (text, span) = fields.text("content-type", sink)?;
    let token = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
    };
    let legal = text.split_once('/').is_some_and(|(kind, subtype)| token(kind) && token(subtype));
    if !legal {
        sink.error("bad-content-type", span, "this is not a content type")
            .help("write for example `application/json`, without parameters");
    }
    Some(text.to_ascii_lowercase().into())
}

/// A field's path alone, or the path with the values it may have.
fn field(node: &Node<'_>, sink: &mut Sink) -> Option<ExpectedField> {
    if node.as_map().is_none() {
        let path = fields::text(node, "field", sink)?;
        return is_path(path, node.into(), sink).then(|| ExpectedField { path: path.into(), values: Box::default() });
    }
    let pairs = fields::map(node, "a field and its values", sink)?;
    let [(key, value)] = pairs else {
        sink.error("bad-endpoint", node, "one field is looked at").help("write for example `field: { status: [ok] }`");
        return None;
    };
    let path = &*key.as_scalar()?.text;
    let items = value.as_list().unwrap_or(std::slice::from_ref(value));
    if items.is_empty() {
        sink.error("empty", value, "no value would be healthy")
            .help("name one, or write `field: NAME` if it must only be there");
        return None;
    }
    let values = items.iter().filter_map(|item| fields::text(item, "field", sink).map(Box::from)).collect();
    is_path(path, key.into(), sink).then(|| ExpectedField { path: path.into(), values })
}

fn is_path(path: &str, span: Span, sink: &mut Sink) -> bool {
    let legal = path.len() <= 200 && path.split('.').all(|name| !name.is_empty() && !name.contains(char::is_control));
    if !legal {
        sink.error("bad-endpoint", span, "this is not the path of a field")
            .help("write names parted by dots, for example `checks.database.status`");
    }
    legal
}
