//! One entry beside everything that was read of it.
//!
//! Built once per entry: readings, the values that can be seen, which side was
//! proved equal. Rules only ask.

use super::{
    Finding,
    format::Expected,
    line::{list, trimmed},
    outdated,
    placeholder::{Family, placeholder_family},
    recalled::Recalled,
    rule::Rule,
    world::World,
};
use crate::{
    keys,
    mapping::{Entry, FormatRule, catalogue},
    model::{
        App, Encoding, Evidence, GithubPlace, GithubScope, JobSnapshot, Place, Reading, RepoRef, SecretValue, Slot,
        Status,
    },
};

pub(super) struct Subject<'a> {
    pub(super) entry: &'a Entry,
    pub(super) world: &'a World<'a>,
    pub(super) esc: Option<EscSide<'a>>,
    pub(super) github: Vec<GithubSide<'a>>,
    /// What the mapping or the service says the value looks like.
    pub(super) format: Option<Expected<'a>>,
}

pub(super) struct EscSide<'a> {
    pub(super) place: Place,
    pub(super) reading: Reading<'a>,
    plain: Plain<'a>,
    pub(super) family: Option<Family>,
}

/// What ESC's value is once unwrapped.
enum Plain<'a> {
    AsHeld(&'a SecretValue),
    Unwrapped(SecretValue),
    /// Declared base64, but it is not.
    NotBase64,
    Unread,
}

pub(super) struct GithubSide<'a> {
    pub(super) place: &'a GithubPlace,
    pub(super) reading: Reading<'a>,
    pub(super) job: JobSide<'a>,
    pub(super) family: Option<Family>,
    /// What earlier runs know of it, where its value cannot be seen.
    pub(super) recalled: Recalled<'a>,
}

