//! The tree into layers: what the author said, typed, with every mistake noted.
//!
//! What lives here: file level, defaults, services, profiles. Entries are in
//! `read_entry`, machines and probes in `read_ssh` and `read_probe`.

use std::{collections::HashMap, sync::Arc};

use regex::Regex;

use super::{
    address, catalogue,
    diagnostic::{Sink, Span, nearest, quoted},
    fields::{self, Fields},
    layer::{CommonLayer, EntryLayer, GithubLayer, Toggle},
    read_endpoints::Named,
    read_profile,
    schema::{self, Object},
};
use crate::{
    model::{EnvironmentRef, RepoRef},
    yaml::Node,
};

/// What reading carries along: the errors so far, and everything that entries share.
#[derive(Default)]
pub(super) struct Reader<'t> {
    pub sink: Sink,
    /// Services of the catalogue that were met and those the file declares; `None`: complained about.
    services: HashMap<&'t str, Option<Arc<str>>>,
    declared: Vec<&'t str>,
    pub regexes: HashMap<&'t str, Option<Arc<Regex>>>,
    repositories: HashMap<Vec<RepoRef>, Arc<[RepoRef]>>,
}

/// The file but for its entries.
#[derive(Default)]
pub(super) struct Head<'t> {
    pub environment: Option<(&'t str, Span)>,
    pub environments: HashMap<&'t str, Arc<EnvironmentRef>>,
    pub github: Option<Toggle<GithubLayer>>,
    pub defaults: CommonLayer,
    pub services: HashMap<Arc<str>, CommonLayer>,
    /// The entries of the chosen profile by name in upper case.
    pub overrides: HashMap<String, Override<'t>>,
    /// The chosen profile's endpoints.
    pub endpoints: Vec<Named<'t>>,
    /// Names in upper case in the order of the file.
    pub override_order: Vec<String>,
}

/// What a profile says of one entry.
pub(super) struct Override<'t> {
    pub key: (&'t str, Span),
    pub layer: Toggle<EntryLayer<'t>>,
}

/// Reads everything above the entries; `profile` is laid over what the file says.
pub(super) fn head<'t>(file: &Fields<'t, '_>, profile: Option<&str>, reader: &mut Reader<'t>) -> Head<'t> {
    file.integer("version", 1, 1, &mut reader.sink);
    let mut head = Head::default();
    read_esc(file, &mut head, reader);
    head.github = github_default(file, reader);
    if let Some(node) = file.get("services") {
        read_services(node, &mut head, reader);
    }
    if let Some(fields) = open(file, "defaults", &schema::DEFAULTS, reader) {
        head.defaults = common(&fields, true, reader);
    }
    let profiles = file.get("profiles").map_or_else(Vec::new, |node| read_profile::profiles(node, reader));
    if let Some(wanted) = profile {
        read_profile::choose(wanted, profiles, &mut head, &mut reader.sink);
    }
    head
}

pub(super) fn open<'t, 'a>(
    fields: &Fields<'t, 'a>,
    name: &str,
    object: &'static Object,
    reader: &mut Reader<'t>,
) -> Option<Fields<'t, 'a>> {
    Fields::open(fields.get(name)?, object, &mut reader.sink)
}

fn read_esc<'t>(file: &Fields<'t, '_>, head: &mut Head<'t>, reader: &mut Reader<'t>) {
    let Some(node) = file.get("esc") else { return };
    if node.as_scalar().is_some() {
        head.environment = file.line("esc", &mut reader.sink);
        return;
    }
    let Some(esc) = Fields::open(node, &schema::FILE_ESC, &mut reader.sink) else { return };
    head.environment = esc.line("environment", &mut reader.sink);
    let Some(pairs) = esc.get("environments").and_then(|node| fields::map(node, "a map", &mut reader.sink)) else {
        return;
    };
    for (key, value) in pairs {
        let (Some(name), Some(text)) = (key.as_scalar(), fields::text(value, "environments", &mut reader.sink)) else {
            continue;
        };
        if name.text.contains('/') || name.text.is_empty() {
            reader
                .sink
                .error("bad-name", key, "the short name of an environment has no slash")
                .help("organization/project/environment stands on the right");
        } else if let Some(environment) = address::environment(text, value.into(), &mut reader.sink) {
            head.environments.insert(&name.text, Arc::new(environment));
        }
    }
}

pub(super) fn github_default<'t>(fields: &Fields<'t, '_>, reader: &mut Reader<'t>) -> Option<Toggle<GithubLayer>> {
    let node = fields.get("github")?;
    match fields::off(node, "github", &mut reader.sink) {
        Some(Ok(())) => Some(Toggle::Off),
        Some(Err(())) => Some(Toggle::Broken),
        None => Some(github_place(node, &schema::FILE_GITHUB, reader).map_or(Toggle::Broken, Toggle::On)),
    }
}

