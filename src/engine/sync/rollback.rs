//! `rollback`: what a run replaced, put back from ESC's own revisions.
//!
//! Only what nobody changed since is put back. GitHub never told what it held, so there a
//! value is put back only if a revision of ESC has the very value that GitHub was known
//! to hold. What did not exist before is not deleted.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Applied, Applying, Observed, State, Task, Unwritable,
    apply::{Purpose, Work},
    recall,
    run_key::RunKey,
    state::end_of,
};
use crate::{
    judge::github_form,
    ledger::{Intent, Journal, KeptRun, journal_parts},
    mapping::Entry,
    model::{
        EnvironmentRef, EscPath, EscSnapshot, Fingerprint, GithubPlace, HeldRecord, Kind, Place, Reading, SecretValue,
    },
    plan::{Access, Action, Basis, Because, End, GithubBasis, HeldBack, Plan, Write},
    store::esc::definition::{lacks, same_at},
};

/// A run of that name is not in the journal.
#[derive(Debug, thiserror::Error)]
#[error("there is no run {run} to put back")]
pub struct NoSuchRun {
    pub run: String,
    /// The newest that are kept.
    pub known: Vec<String>,
}

/// What would be put back, and the values for it.
#[derive(Debug)]
pub struct PutBack {
    pub plan: Plan,
    values: Vec<Option<SecretValue>>,
}

/// How many revisions are looked through for a value that GitHub held.
const LOOK_BACK: u64 = 30;

/// What one intent comes to.
enum Found {
    Action(Action, SecretValue),
    Held(HeldBack),
}

/// One write of the run that is to be undone.
struct Undo<'a> {
    intent: &'a Intent,
    /// The revision that it made in ESC.
    written: Option<u64>,
    /// What was made or kept by ourselves is no entry's.
    entry: Option<(usize, &'a Entry)>,
}

impl Task<'_> {
    /// The journal of the run to put back.
    pub async fn kept_run(&self, state: &State, run: &str) -> Result<Result<KeptRun, NoSuchRun>, Unwritable> {
        if let Some(kept) = journal_parts::load(&state.backend, run).await? {
            return Ok(Ok(kept));
        }
        let mut known = Journal::runs(&*state.backend).await?;
        known.retain(|known| journal_parts::whole(known) == known);
        known.reverse();
        known.truncate(5);
        Ok(Err(NoSuchRun { run: run.to_owned(), known }))
    }

    /// What can be put back of a run, looked up in ESC's revisions; writes nothing.
    pub async fn put_back(&self, state: &State, observed: &Observed, run: &KeptRun) -> PutBack {
        let mut put_back = PutBack { plan: Plan::default(), values: Vec::new() };
        let mut revisions = Revisions { task: self, read: BTreeMap::new() };
        for (intent, written) in &written_by(run) {
            let undo = Undo { intent, written: *written, entry: self.entry_of(intent) };
            let found = match (&intent.place, undo.entry) {
                (Place::Esc { environment, path }, _) => {
                    undo.in_esc(self, observed, environment, path, &mut revisions).await
                }
                (Place::Github(place), Some((_, entry))) => {
                    undo.on_github(state, observed, place, entry, &mut revisions).await
                }
                (Place::Github(_), None) | (Place::Job { .. }, _) => continue,
            };
            match found {
                Found::Held(held) => put_back.plan.held_back.push(held),
                Found::Action(action, value) => {
                    put_back.plan.actions.push(action);
                    put_back.values.push(Some(value));
                }
            }
        }
        put_back
    }

    /// Carries it out.
    pub async fn apply_put_back(
        &self,
        applying: &Applying<'_>,
        state: &mut State,
        observed: &mut Observed,
        put_back: PutBack,
    ) -> Result<Applied, Unwritable> {
        let PutBack { plan, values } = put_back;
        let key = RunKey::find(self.mapping, observed, &plan, &[])?;
        let purpose = Purpose::PutBack;
        let work = Work { task: self, applying, plan: &plan, values, key, seen: Vec::new(), purpose };
        work.carry_out(state, observed).await
    }

    fn entry_of(&self, intent: &Intent) -> Option<(usize, &Entry)> {
        let speaks = |entry: &Entry| entry.name == intent.name && entry.places().any(|place| place == intent.place);
        self.mapping.entries.iter().enumerate().find(|(_, entry)| speaks(entry))
    }
}

