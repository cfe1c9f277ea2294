//! What the ledger is to say of a place once a write to it has ended. Pure.
//!
//! A record claims that GitHub holds a value only under a stamp that can be the
//! write's own: not older than the moment it was begun, not newer than its answer.

use crate::{
    model::{Fingerprint, HeldRecord, Known, Meta, PendingWrite, Record, Stamp},
    plan::{End, GithubBasis},
};

/// By how much GitHub's stamps and the `Date` of its answers may be apart. Both are GitHub's own;
/// that they come from one clock is inferred, so a small difference is no sign of somebody else.
/// Two writes within that time cannot be told apart.
const SKEW: i64 = 2;

/// So long before an answer the write itself may have been stamped: a request with its repeats.
const ANSWERING: i64 = 60;

/// GitHub's time shortly before a write: a paced run may have begun long before it.
pub(super) fn shortly_before(begun: Option<Stamp>, answered: Option<Stamp>) -> Option<Stamp> {
    let begun = begun?;
    Some(answered.map_or(begun, |answered| begun.max(Stamp(answered.0 - ANSWERING))))
}

/// One write to GitHub and all that is known of its end.
#[derive(Clone, Debug)]
pub(super) struct Push<'a> {
    pub(super) sent: Fingerprint,
    pub(super) end: End,
    pub(super) previous: Option<&'a Record>,
    /// How the place was listed before the write.
    pub(super) before: GithubBasis,
    /// GitHub's time when the writing began.
    pub(super) begun: Option<Stamp>,
    /// GitHub's time in the answer to this write.
    pub(super) answered: Option<Stamp>,
    /// How it was listed after the write, if it was.
    pub(super) after: Option<&'a Meta>,
    pub(super) run: &'a str,
}

/// What the stamp read back after a write says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ReadBack {
    /// The write's own stamp.
    Ours(Stamp),
    /// The listing does not show the write yet.
    NotYet,
    /// Somebody wrote after us.
    Others(Stamp),
}

impl ReadBack {
    /// Compares only GitHub's own times with each other (failure cases G17, G18, G22).
    pub(super) fn of(before: GithubBasis, answered: Option<Stamp>, after: Option<&Meta>) -> Self {
        let Some(now) = after.and_then(|meta| meta.updated_at) else { return Self::NotYet };
        if answered.is_some_and(|answered| now.0 > answered.0 + SKEW) {
            return Self::Others(now);
        }
        match before {
            // The same second as before: the write's own, if it was made in that second.
            GithubBasis::Present(Some(before)) if before == now => {
                let same_second = answered.is_some_and(|answered| answered <= now);
                if same_second { Self::Ours(now) } else { Self::NotYet }
            }
            _ => Self::Ours(now),
        }
    }
}

impl Push<'_> {
    fn read_back(&self) -> ReadBack {
        ReadBack::of(self.before, self.answered, self.after)
    }

    /// The record to keep; `None`: nothing new is known.
    pub(super) fn record(&self) -> Option<Record> {
        let previous = self.previous.cloned().unwrap_or_default();
        match self.end {
            End::Done => Some(self.done(previous)),
            End::Unknown => Some(self.pending(previous, false)),
            End::Failed | End::NotBegun | End::Overtaken => None,
        }
    }

    fn done(&self, previous: Record) -> Record {
        match self.read_back() {
            ReadBack::NotYet => self.pending(previous, true),
            ReadBack::Ours(stamp) => self.held(stamp),
            // Our write had its own stamp, which nobody saw; any older one tells that it is not there any more.
            ReadBack::Others(_) => self.held(self.answered.unwrap_or_default()),
        }
    }

    fn held(&self, updated_at: Stamp) -> Record {
        let created_at = self.after.and_then(|meta| meta.created_at);
        let held = HeldRecord { fingerprint: self.sent, created_at, updated_at, how: Known::Written };
        Record {
            base: Some(self.sent),
            held: Some(held),
            policy: self.after.and_then(|meta| meta.visibility.clone()),
            pending: None,
            written: true,
            run: self.run.into(),
        }
    }

    fn pending(&self, previous: Record, acknowledged: bool) -> Record {
        let before = match self.before {
            GithubBasis::Absent => None,
            GithubBasis::Present(stamp) => stamp,
        };
        let begun = shortly_before(self.begun, self.answered);
        let over_ours = previous.pending.is_some_and(|earlier| earlier.left(before));
        let pending = PendingWrite { fingerprint: self.sent, before, begun, acknowledged, over_ours };
        Record { pending: Some(pending), written: true, run: self.run.into(), ..previous }
    }
}

