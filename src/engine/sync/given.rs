//! Values that were made here, put into ESC, and names taken out of it again: no mapping decides, the caller does.
//!
//! The same stages as a sync: definitions are read before values, what is so already is
//! not written, the rest is one revision for each environment, under the journal.
//! Invariant: what is called done was read back afterwards and was what was wanted.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures_util::future::join_all;

use crate::{
    engine::apply::{Ended, Keys},
    mapping::EscPlace,
    model::{
        EnvironmentRef, EscPath, EscSnapshot, EscValue, Place, Reading, SecretName, SecretValue, Snapshot, Unread,
    },
    plan::{Action, Basis, End, Outcome, Plan, Write},
    store::esc::{Definition, definition},
};

use super::{
    Applying, Observed, State, Task, Unwritable,
    apply::{Purpose, Work},
};

/// A value to be put into ESC, or a name to be taken out of it.
#[derive(Clone, Debug)]
pub struct Given {
    /// By which the audit log and reports speak of it.
    pub name: SecretName,
    pub to: EscPlace,
    /// Whether it is to be a secret in ESC; a place that is one stays one.
    pub secret: bool,
    /// `None`: take it out.
    pub value: Option<SecretValue>,
}

/// An environment: its definition, and its values, which were read after that.
struct Found {
    definition: Definition,
    values: EscSnapshot,
}

type Finds = BTreeMap<Arc<EnvironmentRef>, Result<Found, Arc<Unread>>>;

impl Task<'_> {
    /// Has ESC hold what is given. One outcome for each, whose `action` is its position.
    ///
    /// May be called several times in one run, before or after a plan is applied. Fails if nothing could be begun, or
    /// if what was done could not be written down; to give the same again is safe either way.
    pub async fn give(
        &self,
        applying: &Applying<'_>,
        state: &mut State,
        given: &[Given],
    ) -> Result<Vec<Outcome>, Unwritable> {
        let found = find(self, given.iter().map(|given| Arc::clone(&given.to.environment)).collect()).await;
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(given.len());
        let (mut plan, mut values, mut positions) = (Plan::default(), Vec::new(), Vec::new());
        for (at, given) in given.iter().enumerate() {
            outcomes.push(match found.get(&given.to.environment) {
                Some(Ok(found)) if found.has(&given.to.path, given.secret, given.value.as_ref()) => done(at),
                Some(Ok(found)) => {
                    plan.actions.push(action(given, found));
                    values.push(given.value.clone());
                    positions.push(at);
                    done(at)
                }
                Some(Err(unread)) => failed(at, &unread.what, &unread.help),
                None => failed(at, "its environment was not read", "run again"),
            });
        }
        let mut observed = observed(found);
        let (key, seen, purpose) = (None, Vec::new(), Purpose::Agree);
        let work = Work { task: self, applying, plan: &plan, values, key, seen, purpose };
        let applied = work.carry_out(state, &mut observed).await?;
        for outcome in applied.outcomes {
            let action = positions[outcome.action];
            outcomes[action] = Outcome { action, ..outcome };
        }
        applied.unrecorded.map_or(Ok(outcomes), |fault| Err(fault.into()))
    }
}

/// Looks at what was set and taken out, and was said to be done. What is not as it was wanted has an unknown end.
pub(super) async fn read_back(work: &Work<'_>, ended: &mut [Option<Ended>]) {
    let actions = work.plan.actions.iter().zip(ended.iter_mut()).zip(&work.values);
    let open: Vec<_> =
        actions.filter_map(|((action, ended), value)| Some((wish(&action.write)?, ended, value))).collect();
    let open = open.into_iter().filter_map(|(wish, ended, value)| Some((wish, ended.as_mut().filter(is_done)?, value)));
    let open: Vec<_> = open.collect();
    let found = find(work.task, open.iter().map(|((environment, ..), ..)| Arc::clone(environment)).collect()).await;
    for ((environment, path, secret), ended, value) in open {
        let reason = match found.get(environment) {
            Some(Ok(found)) if found.has(path, secret, value.as_ref()) => continue,
            Some(Ok(_)) => format!("{environment} {path} was stored, and something else was read there afterwards"),
            Some(Err(unread)) => format!("it was stored, and could not be read back: {unread}"),
            None => "it was stored, and was not read back".to_owned(),
        };
        let help = "see who else writes there, and run again: the next run looks what is there".to_owned();
        *ended = Ended { end: End::Unknown, reason, help, ..ended.clone() };
    }
}

fn is_done(ended: &&mut Ended) -> bool {
    ended.end == End::Done
}

/// Where a write of ESC's own goes, and whether it is to be a secret.
fn wish(write: &Write) -> Option<(&Arc<EnvironmentRef>, &EscPath, bool)> {
    let (place, secret) = match write {
        Write::Set { to, secret, .. } => (to, *secret),
        Write::Unset { at } => (at, false),
        Write::Push { .. } | Write::Pull { .. } | Write::Restrict { .. } | Write::Prune { .. } => return None,
    };
    match place {
        Place::Esc { environment, path } => Some((environment, path, secret)),
        Place::Github(_) | Place::Job { .. } => None,
    }
}

async fn find(task: &Task<'_>, environments: BTreeSet<Arc<EnvironmentRef>>) -> Finds {
    let reads = environments.into_iter().map(|environment| async move {
        let found = Found::read(task, &environment).await;
        (environment, found)
    });
    join_all(reads).await.into_iter().collect()
}

impl Found {
    /// The definition first: who changes a key after that is seen to have changed it.
    async fn read(task: &Task<'_>, environment: &EnvironmentRef) -> Result<Self, Arc<Unread>> {
        let definition = task.stores.esc()?.definition(environment).await.map_err(Arc::new)?;
        let values = task.stores.environment(environment).await?;
        Ok(Self { definition, values })
    }

    /// Whether a path has what it is to have.
    fn has(&self, path: &EscPath, secret: bool, wanted: Option<&SecretValue>) -> bool {
        let Some(wanted) = wanted else { return definition::lacks(&self.definition.text, path) };
        match self.values.root.lookup(path).map(EscValue::reading) {
            Some(Reading::Value { value, secret: is_secret, .. }) => value.same_as(wanted) && (is_secret || !secret),
            _ => false,
        }
    }
}

fn action(given: &Given, found: &Found) -> Action {
    let EscPlace { environment, path } = given.to.clone();
    let create = definition::lacks(&found.definition.text, &path);
    let at = Place::Esc { environment, path };
    let (write, why) = match given.value {
        Some(_) => (Write::Set { to: at, create, secret: given.secret }, "it was made here"),
        None => (Write::Unset { at }, "it is no longer needed"),
    };
    Action {
        entry: None,
        name: given.name.clone(),
        write,
        why: why.to_owned(),
        repeats: false,
        basis: Basis::default(),
    }
}

/// What the stages of a run look at: nothing but the environments.
fn observed(found: Finds) -> Observed {
    let (mut snapshot, mut definitions) = (Snapshot::default(), BTreeMap::new());
    for (environment, found) in found {
        let values = found.map(|Found { definition, values }| {
            definitions.insert(Arc::clone(&environment), definition);
            values
        });
        snapshot.esc.insert(environment, values);
    }
    Observed { snapshot, key: None, definitions, keys: Keys::default() }
}

fn done(action: usize) -> Outcome {
    Outcome { action, end: End::Done, reason: String::new(), help: String::new() }
}

fn failed(action: usize, reason: &str, help: &str) -> Outcome {
    Outcome { action, end: End::Failed, reason: reason.to_owned(), help: help.to_owned() }
}
