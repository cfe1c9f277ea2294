//! `rollback`: what a run replaced is put back, and what cannot be is named.

use std::collections::BTreeSet;

use crate::{
    engine::{Look, NoSuchRun, State},
    model::Place,
    plan::HeldBack,
    report::Report,
    store::Stores,
};

use super::{
    Failure,
    args::{CheckArgs, Global, RollbackArgs},
    exit::Exit,
    progress,
    session::{self, Session},
    state,
    writing::{Writer, clock},
};

pub(crate) fn run(global: &Global, args: &RollbackArgs) -> Result<Exit, Failure> {
    let (session, targets) = Session::open(global, "rollback")?;
    session.needs_network()?;
    let stores = session.stores();
    let writer = Writer::new(&session, &args.writing, vec![args.run.clone()]);
    let work = put_back(&session, &stores, &writer, args);
    let Some(report) = session::runtime()?.block_on(work)? else { return Ok(progress::interrupted()) };
    targets.write(&report)?;
    Ok(if writer.was_interrupted() { Exit::Interrupted } else { Exit::of(&report) })
}

async fn put_back(
    session: &Session<'_>,
    stores: &Stores,
    writer: &Writer<'_>,
    args: &RollbackArgs,
) -> Result<Option<Report>, Failure> {
    let mut state = state::to_write(session, stores, writer.to_write()).await?;
    let done = put_back_alone(session, stores, writer, args, &mut state).await;
    state.close().await;
    done
}

async fn put_back_alone(
    session: &Session<'_>,
    stores: &Stores,
    writer: &Writer<'_>,
    args: &RollbackArgs,
    state: &mut State,
) -> Result<Option<Report>, Failure> {
    let task = session.task(stores);
    let run = task.kept_run(state, &args.run).await?.map_err(no_such_run)?;
    let definitions: BTreeSet<_> = run
        .intents
        .iter()
        .filter_map(|intent| match &intent.place {
            Place::Esc { environment, .. } => Some(environment.clone()),
            Place::Github(_) | Place::Job { .. } => None,
        })
        .collect();
    let looking = task.look(None, Some(state), Look { definitions, ..Look::to_plan() });
    let Some(mut observed) = progress::watch(looking, || progress::said(stores)).await else { return Ok(None) };
    let put_back = task.put_back(state, &observed, &run).await;
    let plan = put_back.plan.clone();
    let judging = CheckArgs::default();
    let judgement = crate::judge::judge(session.mapping(), &observed.snapshot, session::judge_options(&judging));
    let before = session.report(&observed.snapshot, judgement, stores, judging.fail_on);
    let waited = writer.confirm(&session.with_plan(before, &plan, &[]), plan.actions.len()).await?;
    let clock = clock();
    let applying = writer.applying(&clock, waited);
    let work = task.apply_put_back(&applying, state, &mut observed, put_back);
    let Some(applied) = writer.settle(work).await else { return Err(progress::cut_off()) };
    let applied = applied?;
    let judgement = task.judge_after(&mut observed, state, session::judge_options(&judging));
    let report = session.report(&observed.snapshot, judgement, stores, judging.fail_on);
    let mut report = session.with_applied(report, &plan, applied);
    report.remarks.extend(cannot(&plan.held_back));
    Ok(Some(report.decided()))
}

fn cannot(held: &[HeldBack]) -> Option<String> {
    (!held.is_empty()).then(|| format!("{} of the run's writes cannot be put back; each says why", held.len()))
}

fn no_such_run(error: NoSuchRun) -> Failure {
    let help = match error.known.as_slice() {
        [] => "no run is kept here; see --state".to_owned(),
        known => format!("the newest are {}; `esc-sync history` shows all", known.join(", ")),
    };
    Failure::usage(error.to_string(), help)
}
