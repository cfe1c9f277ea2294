//! Layers into the mapping: what holds for an entry once profile, service and file have had their say.
//!
//! Order, the first that speaks wins: the profile's entry, the entry, its service, the
//! profile's defaults, the file's defaults, our own.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    DeclaredVisibility, Detail, Entry, EscPlace,
    companions::Wanted,
    diagnostic::{Sink, Span, named},
    environments::Environments,
    layer::{CommonLayer, EntryLayer, EscLayer, RareLayer, Toggle},
    places::Places,
    read::Head,
};
use crate::model::{Direction, Encoding, Kind, SecretName};

/// What entries are resolved against.
pub(super) struct Resolver<'t> {
    pub environments: Environments<'t>,
    /// What the probes so far name beside their own entries' values.
    pub wanted: Vec<(SecretName, Wanted)>,
    places: Places,
    defaults: CommonLayer,
    services: HashMap<Arc<str>, CommonLayer>,
}

impl<'t> Resolver<'t> {
    pub(super) fn new(head: &mut Head<'t>, sink: &mut Sink) -> Self {
        Self {
            environments: Environments::new(std::mem::take(&mut head.environments), head.environment, sink),
            wanted: Vec::new(),
            places: Places::new(head.github.take(), sink),
            defaults: std::mem::take(&mut head.defaults),
            services: std::mem::take(&mut head.services),
        }
    }

    /// What is meant by one entry; what cannot be said of it is left out and in `sink`.
    pub(super) fn entry(&mut self, name: &SecretName, key: Span, mut layer: EntryLayer<'t>, sink: &mut Sink) -> Entry {
        let said_here = layer.common.direction.is_some();
        let common = self.common(std::mem::take(&mut layer.common));
        let kind = common.kind.unwrap_or_default();
        let sides = (!matches!(layer.esc, Some(Toggle::Off)), self.places.count(layer.github.as_ref()));
        check_sides(common.direction, said_here, sides, key, sink);
        let esc = self.esc(layer.esc, key, sink);
        let placed = self.places.of_entry(layer.github, name, kind, key, sink);
        let two_sided = esc.is_some() && !placed.github.is_empty();
        let direction = common.direction.filter(|_| two_sided).map_or_else(Direction::default, |(word, _)| word);
        if let Some((_, wanted)) = layer.rare.as_mut().and_then(|rare| rare.probe.as_mut())
            && !wanted.is_empty()
        {
            self.wanted.push((name.clone(), std::mem::take(wanted)));
        }
        let detail = self::detail(layer.rare, &common, placed.visibility, name, sink);
        Entry {
            name: name.clone(),
            service: common.service,
            kind,
            tier: common.tier.unwrap_or_default(),
            direction,
            on_conflict: common.on_conflict.unwrap_or_default(),
            esc,
            github: placed.github.into(),
            visible_to: placed.visible_to,
            detail,
            at: key.at,
        }
    }

    fn common(&self, mut layer: CommonLayer) -> CommonLayer {
        let service = layer.service.as_ref().or(self.defaults.service.as_ref());
        if let Some(below) = service.and_then(|service| self.services.get(service)) {
            layer.over(below);
        }
        layer.over(&self.defaults);
        layer
    }

    fn esc(&mut self, layer: Option<Toggle<EscLayer<'t>>>, key: Span, sink: &mut Sink) -> Option<EscPlace> {
        let EscLayer { path, environment } = match layer {
            Some(Toggle::On(layer)) => layer,
            Some(Toggle::Broken | Toggle::Off) => return None,
            None => EscLayer::default(),
        };
        let Some((path, span)) = path else {
            sink.error("no-path", key, "the entry names no ESC path")
                .help("write `esc: some.path`, or `esc: false` if it is not in ESC");
            return None;
        };
        let environment = match environment {
            Some((text, span)) => self.environments.resolve(text, span, sink)?,
            None => self.environments.default_for(span, sink)?,
        };
        Some(EscPlace { environment, path })
    }
}

/// An entry needs a place, and a direction needs both its sides and one source.
fn check_sides(
    direction: Option<(Direction, Span)>,
    said_here: bool,
    (in_esc, places): (bool, usize),
    key: Span,
    sink: &mut Sink,
) {
    if !in_esc && places == 0 {
        sink.error("no-place", key, "the entry is neither in ESC nor on GitHub: there is nothing to check")
            .help("remove the entry, or one of its two `false`");
        return;
    }
    let Some((direction, span)) = direction.filter(|(direction, _)| *direction != Direction::EscToGithub) else {
        return;
    };
    let span = if said_here { span } else { key };
    if places > 1 {
        sink.error("two-sources", span, format!("`{direction}` with {places} places on GitHub: they could disagree"))
            .help("name one place, or split the entry");
    } else if said_here && (!in_esc || places == 0) {
        sink.error("one-side", span, format!("`{direction}` needs a place in ESC and one on GitHub"))
            .help("remove `direction`, or name the other place");
    }
}

/// What few entries have; `None` for all others.
fn detail(
    rare: Option<Box<RareLayer>>,
    common: &CommonLayer,
    visibility: Option<DeclaredVisibility>,
    name: &SecretName,
    sink: &mut Sink,
) -> Option<Box<Detail>> {
    let encoding = common.encoding.unwrap_or_default();
    if rare.is_none() && encoding == Encoding::None && common.max_age_days.is_none() && visibility.is_none() {
        return None;
    }
    let rare = *rare.unwrap_or_default();
    check_values(&rare, common.kind.unwrap_or_default(), sink);
    let list = |values: Option<(Vec<Box<str>>, Span)>| values.map_or_else(Box::default, |(list, _)| list.into());
    Some(Box::new(Detail {
        aliases: own_aliases(rare.aliases.unwrap_or_default(), name, sink),
        format: rare.format,
        expect: list(rare.expect),
        deny: list(rare.deny),
        encoding,
        max_age_days: common.max_age_days,
        visibility,
        allow: rare.allow.unwrap_or_default().into(),
        probe: rare.probe.map(|(probe, _)| probe),
    }))
}

fn own_aliases(said: Vec<(SecretName, Span)>, name: &SecretName, sink: &mut Sink) -> Box<[SecretName]> {
    let mut aliases: Vec<SecretName> = Vec::with_capacity(said.len());
    let mut seen: HashSet<SecretName> = HashSet::new();
    for (alias, span) in said {
        if alias == *name {
            sink.error("alias-is-name", span, format!("{} is the entry's own name", named(&alias)))
                .help("remove it from `aliases`");
        } else if seen.insert(alias.clone()) {
            aliases.push(alias);
        } else {
            sink.error("alias-twice", span, format!("{} stands here twice", named(&alias)))
                .help("remove one of the two");
        }
    }
    aliases.into()
}

/// Expected and denied values: of plain settings alone, and not the same.
fn check_values(rare: &RareLayer, kind: Kind, sink: &mut Sink) {
    if kind == Kind::Secret {
        for (_, span) in rare.expect.iter().chain(&rare.deny) {
            sink.error("value-of-secret", *span, "a secret's value does not belong into a mapping").help(
                "say `kind: config` if it is a plain setting; else remove it, and use `format` to describe its shape",
            );
        }
    }
    if let (Some((expect, _)), Some((deny, span))) = (&rare.expect, &rare.deny)
        && let expect = expect.iter().collect::<HashSet<_>>()
        && deny.iter().any(|value| expect.contains(value))
    {
        sink.error("expected-and-denied", *span, "a value is both expected and denied")
            .help("keep it in one of the two");
    }
}
