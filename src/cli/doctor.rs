//! `doctor`: everything a command needs, looked at stage by stage. It judges no entry and writes nothing remote.

use crate::{
    engine::{Doctor, Door, ERRANDS, Errand, Reads},
    judge::Judgement,
    model::{JobSnapshot, Severity, Snapshot, Stage, StageKind, StageOutcome},
    report::{DoctorReport, Report},
    store::{Stores, esc::EscLogin, github, lambda},
};

use super::{
    Failure,
    args::{DoctorArgs, Global},
    exit::Exit,
    progress,
    session::{self, Session},
    ssh, state,
};

pub(crate) fn run(global: &Global, args: &DoctorArgs) -> Result<Exit, Failure> {
    let errand = errand(&args.command)?;
    let (session, targets) = Session::open(global, "doctor")?;
    let mut stores = session.stores();
    let job = session::job(&mut stores)?;
    let looking = look(&session, &stores, job.as_ref(), errand);
    let work = async { progress::watch(looking, || progress::said(&stores)).await.transpose() };
    let Some(stages) = session::runtime()?.block_on(work)? else { return Ok(progress::interrupted()) };
    let report = told(&session, &stores, errand, stages);
    targets.write(&report)?;
    Ok(Exit::of(&report))
}

fn errand(words: &[String]) -> Result<&'static Errand, Failure> {
    let command = if words.is_empty() { "check".to_owned() } else { words.join(" ") };
    Errand::of(&command).ok_or_else(|| {
        let known = || ERRANDS.iter().map(|errand| errand.command);
        let distance = |name: &&str| strsim::damerau_levenshtein(&command.to_lowercase(), name);
        let help = match known().min_by_key(distance).filter(|name| distance(name) <= 1 + name.len() / 4) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("one of {}", known().collect::<Vec<_>>().join(", ")),
        };
        Failure::usage(format!("doctor {command}: no command that can be looked after has that name"), help)
    })
}

async fn look(
    session: &Session<'_>,
    stores: &Stores,
    job: Option<&JobSnapshot>,
    errand: &'static Errand,
) -> Result<Vec<Stage>, Failure> {
    let backend = match state::backend(session, stores).await {
        Err(failure) if failure.is_usage() => return Err(failure),
        opened => opened.map_err(Failure::into_words),
    };
    let client = session.context.client(session.global);
    let env = |name: &str| session.context.var(name);
    let door = |service, base| Some(Door { service, base: base? });
    let doctor = Doctor {
        mapping: session.mapping(),
        selection: &session.selection,
        stores,
        errand,
        client: &client,
        // Without a login the address is known all the same.
        esc: door("Pulumi ESC", stores.esc().map(|esc| esc.base().clone()).ok().or_else(|| EscLogin::address(&env))),
        github: door("GitHub", github::address(&env).ok()),
        lambda: door("Lambda", lambda::address(&env).ok()),
        state: backend.map(|backend| (backend, state::identity(session.global, stores))),
        job: job.map(|job| job.values.len()),
        files: session.context.sandbox().is_none().then(|| ssh::places(session)),
        offline: session.global.offline,
    };
    Ok(doctor.examine().await)
}

fn told(session: &Session<'_>, stores: &Stores, errand: &Errand, stages: Vec<Stage>) -> Report {
    let mut requests = session::requests(stores);
    for (store, number) in &mut requests {
        *number += stages.iter().filter(|stage| is_look_at(stage, store)).count() as u64;
    }
    let report = session.report(&Snapshot::default(), Judgement::default(), stores, Severity::Error);
    let asks = if errand.reads == Reads::Nothing { "that command asks no store; " } else { "" };
    let remarks = vec![format!("looked at for `esc-sync {}`; {asks}nothing was written to any store", errand.command)];
    Report { remarks, requests, doctor: Some(DoctorReport { stages }), ..report }.decided()
}

/// Whether it cost a request that no store counted.
fn is_look_at(stage: &Stage, store: &str) -> bool {
    let of = match stage.kind {
        StageKind::EscNetwork => "esc",
        StageKind::GithubNetwork => "github",
        StageKind::LambdaNetwork => "lambda",
        _ => return false,
    };
    of == store && stage.outcome != StageOutcome::Skipped
}
