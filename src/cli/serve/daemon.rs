//! The daemon at work: door, keeper and election beside each other until somebody ends it.
//!
//! Invariants: it is bound before it says that it serves; one part that ends by itself ends the whole, so that a
//! supervisor sees it; whoever leads gives that back at an orderly end.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    sync::{oneshot, watch},
    task::{JoinError, JoinHandle},
    time,
};

use super::{
    super::{
        Failure,
        args::Global,
        environment::{Environment, Variables},
        exit::Exit,
        failure::reason,
        mapping_file, session,
        state::{self, Kept},
        terminal,
    },
    args::ServeArgs,
    handover::Known,
    mappings::MappingFile,
    process::Processes,
    signals::Signals,
    start::{self, Clock},
};
use crate::{
    crypto,
    daemon::{
        Board, Keeper, KeeperOptions, Pulse, Shared,
        alert::AlertOptions,
        board::{Deliveries, MappingState, Replica, Role, StateHealth},
        door::{self, DoorOptions},
        election::{self, ElectionOptions},
        keeper::wall_clock,
        notify::Manager,
        order::WriteBudget,
    },
    ledger::Backend,
};

/// How long the last answers and the last word to the other replicas may take.
const FAREWELL: Duration = Duration::from_secs(3);

pub(super) fn run(global: &Global, args: &ServeArgs, known: Known) -> Result<Exit, Failure> {
    session::runtime()?.block_on(serve(global, args, known))
}

async fn serve(global: &Global, args: &ServeArgs, known: Known) -> Result<Exit, Failure> {
    // Begun anew it goes by the name of /proc/self/exe; what cannot be renamed runs all the same.
    let _ = std::fs::write("/proc/self/comm", "esc-sync");
    let listener = bind(args).await?;
    let signals = Signals::listen().map_err(Failure::from_io)?;
    let clock = start::clock(args)?;
    let mappings = MappingFile::new(mapping_file::choose(global.mapping.as_deref())?, global.profile.clone());
    let state = state_of(global, &mappings)?;
    let daemon = Daemon::new(args, &known, mappings, state);
    let door = DoorOptions {
        listen: listener.local_addr().map_err(Failure::from_io)?,
        hosts: args.host.clone(),
        token: known.token,
        names: args.telling.metric_names,
    };
    terminal::print(format!("serving at http://{}\n", door.listen).as_bytes()).map_err(Failure::from_io)?;
    daemon.run(listener, door, options(global, args, clock, known.targets), signals, args.clock.lease).await
}

async fn bind(args: &ServeArgs) -> Result<TcpListener, Failure> {
    TcpListener::bind(args.listen).await.map_err(|error| {
        let message = format!("cannot listen on {}: {}", args.listen, reason(&error));
        Failure::usage(message, "choose a free port of this machine with --listen ADDR:PORT; port 0 takes any")
    })
}

/// `None`: every write to it is a revision of ESC's, so that only runs write to it.
fn state_of(global: &Global, mappings: &MappingFile) -> Result<(String, Option<Arc<dyn Backend>>), Failure> {
    // As a run would see it: the sandbox has no variables of this world. They are read, used and wiped.
    let variables = if global.sandbox.is_some() { Variables::Nowhere } else { global.variables.clone() };
    let environment = Environment::of(variables, Vec::new());
    Ok(match state::kept(global, &mappings.load()?, &|name| environment.var(name))? {
        Kept::Apart(backend) => (backend.describe(), Some(backend)),
        Kept::InEsc(environment) => (format!("esc:{environment}"), None),
    })
}

fn options(global: &Global, args: &ServeArgs, clock: Clock, targets: usize) -> KeeperOptions {
    let (applying, alerts) = (&args.applying, &args.alerts);
    let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    KeeperOptions {
        check: clock.check,
        live: clock.live,
        sync: clock.sync,
        jitter: args.clock.jitter,
        run_limit: args.clock.run_limit,
        writes: WriteBudget { burst: applying.write_burst, cap: applying.write_cap },
        write_interval: Duration::from_secs(60) / applying.write_pace,
        workers: global.partition.map_or(1, |partition| partition.of.get()),
        alerts: AlertOptions {
            targets,
            drift_percent: alerts.alert_drift,
            failures: alerts.alert_failures,
            expiry_s: seconds(alerts.alert_expiry),
            cooldown_s: seconds(alerts.alert_cooldown),
            cap_per_hour: alerts.alert_cap,
        },
    }
}

