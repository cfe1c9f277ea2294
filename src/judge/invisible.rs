//! It is there, but a repository whose workflows need it does not see it.

use std::sync::Arc;

use super::{
    Finding, outdated, remedy,
    rule::{Check, Rule},
    subject::{GithubSide, JobSide, Subject},
    world::World,
};
use crate::model::{
    App, GithubPlace, GithubScope, Place, RepoRef, SecretName, Severity, Slot, Status, Unread, Visibility,
};

pub(super) const RULE: Rule =
    Rule::new("invisible", Severity::Error, Check::Entry(check), "a repository that needs it does not see it");

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    for side in subject.github.iter().filter(|side| side.reading.exists()) {
        let GithubScope::Organization { organization, .. } = &*side.place.scope else {
            findings.extend(unseen_by_job(subject, side));
            continue;
        };
        let blind = subject.entry.visible_to.iter().filter_map(|repository| {
            let why = blindness(subject, side, organization, repository)?;
            Some(finding(subject, side, repository, why))
        });
        let before = findings.len();
        findings.extend(blind);
        if findings.len() == before {
            findings.extend(unseen_by_job(subject, side));
        }
    }
}

/// Why a repository does not see it; `None` if it does, or nothing is known.
fn blindness(subject: &Subject, side: &GithubSide, organization: &str, repository: &RepoRef) -> Option<&'static str> {
    let place = side.place;
    let actions = place.scope.app() == App::Actions;
    let may_be_its_own = is_at_repository(subject.world, repository, &place.name)
        || own_listing_failure(subject.world, repository).is_some();
    if actions && place.slot == Slot::Secret && may_be_its_own {
        return None;
    }
    if !repository.owner.eq_ignore_ascii_case(organization) {
        return Some("the repository belongs to another owner");
    }
    let policy = side.reading.meta().and_then(|meta| meta.visibility.as_ref());
    let seen = subject.world.snapshot.github.seen_by(repository, place.slot).filter(|_| actions);
    match (seen, policy) {
        (Some(Ok(names)), _) if names.contains_key(&place.name) => None,
        (Some(Ok(_)), _) if place.slot == Slot::Variable => {
            Some("it is not in the list of organization variables that the repository sees")
        }
        (Some(Ok(_)), _) => Some("it is not in the list of organization secrets that the repository sees"),
        (None, Some(Visibility::Selected(Some(list)))) if !list.contains(repository) => {
            Some("it is not among the repositories that were selected")
        }
        _ => None,
    }
}

/// Whether the repository has a secret of that name itself, so that it needs nobody's.
pub(super) fn is_at_repository(world: &World, repository: &RepoRef, name: &SecretName) -> bool {
    let own = GithubScope::Repository { app: App::Actions, repository: repository.clone() };
    let listing = world.snapshot.github.secrets.get(&own);
    listing.is_some_and(|listing| listing.as_ref().is_ok_and(|names| names.contains_key(name)))
}

/// Why it is not known what the repository has itself, where that was asked in vain.
pub(super) fn own_listing_failure<'w>(world: &World<'w>, repository: &RepoRef) -> Option<&'w Arc<Unread>> {
    let own = GithubScope::Repository { app: App::Actions, repository: repository.clone() };
    world.snapshot.github.secrets.get(&own)?.as_ref().err()
}

fn finding(subject: &Subject, side: &GithubSide, repository: &RepoRef, why: &str) -> Finding {
    let place = side.place;
    let reason = format!("{place} exists, but workflows of {repository} do not get it: {why}");
    let remedy = match side.reading.meta().and_then(|meta| meta.visibility.as_ref()) {
        Some(Visibility::Selected(_)) => format!("`{}`", remedy::grant(place, repository)),
        Some(Visibility::All) => format!(
            "`{}` (on GitHub Free what an organization holds does not reach private repositories)",
            at_repository(subject, place, repository)
        ),
        Some(Visibility::Private) => format!(
            "`{}` (what is visible to `private` reaches private and internal repositories only)",
            at_repository(subject, place, repository)
        ),
        None => format!("`{}`", at_repository(subject, place, repository)),
    };
    let place = Some(Place::Github(place.clone()));
    Finding { reason, remedy, ..subject.finding(&RULE, Some(Status::Invisible), place) }
}

