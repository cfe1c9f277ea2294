//! What earlier runs left of a place that GitHub shows no value of, held against what GitHub says now.
//!
//! A record speaks of a place only as long as GitHub's stamps are exactly the ones it
//! was made under; stamps are compared for equality and with GitHub's own alone (G17, G18).

use super::subject::{GithubSide, Subject};
use crate::model::{Fingerprint, GithubPlace, HeldRecord, Known, Memory, Meta, PendingWrite, Reading, Record, Stamp};

/// What memory says of a place whose value cannot be seen now.
pub(super) enum Recalled<'a> {
    /// ESC holds something else than what GitHub is known to hold.
    Differs(Trace<'a>),
    /// GitHub changed it at that stamp, after the record was made.
    Drifted(Trace<'a>, Stamp),
    /// GitHub holds what ESC holds.
    Equal(Trace<'a>),
    /// There is a record, but not the key to compare it with.
    NoKey,
    /// There is nothing to compare with.
    Nothing,
    /// A write was begun, and nobody knows its end.
    Unsettled(&'a Record, PendingWrite),
}

/// A record of what GitHub held.
#[derive(Clone, Copy)]
pub(super) struct Trace<'a> {
    pub(super) record: &'a Record,
    pub(super) held: HeldRecord,
}

/// Which sides changed since both were last known to agree.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Moved {
    Both,
    Esc,
    Github,
    /// Nobody knows when they agreed, if ever.
    Unknown,
}

impl<'a> Recalled<'a> {
    pub(super) fn of(memory: &'a Memory, place: &GithubPlace, reading: &Reading) -> Self {
        let Reading::Hidden(meta) = reading else { return Self::Nothing };
        let Some(record) = memory.records.get(place) else { return Self::Nothing };
        if let Some(pending) = record.pending {
            return Self::Unsettled(record, pending);
        }
        let (Some(held), Some(now)) = (record.held, meta.updated_at) else { return Self::Nothing };
        let trace = Trace { record, held };
        if !is_of_this_state(&held, meta, now) {
            return Self::Drifted(trace, now);
        }
        match memory.esc_now.get(place) {
            _ if !memory.has_key => Self::NoKey,
            None => Self::Nothing,
            Some(ours) if *ours == held.fingerprint => Self::Equal(trace),
            Some(_) => Self::Differs(trace),
        }
    }
}

/// Whether GitHub shows exactly the stamps that the record was made under.
pub(super) fn is_of_this_state(held: &HeldRecord, meta: &Meta, now: Stamp) -> bool {
    let same_birth = match (held.created_at, meta.created_at) {
        (Some(then), Some(now)) => then == now,
        _ => true,
    };
    held.updated_at == now && same_birth
}

impl Trace<'_> {
    /// By which run and under which stamp it is known.
    pub(super) fn told(&self) -> String {
        format!("recorded by run {} at {}", self.record.run, self.held.updated_at)
    }

    /// What the run did to know it.
    pub(super) fn deed(&self) -> &'static str {
        match self.held.how {
            Known::Attested => "attested",
            Known::Written => "wrote",
        }
    }
}

impl Subject<'_> {
    /// Which side changed, of two that are known to differ.
    pub(super) fn moved(&self, side: &GithubSide) -> Moved {
        let memory = &self.world.snapshot.memory;
        let known = || {
            let record = memory.records.get(side.place)?;
            let (base, ours) = (record.base?, memory.esc_now.get(side.place)?);
            let theirs = github_fingerprint(memory, side, record)?;
            // What an unsettled write of ours left there is no change of somebody else's.
            let own = record.pending.is_some_and(|pending| pending.fingerprint == theirs);
            Some((*ours != base, theirs != base && !own))
        };
        match known() {
            Some((true, true)) => Moved::Both,
            Some((true, false)) => Moved::Esc,
            Some((false, true)) => Moved::Github,
            Some((false, false)) | None => Moved::Unknown,
        }
    }
}

fn github_fingerprint(memory: &Memory, side: &GithubSide, record: &Record) -> Option<Fingerprint> {
    match side.value() {
        Some(_) => memory.github_now.get(side.place).copied(),
        None => record.held.map(|held| held.fingerprint),
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        judge::testing::{Case, STAMP, only},
        model::{Cause, Evidence, Stamp, Status},
    };

    const VALUE: &str = "7f3c9a1e5b2d8046";

    fn case() -> Case {
        Case::new().secret("A", "a").value("a", VALUE).listed_at("A", STAMP)
    }

    #[test]
    fn what_a_run_wrote_and_nobody_touched_is_proved_by_its_fingerprint() {
        for case in [case().wrote("A", VALUE, STAMP), case().attested("A", VALUE, STAMP)] {
            let about = case.judge_one();
            assert_eq!((about.status, about.evidence), (Status::Ok, Evidence::Attested));
            assert!(about.findings.is_empty(), "{:?}", about.findings);
        }
    }

    #[test]
    fn the_evidence_of_an_entry_is_the_weakest_of_its_places() {
        let two = || case().job("A", VALUE).also_at("acme/api").repository_lists_at("acme/api", "A", STAMP);
        assert_eq!(two().judge_one().status, Status::Unverified);
        let about = two().wrote_at("acme/api", "A", VALUE, STAMP).judge_one();
        assert_eq!((about.status, about.evidence), (Status::Ok, Evidence::Attested));
        let unread = two().wrote_at("acme/api", "A", VALUE, Stamp(STAMP.0 + 1)).judge_one();
        assert_eq!((unread.status, unread.evidence), (Status::Drifted, Evidence::Presence));
    }

    #[test]
    fn what_can_be_read_now_wins_over_what_was_recorded() {
        let about = case().wrote("A", "0f3c9a1e5b2d8046", Stamp(1)).job("A", VALUE).judge_one();
        assert_eq!((about.status, about.evidence), (Status::Ok, Evidence::Value));
        let about = case().wrote("A", VALUE, Stamp(1)).job("A", VALUE).judge_one();
        assert_eq!((about.status, about.evidence), (Status::Ok, Evidence::Value));
        let about = case().pending("A", VALUE).job("A", VALUE).judge_one();
        assert_eq!((about.status, about.evidence), (Status::Ok, Evidence::Value));
        let about = case().wrote("A", VALUE, Stamp(1)).job("A", "0f3c9a1e5b2d8046").judge_one();
        assert_eq!((about.status, about.evidence), (Status::Mismatch, Evidence::Value));
    }

    #[test]
    fn c5_a_record_without_its_key_proves_nothing() {
        let about = case().wrote("A", VALUE, STAMP).without_key().judge_one();
        assert_eq!((about.status, about.evidence), (Status::Unverified, Evidence::Presence));
        assert!(only(&about, "unverified").reason.contains("the key of the recorded fingerprints"));
    }

    #[test]
    fn g17_a_listing_without_a_stamp_or_a_store_that_fails_proves_nothing() {
        let unstamped = Case::new().secret("A", "a").value("a", VALUE).listed("A").wrote("A", VALUE, STAMP);
        assert_eq!(unstamped.judge_one().status, Status::Unverified);
        let failed = Case::new().secret("A", "a").value("a", VALUE).github_fails(Cause::Server);
        assert_eq!(failed.wrote("A", VALUE, STAMP).judge_one().status, Status::Unknown);
        let lost = Case::new().secret("A", "a").esc_fails(Cause::Server).listed_at("A", STAMP);
        assert_eq!(lost.wrote("A", VALUE, STAMP).judge_one().status, Status::Unknown);
    }
}
