//! A place that was read and does not have the entry.

use super::{
    Finding, by_sync,
    line::list,
    rule::{Check, Rule},
    subject::{GithubSide, Subject},
};
use crate::model::{GithubPlace, Place, Reading, SecretName, Severity, Slot, Snapshot, Status};

pub(super) const RULE: Rule = Rule::new("missing", Severity::Error, Check::Entry(check), "a place does not have it");

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    if let Some(side) = subject.esc.as_ref().filter(|side| matches!(side.reading, Reading::Absent)) {
        let reason = match &side.place {
            Place::Esc { environment, path } => {
                format!("Pulumi ESC has nothing at {path} in {environment} (the environment was read)")
            }
            place => format!("{place} has nothing"),
        };
        findings.push(absent(subject, side.place.clone(), reason));
    }
    for side in subject.github.iter().filter(|side| matches!(side.reading, Reading::Absent)) {
        let reason = github_reason(subject, side);
        findings.push(absent(subject, Place::Github(side.place.clone()), reason));
    }
}

fn absent(subject: &Subject, place: Place, reason: String) -> Finding {
    let remedy = by_sync::fill(subject, &place);
    Finding { reason, remedy, ..subject.finding(&RULE, Some(Status::Missing), Some(place)) }
}

fn github_reason(subject: &Subject, side: &GithubSide) -> String {
    let GithubPlace { scope, slot, name } = side.place;
    let snapshot = subject.world.snapshot;
    let mut reason = format!("GitHub has no {} {name} in {scope} (all names were listed)", slot.as_str());
    let other = if *slot == Slot::Secret { Slot::Variable } else { Slot::Secret };
    if holds(snapshot, side.place, other, name) {
        reason.push_str(&format!("; a {} of that name is there instead", other.as_str()));
    }
    let aliases = aliases_present(subject, side.place);
    if !aliases.is_empty() {
        let names = list(aliases.iter(), aliases.len(), 5);
        reason.push_str(&format!("; it is there under another name: {names}"));
    }
    reason
}

/// The aliases of the entry that the scope of `place` holds.
pub(super) fn aliases_present<'a>(subject: &Subject<'a>, place: &GithubPlace) -> Vec<&'a SecretName> {
    let snapshot = subject.world.snapshot;
    let aliases = subject.entry.detail().aliases.iter().filter(|alias| **alias != place.name);
    let mut present: Vec<&SecretName> = aliases.filter(|alias| holds(snapshot, place, place.slot, alias)).collect();
    present.sort();
    present
}

/// Whether the listing of the place's scope, if there is one, has the name.
pub(super) fn holds(snapshot: &Snapshot, place: &GithubPlace, slot: Slot, name: &SecretName) -> bool {
    let github = &snapshot.github;
    match slot {
        Slot::Secret => github.secrets.get(&place.scope).is_some_and(|listing| has(listing, name)),
        Slot::Variable => github.variables.get(&place.scope).is_some_and(|listing| has(listing, name)),
    }
}

fn has<T>(listing: &crate::model::Listing<T>, name: &SecretName) -> bool {
    listing.as_ref().is_ok_and(|names| names.contains_key(name))
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        model::{Cause, Direction, Evidence, Severity, Status, Tier},
    };

    #[test]
    fn it_says_in_which_store_and_how_to_put_it_there() {
        let about = Case::new().secret("A", "x.a").value("x.a", "v").none_listed().judge_one();
        assert_eq!((about.status, about.evidence), (Status::Missing, Evidence::Presence));
        let finding = only(&about, "missing");
        insta::assert_snapshot!(finding.reason, @"GitHub has no secret A in acme (all names were listed)");
        insta::assert_snapshot!(finding.remedy, @"esc-sync sync --only A");

        let about = Case::new().secret("A", "x.a").empty_esc().listed("A").judge_one();
        let finding = only(&about, "missing");
        insta::assert_snapshot!(finding.reason, @"Pulumi ESC has nothing at x.a in acme/default/prod (the environment was read)");
        insta::assert_snapshot!(finding.remedy, @"esc env set acme/default/prod x.a --secret --string --file -");
    }

    #[test]
    fn what_sync_would_not_do_names_the_stores_own_command() {
        let unfit = Case::new().secret("A", "a").value("a", "changeme").none_listed().judge_one();
        assert_eq!(only(&unfit, "missing").remedy, "gh secret set A --org acme --repos app");
        let reversed = Case::new().secret("A", "a").direction(Direction::GithubToEsc).value("a", "v").none_listed();
        assert!(only(&reversed.judge_one(), "missing").remedy.ends_with("| gh secret set A --org acme --repos app"));
        let pull = || Case::new().secret("A", "a").direction(Direction::GithubToEsc).empty_esc().listed("A");
        assert_eq!(only(&pull().job("A", "7f3c9a1e5b2d8046").judge_one(), "missing").remedy, "esc-sync sync --only A");
        assert!(only(&pull().judge_one(), "missing").remedy.starts_with("run `esc-sync sync --only A` in a workflow"));
    }

    #[test]
    fn the_tier_decides_how_bad_it_is() {
        for (tier, severity) in
            [(Tier::Critical, Severity::Error), (Tier::Important, Severity::Error), (Tier::Optional, Severity::Warning)]
        {
            let about = Case::new().secret("A", "a").tier(tier).value("a", "v").none_listed().judge_one();
            assert_eq!(only(&about, "missing").severity, severity);
            assert_eq!(about.status, Status::Missing);
        }
    }

    #[test]
    fn an_alias_or_a_variable_in_its_place_is_named() {
        let about = Case::new().secret("A", "a").alias("OLD_A").value("a", "v").listed("OLD_A").judge_one();
        assert!(only(&about, "missing").reason.ends_with("under another name: OLD_A"));
        let about = Case::new().secret("A", "a").value("a", "v").none_listed().variable("A", "v").judge_one();
        assert!(only(&about, "missing").reason.ends_with("a variable of that name is there instead"));
    }

    #[test]
    fn an_unread_listing_lacks_nothing() {
        let about = Case::new().secret("A", "a").value("a", "v").github_fails(Cause::Network).judge_one();
        assert!(about.findings.iter().all(|finding| finding.rule != "missing"));
    }
}
