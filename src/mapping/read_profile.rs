//! Profiles: variations of the file, read all and laid over it one at a time.

use super::{
    diagnostic::{Sink, Span, nearest, quoted},
    fields::{self, Fields},
    layer::{CommonLayer, GithubLayer, Toggle},
    read::{Head, Override, Reader, common, github_default, open},
    read_endpoints::{self, Named},
    schema,
};
use crate::yaml::Node;

/// A profile as read.
#[derive(Default)]
pub(super) struct Profile<'t> {
    environment: Option<(&'t str, Span)>,
    github: Option<Toggle<GithubLayer>>,
    defaults: CommonLayer,
    endpoints: Vec<Named<'t>>,
    entries: Vec<Override<'t>>,
}

/// All profiles of the file, so that the mistakes of each are found whichever is chosen.
pub(super) fn profiles<'t>(node: &'t Node<'_>, reader: &mut Reader<'t>) -> Vec<(&'t str, Profile<'t>)> {
    let pairs = fields::map(node, "a map of profiles", &mut reader.sink).unwrap_or_default();
    pairs.iter().filter_map(|(key, value)| Some((&*key.as_scalar()?.text, profile(value, reader)?))).collect()
}

fn profile<'t>(node: &'t Node<'_>, reader: &mut Reader<'t>) -> Option<Profile<'t>> {
    let fields = Fields::open(node, &schema::PROFILE, &mut reader.sink)?;
    let mut profile = Profile { github: github_default(&fields, reader), ..Profile::default() };
    profile.environment = match fields.get("esc") {
        Some(node) if node.as_scalar().is_none() => Fields::open(node, &schema::PROFILE_ESC, &mut reader.sink)
            .and_then(|esc| esc.line("environment", &mut reader.sink)),
        Some(_) => fields.line("esc", &mut reader.sink),
        None => None,
    };
    if let Some(defaults) = open(&fields, "defaults", &schema::DEFAULTS, reader) {
        profile.defaults = common(&defaults, true, reader);
    }
    if let Some(node) = fields.get("endpoints") {
        profile.endpoints = read_endpoints::endpoints(node, true, reader);
    }
    let entries = fields.get("entries").and_then(|node| fields::map(node, "a map of entries", &mut reader.sink));
    for (key, value) in entries.unwrap_or_default() {
        let Some(name) = key.as_scalar() else { continue };
        let layer = match fields::off(value, "an entry", &mut reader.sink) {
            Some(Ok(())) => Some(Toggle::Off),
            Some(Err(())) => None,
            None => reader.entry(value, &schema::PROFILE_ENTRY).map(Toggle::On),
        };
        profile.entries.extend(layer.map(|layer| Override { key: (&name.text, key.into()), layer }));
    }
    Some(profile)
}

/// Lays the profile of that name over the file.
pub(super) fn choose<'t>(wanted: &str, profiles: Vec<(&'t str, Profile<'t>)>, head: &mut Head<'t>, sink: &mut Sink) {
    let known: Vec<&str> = profiles.iter().map(|(name, _)| *name).collect();
    let Some(at) = known.iter().position(|name| *name == wanted) else {
        let help =
            nearest(wanted, &known).unwrap_or_else(|| "this mapping has no profiles: leave `--profile` out".into());
        sink.file_error("unknown-profile", format!("no profile is called {}", quoted(wanted))).help(help);
        return;
    };
    let Some((_, profile)) = profiles.into_iter().nth(at) else { return };
    head.environment = profile.environment.or(head.environment);
    head.github = match (profile.github, head.github.take()) {
        (Some(Toggle::On(above)), Some(Toggle::On(below))) => Some(Toggle::On(above.over(&below))),
        (above, below) => above.or(below),
    };
    let file_defaults = std::mem::replace(&mut head.defaults, profile.defaults);
    head.defaults.over(&file_defaults);
    head.endpoints = profile.endpoints;
    for item in profile.entries {
        let name = item.key.0.to_ascii_uppercase();
        head.override_order.push(name.clone());
        head.overrides.insert(name, item);
    }
}