/// What the job in which we run tells of a place that is otherwise hidden.
pub(super) enum JobSide<'a> {
    /// Outside a job, or the job cannot see this place.
    Apart,
    /// The job has the value that the place had when its run was queued; another may be there now.
    Outdated,
    /// The job should see it, and does not.
    Unseen(&'a RepoRef),
    /// The job's value is this place's.
    Value(&'a SecretValue),
    /// The job has a value of that name, but it may be another place's.
    Doubtful(&'a SecretValue, String),
}

/// A value that can be seen, as GitHub should hold it.
pub(super) struct Held<'s> {
    spot: Spot<'s>,
    pub(super) value: &'s SecretValue,
    pub(super) family: Option<Family>,
}

/// Where a value was read; turned into a place only when somebody speaks of it.
#[derive(Clone, Copy)]
enum Spot<'s> {
    Esc(&'s Place),
    Github(&'s GithubPlace),
    Job(&'s GithubPlace),
}

/// What comparing one GitHub place with ESC came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Comparison {
    Differs,
    /// Equal but for blanks or line ends at the ends.
    DiffersAtEnds,
    Equal,
    /// One side was not seen.
    Unseen,
}

impl<'a> Subject<'a> {
    /// ESC's place, if the value there may travel: readable, no placeholder, not of the wrong form.
    pub(super) fn fit_source(&self) -> Option<&Place> {
        let side = self.esc.as_ref().filter(|side| matches!(side.reading, Reading::Value { .. }))?;
        (side.family.is_none() && !side.is_not_base64()).then_some(&side.place)
    }

    pub(super) fn new(world: &'a World<'a>, entry: &'a Entry) -> Self {
        let esc = entry.esc_place().map(|place| EscSide::new(world, entry, place));
        let github = entry.github.iter().map(|place| GithubSide::new(world, entry, place)).collect();
        let mut subject = Self { entry, world, esc, github, format: expected_format(entry) };
        subject.leave_outdated();
        subject
    }

    /// What a job has from before a later write is nothing that GitHub holds.
    fn leave_outdated(&mut self) {
        for at in 0..self.github.len() {
            let side = &self.github[at];
            let (JobSide::Value(_), Reading::Hidden(meta)) = (&side.job, &side.reading) else { continue };
            let equal = match self.compare(side) {
                Comparison::Unseen => None,
                compared => Some(compared == Comparison::Equal),
            };
            if outdated::by_record(self.world.snapshot, side.place, meta, equal) {
                self.github[at].set_job(self.world, self.entry, JobSide::Outdated);
            }
        }
    }

    /// A finding about this entry, as severe as the rule and the tier make it.
    pub(super) fn finding(&self, rule: &Rule, status: Option<Status>, place: Option<Place>) -> Finding {
        let severity = rule.severity_for(self.entry.tier);
        Finding { rule: rule.id, severity, status, place, reason: String::new(), remedy: String::new() }
    }

    /// Every value that can be seen, in the order of the places.
    pub(super) fn held(&self) -> impl Iterator<Item = Held<'_>> {
        let esc = self.esc.iter().filter_map(EscSide::held);
        esc.chain(self.github.iter().filter_map(GithubSide::held))
    }

    /// The value that GitHub should hold, as ESC has it.
    pub(super) fn esc_value(&self) -> Option<&SecretValue> {
        self.esc.as_ref().and_then(EscSide::value)
    }

    pub(super) fn compare(&self, side: &GithubSide) -> Comparison {
        let (Some(ours), Some(theirs)) = (self.esc_value(), side.value()) else { return Comparison::Unseen };
        if ours.same_as(theirs) || self.means_the_same(ours, theirs) {
            return Comparison::Equal;
        }
        // Only whether the ends differ is told, never what stands there.
        match (ours.expose_text(), theirs.expose_text()) {
            (Some(ours), Some(theirs)) if trimmed(ours) == trimmed(theirs) => Comparison::DiffersAtEnds,
            _ => Comparison::Differs,
        }
    }

    /// Public keys are equal if they are the same key, however wrapped or commented (V13).
    fn means_the_same(&self, ours: &SecretValue, theirs: &SecretValue) -> bool {
        let is_public = self.format.as_ref().is_some_and(Expected::is_public_key);
        is_public
            && match (keys::public_key(ours), keys::public_key(theirs)) {
                (Ok(ours), Ok(theirs)) => ours == theirs,
                _ => false,
            }
    }

    /// How it is known that all places hold the same, by the weakest of them; `None` if it is not known.
    pub(super) fn proof(&self) -> Option<Evidence> {
        if self.esc.as_ref().is_some_and(|side| side.value().is_none()) {
            return None;
        }
        self.github.iter().try_fold(Evidence::Value, |weakest, side| Some(weakest.max(self.proof_at(side)?)))
    }

    fn proof_at(&self, side: &GithubSide) -> Option<Evidence> {
        let seen = match self.esc {
            Some(_) => self.compare(side) == Comparison::Equal,
            None => side.value().is_some(),
        };
        match side.recalled {
            _ if seen => Some(Evidence::Value),
            Recalled::Equal(_) => Some(Evidence::Attested),
            _ => None,
        }
    }

    /// Whether the place is known to hold something else than ESC.
    pub(super) fn differs(&self, side: &GithubSide) -> bool {
        matches!(self.compare(side), Comparison::Differs | Comparison::DiffersAtEnds)
            || matches!(side.recalled, Recalled::Differs(_))
    }

    /// How it is known that places differ, by the weakest of those that do.
    pub(super) fn proof_of_difference(&self) -> Evidence {
        let recalled = |side: &GithubSide| matches!(side.recalled, Recalled::Differs(_));
        if self.github.iter().any(recalled) { Evidence::Attested } else { Evidence::Value }
    }

    /// Whether what is known of any place was refused or never asked for.
    pub(super) fn has_unread(&self) -> bool {
        let mut readings =
            self.esc.iter().map(|side| &side.reading).chain(self.github.iter().map(|side| &side.reading));
        readings.any(|reading| matches!(reading, Reading::Unknown(_)))
    }

    pub(super) fn silences(&self, rule: &Rule) -> bool {
        self.entry.allows(rule.id).is_some()
    }
}

pub(super) fn expected_format(entry: &Entry) -> Option<Expected<'_>> {
    match &entry.detail().format {
        Some(FormatRule::Inline(pattern)) => Some(Expected::Inline(pattern)),
        Some(FormatRule::Named(format)) => Some(Expected::Named(format)),
        None => catalogue::implied_format(entry.service.as_deref()?, entry.name.as_str()).map(Expected::Named),
    }
}

