//! Nobody renewed it for longer than the mapping allows.

use super::{
    Finding, remedy,
    rule::{Check, Rule},
    subject::Subject,
};
use crate::model::{Place, Severity, Stamp, Status};

pub(super) const RULE: Rule =
    Rule::new("too-old", Severity::Warning, Check::Entry(check), "it was not renewed for too long");

fn check(subject: &Subject, findings: &mut Vec<Finding>) {
    let Some(most) = subject.entry.detail().max_age_days.map(i64::from) else { return };
    for side in &subject.github {
        if let Some(stamp) =
            side.reading.meta().and_then(|meta| meta.updated_at).filter(|stamp| age(subject, *stamp) > most)
        {
            let place = Place::Github(side.place.clone());
            let reason = format!(
                "{place} was last stored {} days ago (GitHub's own stamp), at most {most} are allowed",
                age(subject, stamp)
            );
            findings.push(stale(subject, place, reason));
        }
    }
    if subject.github.is_empty() {
        findings.extend(in_esc(subject, most));
    }
}

/// ESC dates revisions, not values: only if even the newest revision is older is it certain.
fn in_esc(subject: &Subject, most: i64) -> Option<Finding> {
    let Place::Esc { environment, .. } = subject.entry.esc_place()? else { return None };
    let side = subject.esc.as_ref().filter(|side| side.reading.exists())?;
    let revised = subject.world.snapshot.esc.get(&environment)?.as_ref().ok()?.revised_at?;
    let days = age(subject, revised);
    let reason = format!("nothing in {environment} was changed for {days} days, at most {most} are allowed");
    (days > most).then(|| stale(subject, side.place.clone(), reason))
}

fn age(subject: &Subject, stamp: Stamp) -> i64 {
    subject.world.options.now.days_since(stamp)
}

fn stale(subject: &Subject, place: Place, reason: String) -> Finding {
    let home = subject.esc.as_ref().map_or_else(|| place.clone(), |side| side.place.clone());
    let mut remedy = format!("issue a new one and store it with `{}`", remedy::store(subject, &home));
    if home != place {
        // GitHub's stamp moves only when its own copy is stored again.
        remedy.push_str(&format!(", then with `{}`", remedy::copy(subject, &place)));
    }
    Finding { reason, remedy, ..subject.finding(&RULE, Some(Status::Stale), Some(place)) }
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, NOW, only},
        model::{Severity, Stamp, Status},
    };

    #[test]
    fn age_is_counted_in_whole_days_by_githubs_stamp() {
        let judge = |days: i64, seconds: i64| {
            let stamp = Stamp(NOW.0 - days * 86_400 - seconds);
            Case::new().secret("A", "a").max_age(30).value("a", "7f3c9a1e5b2d8046").listed_at("A", stamp).judge_one()
        };
        assert_eq!(judge(30, 86_399).status, Status::Unverified);
        let about = judge(31, 0);
        assert_eq!(about.status, Status::Stale);
        assert_eq!(only(&about, "too-old").severity, Severity::Warning);
        assert_eq!(judge(-400, 0).status, Status::Unverified);
    }

    #[test]
    fn in_esc_only_the_newest_revision_is_proof() {
        let judge = |days: i64| {
            let case = Case::new().esc_only("A", "a").max_age(30).value("a", "7f3c9a1e5b2d8046");
            case.revised(Stamp(NOW.0 - days * 86_400)).judge_one().status
        };
        assert_eq!((judge(30), judge(31)), (Status::Ok, Status::Stale));
    }
}
