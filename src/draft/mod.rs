//! A mapping proposed from what exists, with how sure it is.
//!
//! What lives here: pairing names with ESC paths, and what is proposed of each. Names
//! and places in, a mapping's text out; values are compared where both sides gave one,
//! and go nowhere. What does not live here: reading stores and files, which `cli` does.
//! The text is one that `mapping::load` takes: what it refuses is set aside as a remark.

mod entry;
mod kind;
mod leaves;
mod named;
pub mod older;
mod pairing;
mod proposal;
mod service;
pub mod template;
mod text;
mod vocabulary;
mod words;
pub mod workflows;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::model::{EnvironmentRef, EscPath, GithubScope, RepoRef, SecretName, SecretValue, Slot};

pub use leaves::leaves;
pub use older::Older;
pub use workflows::{Reference, ReferenceKind};

/// All that was found, in any order; the draft is the same.
#[derive(Debug, Default)]
pub struct Sources {
    /// The first is the file's own; empty where ESC is unknown.
    pub environments: Vec<Arc<EnvironmentRef>>,
    /// What the environments hold. Empty and not `read`: nobody looked.
    pub leaves: Vec<Leaf>,
    pub esc_read: bool,
    /// Where a secret is on GitHub unless it is elsewhere.
    pub home: Option<Arc<GithubScope>>,
    pub held: Vec<Held>,
    pub older: Vec<Older>,
    /// Names of `.env` templates.
    pub templates: Vec<String>,
    pub workflows: Vec<Workflow>,
    /// What a job or a variable holds, to be compared with ESC.
    pub values: Vec<(SecretName, SecretValue)>,
}

/// One text of an ESC environment.
#[derive(Debug)]
pub struct Leaf {
    pub environment: Arc<EnvironmentRef>,
    pub path: EscPath,
    /// Whether ESC keeps it as a secret.
    pub secret: bool,
    pub value: SecretValue,
}

/// One name on GitHub.
#[derive(Clone, Debug)]
pub struct Held {
    pub scope: Arc<GithubScope>,
    pub slot: Slot,
    pub name: SecretName,
    /// Who sees it, where only some repositories do.
    pub selected: Option<Arc<[RepoRef]>>,
}

/// One workflow file and what it refers to.
#[derive(Debug)]
pub struct Workflow {
    pub file: String,
    /// Whether something is deployed by it.
    pub deploys: bool,
    pub references: Vec<Reference>,
}

/// How sure a proposal is, and by what.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Confidence {
    Sure(String),
    Likely(String),
    /// A person must look at it; the text says at what.
    Decide(String),
}

/// A proposed mapping.
#[derive(Debug)]
pub struct Draft {
    /// The file.
    pub text: String,
    pub sure: usize,
    pub likely: usize,
    /// What a person must decide: the name it is about, and what.
    pub decisions: Vec<(String, String)>,
}

impl Draft {
    pub fn entries(&self) -> usize {
        self.sure + self.likely + self.decisions.len()
    }
}

/// Proposes a mapping; `None` if nothing was found that could be an entry.
pub fn draft(sources: &Sources) -> Option<Draft> {
    let proposal = proposal::propose(sources);
    (!proposal.entries.is_empty()).then(|| text::settled(proposal, sources))
}
