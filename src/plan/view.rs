//! From readings and records to the words of the table: what moved, what is known, whose write it was.
//!
//! Stamps are compared for equality with other stamps of GitHub, never with a clock
//! (G17, G18); the one exception is the window in which a write of ours may have landed,
//! and both its ends are GitHub's own times.

use super::decide::{Esc, Fitness, Github, Readable};
use crate::{
    judge::{EscKnowledge, GithubKnowledge, PlaceSide},
    model::{Fingerprint, HeldRecord, Memory, Meta, PendingWrite, Record, Stamp},
};

/// What is known of one entry at one GitHub place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct View {
    pub(super) esc: Esc,
    pub(super) github: Github,
}

/// What judging a value for travel takes; asked only where something may travel.
pub(super) struct Fitnesses<'f> {
    pub(super) esc: &'f dyn Fn() -> Fitness,
    pub(super) github: &'f dyn Fn() -> Fitness,
}

/// What the records say of a place, as far as they may be compared.
struct Remembered<'a> {
    /// Without it records say nothing of values, only of stamps.
    has_key: bool,
    record: Option<&'a Record>,
    /// The value both sides had when they last agreed.
    base: Option<Fingerprint>,
    esc: Option<Fingerprint>,
    github: Option<Fingerprint>,
    stamps: Stamps,
}

/// Whether GitHub's stamps are those that a value was recorded for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stamps {
    Match,
    Moved,
    /// Nothing is recorded, or GitHub shows no stamp.
    Unknown,
}

/// What became of a write without a known end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Settled {
    NotWritten,
    Ours,
    Open,
}

impl View {
    pub(super) fn of(esc: &EscKnowledge, side: &PlaceSide, memory: &Memory, fitnesses: &Fitnesses) -> Self {
        let remembered = Remembered::of(memory, side);
        let github = github(side, esc, &remembered, fitnesses);
        let base = remembered.base_for(&side.known);
        Self { esc: esc_side(esc, base, &remembered, github, fitnesses), github }
    }
}

fn esc_side(
    esc: &EscKnowledge,
    base: Option<Fingerprint>,
    remembered: &Remembered,
    github: Github,
    fitnesses: &Fitnesses,
) -> Esc {
    // Two sides that agree are at rest: whether the value is fit is not asked.
    let fitness = || if is_same(github) { Fitness::Fit } else { (fitnesses.esc)() };
    match esc {
        EscKnowledge::NoPlace | EscKnowledge::Absent => Esc::Absent,
        EscKnowledge::Unread(_) => Esc::Unread,
        EscKnowledge::Undetermined(_) => Esc::Undetermined,
        // What is not the base64 it should be cannot be what both sides agreed on.
        EscKnowledge::NotBase64(_) => Esc::Value { fitness: fitness(), moved: base.map(|_| true) },
        EscKnowledge::Value(_) => Esc::Value { fitness: fitness(), moved: moved(base, remembered.esc) },
    }
}

fn is_same(github: Github) -> bool {
    matches!(github, Github::Known { same: true, .. })
}

fn moved(base: Option<Fingerprint>, now: Option<Fingerprint>) -> Option<bool> {
    Some(base? != now?)
}

fn github(side: &PlaceSide, esc: &EscKnowledge, remembered: &Remembered, fitnesses: &Fitnesses) -> Github {
    match &side.known {
        GithubKnowledge::Absent => Github::Absent,
        GithubKnowledge::Unread(_) => Github::Unread,
        GithubKnowledge::Hidden(meta) => hidden(meta, esc, remembered),
        GithubKnowledge::Value { meta, .. } => {
            let same = side.equal == Some(true);
            let fitness = if same { Fitness::Fit } else { (fitnesses.github)() };
            let readable = Readable { fitness, listed: meta.is_some(), newer: remembered.is_newer(*meta) };
            Github::Known {
                same,
                moved: moved(remembered.base_for(&side.known), remembered.github),
                readable: Some(readable),
            }
        }
    }
}

