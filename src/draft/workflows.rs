//! The secrets and variables that a workflow's text refers to.

use crate::scan::{self, Form};

/// A name in an expression.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Reference {
    pub name: String,
    pub kind: ReferenceKind,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum ReferenceKind {
    Secret,
    Variable,
}

/// What every run has without being given it.
const AUTOMATIC: &str = "GITHUB_TOKEN";

/// Each name once, in the order of the text; what a workflow only declares for its callers is none of its own.
pub fn references(text: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    for reference in scan::references(text) {
        let kind = match reference.kind {
            scan::ReferenceKind::Secret => ReferenceKind::Secret,
            scan::ReferenceKind::Variable => ReferenceKind::Variable,
            scan::ReferenceKind::Environment => continue,
        };
        let Some(name) = reference.name.filter(|name| reference.form != Form::Declared && name != AUTOMATIC) else {
            continue;
        };
        let reference = Reference { name, kind };
        if !found.contains(&reference) {
            found.push(reference);
        }
    }
    found
}

/// Whether a workflow of this name brings something to where people use it.
pub fn deploys(file: &str) -> bool {
    let file = file.to_ascii_lowercase();
    ["deploy", "release", "publish", "production", "prod-"].iter().any(|word| file.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_expressions_and_nowhere_else() {
        let text = "on: push\n# ${{ secrets.COMMENT }}\nenv:\n  A: ${{ secrets.ONE }}${{ secrets['TWO'] }}\n  \
                    B: ${{ steps.secrets.outputs.no }} secrets.PROSE\n  C: ${{ vars.REGION || secrets.GITHUB_TOKEN }}\n\
                    jobs:\n  a:\n    if: secrets.THREE != ''\n    steps: [ { run: \"${{ secrets.ONE }}\" } ]\n";
        let names: Vec<_> = references(text).into_iter().map(|found| (found.name, found.kind)).collect();
        let secret = |name: &str| (name.to_owned(), ReferenceKind::Secret);
        let wanted = [secret("ONE"), secret("TWO"), ("REGION".to_owned(), ReferenceKind::Variable), secret("THREE")];
        assert_eq!(names, wanted);
    }

    #[test]
    fn workflows_that_deploy_are_told_by_their_name() {
        assert!(deploys("Deploy-App.yml") && deploys("release.yaml"));
        assert!(!deploys("lint.yml"));
    }
}
