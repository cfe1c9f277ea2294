//! What whole stores said in one run: the raw material of observations.
//!
//! A listing is either complete or an error. There is no shorter one.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, LazyLock},
};

use super::{
    Cause, EnvironmentRef, EscPath, GithubPlace, GithubScope, LiveKnowledge, Memory, Meta, Place, Reading, RepoRef,
    SecretName, SecretValue, Segment, Slot, SshKnowledge, Stamp, Unread,
};

/// Everything that was read, each part complete or with the reason why not.
#[derive(Debug, Default)]
pub struct Snapshot {
    pub esc: BTreeMap<Arc<EnvironmentRef>, Result<EscSnapshot, Arc<Unread>>>,
    pub github: GithubSnapshot,
    /// `None` outside an Actions job.
    pub job: Option<JobSnapshot>,
    /// What earlier runs left in the ledger; empty where there is none.
    pub memory: Memory,
    /// What the state tells of the machines' key.
    pub ssh: SshKnowledge,
    /// What the services themselves said; empty where no live check was asked for.
    pub live: LiveKnowledge,
    /// Files generated from the mapping that are not what would be generated now.
    pub documents: Vec<StaleDocument>,
}

/// A generated file that is out of date.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StaleDocument {
    /// From the root of the repository.
    pub path: String,
    /// Whether somebody changed it by hand.
    pub edited: bool,
}

/// An evaluated ESC environment.
#[derive(Debug)]
pub struct EscSnapshot {
    /// The evaluated `values`.
    pub root: EscValue,
    /// When the newest revision was made, where that was asked for.
    pub revised_at: Option<Stamp>,
    /// The newest revision shortly before the values were read, where that was asked for.
    pub revision: Option<u64>,
}

/// One evaluated value with the flags ESC gives it.
#[derive(Debug)]
pub struct EscValue {
    pub kind: EscKind,
    pub secret: bool,
    pub unknown: bool,
}

#[derive(Debug)]
pub enum EscKind {
    Bool(bool),
    List(Vec<EscValue>),
    Null,
    /// Kept as written; ESC's numbers have any precision.
    Number(SecretValue),
    Object(HashMap<Box<str>, EscValue>),
    Text(SecretValue),
}

/// What GitHub said, per scope and per repository.
#[derive(Debug, Default)]
pub struct GithubSnapshot {
    pub secrets: BTreeMap<Arc<GithubScope>, Listing<Meta>>,
    pub variables: BTreeMap<Arc<GithubScope>, Listing<Variable>>,
    /// Organization secrets that a repository really sees (Actions), by repository.
    pub seen: BTreeMap<RepoRef, Listing<()>>,
    /// Organization variables that a repository really sees, by repository.
    pub seen_variables: BTreeMap<RepoRef, Listing<()>>,
    /// Lists of the repositories of a `selected` secret that were asked for and could not be read.
    pub unread_lists: BTreeMap<GithubPlace, Arc<Unread>>,
    /// Repositories that GitHub found under another name.
    pub moved: BTreeSet<RepoRef>,
}

/// A complete listing by name, or why there is none.
pub type Listing<T> = Result<BTreeMap<SecretName, T>, Arc<Unread>>;

/// A variable of GitHub: readable, unlike a secret.
#[derive(Clone, Debug)]
pub struct Variable {
    pub value: SecretValue,
    pub meta: Meta,
}

/// The secrets of the job in which we run: one flat set, whatever scope each came from.
#[derive(Debug, Default)]
pub struct JobSnapshot {
    pub values: BTreeMap<SecretName, SecretValue>,
    /// `GITHUB_REPOSITORY` of the job.
    pub repository: Option<RepoRef>,
    /// Only some names were handed over: of the others nothing is known.
    pub partial: bool,
    /// `GITHUB_RUN_ID` of the job.
    pub run: Option<u64>,
    /// GitHub's time when that run was queued, if it told: the values are as they were then.
    pub queued: Option<Stamp>,
}

impl GithubSnapshot {
    /// The organization's secrets or variables that a repository sees, if that was asked.
    pub fn seen_by(&self, repository: &RepoRef, slot: Slot) -> Option<&Listing<()>> {
        match slot {
            Slot::Secret => self.seen.get(repository),
            Slot::Variable => self.seen_variables.get(repository),
        }
    }
}

