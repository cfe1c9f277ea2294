//! One run over a mapping: look, remember, judge, plan; and for those that write: apply and record.
//!
//! `check` stops after judging, `plan` after planning, `sync` goes to the end. Whoever
//! only looks is given no writer. Invariants: an intent is durable before its write, an
//! outcome after it; whatever kills the run, the next one settles it from the journal.

mod apply;
mod attest;
mod changes;
mod diary;
mod esc_phase;
mod github_phase;
mod given;
mod readback;
mod recall;
mod record;
mod rollback;
mod run_key;
mod state;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures_util::future::{join, join_all};

use super::{ReadPlan, Selection, apply::Keys, observe, ssh_knowledge};
use crate::{
    crypto::fingerprint::FingerprintKey,
    judge::{JudgeOptions, Judgement, judge},
    mapping::{Entry, Mapping},
    model::{Direction, EnvironmentRef, JobSnapshot, Memory, SecretName, Slot, Snapshot, SshKnowledge},
    plan::{Plan, PlanError, PlanOptions, Source, plan},
    store::{Stores, esc::Definition},
};

pub use apply::{Applied, Applying};
pub use attest::{Attested, Passed};
pub use given::Given;
pub use recall::key_place;
pub use rollback::{NoSuchRun, PutBack};
pub use run_key::Unwritable;
pub use state::{State, ToWrite};

/// What a run is about.
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    pub mapping: &'a Mapping,
    pub selection: &'a Selection,
    pub stores: &'a Stores,
}

/// All that was found out before anything is decided.
#[derive(Debug)]
pub struct Observed {
    pub snapshot: Snapshot,
    pub(super) key: Option<FingerprintKey>,
    /// Definitions as they were before the values were read: a key that somebody changes
    /// after that is seen to have changed.
    definitions: BTreeMap<Arc<EnvironmentRef>, Definition>,
    keys: Keys,
}

/// What a look is for.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// Fingerprints of everything are wanted, records or not.
    pub to_plan: bool,
    /// Environments that may be written: their definitions are read before their values.
    pub definitions: BTreeSet<Arc<EnvironmentRef>>,
    /// The plan is kept or compared with a kept one: without fingerprints, revisions say what moved.
    pub to_keep: bool,
    /// Names to delete, whose scopes may be none of the mapping's any more.
    pub prune: BTreeSet<SecretName>,
    /// Something may well be pushed: where there is one scope alone, its key is read beside everything else.
    pub to_push: bool,
}

impl Look {
    /// A look that a plan is made of.
    pub fn to_plan() -> Self {
        Self { to_plan: true, ..Self::default() }
    }
}

/// Judged and planned.
#[derive(Debug)]
pub struct Planned {
    pub judgement: Judgement,
    pub plan: Plan,
}

