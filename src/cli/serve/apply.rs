//! The sync of the daemon: what policy allows is applied, and what a person could approve is proposed.
//!
//! Invariants: a run that finds nothing to do writes nothing, not even to the state; what is written was decided
//! while nobody else could write; a proposal changes only where it says something else.

use crate::{
    daemon::{Account, RunKind, account::ProposedAccount, order::WriteBudget},
    engine::{Look, Observed, Planned, State},
    judge::{JudgeOptions, Judgement},
    plan::{Action, Header, Plan, PlanOptions, Policy, Proposal, Waiting, WriteKind, left_over, propose},
    report::Report,
    store::Stores,
};

use super::{
    super::{
        Failure,
        args::Writing,
        docs,
        exit::Exit,
        plan_file, progress,
        proposed::Proposed,
        session::{self, Session},
        state,
        writing::{Writer, clock},
    },
    account,
    args::{Applied, ServeArgs},
};

/// How long a run waits for another one that writes.
const LOCK_WAIT: std::time::Duration = std::time::Duration::from_secs(30);

/// Looks, and if anything is to be written, looks once more as the only writer, applies and proposes.
pub(crate) async fn sync(
    session: &Session<'_>,
    stores: &Stores,
    args: &ServeArgs,
    writes: WriteBudget,
) -> Result<Account, Failure> {
    let writing = Writing {
        yes: true,
        lock_wait: LOCK_WAIT,
        write_burst: writes.burst,
        write_pace: args.applying.write_pace,
        write_cap: writes.cap,
        rebuild_state: false,
    };
    let policy = policy(&args.applying.apply);
    let kinds: Vec<_> = policy.kinds().map(WriteKind::as_str).collect();
    let writer = Writer::new(session, &writing, vec![format!("--apply {}", kinds.join(","))]);
    let options = PlanOptions { selected: session.chosen(), ..PlanOptions::default() };
    let sync = Sync { session, stores, args, policy, options, mapping: plan_file::digest(session)?, writer: &writer };
    let mut state = state::to_read(session, stores).await?;
    if let Some(account) = sync.idle(&state).await? {
        return Ok(account);
    }
    state.close().await;
    state = state::to_write(session, stores, writer.to_write()).await?;
    let done = sync.act(&mut state).await;
    state.close().await;
    done
}

fn policy(applied: &[Applied]) -> Policy {
    let kind = |applied: &Applied| match applied {
        Applied::Create => Some(WriteKind::Create),
        Applied::Overwrite => Some(WriteKind::Overwrite),
        Applied::Pull => Some(WriteKind::Pull),
        Applied::Restrict => Some(WriteKind::Restrict),
        Applied::Nothing => None,
    };
    applied.iter().filter_map(kind).collect()
}

/// One sync of the daemon.
struct Sync<'a> {
    session: &'a Session<'a>,
    stores: &'a Stores,
    args: &'a ServeArgs,
    policy: Policy,
    /// Of what is done without a person.
    options: PlanOptions,
    /// The digest of the mapping, to which a proposal belongs.
    mapping: String,
    writer: &'a Writer<'a>,
}

