//! What a run writes down of itself: journal and audit log while it goes, the ledger at its end.
//!
//! Intents are durable before the first write. A ledger that can no longer be written
//! stops nothing that is under way; it is said, and the journal settles it next time.

use std::{collections::BTreeMap, sync::Arc};

use tokio::sync::mpsc;

use super::{Observed, State, apply::Work, changes::After, readback::Listed, recall, state::end_of};
use crate::{
    engine::apply::{Ended, EscWritten},
    ledger::{AuditEntry, AuditEvent, Backend, EndedLine, Header, Intent, Journal, KeptRun, StateFault, audit},
    model::{EnvironmentRef, GithubPlace, Place, Record, Stamp},
    plan::{Action, End, GithubBasis, Write},
};

pub(super) struct Diary {
    backend: Arc<dyn Backend>,
    journal: Journal,
    run: Box<str>,
    who: String,
    at: Stamp,
    /// GitHub's own time when the writing began.
    begun: Option<Stamp>,
    revisions: BTreeMap<Arc<EnvironmentRef>, Option<u64>>,
    noted: Vec<usize>,
    fault: Option<StateFault>,
}

impl Diary {
    pub(super) async fn begin(work: &Work<'_>, state: &mut State, observed: &Observed) -> Result<Self, StateFault> {
        let applying = work.applying;
        let run = state.next_part(applying.run);
        let at = (applying.now)();
        let begun = work.task.stores.github().ok().and_then(|store| store.server_time());
        let known = observed.definitions.iter();
        let revisions: BTreeMap<String, u64> =
            known.filter_map(|(environment, found)| Some((environment.to_string(), found.revision?))).collect();
        let header = Header {
            run: run.clone(),
            command: applying.command.to_owned(),
            who: applying.who.to_owned(),
            at,
            revisions: revisions.clone(),
        };
        let actions = work.plan.actions.iter().enumerate();
        let intents: Vec<_> = actions.map(|(id, action)| intent(work, state, observed, id, action, begun)).collect();
        let backend = Arc::clone(state.backend());
        let journal = Journal::begin(Arc::clone(&backend), &header, &intents).await?;
        let diary = Self {
            backend,
            journal,
            run,
            who: applying.who.to_owned(),
            at,
            begun,
            revisions: BTreeMap::new(),
            noted: Vec::new(),
            fault: None,
        };
        let started = AuditEvent::RunStarted {
            command: applying.command.to_owned(),
            options: applying.options.to_vec(),
            revisions,
        };
        let mut entries = vec![diary.entry(started)];
        entries.extend(work.plan.actions.iter().map(|action| diary.entry(intended(action))));
        match audit::append_first(&*diary.backend, &entries).await {
            Ok(()) => Ok(diary),
            Err(fault) => {
                diary.take_back(work).await;
                Err(fault)
            }
        }
    }

    /// Nothing was sent: without these ends the next run would take the intents for writes of a killed one.
    async fn take_back(&self, work: &Work<'_>) {
        let not_begun = |action| EndedLine {
            id: action,
            end: End::NotBegun.as_str().into(),
            stamp: None,
            revision: None,
            reason: "the run was refused before its first write".to_owned(),
        };
        let ends: Vec<_> = (0..work.plan.actions.len()).map(not_begun).collect();
        // What cannot be written here is settled as unknown by the next run.
        if self.journal.ended(&ends).await.is_ok() {
            let _ = self.journal.clone().finish(self.at).await;
        }
    }

    pub(super) fn esc_written(&mut self, environment: &Arc<EnvironmentRef>, written: &EscWritten) {
        self.revisions.insert(Arc::clone(environment), written.after);
    }

    /// Writes down the ends that are known by now.
    pub(super) async fn note(&mut self, work: &Work<'_>, ended: &[Option<Ended>]) {
        let known: Vec<Ended> = ended.iter().flatten().cloned().collect();
        self.append(work, &known).await;
    }

    /// Writes down ends as they come, as many at once as have come.
    /// `None` is the end.
    pub(super) async fn listen(&mut self, work: &Work<'_>, mut ends: mpsc::UnboundedReceiver<Option<Ended>>) {
        let mut batch = Vec::new();
        let mut open = true;
        while open && ends.recv_many(&mut batch, 64).await > 0 {
            open = batch.iter().all(Option::is_some);
            let ended: Vec<Ended> = batch.drain(..).flatten().collect();
            self.append(work, &ended).await;
        }
    }

    async fn append(&mut self, work: &Work<'_>, ends: &[Ended]) {
        let fresh: Vec<&Ended> = ends.iter().filter(|end| !self.noted.contains(&end.action)).collect();
        let lines: Vec<_> = fresh.iter().map(|end| self.line(work, end)).collect();
        self.noted.extend(fresh.iter().map(|end| end.action));
        if let Err(fault) = self.journal.ended(&lines).await {
            // What is under way goes on; that it is not written down is said at the end (failure case C4).
            self.fault.get_or_insert(fault);
            work.applying.stop.ask();
        }
    }

