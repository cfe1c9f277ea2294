//! A place, or who sees it, could not be found out.
//!
//! It is never softened by a tier and never silenced: not knowing is not being well.

use std::sync::Arc;

use super::{
    Finding,
    invisible::own_listing_failure,
    rule::{Check, Rule},
    subject::{GithubSide, JobSide, Subject},
};
use crate::model::{App, GithubScope, Place, Reading, RepoRef, Severity, Slot, Status, Unread, Visibility};

pub(super) const RULE: Rule = Rule {
    tiered: false,
    silenceable: false,
    ..Rule::new("unreadable", Severity::Error, Check::Entry(check), "a place could not be read")
};

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    if let Some(side) = &subject.esc {
        findings.extend(unknown(&side.reading).map(|unread| unread_place(subject, side.place.clone(), unread)));
    }
    for side in &subject.github {
        let place = Place::Github(side.place.clone());
        match unknown(&side.reading) {
            Some(unread) if side.is_vouched_for() => findings.push(vouched_for(subject, place, unread)),
            Some(unread) => findings.push(unread_place(subject, place, unread)),
            None => {
                findings.extend(unread_views(subject, side));
                findings.extend(unread_list(subject, side));
                findings.extend(unlisted_nearer(subject, side));
            }
        }
    }
}

fn unknown<'r>(reading: &'r Reading) -> Option<&'r Unread> {
    match reading {
        Reading::Unknown(unread) if unread.cause.is_failure() => Some(unread),
        _ => None,
    }
}

fn unread_place(subject: &Subject, place: Place, unread: &Unread) -> Finding {
    let reason = format!("{place} could not be read: {}", unread.what);
    let remedy = unread.help.clone();
    Finding { reason, remedy, ..subject.finding(&RULE, Some(Status::Unknown), Some(place)) }
}

/// A job's own token has no right to list; the value the job was given proves that it is there.
fn vouched_for(subject: &Subject, place: Place, unread: &Unread) -> Finding {
    let reason =
        format!("{place} could not be listed ({}); the value that the job was given stands for it", unread.what);
    let remedy = unread.help.clone();
    Finding { severity: Severity::Note, reason, remedy, ..subject.finding(&RULE, None, Some(place)) }
}

/// Repositories that must see an organization secret, but were not asked or did not answer.
fn unread_views(subject: &Subject, side: &GithubSide) -> Vec<Finding> {
    let scope = &*side.place.scope;
    let applies = matches!(scope, GithubScope::Organization { app: App::Actions, .. });
    if !applies || !side.reading.exists() {
        return Vec::new();
    }
    let wanted = subject.entry.visible_to.iter();
    wanted.filter_map(|repository| unread_view(subject, side, repository)).collect()
}

fn unread_view(subject: &Subject, side: &GithubSide, repository: &RepoRef) -> Option<Finding> {
    let place = Place::Github(side.place.clone());
    let of_policy = side.reading.meta().and_then(|meta| meta.visibility.as_ref());
    let unread = match subject.world.snapshot.github.seen_by(repository, side.place.slot) {
        // What it does not get from the organization it may have itself.
        Some(Ok(names)) if side.place.slot == Slot::Variable || names.contains_key(&side.place.name) => return None,
        Some(Ok(_)) => Arc::clone(own_listing_failure(subject.world, repository)?),
        Some(Err(unread)) => Arc::clone(unread),
        // Nobody was asked; the policy may still tell.
        None if matches!(of_policy, Some(Visibility::All | Visibility::Selected(Some(_)))) => return None,
        None => Arc::new(Unread {
            cause: crate::model::Cause::NotAsked,
            what: "it was not asked".into(),
            help: "run without --offline".into(),
        }),
    };
    let reason = format!("whether {repository} sees {place} could not be found out: {}", unread.what);
    let remedy = unread.help.clone();
    Some(Finding { reason, remedy, ..subject.finding(&RULE, Some(Status::Unknown), Some(place)) })
}

