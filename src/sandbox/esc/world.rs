//! The state of the emulated service: organizations, environments, revisions.
//!
//! Nothing here knows of HTTP. Open sessions live in memory only: after a restart
//! they are gone, which a client sees as it sees an expired one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::diagnostic::{Diagnostic, has_errors};
use super::envelope::WorldKey;
use super::evaluate::{Mode, Scripted, Surroundings, evaluate};
use super::expression::Definition;
use super::secrets;
use super::value::{Value, render_properties};
use crate::crypto::random_id;

/// The user whom every token belongs to, unless an exchange made the token.
pub(super) const LOGIN: &str = "sandbox";

/// The largest definition taken. The service documents no limit; this is the emulator's.
pub(super) const LARGEST_DEFINITION: usize = 4 << 20;

/// Everything one emulated ESC service knows.
#[derive(Default)]
pub struct EscWorld {
    pub(super) key: Key,
    pub(super) organizations: BTreeMap<String, Organization>,
    pub(super) sessions: HashMap<String, Session>,
    pub(super) tokens: BTreeMap<String, IssuedToken>,
    pub(super) revoked: BTreeSet<String>,
    pub(super) rights: BTreeMap<String, Right>,
    pub(super) providers: BTreeMap<String, Scripted>,
    pub(super) changes: u64,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Organization {
    /// By `project/name`.
    pub(super) environments: BTreeMap<String, Environment>,
    pub(super) deleted: Vec<Deleted>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Deleted {
    pub(super) key: String,
    pub(super) at: i64,
    pub(super) environment: Environment,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Environment {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) creator: String,
    pub(super) protected: bool,
    /// Ordered by number, never empty.
    pub(super) revisions: Vec<Revision>,
    pub(super) revision_tags: BTreeMap<String, RevisionTag>,
    pub(super) tags: BTreeMap<String, Tag>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Revision {
    pub(super) number: u64,
    pub(super) text: String,
    pub(super) etag: String,
    pub(super) created: i64,
    pub(super) creator: String,
    pub(super) retracted: Option<Retracted>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Retracted {
    pub(super) replacement: u64,
    pub(super) at: i64,
    pub(super) by: String,
    pub(super) reason: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct RevisionTag {
    pub(super) revision: u64,
    pub(super) created: i64,
    pub(super) modified: i64,
    pub(super) editor: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Tag {
    pub(super) id: String,
    pub(super) value: String,
    pub(super) created: i64,
    pub(super) modified: i64,
    pub(super) editor: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct IssuedToken {
    pub(super) organization: String,
    pub(super) login: String,
    pub(super) expires: i64,
}

/// A frozen result, as it was answered.
pub(super) struct Session {
    pub(super) organization: String,
    /// `project/name`; `None` for text that was opened without being stored.
    pub(super) environment: Option<String>,
    pub(super) body: String,
    pub(super) expires: i64,
}

/// What a token may do with one environment; each includes those before it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Right {
    None,
    Read,
    Open,
    #[default]
    Write,
}

/// The world's key; a new world has a new one.
#[derive(Clone)]
pub(super) struct Key(pub(super) WorldKey);

impl Default for Key {
    fn default() -> Self {
        Self(WorldKey::generate())
    }
}

#[derive(Deserialize, Serialize)]
struct Saved {
    key: String,
    organizations: BTreeMap<String, Organization>,
    tokens: BTreeMap<String, IssuedToken>,
    revoked: BTreeSet<String>,
    rights: BTreeMap<String, Right>,
    changes: u64,
}

impl std::fmt::Debug for EscWorld {
    /// Counts only: definitions and sessions hold values.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EscWorld")
            .field("organizations", &self.organizations.len())
            .field("changes", &self.changes)
            .finish_non_exhaustive()
    }
}

impl EscWorld {
    /// All that must survive a restart; sessions and scripted providers do not.
    pub fn save(&self) -> serde_json::Value {
        let saved = Saved {
            key: self.key.0.to_base64(),
            organizations: self.organizations.clone(),
            tokens: self.tokens.clone(),
            revoked: self.revoked.clone(),
            rights: self.rights.clone(),
            changes: self.changes,
        };
        // Maps with text keys and plain fields always have a JSON form.
        serde_json::to_value(saved).unwrap_or_default()
    }

    pub fn load(value: &serde_json::Value) -> Result<Self, String> {
        // The reader's own words may quote the state, which holds values.
        let saved: Saved =
            Deserialize::deserialize(value).map_err(|_| "the saved ESC state has another form".to_owned())?;
        let key = WorldKey::from_base64(&saved.key).ok_or("the saved ESC state has no usable key")?;
        let sound = |environment: &Environment| !environment.revisions.is_empty();
        if !saved.organizations.values().flat_map(|organization| organization.environments.values()).all(sound) {
            return Err("the saved ESC state has an environment without a revision".into());
        }
        Ok(Self {
            key: Key(key),
            organizations: saved.organizations,
            tokens: saved.tokens,
            revoked: saved.revoked,
            rights: saved.rights,
            changes: saved.changes,
            ..Self::default()
        })
    }

    /// Grows with every change that [`save`](Self::save) would show.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Stores a definition, making organization and environment where they are missing.
    pub fn put_environment(
        &mut self,
        organization: &str,
        project: &str,
        name: &str,
        yaml: &str,
        now: i64,
    ) -> Result<u64, Vec<Diagnostic>> {
        self.put_environment_as(organization, project, name, yaml, LOGIN, now)
    }

    /// The same, in the name of another user.
    pub fn put_environment_as(
        &mut self,
        organization: &str,
        project: &str,
        name: &str,
        yaml: &str,
        actor: &str,
        now: i64,
    ) -> Result<u64, Vec<Diagnostic>> {
        let key = format!("{project}/{name}");
        self.create(organization, &key, actor, now);
        self.write(organization, &key, yaml.as_bytes(), actor, now).map(|(revision, _)| revision)
    }

    /// The newest definition as stored: secrets are ciphertext.
    pub fn definition(&self, organization: &str, project: &str, name: &str) -> Option<&str> {
        Some(&self.environment(organization, &format!("{project}/{name}"))?.current().text)
    }

    /// The newest definition with its static secrets in clear.
    pub fn plaintext_definition(&self, organization: &str, project: &str, name: &str) -> Option<String> {
        secrets::opened(self.definition(organization, project, name)?, &self.key.0)
    }

    /// The number of the newest revision.
    pub fn revision(&self, organization: &str, project: &str, name: &str) -> Option<u64> {
        Some(self.environment(organization, &format!("{project}/{name}"))?.current().number)
    }

    /// What every token may do with one environment from now on.
    pub fn allow(&mut self, organization: &str, project: &str, name: &str, right: Right) {
        self.changes += 1;
        self.rights.insert(format!("{organization}/{project}/{name}"), right);
    }

    /// Makes every request with this token a 401.
    pub fn revoke_token(&mut self, token: &str) {
        self.changes += 1;
        self.revoked.insert(token.to_owned());
    }

    /// Ends all open sessions, and tells how many there were.
    pub fn expire_sessions(&mut self) -> usize {
        self.sessions.drain().count()
    }

    /// What `fn::open::NAME` and `fn::rotate::NAME` answer from now on; unknown without it.
    pub fn script_provider(&mut self, name: &str, value: serde_json::Value, secret: bool) {
        self.providers.insert(name.to_owned(), Scripted::Value { value, secret });
    }

    /// Makes `fn::open::NAME` fail with these words.
    pub fn break_provider(&mut self, name: &str, summary: &str) {
        self.providers.insert(name.to_owned(), Scripted::Error(summary.to_owned()));
    }

    pub(super) fn environment(&self, organization: &str, key: &str) -> Option<&Environment> {
        self.organizations.get(organization)?.environments.get(key)
    }

    pub(super) fn environment_mut(&mut self, organization: &str, key: &str) -> Option<&mut Environment> {
        self.organizations.get_mut(organization)?.environments.get_mut(key)
    }

    pub(super) fn right(&self, organization: &str, key: &str) -> Right {
        self.rights.get(&format!("{organization}/{key}")).copied().unwrap_or_default()
    }

    /// Makes an environment with an empty first revision; false if it exists.
    pub(super) fn create(&mut self, organization: &str, key: &str, actor: &str, now: i64) -> bool {
        let environments = &mut self.organizations.entry(organization.to_owned()).or_default().environments;
        if environments.contains_key(key) {
            return false;
        }
        environments.insert(key.to_owned(), Environment::new(String::new(), actor, now));
        self.changes += 1;
        true
    }

    /// Checks a definition and makes it the newest revision; answers its number and the warnings.
    pub(super) fn write(
        &mut self,
        organization: &str,
        key: &str,
        body: &[u8],
        actor: &str,
        now: i64,
    ) -> Result<(u64, Vec<Diagnostic>), Vec<Diagnostic>> {
        let text = admit(body)?;
        let (_, diagnostics) = self.evaluate(organization, key, &text, Mode::Check { show_secrets: false });
        if has_errors(&diagnostics) {
            return Err(diagnostics);
        }
        let unreadable = || vec![Diagnostic::error("the definition cannot be encoded", String::new(), None)];
        let stored = secrets::sealed(&text, &self.key.0).ok_or_else(unreadable)?;
        let environment = self.environment_mut(organization, key).ok_or_else(unreadable)?;
        let number = environment.push(stored, actor, now);
        self.changes += 1;
        Ok((number, diagnostics))
    }

    /// Evaluates a definition as the environment `name` of an organization.
    pub(super) fn evaluate(
        &self,
        organization: &str,
        name: &str,
        text: &str,
        mode: Mode,
    ) -> (Option<String>, Vec<Diagnostic>) {
        let (definition, mut diagnostics) = Definition::load(name, text);
        if has_errors(&diagnostics) {
            return (None, diagnostics);
        }
        let view = View { world: self, organization };
        let (value, found) = evaluate(definition, &view, mode);
        diagnostics.extend(found);
        let properties =
            value.as_deref().map_or_else(|| Some("{}".to_owned()), |value: &Value| render_properties(value));
        if properties.is_none() {
            diagnostics.push(Diagnostic::error("the evaluated environment is too large", String::new(), None));
        }
        (properties, diagnostics)
    }
}

impl Environment {
    pub(super) fn new(text: String, actor: &str, now: i64) -> Self {
        let mut environment = Self {
            id: random_id(16),
            created: now,
            creator: actor.to_owned(),
            protected: false,
            revisions: Vec::new(),
            revision_tags: BTreeMap::new(),
            tags: BTreeMap::new(),
        };
        environment.push(text, actor, now);
        environment
    }

    pub(super) fn push(&mut self, text: String, actor: &str, now: i64) -> u64 {
        let number = self.revisions.last().map_or(0, |last| last.number) + 1;
        let etag = format!("\"{}\"", random_id(16));
        let creator = actor.to_owned();
        self.revisions.push(Revision { number, text, etag, created: now, creator, retracted: None });
        number
    }

    /// The newest revision that was not retracted.
    pub(super) fn current(&self) -> &Revision {
        let kept = self.revisions.iter().rev().find(|revision| revision.retracted.is_none());
        kept.or(self.revisions.last()).expect("an environment has a first revision from the start")
    }

    /// A revision by its number or by a tag; a retracted one leads to its replacement.
    pub(super) fn at(&self, version: &str) -> Option<&Revision> {
        let number = if version.starts_with(|first: char| first.is_ascii_digit()) {
            version.parse().ok()?
        } else if version == "latest" {
            return Some(self.current());
        } else {
            self.revision_tags.get(version)?.revision
        };
        let mut revision = self.numbered(number)?;
        while let Some(retracted) = &revision.retracted {
            revision = self.numbered(retracted.replacement).filter(|next| next.number < revision.number)?;
        }
        Some(revision)
    }

    pub(super) fn numbered(&self, number: u64) -> Option<&Revision> {
        self.revisions.iter().find(|revision| revision.number == number)
    }
}

/// The bytes of a definition as text, as go-yaml's reader takes them: UTF-8 without
/// control characters, and U+0085 for the line break that YAML 1.1 takes it for.
pub(super) fn admit(body: &[u8]) -> Result<String, Vec<Diagnostic>> {
    let refuse = |summary: &str| vec![Diagnostic::error(format!("yaml: {summary}"), String::new(), None)];
    let text = std::str::from_utf8(body).map_err(|_| refuse("invalid leading UTF-8 octet"))?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let legal = |character: char| {
        matches!(character, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{A0}'..='\u{FFFD}' | '\u{10000}'..)
            && character != '\u{FEFF}'
    };
    if !text.chars().all(legal) {
        return Err(refuse("control characters are not allowed"));
    }
    Ok(text.replace("\r\n", "\n").replace(['\r', '\u{85}'], "\n"))
}

/// The world as one organization's definitions see it.
struct View<'w> {
    world: &'w EscWorld,
    organization: &'w str,
}

impl Surroundings for View<'_> {
    fn import(&self, name: &str) -> Result<String, String> {
        let (path, version) = name.split_once('@').unwrap_or((name, "latest"));
        // A name without a project is of the old form, and means the project `default`.
        let key = if path.contains('/') { path.to_owned() } else { format!("default/{path}") };
        let absent = || format!("[404] Not Found: environment '{name}' not found");
        let environment = self.world.environment(self.organization, &key).ok_or_else(absent)?;
        if self.world.right(self.organization, &key) < Right::Open {
            return Err(format!("[403] Forbidden: no permission to open environment '{name}'"));
        }
        Ok(environment.at(version).ok_or_else(absent)?.text.clone())
    }

    fn decrypt(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        self.world.key.0.open(sealed)
    }

    fn provider(&self, name: &str) -> Option<&Scripted> {
        self.world.providers.get(name)
    }

    fn context(&self) -> [(&'static str, String); 2] {
        [("organization", self.organization.to_owned()), ("user", LOGIN.to_owned())]
    }
}