/// A place whose value was seen on GitHub: what a job or a variable says.
pub(super) fn seen(
    fingerprint: Fingerprint,
    equal: bool,
    meta: Option<&Meta>,
    previous: Option<&Record>,
    run: &str,
) -> Record {
    let previous = previous.cloned().unwrap_or_default();
    let held = meta.and_then(|meta| {
        let (created_at, updated_at) = (meta.created_at, meta.updated_at?);
        // What we wrote under this very stamp stays what we wrote.
        let ours = previous.held.filter(|held| held.fingerprint == fingerprint && held.updated_at == updated_at);
        let how = ours.map_or(Known::Attested, |held| held.how);
        Some(HeldRecord { fingerprint, created_at, updated_at, how })
    });
    Record {
        base: if equal { Some(fingerprint) } else { previous.base },
        held: held.or(previous.held),
        policy: meta.and_then(|meta| meta.visibility.clone()).or(previous.policy),
        pending: None,
        written: previous.written,
        run: run.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: Fingerprint = Fingerprint([1; 32]);

    fn meta(updated_at: i64) -> Meta {
        Meta { created_at: Some(Stamp(1)), updated_at: Some(Stamp(updated_at)), visibility: None }
    }

    fn push(before: GithubBasis, begun: i64, answered: i64, after: Option<&Meta>) -> Push<'_> {
        let (begun, answered) = (Some(Stamp(begun)), Some(Stamp(answered)));
        Push { sent: SENT, end: End::Done, previous: None, before, begun, answered, after, run: "r" }
    }

    #[test]
    fn g17_a_stamp_is_ours_only_if_it_can_be() {
        let present = |stamp| GithubBasis::Present(Some(Stamp(stamp)));
        let cases = [
            (GithubBasis::Absent, 100, 101, Some(100), ReadBack::Ours(Stamp(100))),
            (GithubBasis::Absent, 100, 101, None, ReadBack::NotYet),
            (present(50), 100, 101, Some(101), ReadBack::Ours(Stamp(101))),
            (present(50), 100, 101, Some(50), ReadBack::NotYet),
            // Set twice within one second.
            (present(100), 100, 100, Some(100), ReadBack::Ours(Stamp(100))),
            (present(100), 100, 110, Some(100), ReadBack::NotYet),
            // Somebody else, long after our answer.
            (present(50), 100, 101, Some(110), ReadBack::Others(Stamp(110))),
        ];
        for (before, begun, answered, after, expected) in cases {
            let after = after.map(meta);
            assert_eq!(push(before, begun, answered, after.as_ref()).read_back(), expected, "{before:?} {after:?}");
        }
    }

    #[test]
    fn g19_what_is_not_known_is_pending_and_keeps_what_was_known() {
        let base = Record { base: Some(Fingerprint([9; 32])), ..Record::default() };
        let unknown = Push { end: End::Unknown, previous: Some(&base), ..push(GithubBasis::Absent, 5, 6, None) };
        let record = unknown.record().expect("a record");
        assert_eq!(record.base, base.base);
        let pending = PendingWrite {
            fingerprint: SENT,
            before: None,
            begun: Some(Stamp(5)),
            acknowledged: false,
            over_ours: false,
        };
        assert_eq!(record.pending, Some(pending));
        for end in [End::Failed, End::NotBegun, End::Overtaken] {
            assert_eq!(Push { end, ..unknown.clone() }.record(), None);
        }
    }

    #[test]
    fn g19_a_write_late_in_a_long_run_is_looked_for_around_its_own_answer() {
        let late = push(GithubBasis::Absent, 5, 500, None).record().expect("a record");
        assert_eq!(late.pending.and_then(|pending| pending.begun), Some(Stamp(500 - ANSWERING)));
    }

    #[test]
    fn c1_a_write_over_an_unsettled_one_remembers_that_what_was_there_was_ours() {
        let pending = |before: GithubBasis, previous: Option<&Record>| {
            let push = Push { end: End::Unknown, previous, ..push(before, 105, 106, None) };
            push.record().and_then(|record| record.pending).expect("pending")
        };
        let at = |stamp| GithubBasis::Present(Some(Stamp(stamp)));
        let first = Record {
            pending: Some(PendingWrite { begun: Some(Stamp(100)), ..pending(at(50), None) }),
            ..Record::default()
        };
        // Seen where the first one can have left it; seen as it was before; seen where somebody else left it.
        let cases = [(at(101), true), (at(50), false), (at(300), false), (GithubBasis::Absent, false)];
        for (before, ours) in cases {
            assert_eq!(pending(before, Some(&first)).over_ours, ours, "{before:?}");
        }
        let second = Record { pending: Some(pending(at(101), Some(&first))), ..Record::default() };
        assert!(pending(at(101), Some(&second)).over_ours, "a third one finds what the first one left");
    }

    #[test]
    fn g22_a_later_writer_leaves_a_record_that_does_not_match() {
        let after = meta(200);
        let record = push(GithubBasis::Absent, 100, 101, Some(&after)).record().expect("a record");
        assert_ne!(record.held.map(|held| held.updated_at), after.updated_at);
        assert_eq!(record.base, Some(SENT));
    }
}
