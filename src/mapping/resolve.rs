//! Layers into the mapping: what holds for an entry once profile, service and file have had their say.
//!
//! Order, the first that speaks wins: the profile's entry, the entry, its service, the
//! profile's defaults, the file's defaults, our own.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    DeclaredVisibility, Detail, Entry, EscPlace, address,
    diagnostic::{Sink, Span},
    layer::{CommonLayer, EntryLayer, EscLayer, GithubLayer, RareLayer, Toggle},
    read::Head,
};
use crate::model::{
    App, Direction, Encoding, EnvironmentRef, GithubPlace, GithubScope, Kind, RepoRef, SecretName, Slot,
};

/// The ESC environments of a file, by their short names or written out; each is shared.
pub(super) struct Environments<'t> {
    /// By short name, or by the text written out.
    named: HashMap<&'t str, Arc<EnvironmentRef>>,
    default: Option<Arc<EnvironmentRef>>,
    /// The default was written but is wrong, which has been said already.
    default_broken: bool,
}

/// What entries are resolved against.
pub(super) struct Resolver<'t> {
    pub environments: Environments<'t>,
    defaults: CommonLayer,
    services: HashMap<Arc<str>, CommonLayer>,
    github: Option<Toggle<GithubLayer>>,
    /// The place of the file's default, resolved once.
    standard: Option<Standard>,
    scopes: HashMap<ScopeKey, Arc<GithubScope>>,
    nobody: Arc<[RepoRef]>,
    /// Complaints that concern the whole file are made once.
    said: HashSet<&'static str>,
}

/// The file's default place.
#[derive(Clone)]
struct Standard {
    scope: Arc<GithubScope>,
    visible_to: Arc<[RepoRef]>,
    visibility: Option<DeclaredVisibility>,
}

/// GitHub does not tell the case of organizations, repositories and environments apart.
#[derive(Eq, Hash, PartialEq)]
struct ScopeKey(GithubScope);

/// An entry's places on GitHub and who must see them.
struct Placed {
    github: Vec<GithubPlace>,
    visible_to: Arc<[RepoRef]>,
    visibility: Option<DeclaredVisibility>,
}

impl<'t> Environments<'t> {
    /// A short name of the file, or an environment written out.
    pub(super) fn resolve(&mut self, text: &'t str, span: Span, sink: &mut Sink) -> Option<Arc<EnvironmentRef>> {
        if let Some(known) = self.named.get(text) {
            return Some(Arc::clone(known));
        }
        if !text.contains('/') {
            let mut known: Vec<&str> = self.named.keys().copied().filter(|name| !name.contains('/')).collect();
            known.sort_unstable();
            address::unknown_environment(text, span, &known, sink);
            return None;
        }
        let parsed = address::environment(text, span, sink)?;
        let same = self.named.values().find(|known| ***known == parsed);
        let shared = same.map_or_else(|| Arc::new(parsed), Arc::clone);
        self.named.insert(text, Arc::clone(&shared));
        Some(shared)
    }

    /// The file's environment, for a path that names none.
    pub(super) fn default_for(&self, span: Span, sink: &mut Sink) -> Option<Arc<EnvironmentRef>> {
        if self.default.is_none() && !self.default_broken {
            sink.error("no-environment", span, "no ESC environment is named for this path")
                .help("name it at file level: `esc: { environment: organization/project/environment }`");
        }
        self.default.clone()
    }
}

impl<'t> Resolver<'t> {
    pub(super) fn new(head: &mut Head<'t>, sink: &mut Sink) -> Self {
        let mut environments =
            Environments { named: std::mem::take(&mut head.environments), default: None, default_broken: false };
        if let Some((text, span)) = head.environment {
            environments.default = environments.resolve(text, span, sink);
            environments.default_broken = environments.default.is_none();
        }
        let mut resolver = Self {
            environments,
            defaults: std::mem::take(&mut head.defaults),
            services: std::mem::take(&mut head.services),
            github: head.github.take(),
            standard: None,
            scopes: HashMap::new(),
            nobody: Arc::from([]),
            said: HashSet::new(),
        };
        resolver.standard = resolver.standard_place(sink);
        resolver
    }

    fn standard_place(&mut self, sink: &mut Sink) -> Option<Standard> {
        let Some(Toggle::On(layer)) = &self.github else { return None };
        if !layer.has_address() && layer.environment.is_none() {
            return None;
        }
        let layer = layer.clone();
        let scope = self.scope(&layer, sink)?;
        check_visible_to(&scope, &layer, sink);
        let organization = matches!(*scope, GithubScope::Organization { .. });
        let visible_to = layer.visible_to.as_ref().filter(|_| organization);
        let visible_to = visible_to.map_or_else(|| Arc::clone(&self.nobody), |(list, _)| Arc::clone(list));
        let visibility = layer.visibility.filter(|_| organization).map(|(word, _)| word);
        Some(Standard { scope, visible_to, visibility })
    }

