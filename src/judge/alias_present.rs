//! Another name of the same thing stands beside it: two copies, one of which gets forgotten.

use super::{
    Finding,
    missing::aliases_present,
    remedy,
    rule::{Check, Rule},
    subject::Subject,
};
use crate::model::{Place, Severity};

pub(super) const RULE: Rule =
    Rule::new("alias-present", Severity::Warning, Check::Entry(check), "another name of it is there, too");

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    for side in subject.github.iter().filter(|side| side.reading.exists()) {
        let place = side.place;
        for alias in aliases_present(subject, place) {
            if subject.world.maps(&place.scope, place.slot, alias.as_str()) {
                continue;
            }
            let reason = format!("{alias} stands beside {place} and is another name of it");
            let remedy = format!(
                "let workflows use {}, then `{}`",
                place.name,
                remedy::delete(&place.scope, place.slot, alias.as_str())
            );
            let place = Some(Place::Github(place.clone()));
            findings.push(Finding { reason, remedy, ..subject.finding(&RULE, None, place) });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::judge::testing::{Case, only};

    #[test]
    fn an_alias_beside_the_name_is_a_warning_unless_it_is_mapped_itself() {
        let case = || {
            let case = Case::new().secret("DOCKER_TOKEN", "d").alias("DOCKER_PAT").value("d", "7f3c9a1e5b2d8046");
            case.listed("DOCKER_TOKEN").listed("DOCKER_PAT")
        };
        let about = case().judge_one();
        assert!(only(&about, "alias-present").remedy.ends_with("`gh secret delete DOCKER_PAT --org acme`"));
        let judged = case().secret("DOCKER_PAT", "p").value("p", "0f3c9a1e5b2d8046").judge();
        assert!(judged.entries[0].findings.iter().all(|finding| finding.rule != "alias-present"));
    }
}
