//! Logins by the system's `ssh`: one process, one connection, one key.
//!
//! Invariants: the child has a cleared environment and none of the operator's keys; the
//! script and the public key come by its input; a login counts as proved only if the far
//! side answered with what only this run knows.

mod agent;
mod arguments;
mod cause;
mod child;
mod route;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio::process::Command;

use super::{
    Identity, Installed, LoginFault, Machine, Proved, Remote, Removed,
    edit::{Answer, Done, Errand, Script},
};
use crate::keys::PublicKey;

use agent::Agent;
use arguments::KeySource;
use child::ChildFault;
use route::Route;

/// What a run decides about logins.
#[derive(Clone, Debug)]
pub struct SshOptions {
    pub program: PathBuf,
    /// The only host keys that count.
    pub known_hosts: PathBuf,
    /// The operator's configuration: bastions and addresses, nothing of logins.
    pub config: Option<PathBuf>,
    /// Whether a host that is not in `known_hosts` is believed and written there.
    pub accept_new: bool,
    pub connect_timeout: Duration,
    /// For a whole login, command included.
    pub deadline: Duration,
}

/// [`Remote`] by OpenSSH's client.
#[derive(Debug)]
pub struct SystemSsh {
    options: SshOptions,
}

/// A program of OpenSSH in the search path.
pub fn program_in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).filter(|folder| folder.is_absolute()).map(|folder| folder.join(name)).find(|file| {
        use std::os::unix::fs::PermissionsExt;
        file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    })
}

impl SystemSsh {
    pub fn new(options: SshOptions) -> Self {
        Self { options }
    }

    async fn run(&self, machine: &Machine, key: &Identity, errand: Errand<'_>) -> Result<Done, LoginFault> {
        self.check(machine, key)?;
        let agent = match &key.passphrase {
            Some(passphrase) => Some(self.agent(machine, key, passphrase).await?),
            None => None,
        };
        let source = match &agent {
            Some(agent) => KeySource { file: agent.public_file(), agent: Some(agent.socket()) },
            None => KeySource { file: key.file.clone(), agent: None },
        };
        let script = Script::new(errand, &key.public);
        let ended = self.login(machine, &source, script.text()).await?;
        match script.answer(&ended.stdout) {
            // `ssh` asks for nothing before it shows the key; a server that needs none proves nothing.
            Some(_) if ended.stderr.lines().any(|line| line.contains("using \"none\"")) => {
                Err(cause::open_door(machine))
            }
            Some(Answer::Done(done)) => Ok(done),
            Some(Answer::Failed(failure)) => Err(failure.fault(machine)),
            None => Err(cause::fault(machine, key, &self.options, &ended)),
        }
    }

    /// What can be known to fail before anything is started.
    fn check(&self, machine: &Machine, key: &Identity) -> Result<(), LoginFault> {
        let client = |what: String, help: &str| Err(cause::client(machine, &what, help));
        if key.public.fingerprint() != key.fingerprint {
            return client("the key's two halves do not belong together".to_owned(), "name the right .pub file");
        }
        if let Err(error) = std::fs::File::open(&key.file) {
            return client(
                format!("the key file {} cannot be read: {error}", key.file.display()),
                "check its path and mode",
            );
        }
        if !self.options.accept_new
            && let Err(error) = std::fs::File::open(&self.options.known_hosts)
        {
            let what = format!("the known hosts {} cannot be read: {error}", self.options.known_hosts.display());
            return client(what, "host keys must be known before a login: name a file that has them");
        }
        Ok(())
    }

    async fn login(&self, machine: &Machine, key: &KeySource, script: &str) -> Result<child::Ended, LoginFault> {
        let client = |what: String| cause::client(machine, &what, "check the paths and the `ssh` configuration");
        let options = &self.options;
        let route = match &options.config {
            Some(config) => route::ask(&options.program, config, machine).await.map_err(client)?,
            None => Route::default(),
        };
        let mut command = Command::new(&options.program);
        command.env_clear().args(arguments::arguments(options, machine, key, &route).map_err(client)?);
        if options.config.is_some() {
            command.envs(route::PASSED.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        }
        child::run(&mut command, script.as_bytes(), options.deadline).await.map_err(|fault| match fault {
            ChildFault::Deadline => cause::deadline(machine, options.deadline),
            ChildFault::Start(error) => {
                let what = format!("`{}` cannot be started: {error}", options.program.display());
                cause::client(machine, &what, "install OpenSSH's client")
            }
        })
    }

    async fn agent(
        &self,
        machine: &Machine,
        key: &Identity,
        passphrase: &crate::model::SecretValue,
    ) -> Result<Agent, LoginFault> {
        let started = Agent::start(&self.options.program, key, passphrase, self.options.deadline).await;
        started.map_err(|what| cause::client(machine, &what, "check the passphrase, and that OpenSSH is whole"))
    }
}

/// A program that belongs to `ssh`: beside it, or else in the search path.
fn companion(program: &Path, name: &str) -> PathBuf {
    let beside = program.with_file_name(name);
    if beside.is_file() { beside } else { program_in_path(name).unwrap_or(beside) }
}

impl Remote for SystemSsh {
    fn prove<'a>(&'a self, machine: &'a Machine, key: &'a Identity) -> BoxFuture<'a, Result<Proved, LoginFault>> {
        async move {
            let done = self.run(machine, key, Errand::Prove).await?;
            Ok(Proved { machine_id: done.machine_id })
        }
        .boxed()
    }

    fn install<'a>(
        &'a self,
        machine: &'a Machine,
        key: &'a Identity,
        public: &'a PublicKey,
    ) -> BoxFuture<'a, Result<Installed, LoginFault>> {
        async move {
            let Done { was_there, machine_id } = self.run(machine, key, Errand::Install(public)).await?;
            Ok(Installed { was_there, machine_id })
        }
        .boxed()
    }

    fn remove<'a>(
        &'a self,
        machine: &'a Machine,
        key: &'a Identity,
        public: &'a PublicKey,
    ) -> BoxFuture<'a, Result<Removed, LoginFault>> {
        async move {
            let Done { was_there, machine_id } = self.run(machine, key, Errand::Remove(public)).await?;
            Ok(Removed { was_there, machine_id })
        }
        .boxed()
    }
}