/// All that the parts share.
struct Daemon {
    me: Replica,
    board: Shared,
    mappings: Arc<MappingFile>,
    state: Option<Arc<dyn Backend>>,
    pulse: Pulse,
}

impl Daemon {
    fn new(
        args: &ServeArgs,
        known: &Known,
        mappings: MappingFile,
        (url, state): (String, Option<Arc<dyn Backend>>),
    ) -> Self {
        let me = Replica {
            id: format!("{}-{}", host(), crypto::random_id(3)),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started: session::now().0,
        };
        tracing::info!(replica = %me.id, version = %me.version, state = %url, listen = %args.listen, "serving");
        let board = Shared::new(Board {
            replica: me.clone(),
            mapping: MappingState { file: mappings.file().display().to_string(), ..MappingState::default() },
            state: StateHealth { url, ..StateHealth::default() },
            deliveries: Deliveries { targets: known.targets, ..Deliveries::default() },
            ..Board::default()
        });
        Self { me, board, mappings: Arc::new(mappings), state, pulse: Pulse::default() }
    }

    async fn run(
        self,
        listener: TcpListener,
        door: DoorOptions,
        options: KeeperOptions,
        signals: Signals,
        lease: Duration,
    ) -> Result<Exit, Failure> {
        let (close, closed) = oneshot::channel::<()>();
        let stop = async {
            let _ = closed.await;
        };
        let mut door = tokio::spawn(door::serve(listener, door, self.board.clone(), self.pulse.clone(), stop));
        let (role, mut elector) = self.stand(lease);
        let keeper = Keeper {
            options,
            board: self.board.clone(),
            runs: Arc::new(Processes::of_this_program(self.mappings.file().to_owned())),
            mappings: Arc::clone(&self.mappings) as _,
            state: self.state.clone(),
            role,
            pulse: self.pulse.clone(),
            wall: wall_clock(),
            manager: Manager::from_variables(|name| std::env::var(name).ok(), std::process::id()),
        };
        let (heard, stops) = signals.into_parts();
        let ended = tokio::select! {
            () = keeper.keep(heard) => Ok(()),
            ended = &mut door => Err(fell_silent("the door", door_error(ended))),
            ended = &mut elector => Err(fell_silent("the election", ended.err().map(|error| panicked(&error)))),
        };
        elector.abort();
        if !stops.insisted() {
            self.take_leave(close, door).await;
        }
        tracing::info!("ended");
        ended.map(|()| if stops.insisted() { Exit::Interrupted } else { Exit::Pass })
    }

    /// Who acts is told on the channel, from now on. Without a state to agree in, it is this one.
    fn stand(&self, lease: Duration) -> (watch::Receiver<Role>, JoinHandle<()>) {
        let (sender, role) = watch::channel(Role::Undecided);
        let elector = match &self.state {
            Some(state) => {
                tokio::spawn(election::stand(Arc::clone(state), self.me.clone(), ElectionOptions { lease }, sender))
            }
            None => {
                tracing::warn!("this state has no election; run one daemon over it alone");
                sender.send_replace(Role::Alone);
                // The channel stays open as long as the daemon lives.
                tokio::spawn(async move {
                    std::future::pending::<()>().await;
                    drop(sender)
                })
            }
        };
        (role, elector)
    }

    /// Lets the others know, and lets the last answers out.
    async fn take_leave(&self, close: oneshot::Sender<()>, door: JoinHandle<io::Result<()>>) {
        let resigned = async {
            if let Some(state) = &self.state {
                election::resign(&**state, &self.me).await;
            }
        };
        drop(close);
        let closed = async {
            if !door.is_finished() {
                let _ = door.await;
            }
        };
        let _ = time::timeout(FAREWELL, async { tokio::join!(resigned, closed) }).await;
    }
}

fn host() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    crate::model::printable(host.trim(), 64)
}

/// A part that ends by itself.
fn fell_silent(part: &str, why: Option<String>) -> Failure {
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    Failure::unknown(
        format!("{part} ended by itself{why}"),
        "start the daemon again; a supervisor such as systemd does",
    )
}

fn door_error(ended: Result<io::Result<()>, JoinError>) -> Option<String> {
    match ended {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(reason(&error)),
        Err(error) => Some(panicked(&error)),
    }
}

/// The text of a panic may quote what was worked on.
fn panicked(error: &JoinError) -> String {
    if error.is_panic() { "a defect of esc-sync".to_owned() } else { "it was cancelled".to_owned() }
}
