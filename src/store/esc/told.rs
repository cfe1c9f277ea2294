//! What ESC tells beside values: sessions, metadata, revisions, who we are.

use serde::Deserialize;

use super::diagnostic::Diagnostic;
use crate::model::{SecretValue, Stamp};

/// What is told of an environment without opening it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Metadata {
    /// Whether opening needs a request that somebody approves.
    pub open_request_needed: bool,
}

/// One revision of an environment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Revision {
    pub number: u64,
    pub created: Option<Stamp>,
    pub creator: Option<Box<str>>,
    pub tags: Vec<Box<str>>,
}

/// A definition as text, its secrets as ciphertext.
#[derive(Clone, Debug)]
pub struct Definition {
    pub text: SecretValue,
    /// Opaque; quotes belong to it.
    pub etag: String,
    pub revision: Option<u64>,
}

/// Who we are at ESC.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Identity {
    pub login: Box<str>,
    /// Those that it belongs to, if ESC tells.
    pub organizations: Option<Vec<Box<str>>>,
    /// The name of a machine's token.
    pub token: Option<Box<str>>,
}

#[derive(Deserialize)]
pub(super) struct Session {
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) diagnostics: Option<Vec<Diagnostic>>,
}

/// One page of the environments that the login sees.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EnvironmentPage {
    #[serde(default)]
    pub(super) environments: Option<Vec<RawEnvironment>>,
    #[serde(default)]
    pub(super) next_token: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct RawEnvironment {
    #[serde(default)]
    pub(super) organization: Option<Box<str>>,
    #[serde(default)]
    pub(super) project: Option<Box<str>>,
    pub(super) name: Box<str>,
}

#[derive(Deserialize)]
pub(super) struct Diagnosed {
    #[serde(default)]
    pub(super) diagnostics: Option<Vec<Diagnostic>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawMetadata {
    #[serde(default)]
    pub(super) open_request_needed: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawRevision {
    pub(super) number: u64,
    #[serde(default)]
    pub(super) created: Option<String>,
    #[serde(default)]
    pub(super) creator_login: Option<Box<str>>,
    #[serde(default)]
    pub(super) tags: Option<Vec<Box<str>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawUser {
    pub(super) github_login: Box<str>,
    #[serde(default)]
    pub(super) organizations: Option<Vec<RawOrganization>>,
    #[serde(default)]
    pub(super) token_info: Option<RawToken>,
}

#[derive(Deserialize)]
pub(super) struct RawToken {
    #[serde(default)]
    pub(super) name: Option<Box<str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawOrganization {
    pub(super) github_login: Box<str>,
}

impl From<RawMetadata> for Metadata {
    fn from(raw: RawMetadata) -> Self {
        Self { open_request_needed: raw.open_request_needed == Some(serde_json::Value::Bool(true)) }
    }
}

impl From<RawRevision> for Revision {
    fn from(raw: RawRevision) -> Self {
        Self {
            number: raw.number,
            created: raw.created.and_then(|text| text.parse().ok()),
            creator: raw.creator_login,
            tags: raw.tags.unwrap_or_default(),
        }
    }
}