fn hidden(meta: &Meta, esc: &EscKnowledge, remembered: &Remembered) -> Github {
    match remembered.settled(meta.updated_at) {
        Some(Settled::Ours) => return Github::Ours,
        Some(Settled::Open) => return Github::Unsettled,
        Some(Settled::NotWritten) | None => {}
    }
    let held = remembered.held().map(|held| held.fingerprint).filter(|_| remembered.stamps == Stamps::Match);
    let comparable = remembered.esc.is_some() || !matches!(esc, EscKnowledge::Value(_));
    match (remembered.stamps, held) {
        (Stamps::Moved, _) => Github::MovedHidden,
        (Stamps::Match, Some(held)) if comparable && remembered.has_key => Github::Known {
            same: remembered.esc == Some(held),
            moved: moved(remembered.base, Some(held)),
            readable: None,
        },
        _ => Github::Unrecorded,
    }
}

impl<'a> Remembered<'a> {
    fn of(memory: &'a Memory, side: &PlaceSide) -> Self {
        let record = memory.records.get(side.place);
        let now = |prints: &std::collections::BTreeMap<_, Fingerprint>| {
            prints.get(side.place).copied().filter(|_| memory.has_key)
        };
        Self {
            has_key: memory.has_key,
            record,
            base: record.and_then(|record| record.base).filter(|_| memory.has_key),
            esc: now(&memory.esc_now),
            github: now(&memory.github_now),
            stamps: Stamps::of(record.and_then(|record| record.held.as_ref()), side.known.meta()),
        }
    }

    fn held(&self) -> Option<&'a HeldRecord> {
        self.record?.held.as_ref()
    }

    /// Where GitHub is seen to hold what a run of ours sent, that is what both sides last agreed on.
    fn base_for(&self, known: &GithubKnowledge) -> Option<Fingerprint> {
        let sent = self.record.and_then(|record| record.pending).map(|pending| pending.fingerprint);
        match known {
            GithubKnowledge::Value { .. } if sent.is_some() && sent == self.github => sent,
            _ => self.base,
        }
    }

    fn is_newer(&self, meta: Option<&Meta>) -> bool {
        let stamps = (meta.and_then(|meta| meta.updated_at), self.held().map(|held| held.updated_at));
        matches!(stamps, (Some(now), Some(recorded)) if now > recorded)
    }

    fn settled(&self, now: Option<Stamp>) -> Option<Settled> {
        let pending = self.record?.pending.as_ref()?;
        Some(match now {
            None => Settled::Open,
            Some(now) if pending.before == Some(now) => self.unmoved(pending, now),
            Some(now) => self.landed(pending, now),
        })
    }

    /// The stamp is as it was before the write. Within one second that says nothing, and an
    /// acknowledged write was done whatever the list says; but then only values that are
    /// ours can be there, if the one before was recorded or sent by us as well.
    fn unmoved(&self, pending: &PendingWrite, now: Stamp) -> Settled {
        let same_second = pending.begun.is_none_or(|begun| begun <= now);
        if pending.acknowledged || pending.over_ours || (same_second && self.stamps == Stamps::Match) {
            Settled::Ours
        } else {
            Settled::NotWritten
        }
    }

    /// The stamp moved: by our write, if it lies where that must lie.
    fn landed(&self, pending: &PendingWrite, now: Stamp) -> Settled {
        let unstamped = || pending.acknowledged && self.esc == Some(pending.fingerprint);
        let ours = pending.can_have(now).unwrap_or_else(unstamped);
        if ours { Settled::Ours } else { Settled::Open }
    }
}

impl Stamps {
    fn of(held: Option<&HeldRecord>, meta: Option<&Meta>) -> Self {
        let (Some(held), Some(meta)) = (held, meta) else { return Self::Unknown };
        let Some(updated_at) = meta.updated_at else { return Self::Unknown };
        let created = match (held.created_at, meta.created_at) {
            (Some(recorded), Some(now)) => recorded == now,
            _ => true,
        };
        if held.updated_at == updated_at && created { Self::Match } else { Self::Moved }
    }
}

#[cfg(test)]
mod tests;
