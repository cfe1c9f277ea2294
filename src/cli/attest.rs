//! `attest`: inside Actions, what the job can read of GitHub's side is remembered.

use crate::{
    engine::{Attested, Look, State},
    model::{JobSnapshot, Snapshot},
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
    let looking = task.look(Some(job), Some(state), Look::to_plan());
    let Some(mut observed) = progress::watch(looking, || progress::said(stores)).await else { return Ok(None) };
    warn_if_undated(&observed.snapshot);
    let clock = clock();
    let applying = writer.applying(&clock);
    let work = task.attest(&applying, state, &mut observed);
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

/// Where GitHub does not tell when the run was queued, a change since then cannot be seen.
fn warn_if_undated(snapshot: &Snapshot) {
    if snapshot.job.as_ref().is_some_and(|job| job.queued.is_none()) {
        terminal::say(
            "esc-sync: warning: GitHub does not tell when this run was queued; a secret that was changed since then would be attested with its older value",
        );
    }
}
