//! The secrets and variables that a workflow's text refers to.

use std::sync::LazyLock;

use regex::Regex;

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

/// Each name once, in the order of the text. Comments do not count, `steps.secrets.…` neither.
pub fn references(text: &str) -> Vec<Reference> {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)(^|[^\w.\-])(secrets|vars)\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*'([A-Za-z_]\w*)'\s*\])"#)
            .expect("the pattern is a legal one")
    });
    let mut found = Vec::new();
    for expression in text.lines().filter(|line| !line.trim_start().starts_with('#')).flat_map(expressions) {
        for captures in NAMED.captures_iter(expression) {
            let Some(name) = captures.get(3).or_else(|| captures.get(4)) else { continue };
            let kind =
                if captures[2].eq_ignore_ascii_case("vars") { ReferenceKind::Variable } else { ReferenceKind::Secret };
            let reference = Reference { name: name.as_str().to_owned(), kind };
            if !reference.name.eq_ignore_ascii_case(AUTOMATIC) && !found.contains(&reference) {
                found.push(reference);
            }
        }
    }
    found
}

/// The texts between `${{` and `}}` of a line; of an `if:`, the whole line.
fn expressions(line: &str) -> Vec<&str> {
    if line.trim_start().trim_start_matches("- ").starts_with("if:") {
        return vec![line];
    }
    line.split("${{").skip(1).map(|rest| rest.split("}}").next().unwrap_or(rest)).collect()
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
                    B: ${{ steps.secrets.outputs.no }} secrets.PROSE\n  C: ${{ vars.REGION || secrets.GITHUB_TOKEN }}\n  \
                    if: secrets.THREE != ''\n  D: ${{ secrets.ONE }}\n";
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
