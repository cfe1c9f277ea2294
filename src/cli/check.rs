//! `check`: observe, remember, judge, report. Nothing remote is written.

use crate::{
    engine::{
        Look, Observed, State,
        live::{self, Asker},
    },
    judge::judge,
    model::{JobSnapshot, Snapshot},
    store::Stores,
};

use super::{
    Failure,
    args::{Global, LookArgs},
    docs,
    exit::Exit,
    progress,
    session::{self, Session},
    state,
};

pub(crate) fn run(global: &Global, args: &LookArgs) -> Result<Exit, Failure> {
    let (session, targets) = Session::open(global, "check")?;
    let mut stores = session.stores();
    let job = session::job(&mut stores)?;
    let snapshot = if global.offline {
        Some(Snapshot { job, ..Snapshot::default() })
    } else {
        session::runtime()?.block_on(look(&session, &stores, job))?.map(|observed| observed.snapshot)
    };
    let Some(snapshot) = snapshot else { return Ok(progress::interrupted()) };
    let asker = args.live.then(|| session.asker());
    let Some(snapshot) = asked(&session, &stores, snapshot, asker.as_ref())? else {
        return Ok(progress::interrupted());
    };
    let snapshot = Snapshot { documents: docs::stale(session.mapping(), global.profile.as_deref()), ..snapshot };
    let judgement = judge(session.mapping(), &snapshot, session::judge_options(&args.judging));
    let mut report = session.report(&snapshot, judgement, &stores, args.judging.fail_on);
    if let Some(asker) = &asker {
        report = session.with_asked(report, asker);
    }
    targets.write(&report)?;
    Ok(Exit::of(&report))
}

/// `None`: interrupted.
async fn look(session: &Session<'_>, stores: &Stores, job: Option<JobSnapshot>) -> Result<Option<Observed>, Failure> {
    let state = remembered(session, stores).await?;
    let task = session.task(stores);
    Ok(progress::watch(task.look(job, state.as_ref(), Look::default()), || progress::said(stores)).await)
}

/// The same with what the services themselves say, if they are to be asked. `None`: interrupted.
fn asked(
    session: &Session<'_>,
    stores: &Stores,
    mut snapshot: Snapshot,
    asker: Option<&Asker>,
) -> Result<Option<Snapshot>, Failure> {
    let Some(asker) = asker else { return Ok(Some(snapshot)) };
    let asking = live::live(session.mapping(), &snapshot, &session.selection, asker);
    let told =
        session::runtime()?.block_on(async { progress::watch(asking, || progress::said_live(stores, asker)).await });
    let Some(told) = told else { return Ok(None) };
    snapshot.live = told;
    Ok(Some(snapshot))
}

/// A check without memory is still a check: what cannot be compared is `unverified`, and why is said.
/// Only a URL that makes no sense ends it.
async fn remembered(session: &Session<'_>, stores: &Stores) -> Result<Option<State>, Failure> {
    match state::to_read(session, stores).await {
        Err(failure) if failure.is_usage() => Err(failure),
        opened => Ok(opened.map_err(|failure| failure.warn("nothing is compared with earlier runs")).ok()),
    }
}