/// What a run may have written, with the revisions that it made. What it wrote several times in ESC is one write, from
/// before the first to after the last; what it made and took out again is none.
fn written_by(run: &KeptRun) -> Vec<(Intent, Option<u64>)> {
    let mut written: Vec<(Intent, Option<u64>)> = Vec::new();
    for intent in &run.intents {
        if !matches!(end_of(run, intent.id), Some(End::Done | End::Unknown) | None) {
            continue;
        }
        let revision = run.ended.iter().rfind(|ended| ended.id == intent.id).and_then(|ended| ended.revision);
        let earlier = written.iter().position(|(earlier, _)| earlier.place == intent.place);
        match (earlier, &intent.place) {
            (Some(at), Place::Esc { .. }) if *written[at].0.verb == *"create" && *intent.verb == *"delete" => {
                written.remove(at);
            }
            (Some(at), Place::Esc { .. }) => written[at].1 = revision,
            _ => written.push((intent.clone(), revision)),
        }
    }
    written
}

impl Undo<'_> {
    async fn in_esc(
        &self,
        task: &Task<'_>,
        observed: &Observed,
        environment: &Arc<EnvironmentRef>,
        path: &EscPath,
        revisions: &mut Revisions<'_>,
    ) -> Found {
        let (Some(before), Some(written)) = (self.intent.revision_before, self.written) else {
            return self.held(
                Because::NoSource,
                "the run did not note which revisions it was",
                "see `esc env version history`",
            );
        };
        let store = match task.stores.esc() {
            Ok(store) => store,
            Err(unread) => return self.held(Because::Unread, &unread.what, &unread.help),
        };
        let then = match store.definition_at(environment, written).await {
            Ok(then) => then,
            Err(unread) => return self.held(Because::Unread, &unread.what, &unread.help),
        };
        let now = observed.definitions.get(environment);
        let is_untouched = now.is_some_and(|now| same_at(&then.text, &now.text, path));
        if !is_untouched && !self.is_same_value(observed, environment, path, written, revisions).await {
            return self.held(
                Because::Drifted,
                "somebody changed it after that run",
                "set it by hand if it is to be put back",
            );
        }
        let old = match revisions.at(environment, before).await {
            Ok(old) => old,
            Err(why) => return self.held(Because::Unread, &why, "run again"),
        };
        match old.root.lookup(path).map(crate::model::EscValue::reading) {
            Some(Reading::Value { value, secret, .. }) => {
                let why = format!("as it was in revision {before}");
                let create = now.is_some_and(|now| lacks(&now.text, path));
                let secret = secret || self.entry.is_some_and(|(_, entry)| entry.kind == Kind::Secret);
                let write = Write::Set { to: self.intent.place.clone(), create, secret };
                self.action(write, why, GithubBasis::Absent, value.clone())
            }
            Some(_) => self.held(Because::Opaque, "it was no text before", "see `esc env version history`"),
            None => self.held(
                Because::NoSource,
                "it did not exist before that run",
                "delete it by hand with `esc env rm` if nobody needs it",
            ),
        }
    }

    /// Whoever saves a whole definition anew has all its values encrypted anew, the unchanged ones too.
    async fn is_same_value(
        &self,
        observed: &Observed,
        environment: &Arc<EnvironmentRef>,
        path: &EscPath,
        written: u64,
        revisions: &mut Revisions<'_>,
    ) -> bool {
        let Ok(then) = revisions.at(environment, written).await else { return false };
        let now = observed.snapshot.reading(&self.intent.place);
        match (then.root.lookup(path).map(crate::model::EscValue::reading), now) {
            (Some(Reading::Value { value: then, .. }), Reading::Value { value: now, .. }) => then.same_as(now),
            _ => false,
        }
    }

    async fn on_github(
        &self,
        state: &State,
        observed: &Observed,
        place: &GithubPlace,
        entry: &Entry,
        revisions: &mut Revisions<'_>,
    ) -> Found {
        if &*self.intent.verb == "create" {
            let remedy = format!("delete it by hand with `gh {} delete` if nobody needs it", place.slot.as_str());
            return self.held(Because::NoSource, "it did not exist before that run", &remedy);
        }
        let Some(previous) = self.intent.previous else {
            return self.held(
                Because::NoSource,
                "GitHub never told what it held before that run",
                "store the older value again if you have it",
            );
        };
        let meta = observed.snapshot.github_reading(place).meta().cloned();
        let stamp = meta.as_ref().and_then(|meta| meta.updated_at);
        let held = state.records.get(place).and_then(|record| record.held);
        // What is there must be what that run sent, and not what a later one did, this one among them.
        let is_of_run =
            |held: HeldRecord| Some(held.updated_at) == stamp && self.intent.fingerprint == Some(held.fingerprint);
        if stamp.is_none() || !held.is_some_and(is_of_run) {
            return self.held(
                Because::Drifted,
                "somebody changed it after that run",
                "set it by hand if it is to be put back",
            );
        }
        match older(entry, observed, place, previous, revisions).await {
            Ok(Some((revision, value))) => {
                let from = entry.esc_place().unwrap_or_else(|| self.intent.place.clone());
                let access = match &*place.scope {
                    crate::model::GithubScope::Organization { .. } => Access::CarryOver,
                    _ => Access::NotApplicable,
                };
                let write = Write::Push { from, to: place.clone(), create: false, access };
                let why = format!("as ESC had it in revision {revision}, and GitHub before that run");
                self.action(write, why, GithubBasis::Present(stamp), value)
            }
            Ok(None) => self.held(
                Because::NoSource,
                "none of ESC's last revisions has the value that GitHub held before",
                "store the older value again if you have it",
            ),
            Err(why) => self.held(Because::Unread, &why, "run again"),
        }
    }

    fn action(&self, write: Write, why: String, github: GithubBasis, value: SecretValue) -> Found {
        let basis = Basis { github, ..Basis::default() };
        Found::Action(
            Action {
                entry: self.entry.map(|(at, _)| at),
                name: self.intent.name.clone(),
                write,
                why,
                repeats: false,
                basis,
            },
            value,
        )
    }

    fn held(&self, because: Because, reason: &str, remedy: &str) -> Found {
        Found::Held(HeldBack {
            entry: self.entry.map(|(at, _)| at),
            name: self.intent.name.clone(),
            place: self.intent.place.clone(),
            because,
            reason: reason.to_owned(),
            remedy: remedy.to_owned(),
        })
    }
}

