//! One proposed entry, and how it is written.

use std::sync::Arc;

use super::{Confidence, Held};
use crate::{
    mapping::catalogue::Service,
    model::{EnvironmentRef, GithubScope, Kind, RepoRef, SecretName, Slot},
};

/// What an entry is to say.
#[derive(Debug)]
pub(super) struct Proposed {
    pub(super) name: SecretName,
    pub(super) esc: Option<EscSide>,
    pub(super) github: GithubSide,
    pub(super) kind: Kind,
    pub(super) important: bool,
    pub(super) service: Option<&'static Service>,
    pub(super) aliases: Vec<SecretName>,
    pub(super) confidence: Confidence,
    /// What else a reader must know, a sentence each.
    pub(super) remarks: Vec<String>,
}

#[derive(Debug)]
pub(super) struct EscSide {
    pub(super) environment: Arc<EnvironmentRef>,
    pub(super) path: String,
}

#[derive(Debug)]
pub(super) enum GithubSide {
    /// Where the file says, though nothing is there yet.
    Home,
    Nowhere,
    Held(Vec<Held>),
}

/// What the file says for all entries.
#[derive(Debug, Default)]
pub(super) struct Standard {
    pub(super) environment: Option<Arc<EnvironmentRef>>,
    pub(super) home: Option<Arc<GithubScope>>,
    pub(super) visible_to: Arc<[RepoRef]>,
}

/// Longer flow maps are written as blocks, as a person would.
const WIDTH: usize = 150;

impl Proposed {
    /// The entry's lines, two blanks in front, without its comments.
    pub(super) fn lines(&self, standard: &Standard) -> Vec<String> {
        let fields = self.fields(standard);
        if let [(_, path)] = &fields[..]
            && path != "false"
            && !path.starts_with('{')
        {
            return vec![format!("  {}: {path}", self.name)];
        }
        let flow: Vec<String> = fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let line = format!("  {}: {{ {} }}", self.name, flow.join(", "));
        if line.len() <= WIDTH {
            return vec![line];
        }
        let block = flow.into_iter().map(|field| format!("    {field}"));
        std::iter::once(format!("  {}:", self.name)).chain(block).collect()
    }

    fn fields(&self, standard: &Standard) -> Vec<(&'static str, String)> {
        let mut fields = vec![("esc", self.esc_field(standard))];
        fields.extend(self.github_field(standard).map(|field| ("github", field)));
        fields.extend(self.service.map(|service| ("service", service.id.to_owned())));
        if self.kind == Kind::Config {
            fields.push(("kind", "config".into()));
        }
        if self.important {
            fields.push(("tier", "important".into()));
        }
        if !self.aliases.is_empty() {
            fields.push(("aliases", list(self.aliases.iter().map(ToString::to_string))));
        }
        fields
    }

    fn esc_field(&self, standard: &Standard) -> String {
        match &self.esc {
            None => "false".into(),
            Some(esc) if Some(&esc.environment) == standard.environment.as_ref() => scalar(&esc.path),
            Some(esc) => {
                format!("{{ path: {}, environment: {} }}", scalar(&esc.path), scalar(&esc.environment.to_string()))
            }
        }
    }

    fn github_field(&self, standard: &Standard) -> Option<String> {
        match &self.github {
            GithubSide::Nowhere => Some("false".into()),
            GithubSide::Home => None,
            GithubSide::Held(held) => match &held[..] {
                [one] => Some(self.place(one, Some(standard)))
                    .filter(|fields| !fields.is_empty())
                    .map(|fields| flow(&fields)),
                several => Some(list(several.iter().map(|held| flow(&self.place(held, None))))),
            },
        }
    }

    /// The fields of one place, without those that the file says already.
    fn place(&self, held: &Held, standard: Option<&Standard>) -> Vec<String> {
        let mut fields = Vec::new();
        if standard.and_then(|standard| standard.home.as_ref()) != Some(&held.scope) {
            fields.extend(scope_fields(&held.scope));
        }
        let audience =
            held.selected.as_ref().filter(|list| standard.is_none_or(|standard| standard.visible_to != **list));
        if let Some(repositories) = audience {
            fields.push(format!("visible-to: {}", list(repositories.iter().map(ToString::to_string))));
        }
        if self.kind == Kind::Config && held.slot == Slot::Secret {
            fields.push("variable: false".into());
        }
        fields
    }
}

pub(super) fn scope_fields(scope: &GithubScope) -> Vec<String> {
    match scope {
        GithubScope::Organization { organization, .. } => vec![format!("organization: {}", scalar(organization))],
        GithubScope::Repository { repository, .. } => vec![format!("repository: {repository}")],
        GithubScope::Environment { repository, environment } => {
            vec![format!("repository: {repository}"), format!("environment: {}", scalar(environment))]
        }
    }
}

pub(super) fn flow(fields: &[String]) -> String {
    format!("{{ {} }}", fields.join(", "))
}

pub(super) fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

/// A text that YAML reads as itself: plain where nothing in it could mean anything else.
pub(super) fn scalar(text: &str) -> String {
    let plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte))
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&&*text.to_ascii_lowercase());
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}
