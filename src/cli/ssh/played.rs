//! The sandbox's machines behind a command: which `sshd` plays them, as whom, and what is said of it.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    cli::{Failure, args::Global, output::Targets, session::Session, terminal},
    engine::RotationOptions,
    report::{Report, SshState},
    sandbox::machines::{self, Doors, Played, Stage},
    ssh::{client::program_in_path, files},
};

use super::command;

/// Whether a command logs in to machines.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Visit {
    LogsIn,
    Looks,
}

/// What the sandbox adds to a command; nothing outside of it.
#[derive(Debug, Default)]
pub(super) struct SandboxPart {
    is_sandbox: bool,
    is_without_sshd: bool,
    _doors: Doors,
}

/// Opens a session; in the sandbox, with its machines in the place of the declared ones.
pub(super) fn open<'g>(
    global: &'g Global,
    command: &'static str,
    visit: Visit,
) -> Result<(Session<'g>, Targets, SandboxPart), Failure> {
    let (mut session, targets) = Session::open(global, command)?;
    let Some(folder) = session.context.sandbox().map(Path::to_owned) else {
        return Ok((session, targets, SandboxPart::default()));
    };
    let declared = command::spec(&session).map_err(|_| without_block(&session))?;
    let (sshd, user) = (sshd(), account()?);
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let beside = Path::new(&*session.mapping().file).parent().unwrap_or(Path::new("")).to_owned();
    let documents: Vec<_> =
        declared.cloud_init.iter().map(|file| beside.join(files::expand_home(file, home.as_deref()))).collect();
    let stage = Stage {
        folder: &folder,
        user: &user,
        documents: &documents,
        sshd: sshd.as_deref(),
        open: visit == Visit::LogsIn,
    };
    let Played { spec, doors } = machines::play(&stage, declared).map_err(|error| unplayed(&folder, &error))?;
    if visit == Visit::LogsIn {
        let names: Vec<_> = spec.machines.iter().map(|machine| &*machine.name).collect();
        announce(&names, &folder);
    }
    session.play(spec);
    Ok((session, targets, SandboxPart { is_sandbox: true, is_without_sshd: sshd.is_none(), _doors: doors }))
}

impl SandboxPart {
    /// A newcomer sees the whole way in one run: there is nobody who needs the old key any longer.
    pub(super) fn choose(&self, options: RotationOptions) -> RotationOptions {
        RotationOptions {
            retire: options.retire || self.is_sandbox,
            hurry: options.hurry || self.is_sandbox,
            without_machines: options.without_machines || self.is_without_sshd,
            ..options
        }
    }

    /// What the sandbox did otherwise than the real thing.
    pub(super) fn tell(&self, report: Report) -> Report {
        let Report { mut remarks, mut incomplete, .. } = report.clone();
        let is_done = report.ssh.as_ref().is_some_and(|ssh| ssh.state == SshState::Done);
        if self.is_without_sshd {
            remarks.push(NO_SSHD.to_owned());
            incomplete = true;
        } else if self.is_sandbox && is_done {
            remarks.push("this was the sandbox: the old key is retired in the same run, without the overlap; in earnest `esc-sync ssh retire` does that, later".to_owned());
        }
        Report { remarks, incomplete, ..report }.decided()
    }
}

const NO_SSHD: &str = "no `sshd` was found on this machine, so the sandbox has no machines: no login was tried, and none is proved (install OpenSSH's server to see that part)";

fn announce(names: &[&str], folder: &Path) {
    match names {
        [] => terminal::say(format_args!("esc-sync: {NO_SSHD}")),
        names => terminal::say(format_args!(
            "esc-sync: sandbox: {} played by the `sshd` of this machine, on loopback, below {}",
            match names {
                [one] => format!("{one} is"),
                names => format!("{} are", names.join(", ")),
            },
            folder.display()
        )),
    }
}

/// Enough for the sandbox, which makes up the rest.
fn without_block(session: &Session<'_>) -> Failure {
    Failure::usage(
        format!("{} has no `ssh` block, which says which key opens which machines", session.mapping().file),
        "for the sandbox one line is enough: `ssh: { user: ubuntu, private-key: ~/.ssh/deploy }`; docs/mapping.md has the rest",
    )
}

/// The search path of most people leaves out the folder where servers lie.
fn sshd() -> Option<PathBuf> {
    let beside = || {
        let ssh = program_in_path("ssh")?;
        let server = ssh.parent()?.parent()?.join("sbin/sshd");
        server.is_file().then_some(server)
    };
    program_in_path("sshd").or_else(beside)
}

/// Whom this `sshd` lets in: the account that runs it.
fn account() -> Result<String, Failure> {
    let told = Command::new("id").arg("-un").output().map_err(Failure::from_io)?;
    let name = String::from_utf8_lossy(&told.stdout).trim().to_owned();
    if !told.status.success() || name.is_empty() {
        let what = "the account that runs this has no name, and `sshd` lets in by name only";
        return Err(Failure::usage(what, "run it as a user of this machine"));
    }
    Ok(name)
}

fn unplayed(folder: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(
        format!("the sandbox's machines cannot be laid out below {}: {error}", folder.display()),
        "name a folder of your own with --sandbox=DIR",
    )
}
