//! The same name nearer to the workflow: its value wins (G15).

use super::{
    Finding, remedy,
    rule::{Check, Rule},
    subject::Subject,
};
use crate::model::{GithubPlace, GithubScope, Place, Severity};

pub(super) const RULE: Rule =
    Rule::new("shadowed", Severity::Warning, Check::Entry(check), "a nearer scope has the same name");

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    for side in subject.github.iter().filter(|side| side.reading.exists()) {
        let nearer = subject.world.nearer(side.place);
        findings.extend(nearer.into_iter().map(|scope| shadow(subject, side.place, scope)));
    }
}

fn shadow(subject: &Subject, place: &GithubPlace, nearer: &GithubScope) -> Finding {
    let level = match nearer {
        GithubScope::Environment { .. } => "environment",
        GithubScope::Organization { .. } => "organization",
        GithubScope::Repository { .. } => "repository",
    };
    let elsewhere = &subject.world.mapping.elsewhere.places;
    let own = subject
        .entry
        .github
        .iter()
        .chain(elsewhere)
        .any(|other| *other.scope == *nearer && other.slot == place.slot && other.name == place.name);
    let reason = format!("{place} is shadowed: the {level} {nearer} has the same name, and the nearer one wins there");
    let remedy = format!("if that is not meant, `{}`", remedy::delete(nearer, place.slot, place.name.as_str()));
    let finding = subject.finding(&RULE, None, Some(Place::Github(place.clone())));
    // An entry that names both places means both.
    let severity = if own { Severity::Note } else { finding.severity };
    Finding { severity, reason, remedy, ..finding }
}

#[cfg(test)]
mod tests {
    use crate::judge::testing::Case;

    #[test]
    fn g15_the_nearer_one_wins() {
        let case =
            Case::new().secret("A", "a").value("a", "7f3c9a1e5b2d8046").listed("A").repository_lists("acme/app", "A");
        let about = case.environment_lists("acme/app", "live", "A").repository_lists("other/app", "A").judge_one();
        let said: Vec<&str> = about
            .findings
            .iter()
            .filter(|finding| finding.rule == "shadowed")
            .map(|finding| &*finding.reason)
            .collect();
        insta::assert_debug_snapshot!(said, @r#"
        [
            "github acme secret A is shadowed: the environment acme/app@live has the same name, and the nearer one wins there",
            "github acme secret A is shadowed: the repository acme/app has the same name, and the nearer one wins there",
        ]
        "#);
    }
}