fn at_repository(subject: &Subject, place: &GithubPlace, repository: &RepoRef) -> String {
    let scope = GithubScope::Repository { app: App::Actions, repository: repository.clone() };
    remedy::store(subject, &Place::Github(GithubPlace { scope: scope.into(), ..place.clone() }))
}

/// The job in which we run is the best witness of what a workflow gets.
fn unseen_by_job(subject: &Subject, side: &GithubSide) -> Option<Finding> {
    let JobSide::Unseen(repository) = side.job else { return None };
    // What came after its run was queued, a run of ours perhaps brought it, the job cannot have.
    if subject.world.snapshot.job.as_ref().is_some_and(|job| outdated::by_stamp(job, &side.reading)) {
        return None;
    }
    let reason = format!("{} exists, but this job of {repository} was not given it", side.place);
    let remedy =
        "pass it to the job: `secrets: inherit` for a reusable workflow, `environment:` for an environment's secret; \
                  pull requests from forks and runs of Dependabot get none"
            .into();
    let place = Some(Place::Github(side.place.clone()));
    Some(Finding { reason, remedy, ..subject.finding(&RULE, Some(Status::Invisible), place) })
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, STAMP, only},
        model::{Stamp, Status, Visibility},
    };

    fn case() -> Case {
        Case::new().secret("A", "a").value("a", "7f3c9a1e5b2d8046")
    }

    #[test]
    fn what_a_repository_does_not_list_it_does_not_get() {
        let about = case().listed_as("A", Visibility::Selected(None)).sees("acme/app", "OTHER").judge_one();
        assert_eq!(about.status, Status::Invisible);
        let finding = only(&about, "invisible");
        insta::assert_snapshot!(finding.reason, @"github acme secret A exists, but workflows of acme/app do not get it: it is not in the list of organization secrets that the repository sees");
        insta::assert_snapshot!(finding.remedy, @r#"`gh api --method PUT orgs/acme/actions/secrets/A/repositories/"$(gh api repos/acme/app --jq .id)"`"#);
        assert_eq!(case().listed("A").sees("acme/app", "A").judge_one().status, Status::Unverified);
    }

    #[test]
    fn the_repositorys_own_secret_is_enough() {
        let about = case().listed("A").sees("acme/app", "OTHER").repository_lists("acme/app", "A").judge_one();
        assert!(about.findings.iter().all(|finding| finding.rule != "invisible"));
    }

    #[test]
    fn the_policy_tells_where_nobody_was_asked() {
        let list = |name: &str| Visibility::Selected(Some([name.parse().expect("legal")].into()));
        assert_eq!(case().unasked().listed_as("A", list("acme/web")).judge_one().status, Status::Invisible);
        assert_eq!(case().unasked().listed_as("A", list("acme/app")).judge_one().status, Status::Unverified);
        assert_eq!(case().unasked().listed_as("A", Visibility::All).judge_one().status, Status::Unverified);
        assert_eq!(case().unasked().listed_as("A", Visibility::Private).judge_one().status, Status::Unknown);
    }

    #[test]
    fn a_job_that_was_not_given_it_is_a_witness() {
        let about = case().listed("A").job("OTHER", "x").judge_one();
        assert_eq!(about.status, Status::Invisible);
        assert!(only(&about, "invisible").reason.ends_with("this job of acme/app was not given it"));
    }

    #[test]
    fn a_job_cannot_have_what_came_after_its_run_was_queued() {
        let queued =
            |seconds| case().listed_at("A", STAMP).job("OTHER", "x").queued(Stamp(STAMP.0 + seconds)).judge_one();
        assert_eq!(queued(-1).status, Status::Unverified);
        assert_eq!(queued(1).status, Status::Invisible);
    }

    #[test]
    fn a_repository_that_may_have_its_own_is_unknown_and_not_blind() {
        let case = case().listed_as("A", Visibility::Selected(None)).sees("acme/app", "OTHER");
        let about = case.repository_fails("acme/app").judge_one();
        assert_eq!(about.status, Status::Unknown);
        assert!(about.findings.iter().all(|finding| finding.rule != "invisible"), "{:?}", about.findings);
        let seen = Case::new().secret("A", "a").value("a", "7f3c9a1e5b2d8046").listed("A").sees("acme/app", "A");
        assert_eq!(seen.repository_fails("acme/app").judge_one().status, Status::Unverified);
    }
}
