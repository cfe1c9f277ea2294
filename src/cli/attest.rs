//! `attest`: inside Actions, what the job can read of GitHub's side is remembered.

use crate::{
    engine::{Attested, Look, State},
    model::{JobSnapshot, Stamp},
    report::Report,
    store::Stores,
};

use super::{
    Failure,
    args::{AttestArgs, Global},
    exit::Exit,
    progress,
    session::{self, Session},
    state, terminal,
    writing::{Writer, clock},
};

pub(crate) fn run(global: &Global, args: &AttestArgs) -> Result<Exit, Failure> {
    let (session, targets) = Session::open(global, "attest")?;
    session.needs_network()?;
    let mut stores = session.stores();
    let Some(job) = session::job(&mut stores)? else {
        return Err(Failure::usage(
            "there is nothing to attest: no secrets of a job were given",
            "run it in a workflow, with ESC_SYNC_GITHUB_SECRETS: ${{ toJSON(secrets) }}",
        ));
    };
    if global.state.is_none() {
        terminal::say(
            "esc-sync: warning: the state is kept in files of this machine, which a job loses at its end; name a shared one with --state",
        );
    }
    let writer = Writer::new(&session, &args.writing, Vec::new());
    let work = attest(&session, &stores, &writer, args, job);
    let Some(report) = session::runtime()?.block_on(work)? else { return Ok(progress::interrupted()) };
    targets.write(&report)?;
    Ok(Exit::of(&report))
}

async fn attest(
    session: &Session<'_>,
    stores: &Stores,
    writer: &Writer<'_>,
    args: &AttestArgs,
    job: JobSnapshot,
) -> Result<Option<Report>, Failure> {
    let mut state = state::to_write(session, stores, writer.to_write()).await?;
    let done = attest_alone(session, stores, writer, args, job, &mut state).await;
    state.close().await;
    done
}

async fn attest_alone(
    session: &Session<'_>,
    stores: &Stores,
    writer: &Writer<'_>,
    args: &AttestArgs,
    job: JobSnapshot,
    state: &mut State,
) -> Result<Option<Report>, Failure> {
    let task = session.task(stores);
    let queued = queued(session, stores, &job).await;
    let looking = task.look(Some(job), Some(state), Look::to_plan());
    let Some(mut observed) = progress::watch(looking, || progress::said(stores)).await else { return Ok(None) };
    let clock = clock();
    let applying = writer.applying(&clock, false);
    let work = task.attest(&applying, state, &mut observed, queued);
    let Some(attested) = writer.settle(work).await else { return Err(progress::cut_off()) };
    let Attested { places, equal, passed, applied } = attested?;
    let judgement = task.judge_after(&mut observed, state, session::judge_options(&args.judging));
    let mut report = session.report(&observed.snapshot, judgement, stores, args.judging.fail_on);
    report.remarks.push(format!(
        "attested {places} secrets: {equal} hold what ESC holds, {} do not; {} were not attested",
        places - equal,
        passed.len()
    ));
    report
        .remarks
        .extend(passed.iter().take(20).map(|passed| format!("not attested: {}: {}", passed.place, passed.why)));
    report.remarks.extend(applied.unrecorded.map(|fault| format!("not recorded: {}; {}", fault.what, fault.help)));
    Ok(Some(report.decided()))
}

/// GitHub's time when this run was queued, if it tells: the job's secrets are as they were then.
async fn queued(session: &Session<'_>, stores: &Stores, job: &JobSnapshot) -> Option<Stamp> {
    let run = session.context.var("GITHUB_RUN_ID")?.parse().ok()?;
    let queued = stores.github().ok()?.run_started(job.repository.as_ref()?, run).await.ok().flatten();
    if queued.is_none() {
        terminal::say(
            "esc-sync: warning: GitHub does not tell when this run was queued; a secret that was changed since then would be attested with its older value",
        );
    }
    queued
}