impl Held<'_> {
    /// Where it was read.
    pub(super) fn place(&self) -> Place {
        match self.spot {
            Spot::Job(place) => Place::Job { name: place.name.clone() },
            _ => self.home(),
        }
    }

    /// Where it is mended.
    pub(super) fn home(&self) -> Place {
        match self.spot {
            Spot::Esc(place) => place.clone(),
            Spot::Github(place) | Spot::Job(place) => Place::Github(place.clone()),
        }
    }

    pub(super) fn is_in_esc(&self) -> bool {
        matches!(self.spot, Spot::Esc(_))
    }
}

impl<'a> EscSide<'a> {
    fn new(world: &World<'a>, entry: &Entry, place: Place) -> Self {
        let reading = world.snapshot.reading(&place);
        let plain = Plain::of(entry.detail().encoding, reading.value());
        let mut side = Self { place, reading, plain, family: None };
        side.family = side.value().and_then(|value| placeholder_family(entry.kind, value));
        if side.family.is_none() && matches!(side.plain, Plain::NotBase64) {
            // A placeholder in the place of base64 is a placeholder first.
            side.family = side.reading.value().and_then(|value| placeholder_family(entry.kind, value));
        }
        side
    }

    fn value(&self) -> Option<&SecretValue> {
        match &self.plain {
            Plain::AsHeld(value) => Some(value),
            Plain::Unwrapped(value) => Some(value),
            Plain::NotBase64 | Plain::Unread => None,
        }
    }

    pub(super) fn is_not_base64(&self) -> bool {
        matches!(self.plain, Plain::NotBase64)
    }

    fn held(&self) -> Option<Held<'_>> {
        let value = self.value().or_else(|| self.reading.value())?;
        Some(Held { spot: Spot::Esc(&self.place), value, family: self.family })
    }
}

impl<'a> Plain<'a> {
    fn of(encoding: Encoding, held: Option<&'a SecretValue>) -> Self {
        match (held, encoding) {
            (None, _) => Self::Unread,
            (Some(held), Encoding::None) => Self::AsHeld(held),
            (Some(held), encoding) => super::github_form(encoding, held).map_or(Self::NotBase64, Self::Unwrapped),
        }
    }
}

impl<'a> GithubSide<'a> {
    fn new(world: &'a World<'a>, entry: &Entry, place: &'a GithubPlace) -> Self {
        let reading = world.snapshot.github_reading(place);
        let job = job_side(world, entry, place, &reading);
        let mut side = Self { place, reading, job: JobSide::Apart, family: None, recalled: Recalled::Nothing };
        side.set_job(world, entry, job);
        side
    }

    fn set_job(&mut self, world: &World<'a>, entry: &Entry, job: JobSide<'a>) {
        self.job = job;
        self.family = self.seen().and_then(|value| placeholder_family(entry.kind, value));
        // What can be read now needs no memory, and what GitHub alone holds may change there.
        if self.value().is_none() && entry.esc.is_some() {
            self.recalled = Recalled::of(&world.snapshot.memory, self.place, &self.reading);
        }
    }

    /// The value that certainly is this place's.
    pub(super) fn value(&self) -> Option<&'a SecretValue> {
        match self.job {
            JobSide::Value(value) => Some(value),
            _ => self.reading.value(),
        }
    }

    /// The value that the job or a reader sees here.
    fn seen(&self) -> Option<&'a SecretValue> {
        match self.job {
            JobSide::Value(value) | JobSide::Doubtful(value, _) => Some(value),
            _ => self.reading.value(),
        }
    }

    fn held(&self) -> Option<Held<'_>> {
        let spot = match self.job {
            JobSide::Value(_) | JobSide::Doubtful(..) => Spot::Job(self.place),
            _ => Spot::Github(self.place),
        };
        Some(Held { spot, value: self.seen()?, family: self.family })
    }

    /// Whether the job's own value stands in for a listing we have no right to read.
    pub(super) fn is_vouched_for(&self) -> bool {
        let refused = matches!(&self.reading, Reading::Unknown(unread) if unread.cause == crate::model::Cause::Rights);
        refused && matches!(self.job, JobSide::Value(_))
    }
}