impl Snapshot {
    /// What was said of one place; a place nobody was asked about is unknown.
    pub fn reading(&self, place: &Place) -> Reading<'_> {
        match place {
            Place::Esc { environment, path } => self.esc_reading(environment, path),
            Place::Github(place) => self.github_reading(place),
            Place::Job { name } => self.job_reading(name),
        }
    }

    fn esc_reading(&self, environment: &EnvironmentRef, path: &EscPath) -> Reading<'_> {
        match self.esc.get(environment) {
            None => not_asked(),
            Some(Err(unread)) => Reading::Unknown(Arc::clone(unread)),
            Some(Ok(snapshot)) => snapshot.root.lookup(path).map_or(Reading::Absent, EscValue::reading),
        }
    }

    /// What was said of a place on GitHub.
    pub fn github_reading(&self, place: &GithubPlace) -> Reading<'_> {
        match place.slot {
            Slot::Secret => match self.github.secrets.get(&place.scope) {
                None => not_asked(),
                Some(Err(unread)) => Reading::Unknown(Arc::clone(unread)),
                Some(Ok(names)) => names.get(&place.name).map_or(Reading::Absent, Reading::Hidden),
            },
            Slot::Variable => match self.github.variables.get(&place.scope) {
                None => not_asked(),
                Some(Err(unread)) => Reading::Unknown(Arc::clone(unread)),
                Some(Ok(names)) => names.get(&place.name).map_or(Reading::Absent, |variable| Reading::Value {
                    value: &variable.value,
                    secret: false,
                    meta: Some(&variable.meta),
                }),
            },
        }
    }

    fn job_reading(&self, name: &SecretName) -> Reading<'_> {
        let Some(job) = &self.job else { return not_asked() };
        match job.values.get(name) {
            Some(value) => Reading::Value { value, secret: true, meta: None },
            None if job.partial => not_asked(),
            None => Reading::Absent,
        }
    }
}

fn not_asked() -> Reading<'static> {
    static NOT_ASKED: LazyLock<Arc<Unread>> =
        LazyLock::new(|| unread(Cause::NotAsked, "was not asked", "run without --offline"));
    Reading::Unknown(Arc::clone(&NOT_ASKED))
}

fn undetermined(cause: Cause, what: &str, help: &str) -> Reading<'static> {
    Reading::Unknown(unread(cause, what, help))
}

fn unread(cause: Cause, what: &str, help: &str) -> Arc<Unread> {
    Arc::new(Unread { cause, what: what.into(), help: help.into() })
}

impl EscValue {
    /// A value that can be used as it is, or why not. Nothing that ESC marks unknown,
    /// and nothing that is not a text, ever passes for a value (failure case E11).
    pub fn reading(&self) -> Reading<'_> {
        const HELP: &str = "make it a text: quote it in the definition, or point the mapping at a key below it";
        if self.unknown {
            return undetermined(
                Cause::Undetermined,
                "ESC could not evaluate it",
                "open the environment with the esc command line and mend the function or reference behind it",
            );
        }
        match &self.kind {
            EscKind::Text(value) => Reading::Value { value, secret: self.secret, meta: None },
            EscKind::Null => undetermined(Cause::Undetermined, "it is null in ESC, not a text", HELP),
            EscKind::Bool(_) => undetermined(Cause::Undetermined, "it is a boolean in ESC, not a text", HELP),
            EscKind::Number(_) => undetermined(Cause::Undetermined, "it is a number in ESC, not a text", HELP),
            EscKind::List(_) => undetermined(Cause::Undetermined, "it is a list in ESC, not a text", HELP),
            EscKind::Object(_) => undetermined(Cause::Undetermined, "it is an object in ESC, not a text", HELP),
        }
    }

    /// Puts a value at `path`, as ESC does after it was written there: missing parents are made.
    pub fn put(&mut self, path: &EscPath, value: Self) {
        let mut at = self;
        for segment in path.segments() {
            at = at.child(segment);
        }
        *at = value;
    }

    /// What stands under the segment, made if it is not there.
    fn child(&mut self, segment: &Segment) -> &mut Self {
        match segment {
            Segment::Index(index) => {
                if !matches!(self.kind, EscKind::List(_)) {
                    self.kind = EscKind::List(Vec::new());
                }
                let EscKind::List(items) = &mut self.kind else { unreachable!("it was made a list above") };
                let index = (*index as usize).min(items.len());
                if index == items.len() {
                    items.push(Self::empty());
                }
                &mut items[index]
            }
            Segment::Key(key) => {
                if !matches!(self.kind, EscKind::Object(_)) {
                    self.kind = EscKind::Object(HashMap::new());
                }
                let EscKind::Object(fields) = &mut self.kind else { unreachable!("it was made an object above") };
                fields.entry(key.clone()).or_insert_with(Self::empty)
            }
        }
    }

    fn empty() -> Self {
        Self { kind: EscKind::Null, secret: false, unknown: false }
    }

    /// The value at `path`, walking objects and lists.
    pub fn lookup(&self, path: &EscPath) -> Option<&Self> {
        path.segments().iter().try_fold(self, |value, segment| match (&value.kind, segment) {
            (EscKind::Object(fields), Segment::Key(key)) => fields.get(key),
            (EscKind::List(items), Segment::Index(index)) => items.get(*index as usize),
            _ => None,
        })
    }
}