    fn line(&self, work: &Work<'_>, ended: &Ended) -> EndedLine {
        let revision = match work.plan.actions.get(ended.action).map(|action| action.write.target()) {
            Some(Place::Esc { environment, .. }) => self.revisions.get(&environment).copied().flatten(),
            _ => None,
        };
        EndedLine {
            id: ended.action,
            end: ended.end.as_str().into(),
            stamp: ended.answered,
            revision,
            reason: ended.reason.clone(),
        }
    }

    /// Tells the ledger, ends the journal, and settles those of runs that were killed.
    /// Returns why the ledger could not be told.
    pub(super) async fn close(
        mut self,
        work: &Work<'_>,
        state: &mut State,
        observed: &Observed,
        ended: &[Option<Ended>],
        listed: &Listed,
    ) -> Option<StateFault> {
        let after = After { work, state, observed, ended, listed, run: &self.run, begun: self.begun };
        let changes = after.changes();
        let told = self.tell(work, state, ended, &changes).await;
        for (place, record) in changes {
            match record {
                Some(record) => drop(state.records.insert(place, record)),
                None => drop(state.records.remove(&place)),
            }
        }
        told.err().or(self.fault.take())
    }

    async fn tell(
        &mut self,
        work: &Work<'_>,
        state: &mut State,
        ended: &[Option<Ended>],
        changes: &[(GithubPlace, Option<Record>)],
    ) -> Result<(), StateFault> {
        if let Some(key) = &work.key {
            state.ledger.set_key_id(&key.key.id()).await?;
        }
        state.ledger.commit(changes).await?;
        self.finish(work, state, ended).await
    }

    async fn finish(&mut self, work: &Work<'_>, state: &mut State, ended: &[Option<Ended>]) -> Result<(), StateFault> {
        let mut entries: Vec<_> = state.unfinished.iter().flat_map(|run| self.settled(run)).collect();
        let mut worst = 0;
        for (action, ended) in work.plan.actions.iter().zip(ended) {
            let (end, reason) = ended.as_ref().map_or((End::NotBegun, ""), |ended| (ended.end, &*ended.reason));
            worst = worst.max(if end == End::Done { 0 } else { 4 });
            entries.push(self.entry(became(action, end, reason)));
        }
        let verdict = if worst == 0 { "done" } else { "partly done" };
        entries.push(self.entry(AuditEvent::RunEnded { verdict: verdict.to_owned(), exit: worst }));
        audit::append(&*self.backend, &entries).await?;
        self.journal.clone().finish(self.at).await?;
        for run in std::mem::take(&mut state.unfinished) {
            Journal::resume(Arc::clone(&self.backend), &run).finish(self.at).await?;
        }
        Ok(())
    }

    /// What a killed run left without an end is unknown, and that is its end.
    fn settled(&self, run: &KeptRun) -> Vec<AuditEntry> {
        let line = |intent: &Intent| {
            let end = end_of(run, intent.id).unwrap_or(End::Unknown);
            let reason = format!("the run was killed; settled by {}", self.run);
            AuditEntry {
                at: self.at,
                run: run.header.run.clone(),
                who: run.header.who.clone(),
                event: AuditEvent::Outcome {
                    verb: intent.verb.to_string(),
                    name: intent.name.to_string(),
                    target: intent.place.to_string(),
                    end: end.as_str().to_owned(),
                    reason,
                },
            }
        };
        run.intents.iter().map(line).collect()
    }

    fn entry(&self, event: AuditEvent) -> AuditEntry {
        AuditEntry { at: self.at, run: self.run.clone(), who: self.who.clone(), event }
    }
}

fn intent(
    work: &Work<'_>,
    state: &State,
    observed: &Observed,
    id: usize,
    action: &Action,
    begun: Option<Stamp>,
) -> Intent {
    let target = action.write.target();
    let key = work.key.as_ref().map(|key| &key.key);
    let fingerprint = match (&action.write, key, &work.values[id]) {
        (Write::Push { to, .. }, Some(key), Some(value)) => Some(recall::print(key, to, value)),
        _ => None,
    };
    let revision_before = match &target {
        Place::Esc { environment, .. } => observed.definitions.get(environment).and_then(|found| found.revision),
        _ => None,
    };
    let record = action.write.github().and_then(|place| state.records.get(place));
    Intent {
        id,
        name: action.name.clone(),
        verb: action.write.verb().into(),
        place: target,
        fingerprint,
        previous: record.and_then(|record| record.held).map(|held| held.fingerprint),
        before: match action.basis.github {
            GithubBasis::Present(stamp) => stamp,
            GithubBasis::Absent => None,
        },
        begun,
        revision_before,
    }
}

fn intended(action: &Action) -> AuditEvent {
    let source = match &action.write {
        Write::Push { from, .. } | Write::Pull { from, .. } => Some(from.to_string()),
        Write::Restrict { .. } | Write::Prune { .. } | Write::Set { .. } | Write::Unset { .. } => None,
    };
    AuditEvent::Intent {
        verb: action.write.verb().to_owned(),
        name: action.name.to_string(),
        target: action.write.target().to_string(),
        source,
    }
}

fn became(action: &Action, end: End, reason: &str) -> AuditEvent {
    AuditEvent::Outcome {
        verb: action.write.verb().to_owned(),
        name: action.name.to_string(),
        target: action.write.target().to_string(),
        end: end.as_str().to_owned(),
        reason: reason.to_owned(),
    }
}