impl Sync<'_> {
    /// All that is to be told, if nothing is to be written.
    async fn idle(&self, state: &State) -> Result<Option<Account>, Failure> {
        let observed = self.look(state, false).await?;
        let Planned { judgement, plan } = self.decide(&observed)?;
        let (now, _) = plan.split(&self.policy);
        let remembers = !now.agreed.is_empty() && observed.snapshot.memory.has_key;
        if !now.actions.is_empty() || remembers || !state.is_settled() {
            return Ok(None);
        }
        let proposal = self.propose(&observed, &judgement)?;
        let header = self.header(&proposal);
        let proposed = Proposed { plan: &proposal.plan, header: &header };
        if !proposed.is_kept(&**state.backend()).await? {
            return Ok(None);
        }
        let report = self.report(&observed, judgement);
        let report = self.session.with_plan(report, &now, &[]);
        Ok(Some(self.account(&report, &observed, &proposal)))
    }

    /// Applies what policy allows, and proposes what is left then.
    async fn act(&self, state: &mut State) -> Result<Account, Failure> {
        let mut observed = self.look(state, true).await?;
        let Planned { plan, .. } = self.decide(&observed)?;
        let (now, _) = plan.split(&self.policy);
        let task = self.session.task(self.stores);
        let clock = clock();
        let applying = self.writer.applying(&clock, false);
        let work = task.apply(&applying, state, &mut observed, &now);
        let Some(applied) = self.writer.settle(work).await else { return Err(progress::cut_off()) };
        let applied = applied?;
        let judgement = task.judge_after(&mut observed, state, self.judging());
        let proposal = self.propose(&observed, &judgement)?;
        let mut report = self.report(&observed, judgement);
        report.remarks.extend(self.keep(&proposal, state).await);
        let report = self.session.with_applied(report, &now, applied);
        Ok(self.account(&report, &observed, &proposal))
    }

    async fn look(&self, state: &State, to_write: bool) -> Result<Observed, Failure> {
        let task = self.session.task(self.stores);
        let mapping = self.session.mapping();
        let definitions = if to_write { task.may_pull_into(&self.options, false) } else { Default::default() };
        // Names of no entry are nobody's part of a selection.
        let prune = match self.options.selected {
            None => left_over(mapping, state.written()),
            Some(_) => Default::default(),
        };
        let look = Look { definitions, to_keep: true, prune, to_push: to_write, ..Look::to_plan() };
        let looking = task.look(None, Some(state), look);
        let seen = progress::watch(looking, || progress::said(self.stores)).await;
        let mut observed = seen.ok_or_else(progress::unwritten)?;
        observed.snapshot.documents = docs::stale(mapping, self.session.global.profile.as_deref());
        Ok(observed)
    }

    fn judging(&self) -> JudgeOptions {
        session::judge_options(&self.args.judging)
    }

    fn decide(&self, observed: &Observed) -> Result<Planned, Failure> {
        Ok(self.session.task(self.stores).decide(observed, self.judging(), &self.options)?)
    }

    fn propose(&self, observed: &Observed, judgement: &Judgement) -> Result<Proposal, Failure> {
        Ok(propose(self.session.mapping(), &observed.snapshot, judgement, &self.options, &self.policy)?)
    }

    fn header(&self, proposal: &Proposal) -> Header {
        Header { mapping: self.mapping.clone(), run: self.session.run.clone(), options: proposal.options.clone() }
    }

    /// What was written is told whatever becomes of the proposal. A run that was told to stop writes no more.
    async fn keep(&self, proposal: &Proposal, state: &State) -> Option<String> {
        if self.writer.was_interrupted() {
            return None;
        }
        let header = self.header(proposal);
        let kept = Proposed { plan: &proposal.plan, header: &header }.keep(&**state.backend()).await;
        let fault = kept.err()?;
        Some(format!("what waits for a person could not be kept in the state ({}); {}", fault.what, fault.help))
    }

    fn report(&self, observed: &Observed, judgement: Judgement) -> Report {
        self.session.report(&observed.snapshot, judgement, self.stores, self.args.judging.fail_on)
    }

    fn account(&self, report: &Report, observed: &Observed, proposal: &Proposal) -> Account {
        let told = account::of(self.session, report, &observed.snapshot, RunKind::Sync);
        let exit = if self.writer.was_interrupted() { Exit::Interrupted as u8 } else { told.exit };
        Account { exit, proposed: waiting(&proposal.plan, &proposal.waiting), ..told }
    }
}

fn waiting(plan: &Plan, why: &[Waiting]) -> Vec<ProposedAccount> {
    let waits = |(action, why): (&Action, &Waiting)| ProposedAccount {
        name: action.name.to_string(),
        verb: action.write.verb().to_owned(),
        place: action.write.target().to_string(),
        why: why.to_string(),
    };
    plan.actions.iter().zip(why).map(waits).collect()
}
