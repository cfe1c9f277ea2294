//! One machine's folder: its home, host key, configuration, port and log.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::{Path, PathBuf},
};

use super::key::{Key, public_file, write_private};
use crate::crypto;

#[derive(Debug)]
pub(super) struct MachineFolder {
    path: PathBuf,
}

impl MachineFolder {
    /// Made on first use, when the key in force is the only one that opens it.
    pub(super) fn make(folder: &Path, name: &str, key: &Path) -> io::Result<Self> {
        let machine = Self { path: folder.join(folder_name(name)) };
        make_all(&machine.home().join(".ssh"))?;
        let host = machine.path.join("host_key");
        if !host.exists() {
            Key::random(&folder_name(name))?.write(&host)?;
        }
        // It is written whole or not at all: a machine that was cut off while it was made opens to nobody.
        let authorized = machine.home().join(".ssh/authorized_keys");
        if !authorized.exists() {
            let draft = machine.path.join("authorized_keys.draft");
            let _ = fs::remove_file(&draft);
            write_private(&draft, &fs::read(public_file(key))?)?;
            fs::rename(&draft, &authorized)?;
        }
        Ok(machine)
    }

    fn home(&self) -> PathBuf {
        self.path.join("home")
    }

    /// The line that known hosts have of it.
    pub(super) fn host_key(&self) -> io::Result<String> {
        fs::read_to_string(public_file(&self.path.join("host_key")))
    }

    pub(super) fn port(&self) -> Option<u16> {
        fs::read_to_string(self.path.join("port")).ok()?.trim().parse().ok().filter(|port| *port != 0)
    }

    pub(super) fn keep_port(&self, port: u16) -> io::Result<()> {
        fs::write(self.path.join("port"), format!("{port}\n"))
    }

    /// Writes the configuration; gives the arguments that `sshd` serves one connection with.
    pub(super) fn configure(&self) -> io::Result<Vec<PathBuf>> {
        let config = self.path.join("sshd_config");
        fs::write(&config, self.configuration()?)?;
        Ok(["-i".into(), "-f".into(), config, "-E".into(), self.path.join("log")].into())
    }

    fn configuration(&self) -> io::Result<String> {
        let (folder, home) = (self.path.display(), self.home().display().to_string());
        // It expands `%` in this one setting.
        let authorized = home.replace('%', "%%");
        let strict = if is_strict(&self.home())? { "yes" } else { "no" };
        Ok(format!(
            "# `esc-sync --sandbox ssh` plays this machine with it.\n\
             HostKey \"{folder}/host_key\"\nPidFile none\n\
             AuthorizedKeysFile \"{authorized}/.ssh/authorized_keys\"\n\
             # `no` only where all may write to a folder above this one, as to /tmp: no key would be taken there.\n\
             StrictModes {strict}\n\
             # The machine's home, so that `~/.ssh` is never that of the account.\nSetEnv HOME=\"{home}\"\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n\
             UsePAM no\nPermitUserRC no\nPrintMotd no\nPrintLastLog no\nDisableForwarding yes\nLogLevel VERBOSE\n"
        ))
    }
}

/// Whether `sshd` would take what stands in it as the owner's own word.
fn is_strict(home: &Path) -> io::Result<bool> {
    let me = rustix::process::geteuid().as_raw();
    for folder in home.canonicalize()?.ancestors() {
        let meta = folder.metadata()?;
        if meta.mode() & 0o022 != 0 || (meta.uid() != 0 && meta.uid() != me) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A name of the mapping may hold what no folder's may.
fn folder_name(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let is_taken = ["cloud-init", "key", "known_hosts"].contains(&name) || name.starts_with("key.");
    if name.chars().all(is_plain) && !name.starts_with('.') && name.len() <= 64 && !is_taken {
        return name.to_owned();
    }
    format!("machine-{}", crypto::short_digest(name.as_bytes()))
}

/// Whether a configuration can hold the path in quotes.
pub(super) fn is_plain(path: &Path) -> bool {
    path.to_str().is_some_and(|text| !text.contains(['"', '\\']) && !text.chars().any(char::is_control))
}

pub(super) fn make(path: &Path) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        make_all(parent)?;
    }
    fs::DirBuilder::new().mode(0o700).create(path)
}

pub(super) fn make_all(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).recursive(true).create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_of_any_name_has_one_folder_of_its_own() {
        assert_eq!(folder_name("gpu-1.internal"), "gpu-1.internal");
        let odd: Vec<_> = ["../up", "a b", ".hidden", "key", "key.pub", "known_hosts"].map(folder_name).into();
        assert!(odd.iter().all(|name| name.starts_with("machine-")), "{odd:?}");
        assert!(odd.iter().enumerate().all(|(at, name)| !odd[..at].contains(name)), "{odd:?}");
    }
}
