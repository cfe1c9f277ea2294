//! `check`: observe, remember, judge, report. Nothing remote is written.

use crate::{
    engine::{Look, Observed, State},
    judge::judge,
    model::{JobSnapshot, Snapshot},
    store::Stores,
};

use super::{
    Failure,
    args::{CheckArgs, Global},
    docs,
    exit::Exit,
    progress,
    session::{self, Session},
    state,
};

pub(crate) fn run(global: &Global, args: &CheckArgs) -> Result<Exit, Failure> {
    let (session, targets) = Session::open(global, "check")?;
    let mut stores = session.stores();
    let job = session::job(&mut stores)?;
    let snapshot = if global.offline {
        Some(Snapshot { job, ..Snapshot::default() })
    } else {
        session::runtime()?.block_on(look(&session, &stores, job))?.map(|observed| observed.snapshot)
    };
    let Some(mut snapshot) = snapshot else { return Ok(progress::interrupted()) };
    snapshot.documents = docs::stale(session.mapping(), global.profile.as_deref());
    let judgement = judge(session.mapping(), &snapshot, session::judge_options(args));
    let report = session.report(&snapshot, judgement, &stores, args.fail_on);
    targets.write(&report)?;
    Ok(Exit::of(&report))
}

/// `None`: interrupted.
async fn look(session: &Session<'_>, stores: &Stores, job: Option<JobSnapshot>) -> Result<Option<Observed>, Failure> {
    let state = remembered(session, stores).await?;
    let task = session.task(stores);
    Ok(progress::watch(task.look(job, state.as_ref(), Look::default()), || progress::said(stores)).await)
}

/// A check without memory is still a check: what cannot be compared is `unverified`, and why is said.
/// Only a URL that makes no sense ends it.
async fn remembered(session: &Session<'_>, stores: &Stores) -> Result<Option<State>, Failure> {
    match state::to_read(session, stores).await {
        Err(failure) if failure.is_usage() => Err(failure),
        opened => Ok(opened.map_err(|failure| failure.warn("nothing is compared with earlier runs")).ok()),
    }
}