    /// What is meant by one entry; what cannot be said of it is left out and in `sink`.
    pub(super) fn entry(&mut self, name: &SecretName, key: Span, mut layer: EntryLayer<'t>, sink: &mut Sink) -> Entry {
        let said_here = layer.common.direction.is_some();
        let common = self.common(std::mem::take(&mut layer.common));
        let kind = common.kind.unwrap_or_default();
        let sides = self.sides(&layer);
        check_sides(common.direction, said_here, sides, key, sink);
        let esc = self.esc(layer.esc, key, sink);
        let placed = self.github(layer.github, name, kind, key, sink);
        let direction = common.direction.map_or_else(Direction::default, |(direction, _)| direction);
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

    /// Whether it is in ESC, and at how many places on GitHub, as far as that was written.
    fn sides(&self, layer: &EntryLayer<'_>) -> (bool, usize) {
        let in_esc = !matches!(layer.esc, Some(Toggle::Off));
        let places = match (&layer.github, &self.github) {
            (Some(Toggle::Off), _) | (None, Some(Toggle::Off)) => 0,
            (Some(Toggle::On(places)), _) => places.len(),
            _ => 1,
        };
        (in_esc, places)
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
            None if self.environments.default.is_none() && !self.said.insert("no-environment") => return None,
            None => self.environments.default_for(span, sink)?,
        };
        Some(EscPlace { environment, path })
    }

    fn github(
        &mut self,
        layer: Option<Toggle<Vec<GithubLayer>>>,
        name: &SecretName,
        kind: Kind,
        key: Span,
        sink: &mut Sink,
    ) -> Placed {
        let mut placed = Placed { github: Vec::new(), visible_to: Arc::clone(&self.nobody), visibility: None };
        match (layer, &self.github) {
            (Some(Toggle::Off | Toggle::Broken), _) | (None, Some(Toggle::Off | Toggle::Broken)) => {}
            (None, None) => self.no_place(key, sink),
            (None, Some(Toggle::On(below))) if !below.has_address() => self.no_place(key, sink),
            (None, Some(Toggle::On(_))) => self.standard(name, kind, key, &mut placed, sink),
            (Some(Toggle::On(layers)), _) => {
                placed.github.reserve_exact(layers.len());
                layers.iter().for_each(|layer| self.place(layer, name, kind, &mut placed, sink));
            }
        }
        placed
    }

    fn no_place(&mut self, key: Span, sink: &mut Sink) {
        if self.said.insert("no-github") {
            sink.error("no-github", key, "no GitHub organization or repository is named, here or for the file").help(
                "name it at file level: `github: { organization: acme }`; or `github: false` if nothing goes to GitHub",
            );
        }
    }

    /// The common case: the file's own place, shared by all.
    fn standard(&mut self, name: &SecretName, kind: Kind, key: Span, placed: &mut Placed, sink: &mut Sink) {
        let Some(standard) = &self.standard else { return };
        let slot = slot(kind, None, standard.scope.app(), key, sink);
        placed.github = vec![GithubPlace { scope: Arc::clone(&standard.scope), slot, name: name.clone() }];
        placed.visible_to = Arc::clone(&standard.visible_to);
        placed.visibility = standard.visibility;
    }

    fn place(&mut self, own: &GithubLayer, name: &SecretName, kind: Kind, placed: &mut Placed, sink: &mut Sink) {
        let layer = match &self.github {
            Some(Toggle::On(below)) => own.over(below),
            _ => own.clone(),
        };
        if !layer.has_address() && layer.environment.is_none() {
            if !matches!(self.github, Some(Toggle::Broken)) {
                self.no_place(own.span, sink);
            }
            return;
        }
        let Some(scope) = self.scope(&layer, sink) else { return };
        if own.visible_to.is_some() || own.visibility.is_some() {
            check_visible_to(&scope, &layer, sink);
        }
        self.see(own, &layer, &scope, placed, sink);
        let slot = slot(kind, layer.variable, scope.app(), own.span, sink);
        placed.github.push(GithubPlace { scope, slot, name: layer.name.unwrap_or_else(|| name.clone()) });
    }

    /// Who must see it: an affair of organization secrets alone.
    fn see(&self, own: &GithubLayer, layer: &GithubLayer, scope: &GithubScope, placed: &mut Placed, sink: &mut Sink) {
        if !matches!(scope, GithubScope::Organization { .. }) {
            let told = own.visible_to.as_ref().map(|(_, span)| *span).or(own.visibility.map(|(_, span)| span));
            if let Some(span) = told {
                sink.error("not-shared", span, "only an organization's secrets are shared with repositories")
                    .help("remove it: a repository's secret is seen by that repository alone");
            }
            return;
        }
        if let Some((list, _)) = &layer.visible_to {
            placed.visible_to = union(&placed.visible_to, list);
        }
        match (placed.visibility, layer.visibility) {
            (Some(earlier), Some((word, span))) if earlier != word => {
                sink.error("two-visibilities", span, "the entry's organization places have different visibilities")
                    .help("make them the same, or split the entry");
            }
            (_, said) => placed.visibility = said.map(|(word, _)| word).or(placed.visibility),
        }
    }

