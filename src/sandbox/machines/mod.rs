//! Machines for the sandbox: each is a folder with a home of its own, and a real `sshd` before it.
//!
//! Everything an ssh block names outside of the stores (private key, known hosts, documents, machines)
//! is laid out below the sandbox's folder on first use and kept there, so that one command
//! finds what the last one left. Invariant: nothing of the user's own `~/.ssh` is read or written.

mod door;
mod folder;
mod key;

use std::{
    fs,
    io::{self, ErrorKind},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
};

use folder::MachineFolder;
use key::Key;

pub use door::Doors;

use super::seed::{INSTANCE, machine_key};
use crate::mapping::{MachineSpec, SshSpec};

/// What the machines are played with.
#[derive(Debug)]
pub struct Stage<'a> {
    /// The sandbox's own folder.
    pub folder: &'a Path,
    /// The account that runs this: no other can be logged in to without rights.
    pub user: &'a str,
    /// Where the documents of the ssh block lie.
    pub documents: &'a [PathBuf],
    /// `None` plays no machine, since nothing could be logged in to.
    pub sshd: Option<&'a Path>,
    /// Whether anybody is to log in.
    pub open: bool,
}

/// An ssh block whose files and machines are the sandbox's.
#[derive(Debug)]
pub struct Played {
    pub spec: SshSpec,
    /// The machines answer until this is dropped.
    pub doors: Doors,
}

/// The machines of a mapping that names none.
const MADE_UP: [&str; 2] = ["gpu-1", "gpu-2"];

/// Below the sandbox's folder.
const FOLDER: &str = "machines";

/// A folder of that name without this file is somebody else's.
const MARK: &str = "made-by-esc-sync";

/// The block as it is played; what it needs and is not there yet is made.
pub fn play(stage: &Stage<'_>, declared: &SshSpec) -> io::Result<Played> {
    let folder = own_folder(stage.folder)?;
    let key = folder.join("key");
    let (private, public) = machine_key();
    Key::new(private, public).write(&key)?;
    let mut doors = Doors::default();
    let mut machines = Vec::new();
    let mut known_hosts = String::new();
    for name in stage.sshd.map(|_| names(declared)).unwrap_or_default() {
        let machine = MachineFolder::make(&folder, &name, &key)?;
        let (listener, port) = listen(&machine, stage.open)?;
        known_hosts += &format!("[{}]:{port} {}", Ipv4Addr::LOCALHOST, machine.host_key()?);
        if let (Some(sshd), true) = (stage.sshd, stage.open) {
            doors.open(listener, sshd, machine.configure()?)?;
        }
        let host = Ipv4Addr::LOCALHOST.to_string().into();
        machines.push(MachineSpec { name, host, port, user: Some(stage.user.into()) });
    }
    let known = folder.join("known_hosts");
    fs::write(&known, known_hosts)?;
    let text = |path: &Path| path.to_string_lossy().into_owned().into_boxed_str();
    let spec = SshSpec {
        private_key: Some(text(&key)),
        known_hosts: Some(text(&known)),
        config: None,
        lambda_instances: false,
        cloud_init: copied(stage.documents, &folder)?.iter().map(|path| text(path)).collect(),
        machines: machines.into(),
        ..declared.clone()
    };
    Ok(Played { spec, doors })
}

/// Forgets machines that belong to a world that is no more.
pub fn forget(folder: &Path) -> io::Result<()> {
    let machines = folder.join(FOLDER);
    if !machines.join(MARK).exists() {
        return Ok(());
    }
    fs::remove_dir_all(machines)
}

fn own_folder(sandbox: &Path) -> io::Result<PathBuf> {
    // `sshd` reads no path that is relative.
    let folder = std::path::absolute(sandbox)?.join(FOLDER);
    if !folder::is_plain(&folder) {
        let what = format!("`sshd` cannot be told the path {}", folder.display());
        return Err(io::Error::new(ErrorKind::InvalidInput, what));
    }
    match folder::make(&folder) {
        Ok(()) => fs::write(folder.join(MARK), "")?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.join(MARK).exists() => {}
        Err(error) => return Err(error),
    }
    Ok(folder)
}

fn names(declared: &SshSpec) -> Vec<Box<str>> {
    let mut names: Vec<Box<str>> = declared.machines.iter().map(|machine| machine.name.clone()).collect();
    if declared.lambda_instances && !names.iter().any(|name| &**name == INSTANCE) {
        names.push(INSTANCE.into());
    }
    if names.is_empty() { MADE_UP.map(Into::into).into() } else { names }
}

/// The port of last time, which a rotation under way remembers; another one if somebody else took it meanwhile.
fn listen(machine: &MachineFolder, open: bool) -> io::Result<(TcpListener, u16)> {
    let any = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listener = match machine.port() {
        None => any()?,
        Some(port) => match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(listener) => listener,
            // Another command may hold it: whoever only looks leaves it that one's.
            Err(_) if !open => return Ok((any()?, port)),
            Err(_) => any()?,
        },
    };
    let port = listener.local_addr()?.port();
    machine.keep_port(port)?;
    Ok((listener, port))
}

/// Copies of the documents that exist, made on first use: what is tried out here changes no file of the user.
fn copied(documents: &[PathBuf], folder: &Path) -> io::Result<Vec<PathBuf>> {
    let copies = folder.join("cloud-init");
    folder::make_all(&copies)?;
    let mut paths = Vec::new();
    for (at, document) in documents.iter().enumerate() {
        let name = document.file_name().unwrap_or_default().to_string_lossy();
        let copy = copies.join(format!("{}-{name}", at + 1));
        if !copy.exists() && document.exists() {
            fs::copy(document, &copy)?;
        }
        paths.extend(copy.exists().then_some(copy));
    }
    Ok(paths)
}
