//! An agent of our own for a locked key, so that the unlocked one is never in a file.
//!
//! Invariants: its socket lies in a folder that nobody else may enter; it holds one key
//! and ends with the login.

use std::{
    fs,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use super::{
    child::{self, Group},
    companion,
};
use crate::{
    crypto,
    model::SecretValue,
    ssh::{Identity, files, pair::KeyPair},
};

#[derive(Debug)]
pub(super) struct Agent {
    // Dropped in this order: the agent ends, then its folder goes.
    _group: Group,
    _child: Child,
    folder: Folder,
}

/// A private folder that goes with this value.
#[derive(Debug)]
struct Folder(PathBuf);

impl Agent {
    /// Starts one and gives it the unlocked key; `Err` is a reason without anything of the key.
    pub(super) async fn start(
        program: &Path,
        key: &Identity,
        passphrase: &SecretValue,
        deadline: Duration,
    ) -> Result<Self, String> {
        let unlocked = unlocked(key, passphrase)?;
        let folder = Folder::new().map_err(|error| format!("no private folder for an agent: {error}"))?;
        let written = folder.write("key.pub", format!("{}\n", key.public.line()).as_bytes());
        written.map_err(|error| format!("no private folder for an agent: {error}"))?;
        let agent = Self::serve(program, folder, deadline).await?;
        let mut add = Command::new(companion(program, "ssh-add"));
        add.env_clear().env("SSH_AUTH_SOCK", agent.socket()).args(["-q", "-"]);
        // The one way to hand a key to an agent without a file: the pipe to `ssh-add`.
        let ended = child::run(&mut add, unlocked.expose(), deadline).await;
        match ended {
            Ok(ended) if ended.code == Some(0) => Ok(agent),
            _ => Err("`ssh-add` did not take the unlocked key".to_owned()),
        }
    }

    async fn serve(program: &Path, folder: Folder, deadline: Duration) -> Result<Self, String> {
        let mut command = Command::new(companion(program, "ssh-agent"));
        command.env_clear().args(["-D", "-a"]).arg(folder.0.join("agent"));
        let (mut child, group) =
            child::start(&mut command).map_err(|error| format!("`ssh-agent` cannot be started: {error}"))?;
        let said = child.stdout.take();
        let agent = Self { _group: group, _child: child, folder };
        // It names its socket once that can be used.
        let mut line = String::new();
        let named = async { BufReader::new(said?).read_line(&mut line).await.ok() };
        match tokio::time::timeout(deadline, named).await {
            Ok(Some(1..)) => Ok(agent),
            _ => Err("`ssh-agent` did not start".to_owned()),
        }
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.folder.0.join("agent")
    }

    /// Tells `ssh` which of an agent's keys is meant.
    pub(super) fn public_file(&self) -> PathBuf {
        self.folder.0.join("key.pub")
    }
}

/// The key as OpenSSH writes it without a passphrase.
fn unlocked(key: &Identity, passphrase: &SecretValue) -> Result<SecretValue, String> {
    let name = key.file.display();
    let text = files::read(&key.file).map_err(|fault| fault.to_string())?;
    let text = text.ok_or_else(|| format!("the key file {name} is not there"))?;
    let pair =
        KeyPair::read(&text, Some(passphrase)).map_err(|fault| format!("the key in {name} cannot be used: {fault}"))?;
    Ok(pair.unlocked())
}

impl Folder {
    /// Socket paths are short (108 bytes), so a long folder for temporary files is passed over.
    fn new() -> std::io::Result<Self> {
        let temporary = std::env::temp_dir();
        let parent = if temporary.as_os_str().len() > 60 { Path::new("/tmp") } else { temporary.as_path() };
        let path = parent.join(format!("esc-sync-{}", crypto::random_id(8)));
        fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> std::io::Result<()> {
        use std::io::Write;
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(self.0.join(name))?;
        file.write_all(bytes)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays is a public key and a dead socket.
        let _ = fs::remove_dir_all(&self.0);
    }
}
