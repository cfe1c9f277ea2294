//! What was written, field by field: the typed form between the tree and the mapping.
//!
//! A layer says only what its author said; `resolve` lays layers over each other.

use std::sync::Arc;

use super::{
    Allowance, ConflictPolicy, DeclaredVisibility, FormatRule, ProbeSpec, companions::Wanted, diagnostic::Span,
};
use crate::model::{App, Direction, Encoding, EscPath, Kind, RepoRef, SecretName, Tier};

/// Something that can be declared absent.
#[derive(Debug)]
pub(super) enum Toggle<T> {
    /// It was written, and wrong; that has been said.
    Broken,
    Off,
    On(T),
}

/// What file, service, profile and entry can all say.
#[derive(Clone, Debug, Default)]
pub(super) struct CommonLayer {
    pub service: Option<Arc<str>>,
    pub kind: Option<Kind>,
    pub tier: Option<Tier>,
    pub direction: Option<(Direction, Span)>,
    pub on_conflict: Option<ConflictPolicy>,
    pub encoding: Option<Encoding>,
    pub max_age_days: Option<u32>,
}

#[derive(Debug, Default)]
pub(super) struct EscLayer<'t> {
    pub path: Option<(EscPath, Span)>,
    pub environment: Option<(&'t str, Span)>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct GithubLayer {
    pub span: Span,
    pub name: Option<SecretName>,
    pub organization: Option<Box<str>>,
    pub repository: Option<RepoRef>,
    pub environment: Option<(Box<str>, Span)>,
    pub app: Option<(App, Span)>,
    pub visibility: Option<(DeclaredVisibility, Span)>,
    pub visible_to: Option<(Arc<[RepoRef]>, Span)>,
    pub variable: Option<(bool, Span)>,
}

#[derive(Debug, Default)]
pub(super) struct EntryLayer<'t> {
    pub esc: Option<Toggle<EscLayer<'t>>>,
    pub github: Option<Toggle<Vec<GithubLayer>>>,
    pub common: CommonLayer,
    pub rare: Option<Box<RareLayer>>,
}

/// What few entries say.
#[derive(Debug, Default)]
pub(super) struct RareLayer {
    pub aliases: Option<Vec<(SecretName, Span)>>,
    pub format: Option<FormatRule>,
    pub expect: Option<(Vec<Box<str>>, Span)>,
    pub deny: Option<(Vec<Box<str>>, Span)>,
    pub allow: Option<Vec<Allowance>>,
    pub probe: Option<(Box<ProbeSpec>, Wanted)>,
}

impl CommonLayer {
    /// Fills what is not said from a layer below.
    pub(super) fn over(&mut self, below: &Self) {
        if self.service.is_none() {
            self.service.clone_from(&below.service);
        }
        self.kind = self.kind.or(below.kind);
        self.tier = self.tier.or(below.tier);
        self.direction = self.direction.or(below.direction);
        self.on_conflict = self.on_conflict.or(below.on_conflict);
        self.encoding = self.encoding.or(below.encoding);
        self.max_age_days = self.max_age_days.or(below.max_age_days);
    }
}

impl GithubLayer {
    /// Whether it says where, as opposed to how.
    pub(super) fn has_address(&self) -> bool {
        self.organization.is_some() || self.repository.is_some()
    }

    /// This layer with what it leaves open taken from `below`.
    ///
    /// Organization, repository and environment are one address: a layer that names an
    /// organization or a repository takes no part of the address below.
    pub(super) fn over(&self, below: &Self) -> Self {
        let mut layer = self.clone();
        if !self.has_address() {
            layer.organization.clone_from(&below.organization);
            layer.repository.clone_from(&below.repository);
            layer.environment = self.environment.clone().or_else(|| below.environment.clone());
        }
        if layer.environment.is_none() {
            layer.app = self.app.or(below.app);
        }
        if layer.organization.is_some() && layer.organization == below.organization {
            layer.visibility = self.visibility.or(below.visibility);
            layer.visible_to = self.visible_to.clone().or_else(|| below.visible_to.clone());
        }
        layer
    }
}

impl<'t> EntryLayer<'t> {
    /// This layer (of a profile) with what it leaves open taken from the entry itself.
    pub(super) fn over(mut self, below: Self) -> Self {
        self.esc = match (self.esc, below.esc) {
            (Some(Toggle::On(above)), Some(Toggle::On(below))) => Some(Toggle::On(EscLayer {
                path: above.path.or(below.path),
                environment: above.environment.or(below.environment),
            })),
            (above, below) => above.or(below),
        };
        self.github = self.github.or(below.github);
        self.common.over(&below.common);
        self.rare = match (self.rare, below.rare) {
            (Some(above), Some(below)) => Some(above.over(*below)),
            (above, below) => above.or(below),
        };
        self
    }
}

impl RareLayer {
    fn over(mut self: Box<Self>, below: Self) -> Box<Self> {
        self.aliases = self.aliases.or(below.aliases);
        self.format = self.format.or(below.format);
        self.expect = self.expect.or(below.expect);
        self.deny = self.deny.or(below.deny);
        self.allow = self.allow.or(below.allow);
        self.probe = self.probe.or(below.probe);
        self
    }
}
