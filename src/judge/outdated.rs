//! Whether the job's own value is older than what GitHub holds by now.
//!
//! A job is given its secrets as they were when its run was queued (GitHub docs,
//! security/secrets). What was written since, by a run of ours or by anybody, the job
//! does not see; those who judge and those who decide must know that alike.

use super::recalled::is_of_this_state;
use crate::model::{GithubPlace, JobSnapshot, Known, Meta, Reading, Snapshot};

/// Why an older value says nothing.
pub(super) const WHY: &str = "it was changed after this run was queued, so the job has an older value";

/// By GitHub's own times: changed when the run was queued, or later. Within the same second nobody knows which came first.
pub(super) fn by_stamp(job: &JobSnapshot, reading: &Reading) -> bool {
    let changed = reading.meta().and_then(|meta| meta.updated_at);
    matches!((changed, job.queued), (Some(changed), Some(queued)) if changed >= queued)
}

/// By what is remembered: a write since the job began shows in the record or in the stamps.
/// `equal`: whether the job's value is ESC's.
pub(super) fn by_record(snapshot: &Snapshot, place: &GithubPlace, meta: &Meta, equal: Option<bool>) -> bool {
    let memory = &snapshot.memory;
    let Some(record) = memory.records.get(place).filter(|_| memory.has_key) else { return false };
    let Some(in_job) = memory.github_now.get(place) else { return false };
    if let Some(pending) = record.pending {
        return pending.fingerprint != *in_job;
    }
    let (Some(held), Some(now)) = (record.held, meta.updated_at) else { return false };
    // Nothing was written since: what the job has is what is there, whoever wrote it.
    if snapshot.job.as_ref().and_then(|job| job.queued).is_some_and(|queued| now < queued) {
        return false;
    }
    if is_of_this_state(&held, meta, now) {
        held.how == Known::Written && held.fingerprint != *in_job
    } else {
        held.fingerprint == *in_job && equal == Some(false)
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::{
            GithubKnowledge, Sides,
            testing::{Case, STAMP, only},
        },
        model::{Evidence, Stamp, Status},
    };

    const OLD: &str = "0f3c9a1e5b2d8046";
    const NEW: &str = "7f3c9a1e5b2d8046";

    fn case(esc: &str) -> Case {
        Case::new().secret("A", "a").value("a", esc).listed_at("A", STAMP)
    }

    /// Whether those who decide are handed the job's value.
    fn is_handed_out(mut case: Case) -> bool {
        case.fill_fingerprints();
        let sides = Sides::new(&case.mapping, &case.snapshot);
        matches!(sides.of(&case.mapping.entries[0]).github[0].known, GithubKnowledge::Value { .. })
    }

    #[test]
    fn what_a_run_wrote_since_the_job_began_is_no_mismatch() {
        let after_own_push = || case(NEW).wrote("A", NEW, STAMP).job("A", OLD);
        assert!(!is_handed_out(after_own_push()));
        let about = after_own_push().judge_one();
        assert_eq!((about.status, about.evidence), (Status::Ok, Evidence::Attested), "{:?}", about.findings);
        // A placeholder that was replaced is none any more.
        let replaced = case(NEW).wrote("A", NEW, STAMP).job("A", "changeme").judge_one();
        assert_eq!((replaced.status, replaced.findings.len()), (Status::Ok, 0), "{:?}", replaced.findings);
        let pending = case(NEW).pending("A", NEW).job("A", OLD);
        assert_eq!(pending.judge_one().status, Status::Unknown);
    }

    #[test]
    fn what_somebody_wrote_since_the_job_began_is_drifted() {
        let case = || case(NEW).wrote("A", OLD, Stamp(STAMP.0 - 60)).job("A", OLD);
        assert!(!is_handed_out(case()));
        assert_eq!(case().judge_one().status, Status::Drifted);
        // The run was queued after that: somebody put the same value there once more.
        assert!(is_handed_out(case().queued(Stamp(STAMP.0 + 1))));
        assert_eq!(case().queued(Stamp(STAMP.0 + 1)).judge_one().status, Status::Mismatch);
    }

    #[test]
    fn g17_what_changed_when_the_run_was_queued_or_later_is_not_compared() {
        for queued in [STAMP, Stamp(STAMP.0 - 60)] {
            let case = || case(NEW).job("A", NEW).queued(queued);
            assert!(!is_handed_out(case()));
            let about = case().judge_one();
            assert_eq!((about.status, about.evidence), (Status::Unverified, Evidence::Presence));
            let reason = &only(&about, "unverified").reason;
            assert!(reason.contains("changed after this run was queued"), "{reason}");
        }
        let before = || case(NEW).job("A", NEW).queued(Stamp(STAMP.0 + 1));
        assert!(is_handed_out(before()));
        assert_eq!(before().judge_one().status, Status::Ok);
    }
}
