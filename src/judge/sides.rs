//! What is known of both sides of an entry, for those who decide rather than judge.
//!
//! The same knowledge as the rules have, without what only they need: nothing is
//! matched against words and shapes here, so that it costs little for entries at rest.
//! Invariant: a value is handed out only where it certainly is this place's own.

use std::{borrow::Cow, fmt, sync::Arc};

use super::{
    JudgeOptions,
    format::Expected,
    github_form,
    invisible::own_listing_failure,
    outdated,
    subject::{JobSide, expected_format, job_side},
    world::World,
};
use crate::{
    keys,
    mapping::{Entry, Mapping},
    model::{Cause, Evidence, GithubPlace, GithubScope, Meta, Place, Reading, SecretValue, Snapshot, Stamp, Unread},
};

/// Answers for each entry what both sides hold.
pub struct Sides<'a> {
    world: World<'a>,
}

/// Both sides of one entry.
#[derive(Debug)]
pub struct EntrySides<'a> {
    pub esc: EscKnowledge<'a>,
    /// In the order of the entry's places.
    pub github: Vec<PlaceSide<'a>>,
}

/// One GitHub place beside ESC.
#[derive(Debug)]
pub struct PlaceSide<'a> {
    pub place: &'a GithubPlace,
    pub known: GithubKnowledge<'a>,
    /// Whether both values are the same; `None` if one was not seen.
    pub equal: Option<bool>,
    /// The job has an older value than the place by now; it is not handed out.
    pub outdated: bool,
}

/// What is known of an entry's place in ESC.
#[derive(Clone, Debug)]
pub enum EscKnowledge<'a> {
    /// The entry has none.
    NoPlace,
    Absent,
    Unread(Arc<Unread>),
    /// ESC answered, but what it has is no value (E11).
    Undetermined(Arc<Unread>),
    /// Declared base64, and not: as it is held.
    NotBase64(&'a SecretValue),
    /// In the form in which GitHub should hold it.
    Value(Cow<'a, SecretValue>),
}

/// What is known of a GitHub place.
#[derive(Clone, Debug)]
pub enum GithubKnowledge<'a> {
    Absent,
    Unread(Arc<Unread>),
    /// It is there; a value that the job has under that name may be another place's.
    Hidden(&'a Meta),
    Value {
        value: &'a SecretValue,
        /// `None` where the place could not be listed and only the job vouches for it.
        meta: Option<&'a Meta>,
        /// Read as the job's own secret, as it was when the job began.
        by_job: bool,
    },
}

impl<'a> Sides<'a> {
    pub fn new(mapping: &'a Mapping, snapshot: &'a Snapshot) -> Self {
        // Neither is asked of the world by anything that is used here.
        let options = JudgeOptions { now: Stamp(0), require_evidence: Evidence::Presence };
        Self { world: World::new(mapping, snapshot, options) }
    }

    pub fn of(&'a self, entry: &'a Entry) -> EntrySides<'a> {
        let esc = self.esc(entry);
        let github = entry.github.iter().map(|place| self.place_side(entry, place, &esc));
        EntrySides { github: github.collect(), esc }
    }

    fn place_side(&'a self, entry: &'a Entry, place: &'a GithubPlace, esc: &EscKnowledge) -> PlaceSide<'a> {
        let (known, outdated) = self.github(entry, place);
        let equal = equal(entry, esc, &known);
        match known {
            GithubKnowledge::Value { meta: Some(meta), by_job: true, .. }
                if outdated::by_record(self.world.snapshot, place, meta, equal) =>
            {
                PlaceSide { place, known: GithubKnowledge::Hidden(meta), equal: None, outdated: true }
            }
            known => PlaceSide { place, known, equal, outdated },
        }
    }

    fn esc(&self, entry: &'a Entry) -> EscKnowledge<'a> {
        let Some(place) = entry.esc_place() else { return EscKnowledge::NoPlace };
        match self.world.snapshot.reading(&place) {
            Reading::Absent | Reading::Hidden(_) => EscKnowledge::Absent,
            Reading::Unknown(unread) if unread.cause == Cause::Undetermined => EscKnowledge::Undetermined(unread),
            Reading::Unknown(unread) => EscKnowledge::Unread(unread),
            Reading::Value { value, .. } => match entry.detail().encoding {
                crate::model::Encoding::None => EscKnowledge::Value(Cow::Borrowed(value)),
                encoding => github_form(encoding, value)
                    .map_or(EscKnowledge::NotBase64(value), |value| EscKnowledge::Value(Cow::Owned(value))),
            },
        }
    }

    /// What is known, and whether the job has an older value.
    fn github(&'a self, entry: &'a Entry, place: &'a GithubPlace) -> (GithubKnowledge<'a>, bool) {
        let reading = self.world.snapshot.github_reading(place);
        let side = job_side(&self.world, entry, place, &reading);
        let outdated = matches!(side, JobSide::Outdated);
        let job = match side {
            JobSide::Value(value) if !self.may_be_nearer(place, &reading) => Some(value),
            _ => None,
        };
        let known = match (reading, job) {
            (Reading::Absent, _) => GithubKnowledge::Absent,
            (Reading::Hidden(meta), None) => GithubKnowledge::Hidden(meta),
            (Reading::Hidden(meta), Some(value)) => GithubKnowledge::Value { value, meta: Some(meta), by_job: true },
            (Reading::Value { value, meta, .. }, _) => GithubKnowledge::Value { value, meta, by_job: false },
            (Reading::Unknown(unread), Some(value)) if unread.cause == Cause::Rights => {
                GithubKnowledge::Value { value, meta: None, by_job: true }
            }
            (Reading::Unknown(unread), _) => GithubKnowledge::Unread(unread),
        };
        (known, outdated)
    }

    /// Whether the job's own repository may have a nearer secret of the name: it could not be listed. A
    /// comparison says so beside it; a value that is remembered under the place's stamp must be the place's.
    fn may_be_nearer(&self, place: &GithubPlace, reading: &Reading) -> bool {
        let own = self.world.snapshot.job.as_ref().and_then(|job| job.repository.as_ref());
        matches!((&*place.scope, reading), (GithubScope::Organization { .. }, Reading::Hidden(_)))
            && own.is_some_and(|own| own_listing_failure(&self.world, own).is_some())
    }
}

fn equal(entry: &Entry, esc: &EscKnowledge, github: &GithubKnowledge) -> Option<bool> {
    match (esc, github) {
        (EscKnowledge::Value(ours), GithubKnowledge::Value { value: theirs, .. }) => {
            Some(ours.same_as(theirs) || are_one_public_key(entry, ours, theirs))
        }
        (EscKnowledge::NotBase64(_), GithubKnowledge::Value { .. }) => Some(false),
        _ => None,
    }
}

/// Public keys are equal if they are the same key, however wrapped or commented (V13).
fn are_one_public_key(entry: &Entry, ours: &SecretValue, theirs: &SecretValue) -> bool {
    expected_format(entry).as_ref().is_some_and(Expected::is_public_key)
        && matches!((keys::public_key(ours), keys::public_key(theirs)), (Ok(ours), Ok(theirs)) if ours == theirs)
}

impl GithubKnowledge<'_> {
    pub fn meta(&self) -> Option<&Meta> {
        match self {
            Self::Hidden(meta) => Some(meta),
            Self::Value { meta, .. } => *meta,
            Self::Absent | Self::Unread(_) => None,
        }
    }
}

impl PlaceSide<'_> {
    /// Where the value was read, if it was.
    pub fn read_at(&self) -> Option<Place> {
        match self.known {
            GithubKnowledge::Value { by_job: true, .. } => Some(Place::Job { name: self.place.name.clone() }),
            GithubKnowledge::Value { by_job: false, .. } => Some(Place::Github(self.place.clone())),
            _ => None,
        }
    }
}

