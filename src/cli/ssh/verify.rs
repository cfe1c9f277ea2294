//! `ssh verify`: a login to every machine with the key in force, and with the other one of a rotation under way.

use crate::{
    cli::{
        Failure,
        args::Global,
        exit::Exit,
        progress,
        session::{self, Session},
        state,
        writing::clock,
    },
    engine::{Applying, Pace, PaceOptions, Progress, Rotator, Stop, Tried, Verified},
    report::{Report, SshMachineReport, SshReport, SshState},
    ssh::LoginFault,
    store::Stores,
};

use super::{
    args::VerifyArgs,
    command, outcome,
    played::{self, Visit},
};

pub(super) fn run(global: &Global, args: &VerifyArgs) -> Result<Exit, Failure> {
    let (session, targets, _sandbox) = played::open(global, "ssh verify", Visit::LogsIn)?;
    session.needs_network()?;
    let spec = command::spec(&session)?;
    let options = command::options(&session, &args.reach)?;
    let remote = command::system_ssh(&session, spec, &options, &args.reach)?;
    let stores = session.stores();
    let task = session.task(&stores);
    let (pace, stop, progress, clock) = (Pace::new(PaceOptions::default()), Stop::new(), Progress::default(), clock());
    let applying = Applying {
        run: &session.run,
        command: session.command,
        options: &[],
        who: "",
        pace: &pace,
        stop: &stop,
        progress: &progress,
        waited: false,
        now: &clock,
    };
    let rotator = Rotator { task: &task, spec, applying: &applying, remote: &remote, options: &options, told: &|_| {} };
    let work = verify(&session, &stores, &rotator);
    let Some(verified) = session::runtime()?.block_on(progress::watch(work, || "logging in to machines".to_owned()))
    else {
        return Ok(progress::interrupted());
    };
    let report = told(&session, &stores, verified?);
    targets.write(&report)?;
    Ok(Exit::of(&report))
}

async fn verify(session: &Session<'_>, stores: &Stores, rotator: &Rotator<'_>) -> Result<Verified, Failure> {
    let state = state::to_read(session, stores).await?;
    Ok(rotator.verify(&state).await?)
}

fn told(session: &Session<'_>, stores: &Stores, verified: Verified) -> Report {
    let machines: Vec<_> = verified.machines.iter().map(machine).chain(verified.not_yet.iter().map(not_yet)).collect();
    let refused =
        verified.machines.iter().any(|tried| tried.current.as_ref().is_err_and(|fault| !fault.cause.is_passing()));
    let unreached = machines.iter().any(|machine| !machine.why.is_empty());
    let mut remarks = verified.remarks;
    if machines.is_empty() {
        remarks.push("there was no machine to log in to: nothing was verified".to_owned());
    }
    let state = if refused { SshState::Failed } else { SshState::Idle };
    let ssh = SshReport { machines, state, ..SshReport::default() };
    let is_empty = ssh.machines.is_empty();
    let report = outcome::empty(session, stores);
    Report { ssh: Some(ssh), remarks, incomplete: unreached || is_empty, ..report }.decided()
}

fn machine(tried: &Tried) -> SshMachineReport {
    let opened = |with: &Result<(), LoginFault>| with.is_ok();
    let mut opens_with = Vec::new();
    opens_with.extend(opened(&tried.current).then(|| "the key in force".to_owned()));
    opens_with.extend(tried.other.as_ref().is_some_and(opened).then(|| "the other one".to_owned()));
    let fault = tried.current.as_ref().err();
    SshMachineReport {
        name: tried.machine.name.to_string(),
        address: tried.machine.address(),
        status: if fault.is_none() { "opens" } else { "does not open" }.to_owned(),
        opens_with,
        why: fault.map(|fault| fault.what.clone()).unwrap_or_default(),
        help: fault.map(|fault| fault.help.clone()).unwrap_or_default(),
        since: None,
    }
}

fn not_yet((name, why): &(Box<str>, String)) -> SshMachineReport {
    SshMachineReport {
        name: name.to_string(),
        status: "not reached".to_owned(),
        why: why.clone(),
        help: "wait until it is up, and verify again".to_owned(),
        ..SshMachineReport::default()
    }
}
