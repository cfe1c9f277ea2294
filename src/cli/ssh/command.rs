//! What every command about the machines' key begins with: the ssh block, the files it names, and `ssh` itself.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    cli::{Failure, exit::Exit, session::Session},
    engine::{NotGone, Refusal, RefusalKind, RotationFault, RotationOptions},
    mapping::SshSpec,
    model::SecretValue,
    ssh::{SshOptions, SystemSsh, client::program_in_path, files},
};

use super::args::ReachArgs;

/// Time for the first answer of a machine.
const CONNECT: Duration = Duration::from_secs(10);

/// The ssh block of the mapping; without one there is no key to speak of.
pub(super) fn spec<'s>(session: &'s Session<'_>) -> Result<&'s SshSpec, Failure> {
    session.mapping().ssh.as_deref().ok_or_else(|| {
        Failure::usage(
            format!("{} has no `ssh` block, which says which key opens which machines", session.mapping().file),
            "add one: see `ssh` in docs/mapping.md",
        )
    })
}

/// Where things lie and what was left out; the rest is the command's own.
pub(super) fn options(session: &Session<'_>, reach: &ReachArgs) -> Result<RotationOptions, Failure> {
    Ok(RotationOptions {
        exclude: reach.exclude.iter().map(|name| name.as_str().into()).collect::<BTreeSet<Box<str>>>(),
        passphrase: reach.passphrase_file.as_deref().map(passphrase).transpose()?,
        ..places(session)
    })
}

/// Where the files of the mapping's ssh block lie.
pub(in crate::cli) fn places(session: &Session<'_>) -> RotationOptions {
    let home = session.context.var("HOME").map(PathBuf::from);
    let file = Path::new(&*session.mapping().file);
    // A rotation remembers its files, and may be gone on with from another folder.
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    RotationOptions {
        home,
        folder: file.parent().unwrap_or(Path::new("")).to_owned(),
        host: host(),
        ..RotationOptions::default()
    }
}

/// The first line of a file that nobody else may read.
fn passphrase(file: &Path) -> Result<SecretValue, Failure> {
    let text = files::read(file).map_err(|fault| Failure::usage(fault.to_string(), fault.help()))?;
    let text = text.ok_or_else(|| {
        Failure::usage(format!("there is no file {}", file.display()), "name the file of the passphrase")
    })?;
    // The line end is the editor's, not the passphrase's; the rest stays a secret.
    let line = text.expose().split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.is_empty() {
        return Err(Failure::usage(
            format!("{} begins with an empty line", file.display()),
            "put the passphrase on its first line",
        ));
    }
    Ok(SecretValue::from_bytes(line.to_vec()))
}

/// The system's `ssh`, with the operator's known host keys and nothing else of theirs.
pub(super) fn system_ssh(
    session: &Session<'_>,
    spec: &SshSpec,
    options: &RotationOptions,
    reach: &ReachArgs,
) -> Result<SystemSsh, Failure> {
    let program = program_in_path("ssh").ok_or_else(|| {
        Failure::new(
            Exit::Unknown,
            "there is no `ssh` in PATH, and machines are reached by nothing else",
            "install the OpenSSH client",
        )
    })?;
    let file = |text: &str| options.folder.join(files::expand_home(text, options.home.as_deref()));
    let known_hosts: PathBuf = file(spec.known_hosts.as_deref().unwrap_or("~/.ssh/known_hosts"));
    Ok(SystemSsh::new(SshOptions {
        program,
        known_hosts,
        config: spec.config.as_deref().map(file),
        accept_new: reach.accept_new_host_keys,
        connect_timeout: CONNECT.min(session.global.timeout),
        deadline: session.global.timeout,
    }))
}

pub(super) fn host() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim();
    if host.is_empty() { "this machine".to_owned() } else { host.to_owned() }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let exit = match refusal.kind {
            RefusalKind::Usage => Exit::Usage,
            RefusalKind::Unknown => Exit::Unknown,
            RefusalKind::Refused => Exit::Refused,
        };
        Self::new(exit, refusal.what, refusal.help)
    }
}

impl From<RotationFault> for Failure {
    fn from(fault: RotationFault) -> Self {
        match fault {
            RotationFault::State(fault) => fault.into(),
            RotationFault::Unwritable(refused) => refused.into(),
        }
    }
}

impl From<NotGone> for Failure {
    fn from(reason: NotGone) -> Self {
        match reason {
            NotGone::Refused(refusal) => refusal.into(),
            NotGone::Fault(fault) => fault.into(),
        }
    }
}
