//! `plan` and `sync`: the same way to the same plan; one shows it, the other applies it.

use crate::{
    engine::{Look, Planned, State},
    model::{JobSnapshot, Place},
    plan::{Kept, PlanOptions, Source},
    report::Report,
    store::Stores,
};

use super::{
    Failure,
    args::{CheckArgs, Global, PlanArgs, SyncArgs},
    choices,
    exit::Exit,
    plan_file, progress, proposed,
    session::{self, Session},
    state,
    writing::{Writer, clock, foretold},
};

/// `plan`: decides and shows; no writer is made.
pub(crate) fn plan(global: &Global, args: &PlanArgs) -> Result<Exit, Failure> {
    let (session, targets) = Session::open(global, "plan")?;
    session.needs_network()?;
    let out = args.out.as_deref().map(|file| plan_file::Target::open(file, &session)).transpose()?;
    let mut stores = session.stores();
    let job = session::job(&mut stores)?;
    let options = choices::options(&args.choices, &session)?;
    let work = async {
        let state = state::to_read(&session, &stores).await?;
        let task = session.task(&stores);
        let look = Look { to_keep: args.out.is_some(), prune: options.prune.clone(), ..Look::to_plan() };
        let looking = task.look(job, Some(&state), look);
        let Some(observed) = progress::watch(looking, || progress::said(&stores)).await else { return Ok(None) };
        let planned = task.decide(&observed, session::judge_options(&args.choices.judging), &options)?;
        Ok::<_, Failure>(Some((observed, planned)))
    };
    let Some((observed, planned)) = session::runtime()?.block_on(work)? else { return Ok(progress::interrupted()) };
    let Planned { judgement, plan } = planned;
    let report = session.report(&observed.snapshot, judgement, &stores, args.choices.judging.fail_on);
    if let Some(file) = out {
        file.keep(&plan, &options, &session)?;
    }
    let mut report = session.with_plan(report, &plan, &[]);
    let to_github = plan.actions.iter().filter(|action| matches!(action.write.target(), Place::Github(_))).count();
    report.remarks.extend(foretold(global, to_github));
    targets.write(&report)?;
    Ok(Exit::of(&report))
}

/// `sync`: the plan, applied.
pub(crate) fn sync(global: &Global, args: &SyncArgs) -> Result<Exit, Failure> {
    let (session, targets) = Session::open(global, "sync")?;
    session.needs_network()?;
    let mut stores = session.stores();
    let runtime = session::runtime()?;
    let proposed = args.plan.as_deref().is_some_and(plan_file::is_proposed);
    let kept = match args.plan.as_deref() {
        Some(_) if proposed => Some(runtime.block_on(waiting(&session, &stores))?),
        file => file.map(plan_file::read).transpose()?,
    };
    if kept.is_some() && session.chosen().is_some() {
        let message = "--plan applies exactly what was kept: --only, --service and --tier do not go with it";
        return Err(Failure::usage(message, "leave them out, or keep a plan that was made with them"));
    }
    let options = match &kept {
        Some(kept) => plan_file::options(kept, &session)?,
        None => choices::options(&args.choices, &session)?,
    };
    let job = session::job(&mut stores)?;
    let writer = Writer::new(&session, &args.writing, choices::in_words(&options));
    let judging = &args.choices.judging;
    let kept = kept.as_ref();
    let run = Sync { session: &session, stores: &stores, options: &options, judging, kept, proposed, writer: &writer };
    let Some(report) = runtime.block_on(run.run(job))? else { return Ok(progress::interrupted()) };
    targets.write(&report)?;
    Ok(if writer.was_interrupted() { Exit::Interrupted } else { Exit::of(&report) })
}

/// The plan that waits in the state.
async fn waiting(session: &Session<'_>, stores: &Stores) -> Result<Kept, Failure> {
    let backend = state::backend(session, stores).await?;
    proposed::read(&*backend).await
}

/// One `sync`.
struct Sync<'a> {
    session: &'a Session<'a>,
    stores: &'a Stores,
    options: &'a PlanOptions,
    judging: &'a CheckArgs,
    kept: Option<&'a Kept>,
    /// Whether that plan is the one that waits in the state.
    proposed: bool,
    writer: &'a Writer<'a>,
}

impl Sync<'_> {
    /// `None`: interrupted before anything was written.
    async fn run(&self, job: Option<JobSnapshot>) -> Result<Option<Report>, Failure> {
        let mut state = state::to_write(self.session, self.stores, self.writer.to_write()).await?;
        let done = self.run_alone(job, &mut state).await;
        state.close().await;
        done
    }

    async fn run_alone(&self, job: Option<JobSnapshot>, state: &mut State) -> Result<Option<Report>, Failure> {
        let task = self.session.task(self.stores);
        let definitions = task.may_pull_into(self.options, job.is_some());
        let prune = self.options.prune.clone();
        let to_push = self.options.source != Source::Github;
        let look = Look { definitions, to_keep: self.kept.is_some(), prune, to_push, ..Look::to_plan() };
        let looking = task.look(job, Some(state), look);
        let Some(mut observed) = progress::watch(looking, || progress::said(self.stores)).await else {
            return Ok(None);
        };
        let Planned { judgement, plan } = task.decide(&observed, session::judge_options(self.judging), self.options)?;
        if let Some(refusal) = self.kept.and_then(|kept| kept.refusal(&plan)) {
            let help = match self.proposed {
                true => "the next sync of `esc-sync serve` proposes what holds now; or see `esc-sync plan`",
                false => "make a new plan with `esc-sync plan --out FILE`, and look at it",
            };
            return Err(Failure::new(Exit::Refused, refusal, help));
        }
        let before = self.session.report(&observed.snapshot, judgement, self.stores, self.judging.fail_on);
        let waited = self.writer.confirm(&self.session.with_plan(before, &plan, &[]), plan.actions.len()).await?;
        if let Some(expected) = self.writer.expected(plan.actions.len()) {
            super::terminal::say(format_args!("esc-sync: {expected}"));
        }
        let clock = clock();
        let applying = self.writer.applying(&clock, waited);
        let work = task.apply(&applying, state, &mut observed, &plan);
        let Some(applied) = self.writer.settle(work).await else { return Err(progress::cut_off()) };
        let applied = applied?;
        let judgement = task.judge_after(&mut observed, state, session::judge_options(self.judging));
        let mut report = self.session.report(&observed.snapshot, judgement, self.stores, self.judging.fail_on);
        report.remarks.extend(self.settle_proposal(state).await);
        Ok(Some(self.session.with_applied(report, &plan, applied)))
    }

    /// What was proposed and is applied waits no more; what is left of it, if some of it failed, is proposed anew.
    async fn settle_proposal(&self, state: &State) -> Option<String> {
        if !self.proposed {
            return None;
        }
        let fault = proposed::forget(&**state.backend()).await.err()?;
        Some(format!("the state still proposes what was applied ({}); {}", fault.what, fault.help))
    }
}
