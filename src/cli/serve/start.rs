//! What is checked before the daemon begins: whatever a person can put right, and nothing of a store.

use super::{
    super::{Failure, args::Global, session::Session, state},
    args::ServeArgs,
    deliver,
    handover::Known,
    token,
};
use crate::daemon::{RunKind, door::DoorOptions, schedule::Schedule};

/// When each kind of run comes.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    pub(super) check: Schedule,
    pub(super) live: Schedule,
    pub(super) sync: Schedule,
}

/// Refuses what could only fail later, and gathers what must be known of the environment.
pub(super) fn check(global: &Global, args: &ServeArgs) -> Result<Known, Failure> {
    if global.offline {
        let message = "serve asks the stores, and --offline forbids that";
        return Err(Failure::usage(message, "leave out --offline, or use `esc-sync check --offline`"));
    }
    clock(args)?;
    let token = token::digest(args.token_file.as_deref(), &global.variables)?;
    check_listen(args, token.clone())?;
    let env = |name: &str| global.variables.var(name);
    let targets = deliver::targets(&env)?;
    let (session, _) = Session::open(global, "serve")?;
    state::kept(global, session.mapping(), &|name| session.context.var(name))?;
    Ok(Known { token, targets })
}

/// The three schedules, or which of them makes no sense.
pub(super) fn clock(args: &ServeArgs) -> Result<Clock, Failure> {
    let read = |kind: RunKind, text: &str| {
        text.parse::<Schedule>().map_err(|error| {
            let message = format!("--{}-every {text}: {error}", kind.as_str());
            Failure::usage(message, "give a duration (5m), a cron expression in UTC (\"*/5 * * * *\"), or never")
        })
    };
    let clock = Clock {
        check: read(RunKind::Check, &args.clock.check_every)?,
        live: read(RunKind::Live, &args.clock.live_every)?,
        sync: read(RunKind::Sync, &args.clock.sync_every)?,
    };
    if [&clock.check, &clock.live, &clock.sync].iter().all(|schedule| schedule.is_never()) {
        let message = "no run would ever be made: --check-every, --live-every and --sync-every are all `never`";
        return Err(Failure::usage(message, "leave out one of them"));
    }
    Ok(clock)
}

/// Whoever is not on this machine must know a token (failure case X11).
fn check_listen(args: &ServeArgs, token: Option<String>) -> Result<(), Failure> {
    let door = DoorOptions { listen: args.listen, hosts: args.host.clone(), token, names: false };
    door.check().map_err(|fault| Failure::usage(fault.to_string(), fault.help()))
}
