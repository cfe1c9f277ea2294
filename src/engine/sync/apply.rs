//! A plan carried out: key, intents, ESC, GitHub, read-back, ledger, in this order.
//!
//! One failure does not stop the rest. What cannot be remembered is not begun: a ledger
//! that cannot be written, or a fingerprint key that cannot be kept, refuses the run
//! before the first write of a value.

use std::fmt;

use crate::{
    engine::apply::{Ended, Pace, Progress, Stop},
    judge::{JudgeOptions, Judgement, judge},
    ledger::StateFault,
    model::{GithubPlace, SecretValue, Stamp},
    plan::{Action, Agreed, End, Outcome, Plan, value_for},
};

use super::{
    Observed, State, Task,
    diary::Diary,
    esc_phase, github_phase,
    readback::{self, Listed},
    recall,
    run_key::{RunKey, Unwritable},
};

/// Who writes, how fast, and who may stop it.
#[derive(Clone, Copy)]
pub struct Applying<'a> {
    pub run: &'a str,
    pub command: &'a str,
    /// The options in words, for the audit log.
    pub options: &'a [String],
    pub who: &'a str,
    pub pace: &'a Pace,
    pub stop: &'a Stop,
    pub progress: &'a Progress,
    /// Whether a person was asked since the stores were read: any time may have passed.
    pub waited: bool,
    pub now: &'a (dyn Fn() -> Stamp + Sync),
}

/// What became of a plan.
#[derive(Debug)]
pub struct Applied {
    pub outcomes: Vec<Outcome>,
    /// Why the ledger could not be told of what was done (failure case C4).
    pub unrecorded: Option<StateFault>,
}

/// A plan under way: what every phase looks at.
#[derive(Debug)]
pub(super) struct Work<'a> {
    pub(super) task: &'a Task<'a>,
    pub(super) applying: &'a Applying<'a>,
    pub(super) plan: &'a Plan,
    /// By action; the form in which the target takes it.
    pub(super) values: Vec<Option<SecretValue>>,
    pub(super) key: Option<RunKey>,
    /// Places whose value on GitHub was seen, to be remembered.
    pub(super) seen: Vec<Seen>,
    pub(super) purpose: Purpose,
}

/// A place whose value on GitHub was read in this run.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) entry: usize,
    pub(super) place: GithubPlace,
    /// Whether ESC holds the same.
    pub(super) equal: bool,
}

/// What the writes of a run mean for what is remembered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Purpose {
    /// Both sides agree afterwards.
    Agree,
    /// What is put back is not what both sides last agreed on.
    PutBack,
}

impl Task<'_> {
    /// Carries out the plan and tells the ledger. `observed` is brought up to what is there afterwards.
    pub async fn apply(
        &self,
        applying: &Applying<'_>,
        state: &mut State,
        observed: &mut Observed,
        plan: &Plan,
    ) -> Result<Applied, Unwritable> {
        // A key is made for what is written; what agrees already is no reason to write to ESC.
        let is_remembered = observed.key.is_some() || plan.actions.iter().any(|action| action.write.moves_a_value());
        let agreed = if is_remembered { plan.agreed.as_slice() } else { &[] };
        let values = plan.actions.iter().map(|action| self.value(action, observed)).collect();
        let seen = seen_to_agree(agreed);
        let key = RunKey::find(self.mapping, observed, plan, &seen)?;
        let work = Work { task: self, applying, plan, values, key, seen, purpose: Purpose::Agree };
        work.carry_out(state, observed).await
    }

    /// Tells the ledger what was seen to agree, and writes no value anywhere; a key to remember by is made if there is none.
    pub async fn remember(
        &self,
        applying: &Applying<'_>,
        state: &mut State,
        observed: &mut Observed,
        agreed: &[Agreed],
    ) -> Result<Applied, Unwritable> {
        let (plan, seen) = (Plan::default(), seen_to_agree(agreed));
        let key = RunKey::find(self.mapping, observed, &plan, &seen)?;
        let work = Work { task: self, applying, plan: &plan, values: Vec::new(), key, seen, purpose: Purpose::Agree };
        work.carry_out(state, observed).await
    }

    /// Judges what is there after the writes.
    pub fn judge_after(&self, observed: &mut Observed, state: &State, judging: JudgeOptions) -> Judgement {
        let mut memory = std::mem::take(&mut observed.snapshot.memory);
        memory.records = state.usable_records(observed.key.as_ref());
        recall::remember(self.mapping, &observed.snapshot, observed.key.as_ref(), &mut memory);
        observed.snapshot.memory = memory;
        judge(self.mapping, &observed.snapshot, judging)
    }

    fn value(&self, action: &Action, observed: &Observed) -> Option<SecretValue> {
        value_for(&action.write, self.mapping.entries.get(action.entry?)?, &observed.snapshot)
    }
}

impl Work<'_> {
    pub(super) async fn carry_out(self, state: &mut State, observed: &mut Observed) -> Result<Applied, Unwritable> {
        if self.plan.actions.is_empty() && self.seen.is_empty() && state.is_settled() {
            return Ok(Applied { outcomes: Vec::new(), unrecorded: None });
        }
        let mut diary = Diary::begin(&self, state, observed).await?;
        let mut ended: Vec<Option<Ended>> = self.plan.actions.iter().map(|_| None).collect();
        if let Err(refused) = esc_phase::run(&self, observed, &mut diary, &mut ended).await {
            // A key that nobody keeps says nothing of what is remembered.
            let keyless = Work { key: None, ..self };
            let unrecorded = diary.close(&keyless, state, observed, &ended, &Listed::default()).await;
            return Err(unrecorded.map_or(refused, Unwritable::State));
        }
        github_phase::run(&self, observed, &mut diary, &mut ended).await;
        let listed = readback::run(&self, &ended).await;
        let unrecorded = diary.close(&self, state, observed, &ended, &listed).await;
        esc_phase::look_again(&self, observed, &ended).await;
        readback::lay_over(&self, observed, &ended, listed);
        observed.key = self.key.map(|key| key.key).or(observed.key.take());
        Ok(Applied { outcomes: outcomes(ended), unrecorded })
    }
}

fn seen_to_agree(agreed: &[Agreed]) -> Vec<Seen> {
    let seen = |Agreed { entry, place }: &Agreed| Seen { entry: *entry, place: place.clone(), equal: true };
    agreed.iter().map(seen).collect()
}

/// In the plan's order. What no phase spoke of was not begun.
fn outcomes(ended: Vec<Option<Ended>>) -> Vec<Outcome> {
    let outcome = |(action, ended): (usize, Option<Ended>)| match ended {
        Some(Ended { end, reason, help, .. }) => Outcome { action, end, reason, help },
        None => Outcome {
            action,
            end: End::NotBegun,
            reason: "the run was told to stop".to_owned(),
            help: "run `esc-sync sync` again".to_owned(),
        },
    };
    ended.into_iter().enumerate().map(outcome).collect()
}

impl fmt::Debug for Applying<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Applying").field("run", &self.run).field("command", &self.command).finish_non_exhaustive()
    }
}
