//! Every name that was found, under the legal name that it goes by, with where it was seen.

use std::collections::{BTreeMap, BTreeSet};

use super::{Held, Sources, workflows::ReferenceKind};
use crate::model::{NameError, SecretName, Slot};

/// One name with all that speaks of it.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// As it was written, where GitHub would not have it so.
    pub(super) written: Option<String>,
    pub(super) held: Vec<Held>,
    /// ESC paths that older mappings give it.
    pub(super) older: Vec<String>,
    /// Whether a service of an older mapping requires it.
    pub(super) required: bool,
    pub(super) in_template: bool,
    /// The workflows that refer to it.
    pub(super) workflows: BTreeSet<String>,
    /// Whether one of them deploys.
    pub(super) deploys: bool,
    /// Whether some reference is to a variable.
    pub(super) as_variable: bool,
}

impl Named {
    /// Whether it belongs on GitHub, as far as anybody says.
    pub(super) fn belongs_on_github(&self) -> bool {
        !self.held.is_empty() || !self.older.is_empty() || !self.workflows.is_empty()
    }

    pub(super) fn is_variable(&self) -> bool {
        self.held.iter().any(|held| held.slot == Slot::Variable)
    }
}

pub(super) type Names = BTreeMap<SecretName, Named>;

pub(super) fn gather(sources: &Sources) -> Names {
    let mut names = Names::new();
    for held in &sources.held {
        names.entry(held.name.clone()).or_default().held.push(held.clone());
    }
    for older in &sources.older {
        if let Some(named) = entry(&mut names, &older.name) {
            if !named.older.contains(&older.path) {
                named.older.push(older.path.clone());
            }
            named.required |= older.required;
        }
    }
    for workflow in &sources.workflows {
        for reference in &workflow.references {
            if let Some(named) = entry(&mut names, &reference.name) {
                named.workflows.insert(workflow.file.clone());
                named.deploys |= workflow.deploys;
                named.as_variable |= reference.kind == ReferenceKind::Variable;
            }
        }
    }
    for name in &sources.templates {
        if let Some(named) = entry(&mut names, name) {
            named.in_template = true;
        }
    }
    names
}

fn entry<'n>(names: &'n mut Names, written: &str) -> Option<&'n mut Named> {
    let name = legal(written)?;
    let refused = name.as_str() != written;
    let named = names.entry(name).or_default();
    if refused && named.written.is_none() {
        named.written = Some(written.to_owned());
    }
    Some(named)
}

/// The name under which GitHub would have it: upper case, `GH_` for what GitHub keeps for itself.
pub(super) fn legal(written: &str) -> Option<SecretName> {
    match SecretName::parse(written) {
        Ok(name) => Some(name),
        Err(NameError::Reserved) => {
            let rest = written.get("GITHUB_".len()..)?;
            SecretName::parse(&format!("GH_{rest}")).ok()
        }
        Err(NameError::IllegalCharacter | NameError::LeadingDigit) => {
            let plain: String =
                written.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
            SecretName::parse(&if plain.starts_with(|first: char| first.is_ascii_digit()) {
                format!("_{plain}")
            } else {
                plain
            })
            .ok()
        }
        Err(NameError::Empty | NameError::TooLong) => None,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_that_github_refuses_are_carried_under_legal_ones() {
        for (written, name) in [
            ("GITHUB_PAT", "GH_PAT"),
            ("Vultr_PROJECT_ID", "VULTR_PROJECT_ID"),
            ("my-key", "MY_KEY"),
            ("1ST", "_1ST"),
            ("PLAIN", "PLAIN"),
        ] {
            assert_eq!(super::legal(written).expect(written).as_str(), name);
        }
        assert!(super::legal("").is_none());
    }
}
