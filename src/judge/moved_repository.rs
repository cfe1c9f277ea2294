//! A repository that the mapping still calls by its old name (G9).

use super::{
    Finding,
    rule::{Check, Rule},
    world::{Findings, World},
};
use crate::model::Severity;

pub(super) const RULE: Rule = Rule {
    silenceable: false,
    ..Rule::new("moved-repository", Severity::Warning, Check::World(check), "a repository has another name by now")
};

fn check(world: &World, findings: &mut Findings) {
    findings.of_world.extend(world.snapshot.github.moved.iter().map(|repository| Finding {
        rule: RULE.id,
        severity: RULE.severity,
        status: None,
        place: None,
        reason: format!("GitHub answered for {repository} from another address: it was renamed or transferred"),
        remedy: format!(
            "in {}, write its name of today, which `gh api repos/{repository} --jq .full_name` prints",
            world.mapping.file
        ),
    }));
}

#[cfg(test)]
mod tests {
    use crate::judge::testing::Case;

    #[test]
    fn g9_a_renamed_repository_is_said_once() {
        let mut case = Case::new().secret("A", "a").value("a", "v1k7f3c9a1e5b2d801").listed("A");
        case.snapshot.github.moved.insert("acme/old".parse().expect("a repository"));
        let judged = case.judge();
        let said: Vec<_> = judged.findings.iter().filter(|finding| finding.rule == "moved-repository").collect();
        assert_eq!(said.len(), 1);
        assert!(said[0].reason.contains("acme/old"), "{}", said[0].reason);
    }
}
