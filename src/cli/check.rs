//! `check`: observe, remember, judge, report. Nothing remote is written.

use crate::{
    engine::{
        Look, State,
        live::{self, Asker},
    },
    judge::judge,
    model::{JobSnapshot, Snapshot},
    report::Report,
    store::Stores,
};

use super::{
    Failure,
    args::{CheckArgs, Global, LookArgs},
    docs,
    exit::Exit,
    progress,
    session::{self, Session},
    state,
};

pub(crate) fn run(global: &Global, args: &LookArgs) -> Result<Exit, Failure> {
    let (session, targets) = Session::open(global, "check")?;
    let Some(looked) = session::runtime()?.block_on(look(&session, args.live, &args.judging))? else {
        return Ok(progress::interrupted());
    };
    targets.write(&looked.report)?;
    Ok(Exit::of(&looked.report))
}

/// What was found out, and what it was found out from.
#[derive(Debug)]
pub(crate) struct Looked {
    pub(crate) report: Report,
    pub(crate) snapshot: Snapshot,
}

/// Looks at everything, and asks the services too if that is wanted. `None`: interrupted.
pub(crate) async fn look(session: &Session<'_>, live: bool, judging: &CheckArgs) -> Result<Option<Looked>, Failure> {
    let mut stores = session.stores();
    let job = session::job(&mut stores)?;
    let Some(snapshot) = observed(session, &stores, job).await? else { return Ok(None) };
    let asker = live.then(|| session.asker());
    let Some(snapshot) = asked(session, &stores, snapshot, asker.as_ref()).await else { return Ok(None) };
    let documents = docs::stale(session.mapping(), session.global.profile.as_deref());
    let snapshot = Snapshot { documents, ..snapshot };
    let judgement = judge(session.mapping(), &snapshot, session::judge_options(judging));
    let mut report = session.report(&snapshot, judgement, &stores, judging.fail_on);
    if let Some(asker) = &asker {
        report = session.with_asked(report, asker);
    }
    Ok(Some(Looked { report, snapshot }))
}

/// What the stores say, or with `--offline` the job alone. `None`: interrupted.
async fn observed(
    session: &Session<'_>,
    stores: &Stores,
    job: Option<JobSnapshot>,
) -> Result<Option<Snapshot>, Failure> {
    if session.global.offline {
        return Ok(Some(Snapshot { job, ..Snapshot::default() }));
    }
    let state = remembered(session, stores).await?;
    let task = session.task(stores);
    let looking = task.look(job, state.as_ref(), Look::default());
    Ok(progress::watch(looking, || progress::said(stores)).await.map(|observed| observed.snapshot))
}

/// The same with what the services themselves say, if they are to be asked. `None`: interrupted.
async fn asked(
    session: &Session<'_>,
    stores: &Stores,
    mut snapshot: Snapshot,
    asker: Option<&Asker>,
) -> Option<Snapshot> {
    if let Some(asker) = asker {
        let asking = live::live(session.mapping(), &snapshot, &session.selection, asker);
        snapshot.live = progress::watch(asking, || progress::said_live(stores, asker)).await?;
    }
    Some(snapshot)
}

/// A check without memory is still a check: what cannot be compared is `unverified`, and why is said.
/// Only a URL that makes no sense ends it.
async fn remembered(session: &Session<'_>, stores: &Stores) -> Result<Option<State>, Failure> {
    match state::to_read(session, stores).await {
        Err(failure) if failure.is_usage() => Err(failure),
        opened => Ok(opened.map_err(|failure| failure.warn("nothing is compared with earlier runs")).ok()),
    }
}
