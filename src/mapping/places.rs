//! Where on GitHub an entry lives and who must see it there.

use std::{collections::HashMap, sync::Arc};

use super::{
    DeclaredVisibility,
    diagnostic::{Sink, Span, named},
    layer::{GithubLayer, Toggle},
};
use crate::model::{App, GithubPlace, GithubScope, Kind, RepoRef, SecretName, Slot};

/// The file's default, and every scope that was met: each is kept once.
pub(super) struct Places {
    github: Option<Toggle<GithubLayer>>,
    /// The place of the file's default, resolved once.
    standard: Option<Standard>,
    scopes: HashMap<ScopeKey, Arc<GithubScope>>,
    nobody: Arc<[RepoRef]>,
    said: bool,
}

/// An entry's places on GitHub and who must see them.
pub(super) struct Placed {
    pub github: Vec<GithubPlace>,
    pub visible_to: Arc<[RepoRef]>,
    pub visibility: Option<DeclaredVisibility>,
}

/// The file's default place.
struct Standard {
    scope: Arc<GithubScope>,
    visible_to: Arc<[RepoRef]>,
    visibility: Option<DeclaredVisibility>,
}

/// GitHub does not tell the case of organizations, repositories and environments apart.
#[derive(Eq, Hash, PartialEq)]
struct ScopeKey(GithubScope);

impl Places {
    pub(super) fn new(github: Option<Toggle<GithubLayer>>, sink: &mut Sink) -> Self {
        let nobody = Arc::from([]);
        let mut places = Self { github, standard: None, scopes: HashMap::new(), nobody, said: false };
        places.standard = places.standard_place(sink);
        places
    }

    /// How many places were written, whatever they are.
    pub(super) fn count(&self, layer: Option<&Toggle<Vec<GithubLayer>>>) -> usize {
        match (layer, &self.github) {
            (Some(Toggle::Off), _) | (None, Some(Toggle::Off)) => 0,
            (Some(Toggle::On(places)), _) => places.len(),
            _ => 1,
        }
    }

    /// The places of one entry.
    pub(super) fn of_entry(
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

    fn no_place(&mut self, key: Span, sink: &mut Sink) {
        if !std::mem::replace(&mut self.said, true) {
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
            format!("{} is not a repository of {}, and cannot see its secrets", named(stranger), named(organization)),
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
