//! What the workflows that `esc-sync docs` makes need: logins for the stores, and where state is.
//!
//! They are the tool's own and stand in no mapping, so that nothing has to be declared to use them.

use crate::model::{RepoRef, Slot};

/// One name that a generated workflow refers to.
#[derive(Debug)]
pub(super) struct Need {
    pub(super) name: &'static str,
    slot: Slot,
    /// What it is, in a sentence.
    pub(super) what: &'static str,
    /// Whether the workflow does its work without it.
    pub(super) optional: bool,
}

const NEEDS: [Need; 3] = [
    Need {
        name: "ESC_SYNC_GITHUB_TOKEN",
        slot: Slot::Secret,
        what: "the token by which the generated workflows list and write secrets, which a job's own token cannot",
        optional: false,
    },
    Need {
        name: "ESC_SYNC_STATE",
        slot: Slot::Variable,
        what: "where the generated workflows share state, if they do",
        optional: true,
    },
    Need {
        name: "PULUMI_ACCESS_TOKEN",
        slot: Slot::Secret,
        what: "the token by which the generated workflows read Pulumi ESC",
        optional: false,
    },
];

pub(super) fn need(name: &str, slot: Slot) -> Option<&'static Need> {
    NEEDS.iter().find(|need| need.name == name && need.slot == slot)
}

impl Need {
    pub(super) fn remedy(&self, repository: Option<&RepoRef>) -> String {
        let at = repository.map_or_else(String::new, |repository| format!(" --repo {repository}"));
        format!(
            "make the token and store it with `gh {} set {}{at}`; docs/getting-started.md#what-is-generated-from-it says what it must be allowed",
            self.slot.as_str(),
            self.name
        )
    }
}
