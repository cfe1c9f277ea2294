//! A workflow gets only the first hundred organization secrets, by name (G14).

use std::collections::BTreeMap;

use super::{
    Finding,
    invisible::is_at_repository,
    remedy,
    rule::{Check, Rule},
    world::{Findings, World},
};
use crate::{
    mapping::Entry,
    model::{App, GithubPlace, GithubScope, Place, RepoRef, SecretName, Severity, Slot, Status},
};

/// GitHub docs, security/secrets, read 2026-11. Whether names that a repository
/// shadows count is not known; they are counted here.
const FIRST: usize = 100;

pub(super) const RULE: Rule =
    Rule::new("beyond-hundred", Severity::Error, Check::World(check), "more organization secrets than a workflow gets");

fn check(world: &World, findings: &mut Findings) {
    for (repository, listing) in &world.snapshot.github.seen {
        if let Some(names) = listing.as_ref().ok().filter(|names| names.len() >= FIRST * 9 / 10) {
            findings.of_world.push(near(repository, names.len()));
        }
    }
    let cuts = cuts(world);
    if cuts.is_empty() {
        return;
    }
    for (at, entry) in world.mapping.entries.iter().enumerate() {
        for repository in entry.visible_to.iter() {
            if let Some((names, cut)) = cuts.get(repository) {
                let lost = entry.github.iter().filter(|place| is_lost(world, repository, names, cut, place));
                findings.by_entry[at].extend(lost.map(|place| cut_off(world, entry, repository, place)));
            }
        }
    }
}

type Cut<'a> = (&'a BTreeMap<SecretName, ()>, &'a SecretName);

/// Per repository that sees too many: what it sees, and the first name that is cut off.
fn cuts<'a>(world: &World<'a>) -> BTreeMap<&'a RepoRef, Cut<'a>> {
    let read = world
        .snapshot
        .github
        .seen
        .iter()
        .filter_map(|(repository, listing)| Some((repository, listing.as_ref().ok()?)));
    read.filter_map(|(repository, names)| Some((repository, (names, names.keys().nth(FIRST)?)))).collect()
}

/// Whether a place is an organization secret that the repository sees, but its workflows do not get.
fn is_lost(
    world: &World,
    repository: &RepoRef,
    names: &BTreeMap<SecretName, ()>,
    cut: &SecretName,
    place: &GithubPlace,
) -> bool {
    let of_owner = matches!(&*place.scope, GithubScope::Organization { app: App::Actions, organization }
        if repository.owner.eq_ignore_ascii_case(organization));
    let is_cut = place.slot == Slot::Secret && place.name >= *cut && names.contains_key(&place.name);
    of_owner && is_cut && !is_at_repository(world, repository, &place.name)
}

fn near(repository: &RepoRef, count: usize) -> Finding {
    let reason = if count > FIRST {
        format!("{repository} sees {count} organization secrets; its workflows get only the first {FIRST} by name")
    } else {
        format!("{repository} sees {count} organization secrets; beyond {FIRST} its workflows silently get no more")
    };
    let remedy = "take secrets it does not need away from it, or keep its own at the repository".into();
    Finding { rule: RULE.id, severity: Severity::Warning, status: None, place: None, reason, remedy }
}

fn cut_off(world: &World, entry: &Entry, repository: &RepoRef, place: &GithubPlace) -> Finding {
    let subject = world.subject(entry);
    let scope = GithubScope::Repository { app: App::Actions, repository: repository.clone() };
    let own = GithubPlace { scope: scope.into(), ..place.clone() };
    let reason = format!(
        "{place} is beyond the first {FIRST} organization secrets of {repository} by name: its workflows get nothing"
    );
    let store = remedy::copy(&subject, &Place::Github(own));
    let remedy = format!(
        "keep it at the repository and say so in the mapping (`github: {{ repository: {repository} }}`): `{store}`"
    );
    let place = Some(Place::Github(place.clone()));
    Finding { reason, remedy, ..subject.finding(&RULE, Some(Status::Invisible), place) }
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        model::{Severity, Status},
    };

    fn case(others: usize) -> Case {
        let mut case =
            Case::new().secret("ZED", "z").value("z", "7f3c9a1e5b2d8046").listed("ZED").sees("acme/app", "ZED");
        for at in 0..others {
            case = case.sees("acme/app", &format!("A{at:04}"));
        }
        case
    }

    #[test]
    fn g14_beyond_the_first_hundred_by_name_nothing_arrives() {
        assert_eq!(case(99).judge_one().status, Status::Unverified);
        let about = case(100).judge_one();
        assert_eq!(about.status, Status::Invisible);
        assert_eq!(only(&about, "beyond-hundred").severity, Severity::Error);
        assert_eq!(
            only(&about, "beyond-hundred").remedy,
            "keep it at the repository and say so in the mapping (`github: { repository: acme/app }`): `esc env open acme/default/prod z --format string | gh secret set ZED --repo acme/app`"
        );
        assert_eq!(case(100).repository_lists("acme/app", "ZED").judge_one().status, Status::Unverified);
    }

    #[test]
    fn g14_it_warns_from_ninety_on() {
        let near = |others| case(others).judge().findings.into_iter().find(|finding| finding.rule == "beyond-hundred");
        assert!(near(88).is_none());
        assert_eq!(near(89).expect("ninety").severity, Severity::Warning);
    }
}
