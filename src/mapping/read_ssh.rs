//! The machines' key: its files, its places, and what is demanded of it.
//!
//! Users, files and names come into command lines and into cloud-init later, so their
//! alphabet is narrow from the start (failure cases X1, X6).

use std::collections::HashSet;

use super::{
    EscPlace, SshSpec, address,
    diagnostic::{Sink, Span, quoted},
    environments::Environments,
    fields::{self, Fields},
    read_machines, schema,
    ssh_places::SshSpans,
};
use crate::{model::Segment, yaml::Node};

/// What is meant, and where its places stand in the file.
pub(super) fn ssh<'t>(
    node: &'t Node<'_>,
    environments: &mut Environments<'t>,
    sink: &mut Sink,
) -> Option<(SshSpec, SshSpans)> {
    let fields = Fields::open(node, &schema::SSH, sink)?;
    let span = |name: &str| fields.get(name).map_or_else(Span::default, Into::into);
    let spans = SshSpans {
        public_key: span("public-key"),
        stored_private_key: span("stored-private-key"),
        launch_key_name: span("launch-key-name"),
    };
    let user = user(&fields, sink);
    let machines = fields.get("machines");
    let machines = machines.map_or_else(Vec::new, |node| read_machines::machines(node, user.as_deref(), sink));
    let mut place =
        |name: &str, sink: &mut Sink| fields.get(name).and_then(|node| esc_place(node, name, environments, sink));
    let spec = SshSpec {
        public_key: place("public-key", sink),
        stored_private_key: place("stored-private-key", sink),
        launch_key_name: place("launch-key-name", sink),
        private_key: file(&fields, "private-key", sink),
        known_hosts: file(&fields, "known-hosts", sink),
        config: file(&fields, "config", sink),
        lambda_key_name: key_name(&fields, sink),
        lambda_instances: fields.boolean("lambda-instances", sink).is_some_and(|(asked, _)| asked),
        cloud_init: cloud_init(&fields, sink).into(),
        overlap: fields.interval("overlap", sink),
        max_age_days: fields.days("max-age", sink),
        machines: machines.into(),
        user,
    };
    needs_key_name(&fields, &spec, sink);
    Some((spec, spans))
}

/// Launches and instances are Lambda's, and are known by the name the key has there.
fn needs_key_name(fields: &Fields<'_, '_>, spec: &SshSpec, sink: &mut Sink) {
    let asked = [("launch-key-name", spec.launch_key_name.is_some()), ("lambda-instances", spec.lambda_instances)];
    for (name, _) in asked.into_iter().filter(|(_, asked)| *asked) {
        if let Some(node) = fields.get(name).filter(|_| fields.get("lambda-key-name").is_none()) {
            sink.error("missing-field", node, format!("`{name}` means nothing without `lambda-key-name`"))
                .help("add `lambda-key-name`: how the key's name in Lambda's registry begins");
        }
    }
}

/// A path of this machine's file system: one line, nothing else is asked of it here.
fn file(fields: &Fields<'_, '_>, name: &str, sink: &mut Sink) -> Option<Box<str>> {
    let (text, span) = fields.line(name, sink)?;
    (!is_key(text, span, sink)).then(|| text.into())
}

fn is_key(text: &str, span: Span, sink: &mut Sink) -> bool {
    let found = text.contains("PRIVATE KEY");
    if found {
        sink.error("credential-in-mapping", span, "this looks like a key, not the name of its file")
            .help("take it out of the file, rotate it, and name the file that holds it");
    }
    found
}

/// Lambda takes 64 characters (its API description 1.10.0); each rotation adds a suffix of its own.
fn key_name(fields: &Fields<'_, '_>, sink: &mut Sink) -> Option<Box<str>> {
    let (text, span) = fields.line("lambda-key-name", sink)?;
    if text.chars().count() > LONGEST_KEY_NAME {
        sink.error("bad-key-name", span, format!("`lambda-key-name` is longer than {LONGEST_KEY_NAME} characters"))
            .help("shorten it: Lambda takes 64, and each rotation adds a suffix");
        return None;
    }
    Some(text.into())
}

/// Documents that will be written: files below the working directory or by their whole path, each once.
fn cloud_init(fields: &Fields<'_, '_>, sink: &mut Sink) -> Vec<Box<str>> {
    let Some(items) = fields.get("cloud-init").and_then(|node| fields::list(node, "cloud-init", sink)) else {
        return Vec::new();
    };
    let mut seen = HashSet::new();
    let mut files: Vec<Box<str>> = Vec::with_capacity(items.len());
    for item in items {
        let Some(text) = fields::text(item, "cloud-init", sink) else { continue };
        if is_key(text, item.into(), sink) {
            continue;
        }
        if !is_plain_file(text) {
            sink.error("bad-file", item, format!("{} is not the plain name of a file", quoted(text)))
                .help("a path in one line, without `..`, that does not begin with `-`");
        } else if !seen.insert(text) {
            sink.error("duplicate-file", item, format!("{} stands here twice", quoted(text)))
                .help("keep one of the two");
        } else {
            files.push(text.into());
        }
    }
    files
}

fn is_plain_file(text: &str) -> bool {
    !text.chars().any(char::is_control)
        && text.trim() == text
        && !text.starts_with('-')
        && !text.ends_with('/')
        && text.split(['/', '\\']).all(|part| part != "..")
}

/// A Unix user name as `useradd` accepts it (shadow 4.15, `is_valid_user_name`), at most 32 characters.
pub(super) fn user(fields: &Fields<'_, '_>, sink: &mut Sink) -> Option<Box<str>> {
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

/// A path alone, or a map that names its environment too.
fn esc_place<'t>(
    node: &'t Node<'_>,
    name: &str,
    environments: &mut Environments<'t>,
    sink: &mut Sink,
) -> Option<EscPlace> {
    let (path, environment): (&Node<'_>, Option<(&'t str, Span)>) = if node.as_map().is_some() {
        let fields = Fields::open(node, &schema::SSH_PATH, sink)?;
        let environment = fields.line("environment", sink);
        (fields.get("path")?, environment)
    } else {
        (node, None)
    };
    let text = fields::text(path, name, sink)?;
    let span = Span::from(path);
    let path = address::path(text, span, sink)?;
    if matches!(path.segments().first(), Some(Segment::Key(first)) if **first == *OWN) {
        sink.error("reserved-path", span, format!("what lies below `{OWN}` is this program's own"))
            .help("keep the value at another path");
        return None;
    }
    let environment = match environment {
        Some((text, span)) => environments.resolve(text, span, sink)?,
        None => environments.default_for(node.into(), sink)?,
    };
    Some(EscPlace { environment, path })
}

const LONGEST_KEY_NAME: usize = 50;
/// Below this key rotations keep what is pending, beside the key of the fingerprints.
const OWN: &str = "esc-sync";