pub(super) fn job_side<'a>(world: &'a World<'a>, entry: &Entry, place: &GithubPlace, reading: &Reading) -> JobSide<'a> {
    let Some(job) = &world.snapshot.job else { return JobSide::Apart };
    if place.slot != Slot::Secret || place.scope.app() != App::Actions || !reaches_job(job, &place.scope) {
        return JobSide::Apart;
    }
    let Some(value) = job.values.get(&place.name) else { return unseen(job, entry, place, reading) };
    if outdated::by_stamp(job, reading) {
        return JobSide::Outdated;
    }
    if matches!(reading, Reading::Absent) {
        return JobSide::Doubtful(value, "the place does not have it, so the job's value is another scope's".into());
    }
    if let GithubScope::Environment { repository, environment } = &*place.scope
        && !alternatives_are_known(world, repository)
    {
        let why = format!(
            "a job outside {environment} gets what the repository or the organization holds, and that was not listed"
        );
        return JobSide::Doubtful(value, why);
    }
    match other_sources(world, job, place) {
        None => JobSide::Value(value),
        Some(other) => JobSide::Doubtful(
            value,
            format!("{other} holds a secret of the same name, so the job's value may be that one"),
        ),
    }
}

/// Whether a job of that repository can get anything from the scope.
fn reaches_job(job: &JobSnapshot, scope: &GithubScope) -> bool {
    let Some(own) = &job.repository else { return true };
    match scope {
        GithubScope::Organization { organization, .. } => own.owner.eq_ignore_ascii_case(organization),
        GithubScope::Environment { repository, .. } | GithubScope::Repository { repository, .. } => repository == own,
    }
}

/// GitHub has it, and the job's repository is one that must see it, yet the job does not.
fn unseen<'a>(job: &'a JobSnapshot, entry: &Entry, place: &GithubPlace, reading: &Reading) -> JobSide<'a> {
    let known = reading.exists() && !job.partial;
    let Some(own) = job.repository.as_ref().filter(|_| known) else { return JobSide::Apart };
    match &*place.scope {
        GithubScope::Organization { .. } if entry.visible_to.contains(own) => JobSide::Unseen(own),
        GithubScope::Repository { .. } => JobSide::Unseen(own),
        // The job may run outside this environment; that says nothing.
        _ => JobSide::Apart,
    }
}

/// The scopes, by the listings, that could have given the job its value instead of `place`.
fn other_sources(world: &World, job: &JobSnapshot, place: &GithubPlace) -> Option<String> {
    let own = |scope: &&GithubScope| job.repository.as_ref().is_none_or(|own| scope.repository() == Some(own));
    let mut others: Vec<&GithubScope> = world.nearer(place).into_iter().filter(own).collect();
    if let GithubScope::Environment { repository, .. } = &*place.scope {
        others.extend(farther(world, repository, place));
    }
    let total = others.len();
    if total == 0 && is_seen_from_organization(world, place) {
        return Some("the organization".into());
    }
    (total > 0).then(|| list(others.into_iter(), total, 5))
}

/// Whether the repository of an environment sees an organization secret of the place's name.
fn is_seen_from_organization(world: &World, place: &GithubPlace) -> bool {
    let GithubScope::Environment { repository, .. } = &*place.scope else { return false };
    let seen = world.snapshot.github.seen.get(repository);
    seen.is_some_and(|listing| listing.as_ref().is_ok_and(|names| names.contains_key(&place.name)))
}

/// Whether it was listed what a job outside the environment would get.
fn alternatives_are_known(world: &World, repository: &RepoRef) -> bool {
    let github = &world.snapshot.github;
    let own = GithubScope::Repository { app: App::Actions, repository: repository.clone() };
    github.secrets.get(&own).is_some_and(Result::is_ok) && github.seen.get(repository).is_some_and(Result::is_ok)
}

/// A job outside the environment gets what the repository or the organization holds.
fn farther<'a>(world: &World<'a>, repository: &RepoRef, place: &GithubPlace) -> Vec<&'a GithubScope> {
    let listings = world.snapshot.github.secrets.iter();
    let holding = listings.filter(|(_, listing)| listing.as_ref().is_ok_and(|names| names.contains_key(&place.name)));
    let actions = holding.map(|(scope, _)| &**scope).filter(|scope| scope.app() == App::Actions);
    actions
        .filter(|scope| match scope {
            GithubScope::Organization { organization, .. } => repository.owner.eq_ignore_ascii_case(organization),
            GithubScope::Repository { repository: other, .. } => other == repository,
            GithubScope::Environment { repository: other, environment } => {
                other == repository
                    && !matches!(&*place.scope, GithubScope::Environment { environment: own, .. } if own == environment)
            }
        })
        .collect()
}