impl Task<'_> {
    /// Reads everything that the entries need, and lays what is remembered beside it.
    pub async fn look(&self, job: Option<JobSnapshot>, state: Option<&State>, look: Look) -> Observed {
        let plan = self.read_plan(job.as_ref(), state, &look);
        let definitions = self.definitions(&look.definitions).await;
        let keyless = state.is_none_or(|state| state.ledger.key_id().is_none());
        let revisions =
            if look.to_keep && keyless { self.revisions(&plan.environments).await } else { BTreeMap::new() };
        let (mut snapshot, keys) = join(observe(&plan, self.stores, job), self.keys(&plan, &look)).await;
        for (environment, revision) in revisions {
            if let Some(Ok(read)) = snapshot.esc.get_mut(&environment) {
                read.revision = Some(revision);
            }
        }
        let key = recall::key(self.mapping, &snapshot);
        if let Some(state) = state {
            let mut memory = Memory { records: state.usable_records(key.as_ref()), ..Memory::default() };
            // Who has no record has nothing to compare fingerprints with.
            if look.to_plan || !memory.records.is_empty() {
                recall::remember(self.mapping, &snapshot, key.as_ref(), &mut memory);
            }
            snapshot.memory = memory;
            if self.mapping.ssh.is_some() {
                snapshot.ssh = ssh_knowledge(&*state.backend).await.unwrap_or_else(|unread| SshKnowledge {
                    unread: Some(Arc::new(unread)),
                    ..SshKnowledge::default()
                });
            }
        }
        Observed { snapshot, key, definitions, keys }
    }

    /// Judges and plans what was seen; asks and writes nothing.
    pub fn decide(
        &self,
        observed: &Observed,
        judging: JudgeOptions,
        options: &PlanOptions,
    ) -> Result<Planned, PlanError> {
        let judgement = judge(self.mapping, &observed.snapshot, judging);
        let plan = plan(self.mapping, &observed.snapshot, &judgement, options)?;
        Ok(Planned { judgement, plan })
    }

    fn read_plan(&self, job: Option<&JobSnapshot>, state: Option<&State>, look: &Look) -> ReadPlan {
        let mut plan = ReadPlan::new(self.mapping, self.selection);
        if let Some(repository) = job.and_then(|job| job.repository.as_ref()) {
            plan.add_job(repository);
        }
        // Without the key nothing that is remembered can be compared.
        if state.is_some() {
            plan.environments.extend(recall::key_place(self.mapping).map(|place| place.environment));
        }
        let remembered = state.iter().flat_map(|state| state.records.keys());
        for place in remembered.filter(|place| look.prune.contains(&place.name)) {
            match place.slot {
                Slot::Secret => plan.secrets.insert(Arc::clone(&place.scope)),
                Slot::Variable => plan.variables.insert(Arc::clone(&place.scope)),
            };
        }
        plan
    }

    /// The environments that a value may be written to, because GitHub's side of some entry can be read.
    pub fn may_pull_into(&self, options: &PlanOptions, in_job: bool) -> BTreeSet<Arc<EnvironmentRef>> {
        let pulls = |entry: &Entry| match options.source {
            _ if options.take.contains(&entry.name) => true,
            Source::ByEntry => entry.direction != Direction::EscToGithub,
            Source::Esc => false,
            Source::Github => true,
        };
        let readable = |entry: &Entry| in_job || entry.github.iter().any(|place| place.slot == Slot::Variable);
        let entries = self.mapping.entries.iter().filter(|entry| self.selection.contains(entry));
        let entries = entries.filter(|entry| pulls(entry) && readable(entry));
        entries.filter_map(|entry| entry.esc.as_ref()).map(|esc| Arc::clone(&esc.environment)).collect()
    }

    /// A round trip saved for the price of one request. With several scopes it would be a
    /// request for each, most of them for nothing. A key that is not had is asked for again.
    async fn keys(&self, plan: &ReadPlan, look: &Look) -> Keys {
        let mut scopes = plan.secrets.iter();
        let (true, Some(scope), None, Ok(store)) = (look.to_push, scopes.next(), scopes.next(), self.stores.github())
        else {
            return Keys::default();
        };
        store.public_key(scope).await.into_iter().collect()
    }

    /// The newest revision of each environment, as it was before its values were read.
    async fn revisions(&self, environments: &BTreeSet<Arc<EnvironmentRef>>) -> BTreeMap<Arc<EnvironmentRef>, u64> {
        let Ok(store) = self.stores.esc() else { return BTreeMap::new() };
        let reads = environments.iter().map(|environment| async move {
            let newest = store.revisions(environment, None, 1).await.ok()?;
            Some((Arc::clone(environment), newest.first()?.number))
        });
        join_all(reads).await.into_iter().flatten().collect()
    }

    /// One that cannot be read is read again, and its failure told, when it is to be written.
    async fn definitions(
        &self,
        environments: &BTreeSet<Arc<EnvironmentRef>>,
    ) -> BTreeMap<Arc<EnvironmentRef>, Definition> {
        let Ok(store) = self.stores.esc() else { return BTreeMap::new() };
        let reads = environments.iter().map(|environment| async move {
            let definition = store.definition(environment).await.ok()?;
            Some((Arc::clone(environment), definition))
        });
        join_all(reads).await.into_iter().flatten().collect()
    }
}
