//! The emulator from the command line: as a server of its own, or behind any command.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    thread,
};

use tokio::sync::oneshot;

use crate::{
    mapping::Mapping,
    sandbox::{Running, Sandbox, SandboxOptions, World, machines},
};

use super::{
    Failure,
    args::{Global, KEPT_FOLDER, SandboxArgs},
    environment::Environment,
    exit::Exit,
    mapping_file::{self, MappingError},
    state::user_state,
    terminal,
};

/// `esc-sync sandbox`: serves until it is told to stop.
pub(crate) fn serve(global: &Global, args: &SandboxArgs) -> Result<Exit, Failure> {
    if !args.listen.ip().is_loopback() {
        return Err(Failure::usage(
            format!("cannot listen on {}: the emulator answers anybody and serves loopback only", args.listen),
            "use --listen 127.0.0.1:PORT, and a forwarder of your own if others must reach it",
        ));
    }
    let mapping = optional_mapping(global)?;
    let options = SandboxOptions {
        listen: args.listen,
        public_url: args.public_url.clone(),
        dir: args.dir.clone(),
        unix_socket: args.unix_socket.clone(),
    };
    let runtime = runtime()?;
    runtime.block_on(async {
        // Whoever reads the address may well send the signal before the next line runs.
        let stopped = super::progress::stopped();
        let running = Sandbox::start(options).await.map_err(|error| cannot_start(args.listen, &error))?;
        if let Some(mapping) = &mapping {
            seed(&running, mapping);
        }
        announce(&format!("http://{}", running.address), &running.url)?;
        stopped.await;
        running.shutdown().await;
        terminal::say("esc-sync: the sandbox has stopped");
        Ok(Exit::Pass)
    })
}

/// One thread: all requests go through one lock, and a host may allow no more (failure case C9).
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::from_io)
}

/// Seeds on first use; a world that was kept goes on as it was, unless it is another mapping's.
/// Tells whether it did.
fn seed(running: &Running, mapping: &Mapping) -> bool {
    if !running.fresh && running.world(|world| knows(world, mapping)) {
        return false;
    }
    if !running.fresh {
        terminal::say("esc-sync: the kept sandbox has none of this mapping's ESC environments; it starts anew");
    }
    running.seed(mapping);
    true
}

/// Whether the world has any ESC environment of the mapping, or the mapping has none.
fn knows(world: &World, mapping: &Mapping) -> bool {
    let mut environments =
        mapping.entries.iter().filter_map(|entry| entry.esc.as_ref()).map(|esc| &esc.environment).peekable();
    environments.peek().is_none()
        || environments.any(|at| world.esc.definition(&at.organization, &at.project, &at.name).is_some())
}

/// Programs on this machine reach it where it listens; the public address is for those behind a proxy.
fn announce(address: &str, public: &str) -> Result<(), Failure> {
    let also = if address == public { String::new() } else { format!(", public address {public}") };
    let lines = format!(
        "sandbox ready at {address}{also}\n\
         export PULUMI_BACKEND_URL={address} PULUMI_ACCESS_TOKEN=sandbox\n\
         export GITHUB_API_URL={address} GITHUB_TOKEN=sandbox\n\
         export LAMBDA_API_URL={address} LAMBDA_API_KEY=sandbox\n"
    );
    terminal::print(lines.as_bytes()).map_err(Failure::from_io)
}

/// The mapping to seed from: a named one must be right, a missing one is no error.
fn optional_mapping(global: &Global) -> Result<Option<Mapping>, Failure> {
    match mapping_file::open(global) {
        Ok(loaded) => Ok(Some(loaded.mapping)),
        Err(error @ (MappingError::None | MappingError::Several { .. })) => {
            terminal::say(format_args!(
                "esc-sync: nothing to seed from ({error}); the organization acme and its repositories are there"
            ));
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn cannot_start(listen: SocketAddr, error: &std::io::Error) -> Failure {
    if error.kind() == std::io::ErrorKind::InvalidData {
        return Failure::usage(
            format!("cannot go on with the sandbox's kept state: {error}"),
            "remove that folder, or name another one with --sandbox=DIR (or --dir DIR)",
        );
    }
    Failure::usage(
        format!("cannot start the sandbox on {listen}: {error}"),
        "choose a free port and a folder you may write to",
    )
}

/// An emulator that lives as long as the command it serves.
#[derive(Debug)]
pub(crate) struct Attached {
    url: String,
    folder: PathBuf,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Attached {
    /// Starts the emulator on a thread of its own and seeds it on first use.
    pub(crate) fn start(dir: &Path, mapping: &Mapping, profile: Option<&str>) -> Result<Self, Failure> {
        let dir = folder(dir, mapping, profile);
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let options = SandboxOptions { listen, dir: Some(dir.clone()), ..SandboxOptions::default() };
        let (stop, stopped) = oneshot::channel();
        let runtime = runtime()?;
        let running = runtime.block_on(Sandbox::start(options)).map_err(|error| cannot_start(listen, &error))?;
        if seed(&running, mapping) {
            // The machines were those of a world that is no more.
            machines::forget(&dir).map_err(Failure::from_io)?;
        }
        let url = running.url.clone();
        let serve = move || {
            runtime.block_on(async {
                let _ = stopped.await;
                running.shutdown().await;
            });
        };
        let thread = thread::Builder::new().name("sandbox".to_owned()).spawn(serve).map_err(Failure::from_io)?;
        Ok(Self { url, folder: dir, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it keeps everything.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The variables by which a command finds the emulator and nothing else.
    pub(crate) fn environment(&self) -> Environment {
        Environment::only(vec![
            ("PULUMI_BACKEND_URL", self.url.clone()),
            ("PULUMI_ACCESS_TOKEN", "sandbox".to_owned()),
            ("GITHUB_API_URL", self.url.clone()),
            ("GITHUB_TOKEN", "sandbox".to_owned()),
            ("LAMBDA_API_URL", self.url.clone()),
            ("LAMBDA_API_KEY", "sandbox".to_owned()),
        ])
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // The state is on disk after each change; a server that panicked has nothing to add.
            let _ = thread.join();
        }
    }
}

/// The folder that `--sandbox` means: without one, a folder for each mapping file and profile, so that
/// `check`, `sync` and `check` again meet one world.
pub(crate) fn folder(dir: &Path, mapping: &Mapping, profile: Option<&str>) -> PathBuf {
    if dir == Path::new(KEPT_FOLDER) { user_state("sandbox", mapping, profile) } else { dir.to_owned() }
}
