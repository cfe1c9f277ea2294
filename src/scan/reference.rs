//! What a file refers to, before it is compared with anything.

use std::sync::Arc;

use crate::yaml::{Position, YamlError};

/// One place in a file that names a secret or a variable.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reference {
    pub kind: ReferenceKind,
    /// In upper case; `None`: any of them, since only a run knows which.
    pub name: Option<String>,
    pub at: Position,
    pub form: Form,
    pub reach: Reach,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ReferenceKind {
    Secret,
    Variable,
    /// A name that code or a template reads from its environment.
    Environment,
}

/// How it is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// By code or a template.
    Code,
    /// By a reusable workflow that declares it: whoever calls it hands it over.
    Declared,
    /// By an expression with a backslash before it, which changes nothing.
    Escaped,
    Expression,
    /// `secrets: inherit`.
    Inherited,
}

/// Which environment's secrets the job sees beside those of its repository.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Reach {
    /// Only a run knows which.
    AnyEnvironment,
    Environment(Arc<str>),
    #[default]
    Repository,
}

/// What a workflow or an action came to.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) references: Vec<Reference>,
    /// Why it is no valid YAML, so that it was read as plain text.
    pub(super) broken: Option<YamlError>,
}

impl ReferenceKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Secret => "secret",
            Self::Variable => "variable",
        }
    }

    /// As an expression writes its context.
    pub(super) fn context(self) -> &'static str {
        match self {
            Self::Environment => "env",
            Self::Secret => "secrets",
            Self::Variable => "vars",
        }
    }
}