/// The newest revision of ESC that has the value of that fingerprint.
async fn older(
    entry: &Entry,
    observed: &Observed,
    place: &GithubPlace,
    wanted: Fingerprint,
    revisions: &mut Revisions<'_>,
) -> Result<Option<(u64, SecretValue)>, String> {
    let (Some(key), Some(esc)) = (&observed.key, &entry.esc) else { return Ok(None) };
    let newest = revisions.newest(&esc.environment).await?;
    for number in (newest.saturating_sub(LOOK_BACK).max(1)..=newest).rev() {
        let Ok(old) = revisions.at(&esc.environment, number).await else { continue };
        let Some(Reading::Value { value, .. }) = old.root.lookup(&esc.path).map(crate::model::EscValue::reading) else {
            continue;
        };
        let value = github_form(entry.detail().encoding, value);
        if let Some(value) = value.filter(|value| recall::print(key, place, value) == wanted) {
            return Ok(Some((number, value)));
        }
    }
    Ok(None)
}

/// Environments as they were, each revision opened once.
struct Revisions<'a> {
    task: &'a Task<'a>,
    read: BTreeMap<(Arc<EnvironmentRef>, u64), Result<Arc<EscSnapshot>, String>>,
}

impl Revisions<'_> {
    async fn at(&mut self, environment: &Arc<EnvironmentRef>, number: u64) -> Result<Arc<EscSnapshot>, String> {
        let at = (Arc::clone(environment), number);
        if let Some(known) = self.read.get(&at) {
            return known.clone();
        }
        let read = match self.task.stores.esc() {
            Ok(store) => {
                store.read_environment_at(environment, number).await.map(Arc::new).map_err(|unread| unread.what)
            }
            Err(unread) => Err(unread.what.clone()),
        };
        self.read.insert(at, read.clone());
        read
    }

    async fn newest(&self, environment: &EnvironmentRef) -> Result<u64, String> {
        let store = self.task.stores.esc().map_err(|unread| unread.what.clone())?;
        let newest = store.revisions(environment, None, 1).await.map_err(|unread| unread.what)?;
        Ok(newest.first().map_or(0, |revision| revision.number))
    }
}
