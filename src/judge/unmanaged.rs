//! Names on GitHub that no entry speaks of (M14). Nothing is ever deleted for it.

use super::{
    Finding,
    line::list,
    rule::{Check, Rule},
    world::{Findings, World},
};
use crate::model::{GithubScope, SecretName, Severity, Slot};

pub(super) const RULE: Rule = Rule {
    silenceable: false,
    ..Rule::new("unmanaged", Severity::Note, Check::World(check), "names on GitHub that no entry speaks of")
};

fn check(world: &World, findings: &mut Findings) {
    let github = &world.snapshot.github;
    for (scope, listing) in &github.secrets {
        findings
            .of_world
            .extend(listing.as_ref().ok().and_then(|names| state(world, scope, Slot::Secret, names.keys())));
    }
    for (scope, listing) in &github.variables {
        findings
            .of_world
            .extend(listing.as_ref().ok().and_then(|names| state(world, scope, Slot::Variable, names.keys())));
    }
}

fn state<'n>(
    world: &World,
    scope: &GithubScope,
    slot: Slot,
    names: impl Iterator<Item = &'n SecretName>,
) -> Option<Finding> {
    if !world.manages(scope) {
        return None;
    }
    let strangers: Vec<&SecretName> = names.filter(|name| !world.names(name.as_str())).collect();
    strangers.first()?;
    let (count, kind) = (strangers.len(), slot.as_str());
    let plural = if count == 1 { "" } else { "s" };
    let reason =
        format!("{scope} holds {count} {kind}{plural} that no entry speaks of: {}", list(strangers.iter(), count, 20));
    let remedy = format!(
        "in {}, add an entry or an alias for each that is used; what nobody uses is deleted by name with `gh {} delete`",
        world.mapping.file,
        slot.as_str(),
    );
    Some(Finding { rule: RULE.id, severity: RULE.severity, status: None, place: None, reason, remedy })
}

#[cfg(test)]
mod tests {
    use crate::{judge::testing::Case, model::Severity};

    #[test]
    fn m14_strangers_are_counted_and_named_and_nothing_more() {
        let mut case = Case::new().secret("A", "a").alias("B").listed("A").listed("B").variable("Z", "1");
        for at in (0..25).rev() {
            case = case.listed(&format!("S{at:02}"));
        }
        let judged = case.judge();
        let said: Vec<_> = judged.findings.iter().filter(|finding| finding.rule == "unmanaged").collect();
        assert_eq!(said.len(), 2);
        assert!(said.iter().all(|finding| finding.severity == Severity::Note && finding.status.is_none()));
        assert_eq!(said[0].reason, "acme holds 1 variable that no entry speaks of: Z");
        assert!(said[1].reason.starts_with("acme holds 25 secrets that no entry speaks of: S00, S01, "));
        assert!(said[1].reason.ends_with("S19 and 5 more"));
    }

    #[test]
    fn what_a_repository_has_of_its_own_is_not_the_mappings_to_manage() {
        let case = Case::new().secret("A", "a").value("a", "v1k7f3c9a1e5b2d801").listed("A");
        let judged = case.repository_lists("acme/app", "APP_ONLY").judge();
        assert!(judged.findings.iter().all(|finding| finding.rule != "unmanaged"), "{:?}", judged.findings);
    }
}