    /// The scope of a place, shared among all places in it.
    fn scope(&mut self, layer: &GithubLayer, sink: &mut Sink) -> Option<Arc<GithubScope>> {
        let app = layer.app.map_or(App::Actions, |(app, _)| app);
        let scope = match (&layer.organization, &layer.repository, &layer.environment) {
            (Some(_), Some(_), _) => return None,
            (_, Some(repository), Some((environment, span))) => {
                if app != App::Actions {
                    sink.error(
                        "bad-app",
                        *span,
                        format!("deployment environments exist for Actions only, not for {}", app.as_str()),
                    )
                    .help("remove `environment` or `app`");
                }
                GithubScope::Environment { repository: repository.clone(), environment: environment.clone() }
            }
            (None, Some(repository), None) => GithubScope::Repository { app, repository: repository.clone() },
            (_, None, Some((_, span))) => {
                sink.error(
                    "no-repository",
                    *span,
                    "a deployment environment belongs to a repository, and none is named",
                )
                .help("add `repository: owner/name`");
                return None;
            }
            (Some(organization), None, None) => GithubScope::Organization { app, organization: organization.clone() },
            (None, None, None) => return None,
        };
        Some(Arc::clone(self.scopes.entry(ScopeKey::of(&scope)).or_insert_with(|| Arc::new(scope))))
    }
}

impl ScopeKey {
    fn of(scope: &GithubScope) -> Self {
        let mut scope = scope.clone();
        if let GithubScope::Environment { environment, .. } = &mut scope {
            *environment = environment.to_lowercase().into();
        }
        Self(scope)
    }
}

fn union(left: &Arc<[RepoRef]>, right: &Arc<[RepoRef]>) -> Arc<[RepoRef]> {
    if left.is_empty() {
        return Arc::clone(right);
    }
    let mut all: Vec<RepoRef> = left.iter().chain(&**right).cloned().collect();
    all.sort();
    all.dedup();
    all.into()
}

fn check_visible_to(scope: &GithubScope, layer: &GithubLayer, sink: &mut Sink) {
    let GithubScope::Organization { organization, .. } = scope else { return };
    if let Some((list, span)) = &layer.visible_to
        && let Some(stranger) = list.iter().find(|repository| repository.owner != *organization)
    {
        sink.error(
            "strange-repository",
            *span,
            format!("`{stranger}` is not a repository of `{organization}`, and cannot see its secrets"),
        )
        .help("name repositories of the organization, or put the secret into the repository itself");
    }
    if let Some((DeclaredVisibility::Selected, span)) = layer.visibility
        && layer.visible_to.as_ref().is_none_or(|(list, _)| list.is_empty())
    {
        sink.error("nobody-sees-it", span, "`selected` without `visible-to`: no repository would see it")
            .help("name the repositories in `visible-to`");
    }
}

/// Whether it is kept as a secret or as a variable.
fn slot(kind: Kind, variable: Option<(bool, Span)>, app: App, span: Span, sink: &mut Sink) -> Slot {
    match (kind, variable) {
        (Kind::Secret, Some((true, span))) => {
            sink.error("secret-in-the-open", span, "a variable can be read by everybody, and this is a secret")
                .help("remove `variable`, or say `kind: config` if it is a plain setting");
            Slot::Secret
        }
        (Kind::Secret, _) | (Kind::Config, Some((false, _))) => Slot::Secret,
        (Kind::Config, _) if app != App::Actions => {
            sink.error("no-variables", span, format!("{} has secrets, but no variables", app.as_str()))
                .help("say `variable: false` in its `github` map to keep it as a secret");
            Slot::Secret
        }
        (Kind::Config, _) => Slot::Variable,
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
        probe: rare.probe,
    }))
}

fn own_aliases(said: Vec<(SecretName, Span)>, name: &SecretName, sink: &mut Sink) -> Box<[SecretName]> {
    let mut aliases: Vec<SecretName> = Vec::with_capacity(said.len());
    let mut seen: HashSet<SecretName> = HashSet::new();
    for (alias, span) in said {
        if alias == *name {
            sink.error("alias-is-name", span, format!("`{alias}` is the entry's own name"))
                .help("remove it from `aliases`");
        } else if seen.insert(alias.clone()) {
            aliases.push(alias);
        } else {
            sink.error("alias-twice", span, format!("`{alias}` stands here twice")).help("remove one of the two");
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
        && deny.iter().any(|value| expect.contains(value))
    {
        sink.error("expected-and-denied", *span, "a value is both expected and denied")
            .help("keep it in one of the two");
    }
}
