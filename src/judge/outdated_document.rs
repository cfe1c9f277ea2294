//! A generated document that is not what would be generated now.

use super::{
    Finding,
    rule::{Check, Rule},
    world::{Findings, World},
};
use crate::model::Severity;

pub(super) const RULE: Rule = Rule {
    silenceable: false,
    ..Rule::new("outdated-document", Severity::Warning, Check::World(check), "a generated file is out of date")
};

fn check(world: &World, findings: &mut Findings) {
    findings.of_world.extend(world.snapshot.documents.iter().map(|document| {
        let (what, remedy) = if document.edited {
            ("was changed by hand after it was generated", "esc-sync docs --force")
        } else {
            ("is not what the mapping makes now", "esc-sync docs")
        };
        Finding {
            rule: RULE.id,
            severity: RULE.severity,
            status: None,
            place: None,
            reason: format!("{} {what}", document.path),
            remedy: remedy.to_owned(),
        }
    }));
}

#[cfg(test)]
mod tests {
    use crate::{judge::testing::Case, model::StaleDocument};

    #[test]
    fn each_document_is_said_once_with_what_became_of_it() {
        let mut case = Case::new().secret("A", "a").value("a", "v1k7f3c9a1e5b2d801").listed("A");
        let stale = |path: &str, edited| StaleDocument { path: path.to_owned(), edited };
        case.snapshot.documents = vec![stale("a.md", false), stale("b.yml", true)];
        let judged = case.judge();
        let said: Vec<_> = judged.findings.iter().filter(|finding| finding.rule == "outdated-document").collect();
        assert_eq!(said[0].reason, "a.md is not what the mapping makes now");
        assert_eq!(
            (&*said[1].reason, &*said[1].remedy),
            ("b.yml was changed by hand after it was generated", "esc-sync docs --force")
        );
    }
}