/// The job's value is taken for the organization's unless a nearer scope is known to have the
/// name. Where that could not be listed it is said, and takes nothing from what was compared.
fn unlisted_nearer(subject: &Subject, side: &GithubSide) -> Option<Finding> {
    let (JobSide::Value(_), GithubScope::Organization { .. }) = (&side.job, &*side.place.scope) else { return None };
    let own = subject.world.snapshot.job.as_ref()?.repository.as_ref()?;
    let unread = own_listing_failure(subject.world, own)?;
    let place = Place::Github(side.place.clone());
    let reason = format!(
        "{place} was compared as this job sees it; whether {own} has a nearer one could not be listed: {}",
        unread.what
    );
    let remedy = unread.help.clone();
    Some(Finding { severity: Severity::Note, reason, remedy, ..subject.finding(&RULE, None, Some(place)) })
}

/// The list of repositories that `visibility: selected` is to be compared with.
fn unread_list(subject: &Subject, side: &GithubSide) -> Option<Finding> {
    let unread = subject.world.snapshot.github.unread_lists.get(side.place)?;
    let place = Place::Github(side.place.clone());
    let reason = format!("which repositories {place} was selected for could not be found out: {}", unread.what);
    let remedy = unread.help.clone();
    Some(Finding { reason, remedy, ..subject.finding(&RULE, Some(Status::Unknown), Some(place)) })
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, only},
        model::{Cause, Evidence, Severity, Status, Tier},
    };

    #[test]
    fn a_store_that_fails_makes_its_places_unknown_and_never_missing() {
        let case = Case::new().secret("A", "a").tier(Tier::Optional).esc_fails(Cause::Server).listed("A");
        let about = case.judge_one();
        assert_eq!((about.status, about.evidence), (Status::Unknown, Evidence::None));
        let finding = only(&about, "unreadable");
        assert_eq!(finding.severity, Severity::Error);
        assert_eq!(finding.reason, "esc acme/default/prod a could not be read: asked and failed");
        assert!(about.findings.iter().all(|finding| finding.rule != "missing"));
    }

    #[test]
    fn nobody_asked_is_unknown_too() {
        let about = Case::new().secret("A", "a").judge_one();
        assert_eq!(about.status, Status::Unknown);
        assert_eq!(about.findings.iter().filter(|finding| finding.rule == "unreadable").count(), 2);
    }

    #[test]
    fn a_view_that_was_refused_is_unknown() {
        let about = Case::new().secret("A", "a").value("a", "v").listed("A").sees_fails("acme/app").judge_one();
        assert_eq!(about.status, Status::Unknown);
        assert!(only(&about, "unreadable").reason.starts_with("whether acme/app sees github acme secret A"));
    }

    #[test]
    fn the_jobs_value_stands_for_a_listing_its_token_may_not_read() {
        let case = Case::new().secret("A", "a").value("a", "v-canary").github_fails(Cause::Rights).job("A", "v-canary");
        let about = case.judge_one();
        assert_eq!((about.status, about.evidence), (Status::Ok, Evidence::Value));
        assert_eq!(only(&about, "unreadable").severity, Severity::Note);
        let down = Case::new().secret("A", "a").value("a", "v").github_fails(Cause::Server).job("A", "v").judge_one();
        assert_eq!(down.status, Status::Unknown);
    }

    #[test]
    fn g15_a_nearer_scope_that_a_job_could_not_list_is_said_beside_the_comparison() {
        let value = "7f3c9a1e5b2d8046";
        let case = || Case::new().secret("A", "a").value("a", value).listed("A").job("A", value);
        assert!(case().judge_one().findings.is_empty());
        let about = case().repository_fails("acme/app").judge_one();
        assert_eq!((about.status, about.is_incomplete()), (Status::Ok, false));
        assert_eq!(only(&about, "unreadable").severity, Severity::Note);
    }
}