impl fmt::Debug for Sides<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sides")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        judge::testing::{Case, public_key},
        model::Encoding,
    };

    const VALUE: &str = "7f3c9a1e5b2d8046";

    fn with<T>(case: Case, ask: impl FnOnce(&EntrySides) -> T) -> T {
        let sides = Sides::new(&case.mapping, &case.snapshot);
        ask(&sides.of(&case.mapping.entries[0]))
    }

    #[test]
    fn equality_is_told_only_where_both_values_were_seen() {
        let case = || Case::new().secret("A", "a").value("a", VALUE).listed("A");
        assert_eq!(with(case(), |sides| sides.github[0].equal), None);
        assert_eq!(with(case().job("A", VALUE), |sides| sides.github[0].equal), Some(true));
        assert_eq!(with(case().job("A", "other"), |sides| sides.github[0].equal), Some(false));
        let unlisted = Case::new().secret("A", "a").value("a", VALUE).none_listed().job("A", VALUE);
        assert!(with(unlisted, |sides| matches!(sides.github[0].known, GithubKnowledge::Absent)));
    }

    #[test]
    fn g15_a_value_that_may_be_another_scopes_is_not_this_places() {
        let case = Case::new().secret("A", "a").value("a", VALUE).listed("A").repository_lists("acme/app", "A");
        assert!(with(case.job("A", VALUE), |sides| matches!(sides.github[0].known, GithubKnowledge::Hidden(_))));
    }

    #[test]
    fn a_refused_listing_is_vouched_for_by_the_job_and_a_failed_one_is_not() {
        let case = |cause| Case::new().secret("A", "a").value("a", VALUE).github_fails(cause).job("A", VALUE);
        let known = |cause| with(case(cause), |sides| matches!(sides.github[0].known, GithubKnowledge::Value { .. }));
        assert!(known(Cause::Rights));
        assert!(!known(Cause::Network));
    }

    #[test]
    fn v13_v14_keys_by_meaning_and_base64_by_its_bytes() {
        let wrap = |text: &str| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
        let commented = wrap(&format!("{} somebody", public_key().trim_end()));
        let key = Case::new().config("LAMBDA_LABS_SSH_PUBLIC_KEY", "k").service("lambda-labs");
        let key = key.plain_value("k", &wrap(public_key())).variable("LAMBDA_LABS_SSH_PUBLIC_KEY", &commented);
        assert_eq!(with(key, |sides| sides.github[0].equal), Some(true));
        let wrapped = |held: &str| {
            let case = Case::new().secret("A", "a").encoding(Encoding::Base64).value("a", held).listed("A");
            with(case.job("A", "hello"), |sides| sides.github[0].equal)
        };
        assert_eq!(wrapped("aGVsbG8="), Some(true));
        assert_eq!(wrapped("hello"), Some(false));
    }
}