/// The fields that a place on GitHub has at file level and in an entry.
pub(super) fn github_place<'t>(
    node: &'t Node<'_>,
    object: &'static Object,
    reader: &mut Reader<'t>,
) -> Option<GithubLayer> {
    let fields = Fields::open(node, object, &mut reader.sink)?;
    let sink = &mut reader.sink;
    let mut layer = GithubLayer {
        span: node.into(),
        organization: fields
            .text("organization", sink)
            .and_then(|(text, span)| address::organization(text, span, sink)),
        repository: fields.text("repository", sink).and_then(|(text, span)| address::repository(text, span, sink)),
        environment: fields
            .text("environment", sink)
            .and_then(|(text, span)| Some((address::deployment(text, span, sink)?, span))),
        app: fields.word("app", sink),
        visibility: fields.word("visibility", sink),
        ..GithubLayer::default()
    };
    if object.knows("name") {
        layer.name = fields.text("name", sink).and_then(|(text, span)| address::name(text, span, sink));
        layer.variable = fields.boolean("variable", sink);
    }
    layer.visible_to = fields.get("visible-to").and_then(|node| visible_to(node, reader));
    if fields.get("organization").is_some() && fields.get("repository").is_some() {
        reader
            .sink
            .error("two-scopes", node, "a place is in an organization or in a repository, not in both")
            .help("keep one; `visible-to` names the repositories that must see an organization's secret");
    }
    let broken = [
        ("organization", layer.organization.is_none()),
        ("repository", layer.repository.is_none()),
        ("environment", layer.environment.is_none()),
    ];
    let broken = broken.iter().any(|(name, unread)| *unread && fields.get(name).is_some());
    let two = layer.organization.is_some() && layer.repository.is_some();
    if broken || two { None } else { Some(layer) }
}

fn visible_to<'t>(node: &'t Node<'_>, reader: &mut Reader<'t>) -> Option<(Arc<[RepoRef]>, Span)> {
    let items = fields::list(node, "visible-to", &mut reader.sink)?;
    let sink = &mut reader.sink;
    let mut repositories: Vec<RepoRef> = Vec::with_capacity(items.len());
    for item in items {
        let parsed =
            fields::text(item, "visible-to", sink).and_then(|text| address::repository(text, item.into(), sink));
        repositories.extend(parsed);
    }
    repositories.sort();
    repositories.dedup();
    let shared = reader.repositories.entry(repositories).or_insert_with_key(|list| list.as_slice().into());
    Some((Arc::clone(shared), node.into()))
}

/// The fields that file, service, profile and entry share.
pub(super) fn common<'t>(fields: &Fields<'t, '_>, with_service: bool, reader: &mut Reader<'t>) -> CommonLayer {
    let service = if with_service { fields.text("service", &mut reader.sink) } else { None };
    let sink = &mut reader.sink;
    CommonLayer {
        kind: fields.word("kind", sink).map(|(word, _)| word),
        tier: fields.word("tier", sink).map(|(word, _)| word),
        direction: fields.word("direction", sink),
        on_conflict: fields.word("on-conflict", sink).map(|(word, _)| word),
        encoding: fields.word("encoding", sink).map(|(word, _)| word),
        max_age_days: fields.days("max-age", sink),
        service: service.and_then(|(text, span)| reader.service(text, span)),
    }
}

impl<'t> Reader<'t> {
    pub(super) fn new(sink: Sink) -> Self {
        Self { sink, ..Self::default() }
    }

    /// A service of the catalogue or of the file, shared among its entries.
    pub(super) fn service(&mut self, text: &'t str, span: Span) -> Option<Arc<str>> {
        if let Some(known) = self.services.get(text)
            && known.is_some()
        {
            return known.clone();
        }
        let found: Option<Arc<str>> = catalogue::service(text).map(|service| Arc::from(service.id));
        if found.is_none() {
            let known: Vec<&str> =
                catalogue::SERVICES.iter().map(|service| service.id).chain(self.declared.iter().copied()).collect();
            let help = nearest(text, &known).unwrap_or_else(|| {
                let known = known.join(", ");
                format!("declare it at file level, `services: {{ <id>: {{ title: … }} }}`, or use one of {known}")
            });
            self.sink.error("unknown-service", span, format!("unknown service {}", quoted(text))).help(help);
        }
        self.services.insert(text, found.clone());
        found
    }
}

fn read_services<'t>(node: &'t Node<'_>, head: &mut Head<'t>, reader: &mut Reader<'t>) {
    let Some(pairs) = fields::map(node, "a map of services", &mut reader.sink) else { return };
    for (key, value) in pairs {
        let Some(id) = key.as_scalar().map(|scalar| &*scalar.text) else { continue };
        let Some(fields) = Fields::open(value, &schema::SERVICE, &mut reader.sink) else { continue };
        let layer = common(&fields, false, reader);
        let titled = fields.text("title", &mut reader.sink).is_some();
        let declared = titled && is_kebab_case(id);
        if titled && !declared {
            reader
                .sink
                .error("bad-service", key, "a service's id is lower-case words joined by hyphens")
                .help("write for example `my-service`");
        }
        if declared {
            reader.declared.push(id);
            reader.services.insert(id, Some(Arc::from(id)));
        } else if !titled && catalogue::service(id).is_none() {
            let known: Vec<&str> = catalogue::SERVICES.iter().map(|service| service.id).collect();
            let near = nearest(id, &known)
                .filter(|help| help.starts_with("did"))
                .map_or(String::new(), |help| format!("{help} "));
            reader
                .sink
                .error("unknown-service", key, format!("unknown service {}", quoted(id)))
                .help(format!("{near}a service of your own is declared by giving it a `title`"));
        }
        head.services.insert(Arc::from(id), layer);
    }
}

pub(super) fn is_kebab_case(text: &str) -> bool {
    text.len() <= 64
        && text
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}
